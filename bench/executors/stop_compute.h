/* What a child does that is to be stopped: multiplications of which each needs the one before. */
#ifndef CONTEND_EXECUTORS_STOP_COMPUTE_H
#define CONTEND_EXECUTORS_STOP_COMPUTE_H

#include <stdint.h>

static inline void stop_compute(uint64_t turns)
{
    uint64_t x = turns;
    for (uint64_t i = 0; i < turns; i++) {
        x = x * 6364136223846793005u + 1442695040888963407u; /* Knuth's MMIX */
        __asm__ volatile("" : "+r"(x));
    }
}

#endif
