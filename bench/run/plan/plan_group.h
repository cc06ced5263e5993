/* A group of a plan: the cross product of its lists, from a suite or from the command line. */
#ifndef CONTEND_RUN_PLAN_PLAN_GROUP_H
#define CONTEND_RUN_PLAN_PLAN_GROUP_H

#include "bench/run/plan/plan.h"
#include "bench/run/plan/word_list.h"

struct plan_group {
    struct word_list workloads, locks, executors, tasks, placements, params;
    bool lock_is_shared;
    bool has_all_executors, has_all_locks; /* nobody named them: those a workload is not for are
                                              left out in silence */
    uint64_t own_probes;
    uint64_t ops;
};

/* One object of a suite's "groups". ERR_INPUT names the key. */
int plan_group_of_json(struct plan_group *g, const json_t *o, struct err *err);

/* What was named one by one. */
int plan_group_of_request(struct plan_group *g, const struct plan_request *r, struct err *err);

/* Words of the command line take the place of the group's; workloads pick among groups. */
int plan_group_override(struct plan_group *g, const struct plan_request *r, struct err *err);

/* What every list means that is empty but workloads and tasks. */
int plan_group_defaults(struct plan_group *g, struct err *err);

void plan_group_release(struct plan_group *g);

struct task_counts {
    VEC(uint32_t);
};

/*
 * The task counts of one workload, ascending and without repetition; empty or "default" means the
 * sweep of its kind.  `out` is released by the caller, also where this fails.
 */
int plan_task_counts(const struct word_list *w, const struct workload *workload,
                     struct task_counts *out, struct err *err);

#endif
