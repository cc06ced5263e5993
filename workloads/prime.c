/*
 * prime: is this number prime?  Trial division by every odd number, CPU-bound.
 *
 * The textbook's example of work that keeps one CPU busy, with the textbook's number.  A
 * checkpoint after each division, as an interpreter looks up at each turn of a loop.  An
 * operation's result is 1 for a prime, else the smallest divisor; it is checked by the
 * Miller-Rabin test, which is exact below 2^64 with the first twelve primes as bases
 * (Sorenson and Webster, 2015).
 */
#include "bench/contend.h"

#include <math.h>

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
    uint64_t root = (uint64_t)sqrt((double)n);
    for (uint64_t d = 3; d <= root; d += 2) {
        if (n % d == 0)
            return d;
        if (t)
            task_checkpoint(t);
    }
    return 1;
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

static uint64_t multiply_mod(uint64_t a, uint64_t b, uint64_t n)
{
    return (uint64_t)((unsigned __int128)a * b % n);
}

static uint64_t power_mod(uint64_t base, uint64_t exponent, uint64_t n)
{
    uint64_t result = 1;
    for (base %= n; exponent; exponent >>= 1) {
        if (exponent & 1)
            result = multiply_mod(result, base, n);
        base = multiply_mod(base, base, n);
    }
    return result;
}

static bool is_prime(uint64_t n)
{
    static const uint64_t bases[] = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37};
    for (size_t i = 0; i < sizeof bases / sizeof bases[0]; i++)
        if (n % bases[i] == 0)
            return n == bases[i];
    uint64_t odd = n - 1;
    int twos = 0;
    for (; odd % 2 == 0; odd /= 2)
        twos++;
    for (size_t i = 0; i < sizeof bases / sizeof bases[0]; i++) {
        uint64_t x = power_mod(bases[i], odd, n);
        bool passes = x == 1 || x == n - 1;
        for (int r = 1; r < twos && !passes; r++) {
            x = multiply_mod(x, x, n);
            passes = x == n - 1;
        }
        if (!passes)
            return false;
    }
    return true;
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
