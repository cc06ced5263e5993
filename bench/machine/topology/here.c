/*
 * This machine's topology, read by a child: hwloc 2.9 does not survive an allocation that is
 * refused, and what it finds in files of the kernel is not in our hands.
 */
#include "bench/machine/topology/topology.h"

#include "bench/child/child.h"
#include "bench/machine/affinity.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

/* Memory that is not written to takes none: more than any machine has. */
enum { KINDS_MOST = 16, CPUS_MOST = 65536 };

/* The kernel's files may be slow, on machines of thousands of CPUs. */
#define READ_MOST_NS UINT64_C(20000000000)

/* What the child hands back, in memory of both. */
struct answer {
    const int *allowed;
    size_t allowed_count;

    struct err why;
    struct topology scalars; /* its lists are the arrays below */
    size_t kind_count, cpu_count;
    struct topology_kind kinds[KINDS_MOST];
    struct topology_cpu cpus[CPUS_MOST];
};

static int read_and_tell(void *context)
{
    struct answer *a = context;
    struct topology t;
    if (topology_read(&t, &(const struct topology_source){0}, a->allowed, a->allowed_count,
                      &a->why))
        return 0;
    if (t.cpus.count > CPUS_MOST || t.kinds.count > KINDS_MOST) {
        err_set(&a->why, ERR_LIMIT, "hwloc sees %zu CPUs of %zu kinds (at most %d of %d)",
                t.cpus.count, t.kinds.count, CPUS_MOST, KINDS_MOST);
        return 0;
    }
    a->scalars = t;
    a->cpu_count = t.cpus.count;
    a->kind_count = t.kinds.count;
    memcpy(a->cpus, t.cpus.items, t.cpus.count * sizeof *a->cpus);
    if (t.kinds.count)
        memcpy(a->kinds, t.kinds.items, t.kinds.count * sizeof *a->kinds);
    return 0;
}

/* Into lists of our own. */
static int take(const struct answer *a, struct topology *out, struct err *why)
{
    if (a->why.code != ERR_NONE) {
        *why = a->why;
        return -1;
    }
    *out = a->scalars;
    memset(&out->cpus, 0, sizeof out->cpus);
    memset(&out->kinds, 0, sizeof out->kinds);
    for (size_t i = 0; i < a->cpu_count; i++)
        vec_add(&out->cpus, a->cpus[i]);
    for (size_t i = 0; i < a->kind_count; i++)
        vec_add(&out->kinds, a->kinds[i]);
    if (!out->cpus.failed && !out->kinds.failed)
        return 0;
    topology_release(out);
    return err_set(why, ERR_SYSTEM, "no memory for the topology");
}

static int ask(struct answer *a, struct topology *out, struct err *why)
{
    const struct child_request request = {
        .what = "hwloc", .body = read_and_tell, .context = a, .errors = CHILD_NOTHING};
    const struct child_watch watch = {.timeout_ns = READ_MOST_NS};
    struct child_end end;
    char words[256];
    if (child_run(&request, &watch, &end, why))
        return -1;
    if (!end.in_time)
        return err_set(why, ERR_LIMIT, "hwloc did not answer in %d s",
                       (int)(READ_MOST_NS / 1000000000u));
    if (!WIFEXITED(end.status) || WEXITSTATUS(end.status) != 0)
        return err_set(why, ERR_LIMIT, "hwloc %s", child_words(&end, words, sizeof words));
    return take(a, out, why);
}

static int read_here(struct topology *out, struct err *why)
{
    int count = affinity_count();
    int *allowed = count > 0 ? malloc((size_t)count * sizeof *allowed) : NULL;
    int found = allowed ? affinity_allowed(allowed, count) : 0;
    struct answer *a = MAP_FAILED;
    int failed = -1;
    if (found <= 0)
        err_set(why, ERR_LIMIT, "the kernel does not say which CPUs may be used");
    else
        a = mmap(NULL, sizeof *a, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (found > 0 && a == MAP_FAILED)
        err_set(why, ERR_SYSTEM, "no memory for the topology");
    if (a != MAP_FAILED) {
        a->allowed = allowed;
        a->allowed_count = (size_t)found;
        failed = ask(a, out, why);
        munmap(a, sizeof *a);
    }
    free(allowed);
    return failed;
}

const struct topology *topology_here(struct err *err)
{
    static struct topology here;
    static struct err why;
    static bool is_read;
    if (!is_read) {
        is_read = true;
        if (read_here(&here, &why) && why.code == ERR_NONE)
            err_set(&why, ERR_LIMIT, "what this machine is made of is not known");
    }
    if (why.code == ERR_NONE)
        return &here;
    err_set(err, why.code, "%s", why.text);
    return NULL;
}
