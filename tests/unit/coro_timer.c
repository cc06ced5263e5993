/* The timer heap against a sorted list: order, nobody early, nobody lost, the cancelled swept. */
#include "bench/coro/timer.h"

#include "tests/test.h"

enum { TASKS = 5000 };

static struct coro tasks[TASKS];
static struct timers timers;
static uint64_t state;

static uint64_t roll(uint64_t sides)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % sides;
}

static void arm(int i, uint64_t deadline_ns)
{
    if (!timers_add(&timers, &tasks[i], deadline_ns)) {
        CHECK_EQ(timers_settle(&timers), 0);
        CHECK(timers_add(&timers, &tasks[i], deadline_ns));
    }
}

static void disarm(struct coro *task)
{
    task->deadline_ns = 0;
    timers.armed--;
}

static uint64_t earliest(void)
{
    uint64_t least = UINT64_MAX;
    for (int i = 0; i < TASKS; i++)
        if (tasks[i].deadline_ns != 0 && tasks[i].deadline_ns < least)
            least = tasks[i].deadline_ns;
    return least;
}

/* Spans from "all at once" to centuries; the clock jumps as far. */
static void timers_come_out_in_order_and_on_time(void)
{
    static const uint64_t spans[] = {1, 50, 1000, 1000000, UINT64_C(1) << 40, UINT64_C(1) << 62};
    for (size_t s = 0; s < sizeof spans / sizeof *spans; s++) {
        state = 88172645463325252 + s;
        uint64_t now = 1 + roll(1000000), wrong = 0, popped = 0;
        for (int round = 0; round < 60; round++) {
            for (int k = 0; k < 400; k++) {
                int i = (int)roll(TASKS);
                if (tasks[i].deadline_ns == 0)
                    arm(i, now + 1 + roll(spans[s]));
                else if (roll(2) == 0)
                    disarm(&tasks[i]);
            }
            CHECK_EQ(timers_settle(&timers), 0);
            wrong += timers_next(&timers) > earliest();
            now += roll(spans[s] / 16 + 2);
            uint64_t last = 0;
            for (struct coro *task; (task = timers_pop(&timers, now)) != NULL; popped++) {
                wrong += task->deadline_ns > now || task->deadline_ns < last;
                last = task->deadline_ns;
                disarm(task);
            }
            wrong += earliest() <= now;
        }
        CHECK_EQ(wrong, 0);
        CHECK(popped > 0 || spans[s] > 1000000);
        for (int i = 0; i < TASKS; i++)
            if (tasks[i].deadline_ns != 0)
                disarm(&tasks[i]);
        timers_clear(&timers);
        timers_release(&timers);
    }
}

static void equal_deadlines_come_out_in_the_order_they_went_in(void)
{
    for (int i = 0; i < TASKS; i++)
        arm(i, 1000 + (uint64_t)(i % 3));
    CHECK_EQ(timers_settle(&timers), 0);
    int last[3] = {-1, -1, -1}, wrong = 0, popped = 0;
    for (struct coro *task; (task = timers_pop(&timers, 2000)) != NULL; popped++) {
        int i = (int)(task - tasks);
        wrong += i <= last[i % 3];
        last[i % 3] = i;
        disarm(task);
    }
    CHECK_EQ(wrong, 0);
    CHECK_EQ(popped, TASKS);
    timers_release(&timers);
}

/* Expected: memory stays that of the living. Buggy would be: every cancelled timer waits its hour.
 */
static void cancelled_timers_do_not_pile_up(void)
{
    arm(0, 1);
    size_t most = 0;
    for (uint64_t n = 0; n < 1000000; n++) {
        arm(1 + (int)(n % 100), UINT64_C(3600000000000) + n);
        disarm(&tasks[1 + n % 100]);
        most = timers.entries > most ? timers.entries : most;
    }
    CHECK(most < 10000);
    CHECK(timers.bytes < 1000000);
    disarm(&tasks[0]);
    CHECK_EQ(timers_settle(&timers), 0);
    CHECK_EQ(timers.entries, 0);
    timers_release(&timers);
}

static const struct test tests[] = {
    {"timers_come_out_in_order_and_on_time", timers_come_out_in_order_and_on_time},
    {"equal_deadlines_come_out_in_the_order_they_went_in",
     equal_deadlines_come_out_in_the_order_they_went_in},
    {"cancelled_timers_do_not_pile_up", cancelled_timers_do_not_pile_up},
    {0}};
TEST_MAIN(tests)
