/* The log-linear histogram: where values go, what comes back. */
#include "bench/stats/histogram.h"

#include "bench/base/rng.h"
#include "tests/test.h"

static int by_value(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

static void every_value_lies_in_its_bucket(void)
{
    struct rng r = {.state = 1};
    for (size_t i = 0; i < 200000; i++) {
        uint64_t value = rng_next(&r) >> rng_below(&r, 64);
        size_t bucket = histogram_index(value);
        CHECK_MSG(bucket < HISTOGRAM_BUCKETS, "%llu", (unsigned long long)value);
        uint64_t low = histogram_bucket_low(bucket), width = histogram_bucket_width(bucket);
        CHECK_MSG(value >= low && value - low < width, "%llu", (unsigned long long)value);
        CHECK_MSG(width == 1 || width <= low / 64, "%llu", (unsigned long long)value);
    }
}

static void buckets_lie_side_by_side(void)
{
    for (size_t i = 1; i < HISTOGRAM_BUCKETS; i++)
        CHECK_EQ(histogram_bucket_low(i),
                 histogram_bucket_low(i - 1) + histogram_bucket_width(i - 1));
    CHECK_EQ(histogram_index(0), 0);
    CHECK_EQ(histogram_index(UINT64_MAX), HISTOGRAM_BUCKETS - 1);
    CHECK_EQ(histogram_index(1ull << 63), HISTOGRAM_BUCKETS - 64);
}

static void small_values_are_exact(void)
{
    struct histogram h;
    histogram_init(&h);
    for (uint64_t i = 1; i <= 100; i++)
        histogram_add(&h, i);
    CHECK_EQ(h.count, 100);
    CHECK_EQ(h.min, 1);
    CHECK_EQ(h.max, 100);
    CHECK_EQ(histogram_quantile(&h, 0), 1);
    CHECK_EQ(histogram_quantile(&h, 0.5), 50);
    CHECK_EQ(histogram_quantile(&h, 0.99), 99);
    CHECK_EQ(histogram_quantile(&h, 1), 100);
}

static void an_empty_one_answers_zero(void)
{
    struct histogram h;
    histogram_init(&h);
    size_t i = 0;
    uint64_t low;
    uint32_t count;
    CHECK_EQ(histogram_quantile(&h, 0.5), 0);
    CHECK(!histogram_next(&h, &i, &low, &count));
}

/* Against the sorted values: rank ceil(q n), off by at most half a bucket, 1/128 of the value. */
static void quantiles_are_ordered_and_near_the_true_ones(void)
{
    enum { COUNT = 5000 };
    static uint64_t values[COUNT];
    static const double shares[] = {0, 0.01, 0.5, 0.9, 0.99, 0.999, 1};
    struct rng r = {.state = 99};
    for (size_t round = 0; round < 50; round++) {
        struct histogram h;
        histogram_init(&h);
        for (size_t i = 0; i < COUNT; i++) {
            values[i] = rng_next(&r) >> (1 + rng_below(&r, 60));
            histogram_add(&h, values[i]);
        }
        qsort(values, COUNT, sizeof *values, by_value);
        uint64_t before = 0;
        for (size_t s = 0; s < sizeof shares / sizeof *shares; s++) {
            size_t rank = (size_t)ceil(shares[s] * COUNT);
            double truth = (double)values[rank ? rank - 1 : 0];
            uint64_t found = histogram_quantile(&h, shares[s]);
            CHECK_NEAR((double)found, truth, truth / 128 + 1e-9);
            CHECK(found >= before && found >= h.min && found <= h.max);
            before = found;
        }
    }
}

static void merging_is_adding_all_to_one(void)
{
    struct rng r = {.state = 3};
    static struct histogram all, parts[3];
    histogram_init(&all);
    for (size_t p = 0; p < 3; p++)
        histogram_init(&parts[p]);
    for (size_t i = 0; i < 3000; i++) {
        uint64_t value = rng_next(&r) >> rng_below(&r, 64);
        histogram_add(&all, value);
        histogram_add(&parts[i % 3], value);
    }
    histogram_merge(&parts[0], &parts[1]);
    histogram_merge(&parts[0], &parts[2]);
    CHECK_EQ(memcmp(&all, &parts[0], sizeof all), 0);
}

/* Whichever of the two has the end. */
static void merging_keeps_both_ends(void)
{
    static struct histogram low, high, both;
    histogram_init(&low);
    histogram_init(&high);
    histogram_add(&low, 3);
    histogram_add(&high, 900);
    histogram_init(&both);
    histogram_merge(&both, &high);
    histogram_merge(&both, &low);
    CHECK_EQ(both.min, 3);
    CHECK_EQ(both.max, 900);
    histogram_merge(&low, &high);
    CHECK_EQ(low.min, 3);
    CHECK_EQ(low.max, 900);
}

static void a_full_bucket_stays_full(void)
{
    static struct histogram h, other;
    histogram_init(&h);
    histogram_init(&other);
    histogram_add(&h, 5);
    h.buckets[5] = UINT32_MAX;
    histogram_add(&h, 5);
    CHECK_EQ(h.buckets[5], UINT32_MAX);
    CHECK_EQ(h.count, 2);
    histogram_add(&other, 5);
    histogram_merge(&h, &other);
    CHECK_EQ(h.buckets[5], UINT32_MAX);
    CHECK_EQ(h.count, 3);
}

static void iterating_meets_each_value_once(void)
{
    static struct histogram h;
    static const uint64_t values[] = {0, 0, 127, 128, 129, 4096, UINT64_MAX};
    histogram_init(&h);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        histogram_add(&h, values[i]);
    size_t at = 0, buckets = 0;
    uint64_t low, before = 0, total = 0;
    uint32_t count;
    while (histogram_next(&h, &at, &low, &count)) {
        CHECK(buckets == 0 || low > before);
        before = low;
        total += count;
        buckets++;
    }
    CHECK_EQ(total, h.count);
    CHECK_EQ(buckets, 5);
}

static const struct test tests[] = {
    {"every_value_lies_in_its_bucket", every_value_lies_in_its_bucket},
    {"buckets_lie_side_by_side", buckets_lie_side_by_side},
    {"small_values_are_exact", small_values_are_exact},
    {"an_empty_one_answers_zero", an_empty_one_answers_zero},
    {"quantiles_are_ordered_and_near_the_true_ones", quantiles_are_ordered_and_near_the_true_ones},
    {"merging_is_adding_all_to_one", merging_is_adding_all_to_one},
    {"merging_keeps_both_ends", merging_keeps_both_ends},
    {"a_full_bucket_stays_full", a_full_bucket_stays_full},
    {"iterating_meets_each_value_once", iterating_meets_each_value_once},
    {0},
};

TEST_MAIN(tests)
