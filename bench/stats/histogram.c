#include "bench/stats/histogram.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static_assert(HISTOGRAM_BUCKETS == 3776, "octaves 6 to 63 and the values below 64");

void histogram_init(struct histogram *h)
{
    memset(h, 0, sizeof *h);
    h->min = UINT64_MAX;
}

void histogram_merge(struct histogram *h, const struct histogram *from)
{
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        uint32_t room = UINT32_MAX - h->buckets[i];
        h->buckets[i] += from->buckets[i] < room ? from->buckets[i] : room;
    }
    h->count += from->count;
    if (from->min < h->min)
        h->min = from->min;
    if (from->max > h->max)
        h->max = from->max;
}

uint64_t histogram_bucket_width(size_t i)
{
    return i < 2 * HISTOGRAM_SUB_BUCKETS ? 1 : 1ull << ((i >> HISTOGRAM_SUB_BITS) - 1);
}

uint64_t histogram_bucket_low(size_t i)
{
    assert(i < HISTOGRAM_BUCKETS);
    if (i < 2 * HISTOGRAM_SUB_BUCKETS)
        return i;
    uint64_t step = i & (HISTOGRAM_SUB_BUCKETS - 1);
    return (HISTOGRAM_SUB_BUCKETS + step) * histogram_bucket_width(i);
}

static uint64_t clamp(const struct histogram *h, uint64_t value)
{
    if (value < h->min)
        return h->min;
    return value > h->max ? h->max : value;
}

uint64_t histogram_quantile(const struct histogram *h, double q)
{
    assert(q >= 0 && q <= 1);
    if (h->count == 0)
        return 0;
    /* Not h->count: a full bucket holds less than was added to it. */
    uint64_t total = 0;
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++)
        total += h->buckets[i];
    uint64_t rank = (uint64_t)ceil(q * (double)total);
    if (rank <= 1)
        return h->min;
    if (rank >= total)
        return h->max;
    uint64_t seen = 0;
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        seen += h->buckets[i];
        if (seen >= rank)
            return clamp(h, histogram_bucket_low(i) + (histogram_bucket_width(i) - 1) / 2);
    }
    return h->max;
}

bool histogram_next(const struct histogram *h, size_t *i, uint64_t *low, uint32_t *count)
{
    while (*i < HISTOGRAM_BUCKETS && h->buckets[*i] == 0)
        ++*i;
    if (*i == HISTOGRAM_BUCKETS)
        return false;
    *low = histogram_bucket_low(*i);
    *count = h->buckets[*i];
    ++*i;
    return true;
}
