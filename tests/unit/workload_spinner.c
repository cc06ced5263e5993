/*
 * The spinner's book-keeping on a clock that is set by hand, and the work it turns beside: which
 * frames were due, which came, and how late; which numbers are prime, fast and slowly.
 */
#include "tests/test.h"
#include "workloads/spinner_roles.h"

enum { INTERVAL = 100 };

static uint64_t clock_ns;

static uint64_t now(struct task *t)
{
    (void)t;
    return clock_ns;
}

static void sleep_verb(struct task *t, uint64_t ns)
{
    (void)t;
    clock_ns += ns;
}

static const struct task_verbs verbs = {.now = now, .sleep = sleep_verb};
static const _Atomic uint32_t never = 0;

static struct task make_task(void)
{
    return (struct task){.verbs = &verbs, .attention = &never};
}

/* Shows a frame at each of these moments after the work began, each when the one before said. */
static struct spinner turn(const uint64_t *at_ns, size_t count, uint64_t end_ns)
{
    struct task t = make_task();
    struct spinner_board b = {.interval_ns = INTERVAL, .begin_ns = 1000, .end_ns = 1000 + end_ns};
    struct spinner s = {0};
    uint64_t due_ns = b.begin_ns;
    for (size_t i = 0; i < count; i++) {
        clock_ns = b.begin_ns + at_ns[i];
        due_ns = spinner_show(&t, &b, &s, due_ns);
        CHECK(due_ns > clock_ns);
        CHECK(due_ns - clock_ns <= INTERVAL);
        CHECK_EQ((due_ns - b.begin_ns) % INTERVAL, 0);
    }
    spinner_settle(&b, &s, 0);
    return s;
}

static void on_time_every_frame_is_shown(void)
{
    const uint64_t at_ns[] = {0, 100, 203, 300, 401};
    struct spinner s = turn(at_ns, 5, 500);
    CHECK_EQ(s.due, 5);
    CHECK_EQ(s.in_time, 5);
    CHECK_EQ(s.worst_ns, 3);
    CHECK_EQ(atomic_load(&s.is_over), 1);
}

static void the_frame_of_the_broken_interval_is_not_counted(void)
{
    const uint64_t at_ns[] = {0, 100, 200, 300, 400, 500};
    struct spinner s = turn(at_ns, 6, 501);
    CHECK_EQ(s.due, 5);
    CHECK_EQ(s.in_time, 5);
    CHECK_EQ(atomic_load(&s.shown), 6);
}

static void standing_still_costs_frames_and_makes_one_late(void)
{
    /* After the first frame nothing for nine intervals and a half. */
    const uint64_t at_ns[] = {0, 950};
    struct spinner s = turn(at_ns, 2, 1000);
    CHECK_EQ(s.due, 10);
    CHECK_EQ(s.in_time, 2);
    CHECK_EQ(s.worst_ns, 850);
}

static void a_spinner_that_never_turned_has_shown_nothing(void)
{
    struct spinner s = turn(NULL, 0, 1000);
    CHECK_EQ(s.due, 10);
    CHECK_EQ(s.in_time, 0);
}

static void rounds_add_up(void)
{
    struct task t = make_task();
    struct spinner_board b = {.interval_ns = INTERVAL, .begin_ns = 1000, .end_ns = 1200};
    struct spinner s = {0};
    clock_ns = 1000;
    spinner_show(&t, &b, &s, 1000);
    spinner_settle(&b, &s, 0);
    CHECK_EQ(s.in_time, 1);
    b.begin_ns = 5000;
    b.end_ns = 5150;
    clock_ns = 5010;
    spinner_show(&t, &b, &s, 5000);
    clock_ns = 5100;
    spinner_show(&t, &b, &s, 5100);
    spinner_settle(&b, &s, 1);
    CHECK_EQ(s.due, 3);
    CHECK_EQ(s.in_time, 2);
    CHECK_EQ(s.worst_ns, 10);
}

