/* Which waits are timed, and what they stand for. */
#include "bench/locks/waiting.h"
#include "tests/test.h"

enum { WAITS = 16000 };

static struct {
    _Alignas(CONTEND_LINE_BYTES) struct lock_front front;
    char state[CONTEND_LINE_BYTES];
} one;

static void go_on_sampling(bool is_sampling)
{
    timing.is_sampling = is_sampling;
    timing.draw = 0;
}

static void where_waits_are_long_each_is_timed(void)
{
    go_on_sampling(false);
    for (int i = 0; i < 100; i++) {
        struct wait w = wait_begin(one.state);
        CHECK(w.begin_ns != 0);
        CHECK_EQ(w.weight, 1);
        w.begin_ns -= 1000000; /* it began a millisecond ago */
        uint64_t told = wait_end(&w);
        CHECK(!(told & LOCK_SAMPLED));
        CHECK((told & LOCK_TIME) >= 1000000);
    }
}

/* Drawn, not counted: 1 in 16 of many, never the same distance again and again. */
static void of_short_waits_one_in_sixteen_is_timed(void)
{
    size_t timed = 0, gaps[4 * SAMPLED_EACH] = {0}, gap = 0, kinds = 0;
    for (int i = 0; i < WAITS; i++, gap++) {
        go_on_sampling(true);
        timing.draw = (uint64_t)i * UINT64_C(0x9e3779b97f4a7c15);
        struct wait w = wait_begin(one.state);
        CHECK_EQ(w.weight, SAMPLED_EACH);
        if (w.begin_ns) {
            timed++;
            gaps[gap % (4 * SAMPLED_EACH)]++;
            gap = 0;
        } else {
            CHECK_EQ(wait_end(&w), LOCK_SAMPLED); /* it waited, and its time is in others */
        }
    }
    for (size_t i = 0; i < 4 * SAMPLED_EACH; i++)
        kinds += gaps[i] > 0;
    CHECK_MSG(timed > WAITS / SAMPLED_EACH * 9 / 10 && timed < WAITS / SAMPLED_EACH * 11 / 10,
              "%zu of %d", timed, WAITS);
    CHECK_MSG(kinds > SAMPLED_EACH, "%zu distances", kinds);
}

/* The short part stands for sixteen; what comes after the first yield for itself alone. */
static void the_long_part_of_a_wait_is_never_multiplied(void)
{
    go_on_sampling(true);
    struct wait w = {.weight = SAMPLED_EACH};
    uint64_t now_ns = clock_now_ns();
    w.begin_ns = now_ns - 10000000;
    w.long_ns = now_ns - 9999000; /* 1 us of spinning, then 10 ms */
    uint64_t told = wait_end(&w);
    CHECK(told & LOCK_SAMPLED);
    CHECK((told & LOCK_TIME) >= SAMPLED_EACH * 1000 + 9999000);
    CHECK(!timing.is_sampling); /* and the next one is timed, whatever is drawn */
    w.begin_ns = 0;
    w.long_ns = clock_now_ns() - 9999000;
    told = wait_end(&w);
    CHECK((told & LOCK_TIME) >= 9999000); /* not drawn, and yet the long part is there */
}

static void none_is_left_out_while_somebody_looks_at_each(void)
{
    atomic_store(&one.front.are_waits_timed, 1);
    for (int i = 0; i < 100; i++) {
        go_on_sampling(true);
        struct wait w = wait_begin(one.state);
        CHECK(w.begin_ns != 0);
        CHECK(!(wait_end(&w) & LOCK_SAMPLED));
    }
    atomic_store(&one.front.are_waits_timed, 0);
}

static const struct test tests[] = {
    {"where_waits_are_long_each_is_timed", where_waits_are_long_each_is_timed},
    {"of_short_waits_one_in_sixteen_is_timed", of_short_waits_one_in_sixteen_is_timed},
    {"the_long_part_of_a_wait_is_never_multiplied", the_long_part_of_a_wait_is_never_multiplied},
    {"none_is_left_out_while_somebody_looks_at_each",
     none_is_left_out_while_somebody_looks_at_each},
    {0},
};
TEST_MAIN(tests)
