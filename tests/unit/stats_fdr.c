#include "bench/stats/fdr.h"

#include "tests/test.h"

/* Worked by hand from the definition: p times 5 over its rank, from the largest down. */
static void adjusted_values_follow_the_definition(void)
{
    static const double p[] = {0.01, 0.04, 0.03, 0.5, 0.005};
    static const double expected[] = {0.025, 0.05, 0.05, 0.5, 0.025};
    double adjusted[5];
    CHECK_EQ(fdr_adjust(p, 5, adjusted, NULL), 0);
    for (int i = 0; i < 5; i++)
        CHECK_NEAR(adjusted[i], expected[i], 1e-12);
}

static void one_value_stays_and_none_is_fine(void)
{
    double one[] = {0.03};
    CHECK_EQ(fdr_adjust(one, 1, one, NULL), 0);
    CHECK_EQ(one[0], 0.03);
    CHECK_EQ(fdr_adjust(one, 0, one, NULL), 0);
    CHECK_EQ(one[0], 0.03);
}

static void the_order_plays_no_part_and_ties_stay_tied(void)
{
    double a[] = {0.2, 0.001, 0.2, 0.04}, b[] = {0.04, 0.2, 0.001, 0.2};
    CHECK(!fdr_adjust(a, 4, a, NULL) && !fdr_adjust(b, 4, b, NULL));
    CHECK_EQ(a[0], a[2]);
    CHECK_EQ(a[1], b[2]);
    CHECK_EQ(a[3], b[0]);
    CHECK_NEAR(a[1], 0.004, 1e-15);
}

static const struct test tests[] = {
    {"adjusted_values_follow_the_definition", adjusted_values_follow_the_definition},
    {"one_value_stays_and_none_is_fine", one_value_stays_and_none_is_fine},
    {"the_order_plays_no_part_and_ties_stay_tied", the_order_plays_no_part_and_ties_stay_tied},
    {0},
};
TEST_MAIN(tests)
