/* The growing array: order, growth, and what is left when there is no memory. */
#include "bench/base/vec.h"

#include "tests/test.h"

#include <stdint.h>

struct numbers {
    VEC(int);
};

static void it_grows_and_keeps_the_order(void)
{
    enum { MANY = 10000 };
    struct numbers v = {0};
    for (int i = 0; i < MANY; i++)
        CHECK(vec_add(&v, i));
    CHECK_EQ(v.count, MANY);
    CHECK(v.capacity >= v.count);
    for (int i = 0; i < MANY; i++)
        CHECK_EQ(v.items[i], i);
    vec_release(&v);
    CHECK_EQ(v.count, 0);
    CHECK(!v.items);
    CHECK(vec_add(&v, 7));
    CHECK_EQ(v.items[0], 7);
    vec_release(&v);
}

static void items_may_be_structs(void)
{
    struct pair {
        const char *name;
        int value;
    };
    struct {
        VEC(struct pair);
    } v = {0};
    CHECK(vec_add(&v, (struct pair){.name = "a", .value = 1}));
    CHECK(vec_add(&v, (struct pair){.name = "b", .value = 2}));
    CHECK_EQ(v.items[1].name, "b");
    CHECK_EQ(v.items[0].value, 1);
    vec_release(&v);
}

/* What was there stays, and nothing more is added: a list is never short without saying so. */
static void a_failure_sticks(void)
{
    int items[] = {1, 2};
    size_t capacity = SIZE_MAX / 2 + 1;
    bool failed = false;
    CHECK(vec_room(items, capacity, &capacity, sizeof *items, &failed) == items);
    CHECK(failed);
    struct numbers v = {.items = items, .count = 2, .capacity = 9, .failed = true};
    CHECK(!vec_add(&v, 3));
    CHECK_EQ(v.count, 2);
    CHECK(v.items == items);
}

static const struct test tests[] = {
    {"it_grows_and_keeps_the_order", it_grows_and_keeps_the_order},
    {"items_may_be_structs", items_may_be_structs},
    {"a_failure_sticks", a_failure_sticks},
    {0},
};

TEST_MAIN(tests)
