/*
 * prime: is this number prime?  Trial division by every odd number, CPU-bound.
 *
 * The textbook's example of work that keeps one CPU busy, with the textbook's number.  A
 * checkpoint after each division, as an interpreter looks up at each turn of a loop.  An
 * operation's result is 1 for a prime, else the smallest divisor; it is checked by the
 * Miller-Rabin test.
 */
#include "workloads/trial_division.h"

enum { NUMBER };

static const struct param params[] = {
    {.name = "number",
     .unit = "count",
     .value = 5000111000222021,
     .min = 2,
     .max = 9007199254740992, /* 2^53: its root is exact in a double */
     .help = "the number to be tested"},
    {0},
};

static uint64_t smallest_divisor(struct task *t, uint64_t n)
{
    if (n % 2 == 0)
        return n == 2 ? 1 : 2;
    uint64_t divisor = odd_divisor(t, n, 3, whole_root(n));
    return divisor ? divisor : 1;
}

static uint64_t run(struct task *t, uint64_t op_count)
{
    uint64_t number = (uint64_t)task_param(t, NUMBER), sum = 0;
    for (uint64_t i = 0; i < op_count; i++) {
        task_consume(t, number);
        sum += smallest_divisor(t, number);
    }
    return sum;
}

static uint64_t expected(const int64_t *values, uint64_t op_count)
{
    uint64_t number = (uint64_t)values[NUMBER];
    /* Of a composite number the divisor has to be searched for; it is at most the root. */
    return op_count * (is_prime(number) ? 1 : smallest_divisor(NULL, number));
}

const struct workload workload_prime = {
    .name = "prime",
    .summary = "computes: is a large number prime, by trial division",
    .kind = WORKLOAD_CPU,
    .params = params,
    .ops_per_task = 1,
    .run = run,
    .expected = expected,
};
