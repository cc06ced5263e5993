/*
 * One launch: the shared mapping of a cell, its units from creation to join, the probes around
 * them.  Runs in a worker process; knows nothing of rounds, files and plans.
 *
 *  map: harness, launch | gate .. | tasks | locks | lock units | stamps | workload | probes
 *                       ^ a page begins
 */
#ifndef CONTEND_RUN_LAUNCH_LAUNCH_H
#define CONTEND_RUN_LAUNCH_LAUNCH_H

#include "bench/base/err.h"
#include "bench/contend.h"
#include "bench/registry.h"
#include "bench/run/launch/cell.h"

/* Descriptors by name, for an image that has them at other addresses. */
struct launch_names {
    char workload[64], executor[64], lock[64];
    char probes[PROBES_MAX][64];
};

/* What the harness keeps of a launch; l->harness points to it, in the shared mapping. */
struct harness {
    bool has_unit_hooks; /* some probe wants to be called in the units */
    bool are_probes_open;
    bool is_traced; /* a probe records every verb: PROBE_EVERY_VERB */
    size_t probe_count;
    struct probe_run probes[PROBES_MAX];
    char *locks; /* lock_count instances of lock_stride bytes, header first */
    size_t lock_count;
    size_t lock_stride;
    char *lock_units; /* one record a task and one for the coordinator */
    size_t lock_unit_stride;
    char *workload_area;
    size_t workload_bytes;
    /* Of the cell's parameters, where every unit can read them. */
    int64_t workload_params[CONTEND_PARAM_MAX];
    int64_t executor_params[CONTEND_PARAM_MAX];
    int64_t lock_params[CONTEND_PARAM_MAX];
    struct launch_names names; /* only with EXECUTOR_FRESH_IMAGE */
};

static inline struct harness *harness_of(const struct launch *l)
{
    return l->harness;
}

/*
 * Maps and prepares a launch of `tasks` units of the cell with these probes: locks initialised,
 * pages touched, the executor open.  Returns 0 or -1 (nothing stays mapped).
 */
int launch_open(const struct cell *c, uint32_t tasks, const struct probe *const *probes,
                size_t probe_count, struct launch **out, struct err *err);
void launch_close(struct launch *l);

/* Creates and joins all units with an empty body; the elapsed time is for all of them. */
int launch_empty(struct launch *l, uint64_t *elapsed_ns, struct err *err);

/*
 * The real thing; may be repeated.  Stamps, counters and probes are reset first.  Afterwards the
 * probes are still open, so that they can be asked what they found: launch_close_probes() ends it.
 */
int launch_run(struct launch *l, struct err *err);
void launch_close_probes(struct launch *l);

/*
 * The other side: a fresh program image maps the launch of its parent at the same address and
 * finds its own descriptors by name.  Plug-ins must have been loaded.  Returns -1; with ERR_LIMIT
 * when that address is taken in this image, which differs from one image to the next.
 */
struct launch_place {
    int fd;           /* launch->memory_fd */
    uintptr_t memory; /* launch->memory */
    size_t bytes;     /* launch->memory_bytes */
    uintptr_t launch;
};
int launch_attach(const struct launch_place *place, struct launch **out, struct err *err);

/* Gives a task this image's verbs and the word its checkpoints look at. */
void launch_bind_task(struct launch *l, uint32_t index);

/* Whether its hooks are called in the units of this launch. */
static inline bool probe_wants_units(const struct probe *p, const struct launch *l)
{
    bool are_right =
        (l->executor->traits & EXECUTOR_KERNEL_UNITS) || !(p->traits & PROBE_KERNEL_UNITS);
    return are_right && (p->unit_begin || p->unit_end);
}

/*
 * What tasks call, and what each unit runs.  Where a launch is traced the verbs are others, which
 * record: so there is nothing to leave out in those of a launch that is measured.
 */
const struct task_verbs *task_verbs_table(void);
const struct task_verbs *task_verbs_traced(void);
void unit_body(struct task *t);
enum step unit_step(struct task *t, struct step_state *s);

#endif
