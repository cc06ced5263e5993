/* Who is better than whom: samples whose order is known. */
#include "bench/judge/advise/advise.h"

#include "tests/test.h"
#include "tests/unit/advise_work.h"

/* Half of the answers, or nearly all: the limit is held against what it is a limit of. */
static void a_limit_is_of_the_share_it_names(void)
{
    struct advise_work w = work_of(1e6, 1e6, 100, true);
    struct advise_sample sample = {
        .served_per_s = 1000, .p50_ns = 10e6, .p99_ns = 90e6, .max_ns = 95e6};
    struct advise_entry e = {.shape = {ADVISE_THREAD, 1, 4}};
    struct advise_board b = {.items = &e, .count = 1};
    struct err err = {0};
    CHECK(vec_add(&e.samples, sample));
    w.slo_ns = 20e6;
    CHECK_EQ(advise_rank(&b, &w, &err), 0);
    CHECK(!e.meets_slo);
    w.slo_ratio = 0.5;
    CHECK_EQ(advise_rank(&b, &w, &err), 0);
    CHECK(e.meets_slo && advise_promised(&e, &w)->center == 10e6);
    w.slo_ns = 5e6;
    CHECK_EQ(advise_rank(&b, &w, &err), 0);
    CHECK(!e.meets_slo);
    vec_release(&e.samples);
}

/* Few arrivals have a rate of their own: who answers all that came keeps up, whatever was meant. */
static void who_keeps_up_is_told_by_what_came(void)
{
    struct advise_work w = work_of(1e6, 1e6, 100, false);
    const struct advise_sample idle = {
        .served_per_s = 40, .kept_ratio = 1, .p50_ns = 2e6, .p99_ns = 3e6};
    const struct advise_sample behind = {
        .served_per_s = 60, .kept_ratio = 0.8, .p50_ns = 2e6, .p99_ns = 3e6};
    struct advise_entry both[] = {{.shape = {ADVISE_THREAD, 1, 4}},
                                  {.shape = {ADVISE_PROCESS, 1, 4}}};
    struct advise_board b = {.items = both, .count = 2};
    struct err err = {0};
    w.rate_per_s = 54;
    CHECK(vec_add(&both[0].samples, behind) && vec_add(&both[1].samples, idle));
    CHECK_EQ(advise_rank(&b, &w, &err), 0);
    CHECK(both[0].shape.kind == ADVISE_PROCESS && both[0].keeps_up && !both[1].keeps_up);
    CHECK_NEAR(both[0].kept.center, 1, 1e-9);
    vec_release(&both[0].samples);
    vec_release(&both[1].samples);
}

/* What came in a round moves all its p99 alike: one that is always half as long again is not close.
 */
static void answers_are_compared_round_by_round(void)
{
    static const double rounds[] = {3e6, 40e6, 9e6, 5e6, 70e6, 12e6};
    static const double longer[] = {1, 1.5, 1.05};
    enum { ROUNDS = sizeof rounds / sizeof rounds[0], SHAPES = 3 };
    struct advise_work w = work_of(1e6, 1e6, 100, false);
    struct advise_entry all[SHAPES] = {0};
    struct advise_board b = {.items = all, .count = SHAPES};
    struct err err = {0};
    w.rate_per_s = 50;
    for (uint32_t e = 0; e < SHAPES; e++) {
        all[e].shape = (struct advise_shape){ADVISE_THREAD, 1, e + 1};
        for (uint32_t r = 0; r < ROUNDS; r++)
            CHECK(
                vec_add(&all[e].samples, (struct advise_sample){.round = r,
                                                                .served_per_s = 50,
                                                                .kept_ratio = 1,
                                                                .p50_ns = 2e6,
                                                                .p99_ns = rounds[r] * longer[e]}));
    }
    CHECK_EQ(advise_rank(&b, &w, &err), 0);
    for (uint32_t e = 0; e < SHAPES; e++)
        CHECK_EQ(all[e].is_close, all[e].shape.units != 2);
    for (uint32_t e = 0; e < SHAPES; e++)
        vec_release(&all[e].samples);
}

static const struct test tests[] = {
    {"a_limit_is_of_the_share_it_names", a_limit_is_of_the_share_it_names},
    {"who_keeps_up_is_told_by_what_came", who_keeps_up_is_told_by_what_came},
    {"answers_are_compared_round_by_round", answers_are_compared_round_by_round},
    {0},
};

TEST_MAIN(tests)
