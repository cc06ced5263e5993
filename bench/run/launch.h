/*
 * One launch: the shared mapping of a cell, its units from creation to join, the probes around
 * them.  Runs in a worker process; knows nothing of rounds, files and plans.
 *
 *  map: launch | harness | tasks | locks | lock units | stamps | workload | probes
 */
#ifndef CONTEND_RUN_LAUNCH_H
#define CONTEND_RUN_LAUNCH_H

#include "bench/contend.h"
#include "bench/core/err.h"
#include "bench/run/cell.h"

enum { PROBES_MAX = 16 };

/* In front of each lock's state: who had it last, to count hand-overs. Written by its holder. */
struct lock_header {
    void *last_holder;
    char padding[CONTEND_LINE_BYTES - sizeof(void *)];
};

/* What the harness keeps of a launch; l->harness points to it, in the shared mapping. */
struct harness {
    size_t map_bytes;
    bool has_unit_hooks; /* some probe wants to be called in the units */
    bool are_probes_open;
    size_t probe_count;
    struct probe_run probes[PROBES_MAX];
    char *locks; /* lock_count instances of lock_stride bytes, header first */
    size_t lock_count;
    size_t lock_stride;
    char *lock_units; /* one record a task and one for the coordinator */
    size_t lock_unit_stride;
    char *workload_area;
    size_t workload_bytes;
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

/* What tasks call, and what each unit runs. */
const struct task_verbs *task_verbs_table(void);
void unit_body(struct task *t);
enum step unit_step(struct task *t, struct step_state *s);

#endif
