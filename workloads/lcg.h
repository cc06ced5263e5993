/*
 * For workloads that compute: a chain of multiplications of which each needs the one before, so
 * that the compiler can neither drop nor reorder them, and a shortcut to its result.
 *
 * Multiplier and increment are Knuth's MMIX (The Art of Computer Programming 2, 3.3.4); jumping
 * ahead is Brown's, "Random number generation with arbitrary strides", 1994.
 */
#ifndef CONTEND_WORKLOADS_LCG_H
#define CONTEND_WORKLOADS_LCG_H

#include "bench/contend.h"

#define LCG_MULTIPLIER 6364136223846793005u
#define LCG_INCREMENT  1442695040888963407u

/* measured: x after `turns` more turns; about 1 ns each. */
static inline uint64_t lcg_turn(struct task *t, uint64_t x, uint64_t turns)
{
    for (uint64_t i = 0; i < turns; i++) {
        x = x * LCG_MULTIPLIER + LCG_INCREMENT;
        task_consume(t, x);
    }
    return x;
}

/* The same in logarithmic time. */
static inline uint64_t lcg_jump(uint64_t x, uint64_t turns)
{
    uint64_t factor = 1, sum = 0, a = LCG_MULTIPLIER, c = LCG_INCREMENT;
    for (; turns; turns >>= 1) {
        if (turns & 1) {
            factor *= a;
            sum = sum * a + c;
        }
        c *= a + 1;
        a *= a;
    }
    return factor * x + sum;
}

#endif
