/*
 * A launch seen from a fresh program image, which has the harness and all plug-ins at other
 * addresses than its parent:
 *
 *   | harness, launch: who and what | gate, ready, failure | tasks | locks | ... |
 *   | private: patched by name here | shared, at the address the parent has it at |
 *
 * Pointers into the mapping hold as they are; those to descriptors are replaced in the private
 * part; those a task has are replaced by launch_bind_task() by whoever runs it.
 */
#include "bench/registry.h"
#include "bench/run/launch/launch.h"
#include "bench/run/launch/tracing.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

static int find_descriptors(struct launch *l, struct err *err)
{
    struct harness *h = harness_of(l);
    const struct launch_names *n = &h->names;
    l->workload = registry_find_workload(n->workload, err);
    l->executor = registry_find_executor(n->executor, err);
    l->lock = registry_find_lock(n->lock, err);
    if (!l->workload || !l->executor || !l->lock)
        return -1;
    for (size_t i = 0; i < h->probe_count; i++) {
        /* The recorder is alone in its launch, and in no registry. */
        h->probes[i].probe = h->is_traced ? &probe_trace : registry_find_probe(n->probes[i], err);
        if (!h->probes[i].probe)
            return -1;
    }
    l->body = unit_body;
    l->executor_state = l->workload_state = NULL;
    return 0;
}

static int map_at(uintptr_t address, size_t bytes, int flags, int fd, struct err *err)
{
    void *wanted = (void *)address;
    void *got = mmap(wanted, bytes, PROT_READ | PROT_WRITE, flags, fd, 0);
    if (got == wanted)
        return 0;
    bool is_taken = got != MAP_FAILED || errno == EEXIST;
    if (got != MAP_FAILED)
        munmap(got, bytes); /* before Linux 4.17 the address is but a wish */
    return err_set(err, is_taken ? ERR_LIMIT : ERR_SYSTEM, "mapping the launch at %p: %s", wanted,
                   is_taken ? "the address is taken" : strerror(errno));
}

int launch_attach(const struct launch_place *place, struct launch **out, struct err *err)
{
    struct launch *l = (void *)place->launch;
    uintptr_t gate = place->launch + offsetof(struct launch, gate);
    if (map_at(place->memory, place->bytes, MAP_SHARED | MAP_FIXED_NOREPLACE, place->fd, err) ||
        map_at(place->memory, gate - place->memory, MAP_PRIVATE | MAP_FIXED, place->fd, err) ||
        find_descriptors(l, err))
        return -1;
    *out = l;
    return 0;
}
