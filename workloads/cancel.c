/*
 * cancel: an operation starts a child, cancels it and waits until it is gone.
 *
 * A sleeping child goes to sleep for an hour: the timer that will never fire is part of the price,
 * most timeouts end like this.  A computing child computes from one suspension to the next, and is
 * asked to end after a time: a coroutine is told at its suspension, a thread looks at a flag when
 * it comes to, and a process is sent a signal.
 */
#include "workloads/latency_ring.h"
#include "workloads/op_time.h"

enum { CHILD, TURNS, DELAY };
enum { SLEEPING, COMPUTING };

static const char *const children[] = {"sleeping", "computing", NULL};

static const struct param params[] = {
    {.name = "child",
     .unit = "count",
     .value = SLEEPING,
     .max = COMPUTING,
     .help = "what the child does when it is cancelled",
     .choices = children},
    {.name = "turns",
     .unit = "count",
     .value = 10000,
     .min = 1,
     .max = 1000000000,
     .help = "computing child: turns from one suspension or look to the next"},
    {.name = "delay",
     .unit = "ns",
     .value = 200000,
     .min = 0,
     .max = 3600000000000,
     .help = "computing child: from its start until it is to be asked"},
    {0},
};

enum { OP_TIME, LATENCY, LATENESS };

static const struct metric metrics[] = {
    {"op_ns", "ns", BETTER_LOWER, NATURE_NOISY, "latency",
     "starting a child, cancelling and awaiting it; mean of a launch"},
    {"cancel_latency_ns", "ns", BETTER_LOWER, NATURE_NOISY, "latency",
     "from the request to a computing child until it is gone and its parent knows"},
    {"cancel_lateness_ns", "ns", BETTER_LOWER, NATURE_NOISY, "latency",
     "from the moment the request was due to its being made: on an event loop whoever asks has to "
     "wait for the child's suspension"},
    {0},
};

/* After the times of all operations: one for each task, with computing children. */
struct stops {
    _Alignas(CONTEND_LINE_BYTES) struct latency_ring latency;
    struct latency_ring lateness;
};

static struct stops *stops_of(const struct launch *l, uint32_t index)
{
    return (struct stops *)(void *)op_time_of(l, l->task_count) + index;
}

static size_t shared_bytes(const int64_t *values, uint32_t task_count)
{
    size_t stops = values[CHILD] == COMPUTING ? sizeof(struct stops) : 0;
    return (sizeof(struct op_time) + stops) * task_count;
}

static void note(struct task *t, uint64_t late_ns, uint64_t latency_ns)
{
    struct stops *mine = stops_of(t->launch, t->index);
    latency_ring_add(&mine->latency, latency_ns);
    latency_ring_add(&mine->lateness, late_ns);
}

static uint64_t run(struct task *t, uint64_t op_count)
{
    const struct runtime *runtime = t->launch->executor->runtime;
    struct stopping how = {.turns = (uint64_t)task_param(t, TURNS),
                           .delay_ns = (uint64_t)task_param(t, DELAY),
                           .note = note};
    uint64_t begin_ns = task_now_ns(t);
    uint64_t cancelled = task_param(t, CHILD) == COMPUTING ? runtime->stop(t, op_count, &how)
                                                           : runtime->cancel(t, op_count);
    op_time_add(t, begin_ns, op_count);
    return cancelled;
}

static void collect(struct launch *l, struct sink *sink)
{
    sink->value(sink, OP_TIME, op_time_mean(l));
    if (l->workload_params[CHILD] == SLEEPING) {
        static const char reason[] = "single requests are timed with cancel.child=computing alone";
        sink->absent(sink, LATENCY, reason);
        sink->absent(sink, LATENESS, reason);
        return;
    }
    for (uint32_t i = 0; i < l->task_count; i++) {
        latency_ring_post(&stops_of(l, i)->latency, sink, LATENCY);
        latency_ring_post(&stops_of(l, i)->lateness, sink, LATENESS);
    }
}

static const char *unfit(const struct executor *x, const int64_t *values)
{
    return values[CHILD] == COMPUTING ? RUNTIME_LACKS(x, stop) : RUNTIME_LACKS(x, cancel);
}

const struct workload workload_cancel = {
    .name = "cancel",
    .summary = "starts a child, cancels it, waits until it is gone",
    .kind = WORKLOAD_STARTUP,
    .params = params,
    .metrics = metrics,
    .shared_bytes = shared_bytes,
    .run = run,
    .expected = expected_op_count,
    .collect = collect,
    .unfit = unfit,
};
