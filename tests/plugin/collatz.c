/* collatz: CPU-bound. An operation walks one number down to 1 and counts the steps. */
#include "bench/contend.h"

static uint64_t steps_from(uint64_t n)
{
    uint64_t steps = 0;
    for (; n != 1; steps++)
        n = n % 2 ? 3 * n + 1 : n / 2;
    return steps;
}

/* Returns a checksum that depends on each operation, so none can be left out unseen. */
static uint64_t run(struct task *t, uint64_t op_count)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < op_count; i++) {
        uint64_t start = 97;
        task_consume(t, start); /* the compiler must not work it out once for all */
        sum += steps_from(start);
        task_checkpoint(t); /* "I am computing": here the lock may change hands */
    }
    return sum;
}

static uint64_t expected(const int64_t *params, uint64_t op_count)
{
    (void)params;
    return op_count * 118;
}

const struct workload workload_collatz = {
    .name = "collatz",
    .summary = "computes: walks of the Collatz sequence",
    .kind = WORKLOAD_CPU,
    .run = run,
    .expected = expected,
};
