/*
 * Is a number prime?  Slowly, by trial division with every odd number, as the textbook does it, and
 * exactly in no time, by the Miller-Rabin test with the first twelve primes as bases, which is
 * exact below 2^64 (Sorenson and Webster, 2015).  The one is the work, the other checks it.
 */
#ifndef CONTEND_WORKLOADS_TRIAL_DIVISION_H
#define CONTEND_WORKLOADS_TRIAL_DIVISION_H

#include "bench/contend.h"

#include <math.h>

/* The smallest odd divisor within first..last, both odd; 0: none.  A checkpoint after each
 * division, as an interpreter looks up at each turn of a loop; NULL t: none. */
static inline uint64_t odd_divisor(struct task *t, uint64_t n, uint64_t first, uint64_t last)
{
    for (uint64_t d = first; d <= last; d += 2) {
        if (n % d == 0)
            return d;
        if (t)
            task_checkpoint(t);
    }
    return 0;
}

/* The whole square root, also where a double has too few digits for it. */
static inline uint64_t whole_root(uint64_t n)
{
    uint64_t root = (uint64_t)sqrt((double)n);
    while (root > 0 && root > n / root)
        root--;
    while (root + 1 <= n / (root + 1))
        root++;
    return root;
}

static inline uint64_t multiply_mod(uint64_t a, uint64_t b, uint64_t n)
{
    return (uint64_t)((unsigned __int128)a * b % n);
}

static inline uint64_t power_mod(uint64_t base, uint64_t exponent, uint64_t n)
{
    uint64_t result = 1;
    for (base %= n; exponent; exponent >>= 1) {
        if (exponent & 1)
            result = multiply_mod(result, base, n);
        base = multiply_mod(base, base, n);
    }
    return result;
}

/* Whether n, odd and above 37, passes for one base; odd_part * 2^twos is n - 1. */
static inline bool passes_miller_rabin(uint64_t n, uint64_t base, uint64_t odd_part, int twos)
{
    uint64_t x = power_mod(base, odd_part, n);
    bool passes = x == 1 || x == n - 1;
    for (int r = 1; r < twos && !passes; r++) {
        x = multiply_mod(x, x, n);
        passes = x == n - 1;
    }
    return passes;
}

static inline bool is_prime(uint64_t n)
{
    static const uint64_t bases[] = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37};
    enum { BASES = sizeof bases / sizeof bases[0] };
    for (int i = 0; i < BASES; i++)
        if (n % bases[i] == 0)
            return n == bases[i];
    if (n < 2)
        return false;
    int twos = __builtin_ctzll(n - 1);
    for (int i = 0; i < BASES; i++)
        if (!passes_miller_rabin(n, bases[i], (n - 1) >> twos, twos))
            return false;
    return true;
}

/* The smallest prime from n on, which is below 2^63: one in some forty numbers there is one. */
static inline uint64_t prime_from(uint64_t n)
{
    while (!is_prime(n))
        n++;
    return n;
}

#endif
