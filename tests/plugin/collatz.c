/* collatz: CPU-bound. An operation walks one number down to 1 and counts the steps. */
#include "bench/contend.h"

enum { START };

static const struct param params[] = {
    {.name = "start",
     .unit = "count",
     .value = 97,
     .min = 1,
     .max = 1000000,
     .help = "the number a walk begins at"},
    {0},
};

static uint64_t steps_from(uint64_t n)
{
    uint64_t steps = 0;
    for (; n != 1; steps++)
        n = n % 2 ? 3 * n + 1 : n / 2;
    return steps;
}

/* The checksum depends on each operation, so none can be left out unseen. */
static uint64_t run(struct task *t, uint64_t op_count)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < op_count; i++) {
        uint64_t start = (uint64_t)task_param(t, START);
        task_consume(t, start); /* the compiler must not work it out once for all */
        sum += steps_from(start);
        task_checkpoint(t); /* "I am computing": here the lock may change hands */
    }
    return sum;
}

static uint64_t expected(const int64_t *values, uint64_t op_count)
{
    return op_count * steps_from((uint64_t)values[START]);
}

const struct workload workload_collatz = {
    .name = "collatz",
    .summary = "computes: walks of the Collatz sequence",
    .kind = WORKLOAD_CPU,
    .params = params,
    .run = run,
    .expected = expected,
};
