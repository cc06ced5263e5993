/*
 * timers: sleeps of many lengths, so that tasks wake one by one and in another order than they
 * went to sleep; the workload sleep wakes all of them in one burst.
 *
 * Lengths lie between `least` and `most`, spread by the golden ratio (Weyl's sequence): evenly,
 * without order, the same at every run.  Task 0 has the longest, so a launch lasts `most`.
 */
#include "workloads/wake_time.h"

enum { LEAST, MOST };

static const struct param params[] = {
    {.name = "least",
     .unit = "ns",
     .value = 10000000,
     .min = 1,
     .max = 3600000000000,
     .help = "shortest sleep"},
    {.name = "most",
     .unit = "ns",
     .value = 1000000000,
     .min = 1,
     .max = 3600000000000,
     .help = "longest sleep"},
    {0},
};

static const struct metric metrics[] = {WAKE_TIME_METRICS, {0}};
static const struct metric_role roles[] = {WAKE_TIME_ROLES, {0}};

/* The multiples of 2^32 over the golden ratio, modulo 2^32, fill the range evenly. */
static uint64_t length_ns(const struct task *t)
{
    uint64_t least = (uint64_t)task_param(t, LEAST), most = (uint64_t)task_param(t, MOST);
    uint32_t fraction = (uint32_t)(t->index * UINT64_C(2654435769));
    uint64_t range = most > least ? most - least : 0;
    return most - (uint64_t)((unsigned __int128)range * fraction >> 32);
}

static uint64_t run(struct task *t, uint64_t op_count)
{
    uint64_t ns = length_ns(t), done = 0;
    for (; done < op_count; done++) {
        uint64_t due_ns = task_now_ns(t) + ns;
        task_sleep(t, ns);
        wake_time_book(t, due_ns);
    }
    return done;
}

static enum step step(struct task *t, struct step_state *s)
{
    if (s->done > 0)
        wake_time_book(t, s->deadline_ns);
    if (s->done == s->op_count) {
        s->checksum = s->done;
        return STEP_DONE;
    }
    s->done++;
    s->deadline_ns = task_now_ns(t) + length_ns(t);
    return STEP_SLEEP;
}

const struct workload workload_timers = {
    .name = "timers",
    .summary = "sleeps of many lengths: wakes one by one, in any order",
    .kind = WORKLOAD_IO,
    .params = params,
    .ops_per_task = 1,
    .metrics = metrics,
    .roles = roles,
    .shared_bytes = wake_time_bytes,
    .run = run,
    .expected = expected_op_count,
    .collect = wake_time_collect,
    .step = step,
};
