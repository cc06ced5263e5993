/*
 * What executors without timers and word lists of their own are made of: the timer heap against a
 * simple model with random operations (the seed is printed when it differs), parking in order.
 */
#include "bench/base/rng.h"
#include "bench/executors/parking.h"
#include "bench/executors/timer_heap.h"
#include "tests/test.h"

enum { OWNERS = 200, STEPS = 20000 };

/* The model: the least deadline of all owners, 0 when none waits. */
static uint64_t earliest(const uint64_t *deadlines)
{
    uint64_t least = 0;
    for (size_t i = 0; i < OWNERS; i++)
        if (deadlines[i] && (!least || deadlines[i] < least))
            least = deadlines[i];
    return least;
}

static bool step(struct timer_heap *h, uint64_t *words, uint64_t *model, struct rng *rng,
                 uint64_t *now_ns)
{
    size_t i = rng_below(rng, OWNERS);
    uint64_t action = rng_below(rng, 4);
    if (action < 2 && !model[i]) {
        model[i] = *now_ns + 1 + rng_below(rng, 1000);
        return timer_heap_add(h, &words[i], model[i]);
    }
    if (action == 2) {
        model[i] = 0;
        timer_heap_forget(h, &words[i]);
        return true;
    }
    if (action == 3) {
        *now_ns += rng_below(rng, 20);
        uint64_t due = earliest(model), *owner = timer_heap_pop(h, *now_ns);
        if (!due || due > *now_ns)
            return owner == NULL;
        if (!owner || model[owner - words] != due || *owner)
            return false;
        model[owner - words] = 0;
    }
    return timer_heap_next(h) == (earliest(model) ? earliest(model) : UINT64_MAX);
}

static void timers_come_due_in_order_whatever_is_forgotten(void)
{
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct timer_heap h = {0};
        struct rng rng = {seed};
        uint64_t words[OWNERS] = {0}, model[OWNERS] = {0}, now_ns = 1;
        for (int i = 0; i < STEPS; i++)
            if (!CHECK_MSG(step(&h, words, model, &rng, &now_ns), "seed %llu, step %d",
                           (unsigned long long)seed, i))
                break;
        CHECK_MSG(h.count <= 2 * OWNERS + TIMER_SWEEP_LEAST, "%zu entries of %d owners", h.count,
                  OWNERS);
        timer_heap_release(&h);
    }
}

static void cancelled_timers_do_not_pile_up(void)
{
    struct timer_heap h = {0};
    uint64_t words[2] = {0};
    timer_heap_add(&h, &words[0], 5);
    for (uint64_t i = 0; i < 100000; i++) {
        timer_heap_add(&h, &words[1], 1000 + i);
        timer_heap_forget(&h, &words[1]);
    }
    CHECK(h.capacity <= 512);
    CHECK(timer_heap_pop(&h, 2000000) == &words[0]);
    CHECK(timer_heap_pop(&h, 2000000) == NULL);
    timer_heap_release(&h);
}

static void units_leave_a_word_in_the_order_they_came(void)
{
    static struct parking p;
    static _Atomic uint32_t words[1000]; /* more than lists: some share one */
    static struct parked units[2000];
    parking_init(&p);
    for (size_t i = 0; i < 2000; i++)
        parking_add(&p, &units[i], &words[i % 1000]);
    parking_remove(&units[1500]);
    for (size_t i = 0; i < 1000; i++) {
        CHECK(parking_take(&p, &words[i]) == &units[i]);
        if (i != 500)
            CHECK(parking_take(&p, &words[i]) == &units[i + 1000]);
        CHECK(parking_take(&p, &words[i]) == NULL);
    }
}

static const struct test tests[] = {
    {"timers_come_due_in_order_whatever_is_forgotten",
     timers_come_due_in_order_whatever_is_forgotten},
    {"cancelled_timers_do_not_pile_up", cancelled_timers_do_not_pile_up},
    {"units_leave_a_word_in_the_order_they_came", units_leave_a_word_in_the_order_they_came},
    {0},
};
TEST_MAIN(tests)
