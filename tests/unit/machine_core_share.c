#include "bench/machine/affinity.h"
#include "bench/machine/core_share.h"
#include "tests/test.h"

/* Below a cycle a step there is nothing, whoever else is there. */
static void a_branch_takes_no_less_than_an_addition(void)
{
    uint32_t permille;
    if (!core_share_read(&permille))
        SKIP("this processor's loops are not known");
    CHECK_MSG(permille >= 700, "%u", permille);
}

static void every_cpu_is_looked_at_and_the_mask_stays(void)
{
    struct affinity_digest before, after;
    uint32_t permille = 0;
    int cpu = -1;
    affinity_digest(&before);
    if (!core_share_dearest(&permille, &cpu))
        SKIP("this processor's loops are not known");
    affinity_digest(&after);
    CHECK(permille > 0 && cpu >= 0);
    CHECK(before.count == after.count && before.hash == after.hash);
    /* Of one CPU that one. */
    struct affinity_mask *mask = affinity_save();
    CHECK_EQ(affinity_pin_nth(0, NULL), 0);
    int only = affinity_nth(0);
    CHECK(core_share_dearest(&permille, &cpu));
    CHECK_EQ(cpu, only);
    affinity_restore(mask);
}

static void what_lies_between_alone_and_two_cycles_is_shared(void)
{
    static const struct {
        uint32_t permille;
        bool is_shared;
    } rows[] = {{0, false},   {990, false}, {1000, false}, {1200, false},
                {1600, true}, {1800, true}, {2000, false}, {3000, false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        CHECK_MSG(core_share_is_shared(rows[i].permille) == rows[i].is_shared, "%u",
                  rows[i].permille);
}

static const struct test tests[] = {
    {"a_branch_takes_no_less_than_an_addition", a_branch_takes_no_less_than_an_addition},
    {"every_cpu_is_looked_at_and_the_mask_stays", every_cpu_is_looked_at_and_the_mask_stays},
    {"what_lies_between_alone_and_two_cycles_is_shared",
     what_lies_between_alone_and_two_cycles_is_shared},
    {0},
};

TEST_MAIN(tests)
