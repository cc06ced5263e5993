/*
 * A small seeded generator for orders and seeds: splitmix64 (Steele, Lea and Flood,
 * "Fast splittable pseudorandom number generators", 2014).  Same seed, same sequence, on
 * every machine.  Not for secrets.
 */
#ifndef CONTEND_BASE_RNG_H
#define CONTEND_BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

struct rng {
    uint64_t state;
};

static inline uint64_t rng_next(struct rng *r)
{
    uint64_t z = (r->state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* Uniform in 0 .. limit-1, without bias (Lemire 2019, with rejection). limit > 0. */
static inline uint64_t rng_below(struct rng *r, uint64_t limit)
{
    for (;;) {
        unsigned __int128 product = (unsigned __int128)rng_next(r) * limit;
        uint64_t low = (uint64_t)product;
        if (low >= limit || low >= -limit % limit)
            return (uint64_t)(product >> 64);
    }
}

/* Fisher-Yates over an array of indices. */
static inline void rng_shuffle(struct rng *r, uint32_t *items, size_t count)
{
    for (size_t i = count; i > 1; i--) {
        size_t j = (size_t)rng_below(r, i);
        uint32_t kept = items[i - 1];
        items[i - 1] = items[j];
        items[j] = kept;
    }
}

#endif
