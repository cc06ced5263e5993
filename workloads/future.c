/*
 * future: an operation starts a child and gets what it ends with, a value or an error.
 *
 * How either comes back is the model's: await returns it; a thread leaves it in a place that both
 * know, and is joined; a process writes it into a pipe, and its exit status carries the error.  The
 * operations that the caller needs are counted.
 */
#include "workloads/op_time.h"

enum { OUTCOME };
enum { VALUE, ERROR };

static const char *const outcomes[] = {"value", "error", NULL};

static const struct param params[] = {
    {.name = "outcome",
     .unit = "count",
     .value = VALUE,
     .max = ERROR,
     .help = "what the child ends with",
     .choices = outcomes},
    {0},
};

enum { TIME, STEPS };

static const struct metric metrics[] = {
    {"future_ns", "ns", BETTER_LOWER, NATURE_NOISY, "latency",
     "from starting one child to having its value or error; mean of a launch"},
    {"future_steps_count", "count", BETTER_LOWER, NATURE_EXACT, "latency",
     "operations the caller needs to start one child and to get its value or error"},
    {0},
};

/* After the times of all operations: one for each task. */
struct steps {
    _Alignas(CONTEND_LINE_BYTES) uint64_t count;
};

static struct steps *steps_of(const struct launch *l, uint32_t index)
{
    return (struct steps *)(void *)op_time_of(l, l->task_count) + index;
}

static size_t shared_bytes(const int64_t *values, uint32_t task_count)
{
    (void)values;
    return (sizeof(struct op_time) + sizeof(struct steps)) * task_count;
}

static uint64_t run(struct task *t, uint64_t op_count)
{
    bool is_error = task_param(t, OUTCOME) == ERROR;
    uint64_t begin_ns = task_now_ns(t);
    uint64_t sum = t->launch->executor->runtime->future(t, op_count, is_error,
                                                        &steps_of(t->launch, t->index)->count);
    op_time_add(t, begin_ns, op_count);
    return sum;
}

static uint64_t expected(const int64_t *values, uint64_t op_count)
{
    if (values[OUTCOME] == VALUE)
        return sum_to(op_count);
    uint64_t whole = op_count / 100, rest = op_count % 100;
    return whole * sum_to(100) + sum_to(rest);
}

static void collect(struct launch *l, struct sink *sink)
{
    double steps = 0, ops = 0;
    for (uint32_t i = 0; i < l->task_count; i++) {
        steps += (double)steps_of(l, i)->count;
        ops += (double)op_time_of(l, i)->op_count;
    }
    sink->value(sink, TIME, op_time_mean(l));
    if (ops > 0)
        sink->value(sink, STEPS, steps / ops);
}

static const char *unfit(const struct executor *x, const int64_t *values)
{
    (void)values;
    return RUNTIME_LACKS(x, future);
}

const struct workload workload_future = {
    .name = "future",
    .summary = "starts a child and gets its value or its error",
    .kind = WORKLOAD_STARTUP,
    .params = params,
    .metrics = metrics,
    .shared_bytes = shared_bytes,
    .run = run,
    .expected = expected,
    .collect = collect,
    .unfit = unfit,
};
