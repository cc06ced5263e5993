/* The interpreter lock's algorithm, step by step: what a release on request waits for, and who
 * asks. */
#include "bench/locks/gil_state.h"
#include "tests/test.h"

#include <unistd.h>

enum { INTERVAL_NS = 1000000, TAKES = 50, PATIENCE_S = 20 };

static char first_unit, second_unit;

/* A second unit that takes the lock and lets it go. */
struct taker {
    struct gil_state *gil;
    pthread_t thread;
    int takes;
    uint64_t waited_ns;
};

static void *take(void *arg)
{
    struct taker *t = arg;
    for (int i = 0; i < t->takes; i++) {
        t->waited_ns += gil_acquire(t->gil, &second_unit);
        gil_release(t->gil, &second_unit);
    }
    return NULL;
}

static bool is_asked(struct gil_state *s)
{
    return atomic_load_explicit(&s->drop_request, memory_order_relaxed);
}

/* Nobody waits, so nobody will take it: an unforced release must not wait for a switch. */
static void a_release_that_is_not_forced_returns_at_once(void)
{
    struct gil_state s = {0};
    struct err err = {0};
    CHECK_EQ(gil_init(&s, INTERVAL_NS, false, true, &err), 0);
    CHECK_EQ(gil_acquire(&s, &first_unit), 0);
    atomic_store(&s.drop_request, 1);
    gil_release(&s, &first_unit);
    CHECK(!s.locked);
    CHECK(is_asked(&s)); /* the next taker clears it */
    CHECK_EQ(gil_acquire(&s, &first_unit), 0);
    CHECK(!is_asked(&s));
    gil_release(&s, &first_unit);
}

/* The holder that was asked has let another one in by the time it is back, each time. */
static void a_forced_release_returns_when_another_unit_has_taken_it(void)
{
    struct gil_state s = {0};
    struct err err = {0};
    CHECK_EQ(gil_init(&s, INTERVAL_NS, true, true, &err), 0);
    for (int i = 0; i < TAKES; i++) {
        struct taker t = {.gil = &s, .takes = 1};
        gil_acquire(&s, &first_unit);
        uint64_t before = s.switch_number;
        pthread_create(&t.thread, NULL, take, &t);
        while (!is_asked(&s))
            usleep(100);
        gil_release(&s, &first_unit);
        /* The waiter has stamped its name, and nobody else has since. */
        CHECK(atomic_load(&s.last_holder) == &second_unit);
        pthread_join(t.thread, NULL);
        CHECK_EQ(s.switch_number, before + 1);
        CHECK(t.waited_ns >= INTERVAL_NS); /* it asked after a whole interval, not before */
    }
}

/* Who lets go without having been asked does not wait for anybody, forced or not. */
static void a_release_nobody_asked_for_returns_at_once(void)
{
    struct gil_state s = {0};
    struct err err = {0};
    CHECK_EQ(gil_init(&s, INTERVAL_NS, true, true, &err), 0);
    for (int i = 0; i < TAKES; i++) {
        CHECK_EQ(gil_acquire(&s, &first_unit), 0);
        gil_release(&s, &first_unit);
    }
    CHECK_EQ(s.switch_number, 1); /* one unit again and again is one switch, from nobody */
}

/* A switch in the meantime is an answer: a waiter asks only for a turn that lasted an interval. */
static void a_waiter_asks_for_no_turn_that_is_younger_than_an_interval(void)
{
    struct gil_state s = {0};
    struct err err = {0};
    CHECK_EQ(gil_init(&s, 60 * UINT64_C(1000000000), true, true, &err), 0);
    struct taker t = {.gil = &s, .takes = 1};
    gil_acquire(&s, &first_unit);
    pthread_create(&t.thread, NULL, take, &t);
    usleep(20000);
    CHECK(!is_asked(&s)); /* a minute is not over */
    gil_release(&s, &first_unit);
    pthread_join(t.thread, NULL);
    CHECK(!s.locked);
}

/* Switches come faster than the interval is long: nobody's turn has lasted one, so nobody asks. */
static void switches_in_the_meantime_are_an_answer(void)
{
    enum { LONG_NS = 100000000, SWITCHES = 300, PAUSE_US = 1000 };
    struct gil_state s = {0};
    struct err err = {0};
    CHECK_EQ(gil_init(&s, LONG_NS, false, true, &err), 0);
    struct taker t = {.gil = &s, .takes = 1};
    gil_acquire(&s, &first_unit);
    pthread_create(&t.thread, NULL, take, &t);
    uint64_t last_ns = clock_now_ns(), longest_ns = 0;
    bool was_asked = false;
    for (int i = 0; i < SWITCHES; i++) {
        pthread_mutex_lock(&s.mutex);
        s.switch_number++;
        was_asked |= is_asked(&s);
        pthread_mutex_unlock(&s.mutex);
        uint64_t now_ns = clock_now_ns();
        longest_ns = now_ns - last_ns > longest_ns ? now_ns - last_ns : longest_ns;
        last_ns = now_ns;
        usleep(PAUSE_US);
    }
    gil_release(&s, &first_unit);
    pthread_join(t.thread, NULL);
    if (longest_ns >= LONG_NS / 2)
        SKIP("the machine let no switch happen for half an interval");
    CHECK(!was_asked);
}

static const struct test tests[] = {
    {"a_release_that_is_not_forced_returns_at_once", a_release_that_is_not_forced_returns_at_once},
    {"a_forced_release_returns_when_another_unit_has_taken_it",
     a_forced_release_returns_when_another_unit_has_taken_it},
    {"a_release_nobody_asked_for_returns_at_once", a_release_nobody_asked_for_returns_at_once},
    {"a_waiter_asks_for_no_turn_that_is_younger_than_an_interval",
     a_waiter_asks_for_no_turn_that_is_younger_than_an_interval},
    {"switches_in_the_meantime_are_an_answer", switches_in_the_meantime_are_an_answer},
    {0},
};

int main(int argc, char **argv)
{
    alarm(PATIENCE_S); /* a wait that never ends is a failure that need not take minutes */
    return test_main(tests, argc, argv);
}
