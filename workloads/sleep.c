/*
 * sleep: I/O-bound work in its purest form; an operation waits for a time and does nothing.
 *
 * Each task keeps how late its latest wake-up was, so that an executor that wakes sleepers
 * early (it happens: a cached "now") or late is seen.
 */
#include "bench/contend.h"

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

enum { WAKE_LATENESS, EARLY_WAKES };

static const struct metric metrics[] = {
    {"wake_lateness_ns", "ns", BETTER_LOWER, NATURE_NOISY, "latency",
     "from the moment a sleeper asked to be woken at to its next instruction; worst of a task"},
    {"early_wakes", "count", BETTER_LOWER, NATURE_EXACT, "latency",
     "sleeps that ended before the time asked for; anything but 0 is a defect of the executor"},
    {0},
};

struct wake {
    uint64_t lateness_ns;
    uint64_t early_count;
};

static size_t shared_bytes(const int64_t *values, uint32_t task_count)
{
    (void)values;
    return sizeof(struct wake) * task_count;
}

static void book_wake(struct task *t, uint64_t due_ns)
{
    struct wake *mine = (struct wake *)t->launch->workload_shared + t->index;
    uint64_t now_ns = task_now_ns(t);
    if (now_ns < due_ns)
        mine->early_count++;
    else if (now_ns - due_ns > mine->lateness_ns)
        mine->lateness_ns = now_ns - due_ns;
}

static uint64_t run(struct task *t, uint64_t op_count)
{
    uint64_t duration_ns = (uint64_t)task_param(t, DURATION);
    uint64_t done = 0;
    for (; done < op_count; done++) {
        uint64_t due_ns = task_now_ns(t) + duration_ns;
        task_sleep(t, duration_ns);
        book_wake(t, due_ns);
    }
    return done;
}

static enum step step(struct task *t, struct step_state *s)
{
    if (s->done > 0)
        book_wake(t, s->deadline_ns);
    if (s->done == s->op_count) {
        s->checksum = s->done;
        return STEP_DONE;
    }
    s->done++;
    s->deadline_ns = task_now_ns(t) + (uint64_t)task_param(t, DURATION);
    return STEP_SLEEP;
}

static uint64_t expected(const int64_t *values, uint64_t op_count)
{
    (void)values;
    return op_count;
}

static void collect(struct launch *l, struct sink *sink)
{
    const struct wake *wakes = l->workload_shared;
    uint64_t early = 0;
    for (uint32_t i = 0; i < l->task_count; i++) {
        sink->quantity(sink, WAKE_LATENESS, wakes[i].lateness_ns);
        early += wakes[i].early_count;
    }
    sink->value(sink, EARLY_WAKES, (double)early);
}

const struct workload workload_sleep = {
    .name = "sleep",
    .summary = "waits: I/O-bound work",
    .kind = WORKLOAD_IO,
    .params = params,
    .ops_per_task = 1,
    .metrics = metrics,
    .shared_bytes = shared_bytes,
    .run = run,
    .expected = expected,
    .collect = collect,
    .step = step,
};
