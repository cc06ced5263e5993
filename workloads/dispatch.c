/*
 * dispatch: empty tasks through an executor.  What does it cost to hand one over?
 *
 * Two questions with answers a hundred times apart.  dispatch_ns: all tasks are handed over, then
 * all are waited for; what is shared by many tasks (a cache line that changes hands, a system
 * call) hardly shows.  round_trip_ns: one task is handed over and waited for before the next; all
 * of it shows.  Both are taken by the coordinator with the executor's start() and join(), after
 * the launch, while nothing else is at work.
 *
 * A pool that has just worked still spins; `pause` gives its workers time to park before each round
 * trip.  thread_pool.spin=0ns parks them at once, without the sleep of the caller.
 */
#include "bench/base/clock.h"
#include "bench/contend.h"

enum { PAUSE };

static const struct param params[] = {
    {.name = "pause",
     .unit = "ns",
     .value = 0,
     .min = 0,
     .max = 1000000000,
     .help = "how long nothing is handed over before a round trip"},
    {0},
};

enum { DISPATCH, ROUND_TRIP };

static const struct metric metrics[] = {
    {"dispatch_ns", "ns", BETTER_LOWER, NATURE_NOISY, "startup",
     "all tasks, empty, handed over at once and waited for, divided by their number"},
    {"round_trip_ns", "ns", BETTER_LOWER, NATURE_NOISY, "latency",
     "one empty task handed over and waited for, before the next is handed over"},
    {0},
};

static uint64_t run(struct task *t, uint64_t op_count)
{
    uint64_t done = 0;
    while (done < op_count) {
        task_checkpoint(t);
        done++;
        task_consume(t, done);
    }
    return done;
}

/* Hands over the first `count` tasks with an empty body; false when that failed. */
static bool hand_over(struct launch *l, uint32_t count, uint64_t *took_ns)
{
    uint32_t task_count = l->task_count;
    l->task_count = count;
    l->live_count = 0;
    uint64_t begin_ns = task_now_ns(l->coordinator);
    bool failed = l->executor->start(l, NULL);
    failed |= l->executor->join(l, NULL);
    *took_ns = task_now_ns(l->coordinator) - begin_ns;
    l->task_count = task_count;
    return !failed;
}

/* The middle one of some: the first finds parked workers and the caches of the launch. */
static bool hand_over_all(struct launch *l, uint64_t *took_ns)
{
    enum { TIMES = 5, ENOUGH_NS = 20000000 };
    uint64_t sorted[TIMES], spent_ns = 0;
    int count = 0;
    while (count < TIMES && spent_ns < ENOUGH_NS) {
        uint64_t this_ns;
        if (!hand_over(l, l->task_count, &this_ns))
            return false;
        spent_ns += this_ns;
        int at = count++;
        for (; at > 0 && sorted[at - 1] > this_ns; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = this_ns;
    }
    *took_ns = sorted[(count - 1) / 2];
    return true;
}

static void collect(struct launch *l, struct sink *sink)
{
    enum { TRIPS_MAX = 200, TRIPS_MIN = 5, ENOUGH_NS = 4000000 };
    uint64_t pause_ns = (uint64_t)l->workload_params[PAUSE], took_ns, spent_ns = 0;
    bool is_virtual = l->executor->traits & EXECUTOR_VIRTUAL;
    uint32_t live_count = l->live_count;
    l->is_empty = true;
    bool is_fine = hand_over_all(l, &took_ns);
    if (is_fine)
        sink->value(sink, DISPATCH, (double)took_ns / l->task_count);
    for (int i = 0; is_fine && i < TRIPS_MAX && (i < TRIPS_MIN || spent_ns < ENOUGH_NS); i++) {
        if (pause_ns && !is_virtual)
            clock_sleep_until_ns(clock_now_ns() + pause_ns);
        is_fine = hand_over(l, 1, &took_ns);
        if (is_fine)
            sink->quantity(sink, ROUND_TRIP, took_ns);
        spent_ns += took_ns + pause_ns;
    }
    l->is_empty = false;
    l->live_count = live_count;
}

const struct workload workload_dispatch = {
    .name = "dispatch",
    .summary = "empty tasks: what handing one over costs",
    .kind = WORKLOAD_STARTUP,
    .params = params,
    .ops_per_task = 1,
    .metrics = metrics,
    .run = run,
    .expected = expected_op_count,
    .collect = collect,
};
