/* Who runs in which slot, and in which order. */
#include "bench/judge/duel/schedule.h"

#include "tests/test.h"

enum { SLOTS = 12000 };

static bool holds(const struct slot_order *o, enum duel_arm arm)
{
    for (size_t i = 0; i < o->count; i++)
        if (o->arms[i] == arm)
            return true;
    return false;
}

static void every_dozen_has_its_nulls_and_one_layout(void)
{
    struct schedule s;
    schedule_init(&s, 7, true);
    for (int dozen = 0; dozen < 100; dozen++) {
        int nulls = 0, layouts = 0;
        for (int i = 0; i < SCHEDULE_DOZEN; i++) {
            struct slot_order o = schedule_next(&s);
            CHECK(holds(&o, ARM_BASE) && holds(&o, ARM_HEAD));
            nulls += holds(&o, ARM_NULL);
            layouts += holds(&o, ARM_LAYOUT);
        }
        CHECK_EQ(nulls, SCHEDULE_NULLS);
        CHECK_EQ(layouts, 1);
    }
}

static void no_arm_has_a_place_of_its_own(void)
{
    struct schedule s;
    schedule_init(&s, 42, true);
    int base_first = 0, null_first = 0, nulls = 0;
    for (int i = 0; i < SLOTS; i++) {
        struct slot_order o = schedule_next(&s);
        if (o.count == 2)
            base_first += o.arms[0] == ARM_BASE;
        if (holds(&o, ARM_NULL)) {
            nulls++;
            null_first += o.arms[0] == ARM_NULL;
        }
    }
    /* 7000 fair coins and 4000 of three faces: five standard deviations. */
    CHECK(abs(base_first - SLOTS * 7 / 24) < 210);
    CHECK(abs(null_first - nulls / 3) < 150);
}

static void the_seed_decides_everything(void)
{
    struct schedule a, b, c;
    schedule_init(&a, 1, true);
    schedule_init(&b, 1, true);
    schedule_init(&c, 2, true);
    int same = 0, other = 0;
    for (int i = 0; i < 200; i++) {
        struct slot_order x = schedule_next(&a), y = schedule_next(&b), z = schedule_next(&c);
        same += x.count == y.count && x.arms[0] == y.arms[0] && x.arms[1] == y.arms[1];
        other += x.count == z.count && x.arms[0] == z.arms[0] && x.arms[1] == z.arms[1];
    }
    CHECK_EQ(same, 200);
    CHECK(other < 200);
}

static void a_confirmation_needs_no_controls(void)
{
    struct schedule s;
    schedule_init(&s, 7, false);
    for (int i = 0; i < 100; i++)
        CHECK_EQ(schedule_next(&s).count, 2);
}

static const struct test tests[] = {
    {"every_dozen_has_its_nulls_and_one_layout", every_dozen_has_its_nulls_and_one_layout},
    {"no_arm_has_a_place_of_its_own", no_arm_has_a_place_of_its_own},
    {"the_seed_decides_everything", the_seed_decides_everything},
    {"a_confirmation_needs_no_controls", a_confirmation_needs_no_controls},
    {0},
};
TEST_MAIN(tests)
