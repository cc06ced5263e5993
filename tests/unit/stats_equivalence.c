/* Within or beyond a tolerance: evidence that may be looked at, and how often it is wrong. */
#include "tests/test.h"
#include "tests/unit/fidelity_model.h"

enum { SERIES = 60, MOST = 30, TESTS = 33 };

static void count_verdicts(double noise, double off, size_t *counts)
{
    static double x[MOST];
    counts[0] = counts[1] = counts[2] = 0;
    for (size_t i = 0; i < SERIES; i++) {
        struct model m = model_of(7919 * i + 1, noise, 0.1, 0.02);
        size_t rounds;
        counts[model_judge(&m, log1p(off), 0.05, MOST, TESTS, x, &rounds)]++;
    }
}

/* Of 60: 5 % are 3, and 3 standard deviations of that count are 5 more. */
static void wrong_words_are_rarer_than_said(void)
{
    static const double offs[] = {-0.10, -0.06, 0.06, 0.10};
    size_t counts[3];
    for (size_t i = 0; i < sizeof offs / sizeof *offs; i++) {
        count_verdicts(0.02, offs[i], counts);
        CHECK_MSG(counts[EQUIVALENCE_WITHIN] <= 8, "%g: %zu agree", offs[i],
                  counts[EQUIVALENCE_WITHIN]);
    }
    static const double inside[] = {-0.04, 0, 0.04};
    for (size_t i = 0; i < sizeof inside / sizeof *inside; i++) {
        count_verdicts(0.02, inside[i], counts);
        CHECK_MSG(counts[EQUIVALENCE_BEYOND] == 0, "%g: %zu differ", inside[i],
                  counts[EQUIVALENCE_BEYOND]);
    }
}

/* Right words have to come as well, or nothing would ever be wrong. */
static void what_is_clear_is_decided(void)
{
    size_t counts[3];
    count_verdicts(0.01, 0, counts);
    CHECK_MSG(counts[EQUIVALENCE_WITHIN] >= SERIES * 9 / 10, "%zu agree",
              counts[EQUIVALENCE_WITHIN]);
    count_verdicts(0.01, 0.10, counts);
    CHECK_MSG(counts[EQUIVALENCE_BEYOND] >= SERIES * 9 / 10, "%zu differ",
              counts[EQUIVALENCE_BEYOND]);
}

/* Sleeps of one launch follow from each other; launches do not, and they are what is counted. */
static void shares_of_events_that_cling_together(void)
{
    static const double offs[] = {0, 0.16, 0.40};
    static double x[MOST];
    for (size_t k = 0; k < 3; k++) {
        size_t counts[3] = {0}, rounds;
        for (size_t i = 0; i < SERIES; i++) {
            struct model m = model_of(104729 * i + 3, 0, 0, 0);
            counts[model_judge_shares(&m, offs[k], MOST, TESTS, x, &rounds)]++;
        }
        if (k == 0)
            CHECK_MSG(counts[EQUIVALENCE_BEYOND] == 0 && counts[EQUIVALENCE_WITHIN] > SERIES / 2,
                      "%zu agree", counts[EQUIVALENCE_WITHIN]);
        else
            CHECK_MSG(counts[EQUIVALENCE_WITHIN] <= 8, "%g: %zu agree", offs[k],
                      counts[EQUIVALENCE_WITHIN]);
        if (k == 2)
            CHECK_MSG(counts[EQUIVALENCE_BEYOND] > SERIES / 2, "%zu differ",
                      counts[EQUIVALENCE_BEYOND]);
    }
}

/* The speed of the machine changes by 2 in the course of a minute: within a round it cancels. */
static void a_steady_drift_falls_on_both_sides(void)
{
    for (unsigned turn = 0; turn < 4; turn++) {
        struct model m = model_of(1, 0, 0, 0);
        double launches[2][2], time = 0; /* side, numerator */
        m.turn = turn;
        unsigned real_first = turn / 2 % 2, mirrored = turn % 2;
        for (unsigned i = 0; i < 2; i++)
            for (unsigned k = 0; k < 2; k++)
                launches[(i + real_first + mirrored) % 2][(k + mirrored) % 2] = time++;
        CHECK_NEAR(launches[0][1] - launches[0][0], launches[1][1] - launches[1][0], 1e-12);
        CHECK_NEAR(model_round(&m, 0.03, 25), 0.03, 1e-12);
    }
}

static void evidence_once_had_is_kept(void)
{
    double x[20];
    for (size_t i = 0; i < 20; i++)
        x[i] = i < 12 ? 0.2 : -0.2;
    double early = equivalence_above_ln(x, 12, 0.05);
    CHECK(early >= log(20));
    CHECK_NEAR(equivalence_above_ln(x, 20, 0.05), early, 1e-12);
}

static enum equivalence decide(const struct equivalence_evidence *e, size_t parts, double within_ln,
                               double beyond_ln)
{
    return equivalence_decide(e->within, equivalence_beyond_ln(e, parts), within_ln, beyond_ln);
}

static void a_series_that_says_both_is_open(void)
{
    const struct equivalence_evidence both = {.within = 5, .below_lo = 0, .above_hi = 9};
    const struct equivalence_evidence within = {.within = 5, .below_lo = 0, .above_hi = 2};
    const struct equivalence_evidence beyond = {.within = 1, .below_lo = 9, .above_hi = 0};
    CHECK_EQ((int)decide(&both, 1, 3, 6), (int)EQUIVALENCE_OPEN);
    CHECK_EQ((int)decide(&within, 1, 3, 6), (int)EQUIVALENCE_WITHIN);
    CHECK_EQ((int)decide(&beyond, 1, 3, 6), (int)EQUIVALENCE_BEYOND);
    CHECK_EQ((int)decide(&beyond, 1, 3, 8.5), (int)EQUIVALENCE_OPEN);   /* two ends: 9 - ln 2 */
    CHECK_EQ((int)decide(&beyond, 8, 3, 6.2), (int)EQUIVALENCE_BEYOND); /* 9 - ln 16 */
    CHECK_EQ((int)decide(&beyond, 8, 3, 6.3), (int)EQUIVALENCE_OPEN);
}

static void an_end_that_is_open_needs_no_evidence(void)
{
    struct equivalence_evidence e;
    static const double x[10] = {5, 5, 5, 5, 5, 5, 5, 5, 5, 5};
    CHECK_EQ(equivalence_of(x, 10, 1, INFINITY, &e, NULL), 0);
    CHECK(e.within >= log(20) && e.above_hi <= 0);
    CHECK_EQ(equivalence_of(x, 10, -INFINITY, 1, &e, NULL), 0);
    CHECK(e.within < 1 && e.above_hi >= log(20));
    CHECK_EQ(equivalence_of(x, 0, 0, 1, &e, NULL), 0);
    CHECK_NEAR(e.within, 0, 1e-12);
}

static const struct test tests[] = {
    {"wrong_words_are_rarer_than_said", wrong_words_are_rarer_than_said},
    {"what_is_clear_is_decided", what_is_clear_is_decided},
    {"shares_of_events_that_cling_together", shares_of_events_that_cling_together},
    {"a_steady_drift_falls_on_both_sides", a_steady_drift_falls_on_both_sides},
    {"evidence_once_had_is_kept", evidence_once_had_is_kept},
    {"a_series_that_says_both_is_open", a_series_that_says_both_is_open},
    {"an_end_that_is_open_needs_no_evidence", an_end_that_is_open_needs_no_evidence},
    {0},
};

TEST_MAIN(tests)
