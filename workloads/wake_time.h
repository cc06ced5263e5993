/* For workloads that sleep: how late each task's worst wake-up was, and how many came early. */
#ifndef CONTEND_WORKLOADS_WAKE_TIME_H
#define CONTEND_WORKLOADS_WAKE_TIME_H

#include "bench/contend.h"

/* One a task in the workload's shared memory. */
struct wake_time {
    uint64_t lateness_ns;
    uint64_t early_count;
};

enum { WAKE_LATENESS, EARLY_WAKES };

/* Rows of a metric table, in the order above. */
#define WAKE_TIME_METRICS                                                                          \
    {"wake_lateness_ns",                                                                           \
     "ns",                                                                                         \
     BETTER_LOWER,                                                                                 \
     NATURE_NOISY,                                                                                 \
     "latency",                                                                                    \
     "from the moment a sleeper asked to be woken at to its next instruction; worst of a task"},   \
    {                                                                                              \
        "early_wakes", "count", BETTER_LOWER, NATURE_EXACT, "latency",                             \
            "sleeps that ended before the time asked for; anything but 0 is a defect of the "      \
            "executor"                                                                             \
    }

/* A further row: of those whose operations all wait for the same time. */
#define OP_WAIT_METRIC                                                                             \
    {                                                                                              \
        "op_wait_ns", "ns", BETTER_NEUTRAL, NATURE_EXACT, "latency",                               \
            "how long an operation waits because it was told to"                                   \
    }

/* ... and of its table of roles. */
#define WAKE_TIME_ROLES                                                                            \
    {                                                                                              \
        ROLE_EARLY, EARLY_WAKES                                                                    \
    }

static inline size_t wake_time_bytes(const int64_t *values, uint32_t task_count)
{
    (void)values;
    return sizeof(struct wake_time) * task_count;
}

/* In a task that has just been woken and had asked for due_ns. */
static inline void wake_time_book(struct task *t, uint64_t due_ns)
{
    struct wake_time *mine = (struct wake_time *)t->launch->workload_shared + t->index;
    uint64_t now_ns = task_now_ns(t);
    if (now_ns < due_ns)
        mine->early_count++;
    else if (now_ns - due_ns > mine->lateness_ns)
        mine->lateness_ns = now_ns - due_ns;
}

static inline void wake_time_collect(struct launch *l, struct sink *sink)
{
    const struct wake_time *wakes = l->workload_shared;
    uint64_t early = 0;
    for (uint32_t i = 0; i < l->task_count; i++) {
        sink->quantity(sink, WAKE_LATENESS, wakes[i].lateness_ns);
        early += wakes[i].early_count;
    }
    sink->value(sink, EARLY_WAKES, (double)early);
}

#endif
