/*
 * A log-linear histogram of whole numbers: 64 buckets an octave, so a bucket is at most
 * 1/64 = 1.6 % as wide as its values, and exact below 128.  The idea is that of HdrHistogram.
 *
 *   value   0 .. 127          128 .. 255       256 .. 511            .. 2^64-1
 *           1 wide, 128       2 wide, 64       4 wide, 64            2^57 wide, 64
 *
 * A plain struct of fixed size (15 KB): it may lie in shared memory.  One writer at a time;
 * adding allocates nothing and takes no lock.  A bucket that is full (2^32-1) stays full;
 * `count`, `min` and `max` stay exact.
 */
#ifndef CONTEND_STATS_HISTOGRAM_H
#define CONTEND_STATS_HISTOGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    HISTOGRAM_SUB_BITS = 6,
    HISTOGRAM_SUB_BUCKETS = 1 << HISTOGRAM_SUB_BITS,
    /* Octaves 6 .. 63, and the values below the first of them. */
    HISTOGRAM_BUCKETS = (64 - HISTOGRAM_SUB_BITS + 1) * HISTOGRAM_SUB_BUCKETS,
};

struct histogram {
    uint64_t count; /* values added */
    uint64_t min;   /* UINT64_MAX while empty */
    uint64_t max;   /* 0 while empty */
    uint32_t buckets[HISTOGRAM_BUCKETS];
};

/* Which bucket a value belongs to. */
static inline size_t histogram_index(uint64_t value)
{
    if (value < HISTOGRAM_SUB_BUCKETS)
        return (size_t)value;
    unsigned octave = 63u - (unsigned)__builtin_clzll(value);
    unsigned shift = octave - HISTOGRAM_SUB_BITS;
    return ((size_t)shift << HISTOGRAM_SUB_BITS) + (size_t)(value >> shift);
}

/* measured: no allocation, no locks, no I/O */
static inline void histogram_add(struct histogram *h, uint64_t value)
{
    uint32_t *bucket = &h->buckets[histogram_index(value)];
    if (*bucket != UINT32_MAX)
        ++*bucket;
    h->count++;
    if (value < h->min)
        h->min = value;
    if (value > h->max)
        h->max = value;
}

void histogram_init(struct histogram *h);

/* Adds what `from` holds. */
void histogram_merge(struct histogram *h, const struct histogram *from);

/*
 * The value at rank ceil(q * count), q from 0 to 1: the middle of its bucket, clamped to
 * min..max, so quantiles are ordered and lie within 0.8 % of the true one.  0 while empty.
 */
uint64_t histogram_quantile(const struct histogram *h, double q);

/* The lowest value of bucket i, and how many different values it holds. */
uint64_t histogram_bucket_low(size_t i);
uint64_t histogram_bucket_width(size_t i);

/*
 * Goes through the buckets that hold something, in order: start with *i = 0; true and the
 * bucket's lowest value and count while there is one more.
 */
bool histogram_next(const struct histogram *h, size_t *i, uint64_t *low, uint32_t *count);

#endif
