/* The seeded generator: the published sequence, no bias, shuffles that lose nothing. */
#include "bench/base/rng.h"

#include "tests/test.h"

/* From splitmix64.c by Sebastiano Vigna (prng.di.unimi.it), state 1234567. */
static void the_sequence_is_the_published_one(void)
{
    struct rng rng = {1234567};
    CHECK_EQ(rng_next(&rng), UINT64_C(6457827717110365317));
    CHECK_EQ(rng_next(&rng), UINT64_C(3203168211198807973));
    CHECK_EQ(rng_next(&rng), UINT64_C(9817491932198370423));
    CHECK_EQ(rng_next(&rng), UINT64_C(4593380528125082431));
    CHECK_EQ(rng_next(&rng), UINT64_C(16408922859458223821));
}

static void numbers_below_a_limit_are_below_it_and_reach_all(void)
{
    struct rng rng = {1};
    for (uint64_t limit = 1; limit < 40; limit++) {
        bool seen[40] = {0};
        for (int i = 0; i < 2000; i++) {
            uint64_t value = rng_below(&rng, limit);
            if (!CHECK_MSG(value < limit, "%llu of limit %llu", (unsigned long long)value,
                           (unsigned long long)limit))
                return;
            seen[value] = true;
        }
        for (uint64_t v = 0; v < limit; v++)
            CHECK_MSG(seen[v], "%llu of limit %llu never came", (unsigned long long)v,
                      (unsigned long long)limit);
    }
    CHECK(rng_below(&rng, UINT64_MAX) < UINT64_MAX);
}

/* 60000 throws of a die: chi-square with 5 degrees, 99.9 % quantile 20.5. Seeded, so it is fixed.
 */
static void a_die_is_fair(void)
{
    struct rng rng = {42};
    double count[6] = {0};
    for (int i = 0; i < 60000; i++)
        count[rng_below(&rng, 6)]++;
    double chi_square = 0;
    for (int i = 0; i < 6; i++)
        chi_square += (count[i] - 10000) * (count[i] - 10000) / 10000;
    CHECK_MSG(chi_square < 20.5, "chi-square %g", chi_square);
}

static void a_shuffle_keeps_every_item_and_depends_on_the_seed_alone(void)
{
    enum { N = 100 };
    uint32_t first[N], again[N], other[N];
    for (uint32_t i = 0; i < N; i++)
        first[i] = again[i] = other[i] = i;
    struct rng a = {7}, b = {7}, c = {8};
    rng_shuffle(&a, first, N);
    rng_shuffle(&b, again, N);
    rng_shuffle(&c, other, N);
    CHECK_EQ(memcmp(first, again, sizeof first), 0);
    CHECK(memcmp(first, other, sizeof first) != 0);
    bool seen[N] = {0};
    for (size_t i = 0; i < N; i++)
        seen[first[i]] = true;
    for (size_t i = 0; i < N; i++)
        CHECK_MSG(seen[i], "item %zu was lost", i);
}

static void short_lists_are_shuffled_harmlessly(void)
{
    struct rng rng = {7};
    uint32_t one[1] = {5};
    rng_shuffle(&rng, one, 1);
    CHECK_EQ(one[0], 5);
    rng_shuffle(&rng, NULL, 0);
}

static const struct test tests[] = {
    {"the_sequence_is_the_published_one", the_sequence_is_the_published_one},
    {"numbers_below_a_limit_are_below_it_and_reach_all",
     numbers_below_a_limit_are_below_it_and_reach_all},
    {"a_die_is_fair", a_die_is_fair},
    {"a_shuffle_keeps_every_item_and_depends_on_the_seed_alone",
     a_shuffle_keeps_every_item_and_depends_on_the_seed_alone},
    {"short_lists_are_shuffled_harmlessly", short_lists_are_shuffled_harmlessly},
    {0},
};

TEST_MAIN(tests)
