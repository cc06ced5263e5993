/*
 * What a worker is to do, in a form that another program image can read without parsing: plain
 * data, descriptors by name.  It lies at the head of the mailbox that coordinator and worker share.
 */
#ifndef CONTEND_RUN_LAUNCH_ASSIGNMENT_H
#define CONTEND_RUN_LAUNCH_ASSIGNMENT_H

#include "bench/base/err.h"
#include "bench/machine/affinity.h"
#include "bench/machine/counters/counters.h"
#include "bench/run/launch/cell.h"

#include <stdbool.h>
#include <stdint.h>

enum assignment_kind {
    ASSIGN_VISIT,     /* measure the cell */
    ASSIGN_OWN,       /* launches of its own for each probe that disturbs the others */
    ASSIGN_CALIBRATE, /* what one of its operations takes: mailbox->op_ns */
    ASSIGN_SLOWDOWN,  /* how much longer with all its tasks: mailbox->slowdown */
    ASSIGN_SAMPLE,    /* measure the cell and print what was found */
    ASSIGN_EMPTIES,   /* start, run and join empty units */
    ASSIGN_TRACE,     /* what each unit does and when: behind the mailbox */
    ASSIGN_OVERHEAD,  /* what the harness itself costs: mailbox->overhead */
};

enum { ASSIGNED_NAME_MAX = 64, ASSIGNED_BUILD_MAX = 96, ASSIGNED_TEXT_MAX = 16384 };

/* A cell without what only the coordinator wants of it: its id, its reason to be skipped. */
struct cell_form {
    char workload[ASSIGNED_NAME_MAX], executor[ASSIGNED_NAME_MAX], lock[ASSIGNED_NAME_MAX];
    uint32_t tasks, workers;
    enum placement placement;
    uint32_t cpu_count;
    uint16_t cpus[CPU_LIST_MAX];
    bool lock_is_shared, is_control;
    int control;
    int64_t workload_params[CONTEND_PARAM_MAX]; /* texts: where they begin in `texts` */
    int64_t executor_params[CONTEND_PARAM_MAX];
    int64_t lock_params[CONTEND_PARAM_MAX];
    uint32_t text_bytes;
    char texts[ASSIGNED_TEXT_MAX];
    uint64_t own_probes;
    uint64_t batch_ops;
    uint32_t batch_count;
};

struct assignment {
    char build[ASSIGNED_BUILD_MAX]; /* both sides are of one build, or nothing here holds */
    enum assignment_kind kind;
    int32_t parent;          /* of the process that does it; 0: whoever started contend */
    bool keeps_surroundings; /* directory, umask and environment stay the user's */
    bool is_uncompared;      /* nothing around a probe's own launch that says what it costs */
    struct cell_form cell;
    uint32_t launches;
    struct affinity_digest cpus_of_run; /* what it began with; none: not asked */
    uint64_t timer_slack_ns;
    uint64_t lifecycle_ns;         /* so long the lifecycle is repeated */
    uint64_t time_ns;              /* of ASSIGN_SLOWDOWN: what a task aims at */
    double op_ns;                  /* of ASSIGN_SLOWDOWN: what an operation takes alone */
    uint32_t cpus;                 /* of ASSIGN_SLOWDOWN */
    uint64_t trace_ns;             /* of ASSIGN_TRACE: from the gate on */
    uint32_t trace_events;         /* ... of each unit, at most */
    uint64_t units, steps;         /* of ASSIGN_EMPTIES: so many, then so many steps of computing */
    struct counter_notes counters; /* what the coordinator found out, so that no worker has to */
};

/* Ready to be filled: all 0 but the build. */
void assignment_init(struct assignment *a, enum assignment_kind kind);

/* -1 with ERR_USAGE when a name is too long to be handed over. */
int assignment_set_cell(struct assignment *a, const struct cell *c, struct err *err);

/* The cell as this image knows it, with its id; the caller releases it. */
int assignment_cell(const struct assignment *a, struct cell *out, struct err *err);

/* -1 with ERR_FAILED when it was written by another build. */
int assignment_check(const struct assignment *a, struct err *err);

#endif