static void primes_are_told_from_what_looks_like_them(void)
{
    static const uint64_t primes[] = {2,
                                      3,
                                      37,
                                      41,
                                      5000111000222021,
                                      UINT64_C(2305843009213693951),   /* 2^61 - 1 */
                                      UINT64_C(18446744073709551557)}; /* below 2^64 */
    static const uint64_t others[] = {0,
                                      1,
                                      4,
                                      561, /* Carmichael */
                                      1681,
                                      UINT64_C(3215031751),          /* strong to 2, 3, 5 and 7 */
                                      UINT64_C(3825123056546413051), /* ... to 2 .. 23 */
                                      UINT64_C(18446744073709551615)};
    for (size_t i = 0; i < sizeof primes / sizeof primes[0]; i++)
        CHECK_MSG(is_prime(primes[i]), "%llu is prime", (unsigned long long)primes[i]);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        CHECK_MSG(!is_prime(others[i]), "%llu is not", (unsigned long long)others[i]);
    CHECK_EQ(prime_from(24), 29);
    CHECK_EQ(prime_from(29), 29);
}

static void whole_roots_are_exact_beyond_what_a_double_holds(void)
{
    static const uint64_t roots[] = {
        1, 2, 3, 94906265, 94906266, UINT64_C(3037000499), UINT64_C(4294967295)};
    CHECK_EQ(whole_root(0), 0);
    for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++) {
        uint64_t square = roots[i] * roots[i];
        CHECK_EQ(whole_root(square), roots[i]);
        CHECK_EQ(whole_root(square - 1), roots[i] - 1);
    }
}

static void slow_work_tests_a_prime_and_notices_when_it_is_none(void)
{
    struct task t = make_task();
    struct slow_work w = {.kind = SLOW_CPU, .times = 2, .number = 1000003};
    CHECK_EQ(slow_work_do(&t, &w), SLOW_ANSWER);
    w.number = UINT64_C(1000003) * 1000033;
    CHECK_EQ(slow_work_do(&t, &w), 0);
    w = (struct slow_work){.kind = SLOW_NAP, .times = 1, .number = 1000003, .nap_divisions = 7};
    clock_ns = 0;
    CHECK_EQ(slow_work_do(&t, &w), SLOW_ANSWER);
    CHECK(clock_ns > 0); /* it slept now and then */
    w.number = UINT64_C(997) * 991;
    CHECK_EQ(slow_work_do(&t, &w), 0);
}

static void work_of_any_length_is_a_prime_tested_often_enough(void)
{
    struct task t = make_task();
    struct slow_work brief = slow_work_plan(&t, SLOW_CPU, 10000000);
    struct slow_work week = slow_work_plan(&t, SLOW_CPU, UINT64_C(604800000000000));
    CHECK(is_prime(brief.number));
    CHECK(is_prime(week.number));
    CHECK_EQ(brief.times, 1);
    CHECK(week.times > 1);
    CHECK(week.number < UINT64_C(1) << 63);
    CHECK(slow_work_plan(&t, SLOW_NAP, 10000000).nap_divisions > 1);
    CHECK_EQ(slow_work_plan(&t, SLOW_SLEEP, 10000000).number, 0);
}

static const struct test tests[] = {
    {"on_time_every_frame_is_shown", on_time_every_frame_is_shown},
    {"the_frame_of_the_broken_interval_is_not_counted",
     the_frame_of_the_broken_interval_is_not_counted},
    {"standing_still_costs_frames_and_makes_one_late",
     standing_still_costs_frames_and_makes_one_late},
    {"a_spinner_that_never_turned_has_shown_nothing",
     a_spinner_that_never_turned_has_shown_nothing},
    {"rounds_add_up", rounds_add_up},
    {"primes_are_told_from_what_looks_like_them", primes_are_told_from_what_looks_like_them},
    {"whole_roots_are_exact_beyond_what_a_double_holds",
     whole_roots_are_exact_beyond_what_a_double_holds},
    {"slow_work_tests_a_prime_and_notices_when_it_is_none",
     slow_work_tests_a_prime_and_notices_when_it_is_none},
    {"work_of_any_length_is_a_prime_tested_often_enough",
     work_of_any_length_is_a_prime_tested_often_enough},
    {0},
};
TEST_MAIN(tests)
