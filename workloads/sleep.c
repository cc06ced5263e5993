/*
 * sleep: I/O-bound work in its purest form; an operation waits for a time and does nothing.
 *
 * Each task keeps how late its latest wake-up was, so that an executor that wakes sleepers
 * early (it happens: a cached "now") or late is seen.
 */
#include "workloads/wake_time.h"

enum { DURATION };

static const struct param params[] = {
    {.name = "duration",
     .unit = "ns",
     .value = 100000000,
     .min = 1,
     .max = 3600000000000,
     .help = "how long an operation waits"},
    {0},
};

enum { OP_WAIT = EARLY_WAKES + 1 };

static const struct metric metrics[] = {WAKE_TIME_METRICS, OP_WAIT_METRIC, {0}};
static const struct metric_role roles[] = {WAKE_TIME_ROLES, {ROLE_WAIT_PER_OP, OP_WAIT}, {0}};

static uint64_t run(struct task *t, uint64_t op_count)
{
    uint64_t duration_ns = (uint64_t)task_param(t, DURATION);
    uint64_t done = 0;
    for (; done < op_count; done++) {
        uint64_t due_ns = task_now_ns(t) + duration_ns;
        task_sleep(t, duration_ns);
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
    s->deadline_ns = task_now_ns(t) + (uint64_t)task_param(t, DURATION);
    return STEP_SLEEP;
}

static void collect(struct launch *l, struct sink *sink)
{
    wake_time_collect(l, sink);
    sink->value(sink, OP_WAIT, (double)l->workload_params[DURATION]);
}

const struct workload workload_sleep = {
    .name = "sleep",
    .summary = "waits: I/O-bound work",
    .kind = WORKLOAD_IO,
    .params = params,
    .ops_per_task = 1,
    .metrics = metrics,
    .roles = roles,
    .shared_bytes = wake_time_bytes,
    .run = run,
    .expected = expected_op_count,
    .collect = collect,
    .step = step,
};
