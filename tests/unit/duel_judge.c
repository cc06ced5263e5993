/* From values to verdicts, on made-up values. */
#include "bench/duel/judge.h"

#include "bench/core/rng.h"
#include "bench/duel/schedule.h"
#include "tests/test.h"

static const struct judge_limits limits = {.alpha = 0.05, .threshold = 0.01, .floor_ns = 2};

static double uniform(struct rng *r)
{
    return ((double)(rng_next(r) >> 11) + 0.5) / 9007199254740992.0;
}

/* A base of 20 ms with noise that is skewed and comes in bursts, as on a shared machine. */
struct machine {
    struct rng rng;
    double noise; /* half width of the quiet part */
    double burst; /* what a burst adds */
    unsigned in_burst;
    double head, null, layout; /* factors */
};

static double take(struct machine *m, double factor)
{
    if (!m->in_burst && rng_below(&m->rng, 20) == 0)
        m->in_burst = 1 + (unsigned)rng_below(&m->rng, 6);
    double t = 20e6 * factor * (1 + m->noise * (uniform(&m->rng) + uniform(&m->rng) - 1));
    if (m->in_burst) {
        m->in_burst--;
        t *= 1 + m->burst * uniform(&m->rng);
    }
    return t;
}

static void add_slots(struct observations *o, struct schedule *s, struct machine *m, int count)
{
    const double factors[ARM_COUNT] = {1, m->head, m->null, m->layout};
    for (int i = 0; i < count; i++) {
        struct slot_order order = schedule_next(s);
        CHECK_EQ(observations_add_slot(o, NULL), 0);
        for (size_t a = 0; a < order.count; a++) {
            struct sample sample = {
                .wall_ns = take(m, factors[order.arms[a]]), .cpu_ns = 1, .memory_bytes = 1};
            CHECK_EQ(observe_process(o, order.arms[a], &sample, true, NULL), 0);
        }
    }
}

static struct duel_row judge_once(struct observations *o, const struct judge_limits *l)
{
    struct duel_row row = {0}, *rows[] = {&row};
    struct err err = {0};
    const struct observed_metric *m = observations_find(o, "wall_ns");
    CHECK_EQ(judge_metric(m, 0, o->slot_count, l, 1, &row, &err), 0);
    CHECK_EQ(judge_rows(rows, 1, 1, l->alpha, &err), 0);
    return row;
}

static struct duel_row judged(struct machine m, int slots, const struct judge_limits *l)
{
    struct observations o;
    struct schedule s;
    schedule_init(&s, rng_next(&m.rng), SCHEDULE_ALL);
    CHECK_EQ(observations_init(&o, NULL), 0);
    add_slots(&o, &s, &m, slots);
    struct duel_row row = judge_once(&o, l);
    observations_release(&o);
    return row;
}

static struct machine machine(uint64_t seed)
{
    return (struct machine){
        .rng = {seed}, .noise = 0.01, .burst = 0.3, .head = 1, .null = 1, .layout = 1};
}

static void two_per_cent_in_noise_is_slower(void)
{
    struct machine m = machine(1);
    m.head = 1.02;
    struct duel_row row = judged(m, 150, &limits);
    CHECK_EQ(verdict_name(row.verdict), "slower");
    CHECK_NEAR(exp(row.arms[ARM_HEAD].effect.center) - 1, 0.02, 0.004);
    CHECK_EQ(row.arms[ARM_HEAD].effect.n, 150);
    CHECK_EQ(tolerance_source_name(row.tolerance_source), "threshold");
    CHECK(row.detectable_ln > row.tolerance_ln && row.detectable_ln < 0.03);
    m.head = 1 / 1.02;
    CHECK_EQ(verdict_name(judged(m, 150, &limits).verdict), "faster");
}

static void equal_sides_are_shown_to_be_the_same(void)
{
    struct duel_row row = judged(machine(2), 150, &limits);
    CHECK_EQ(verdict_name(row.verdict), "same");
    CHECK(!row.control_fired);
    CHECK(judge_is_settled(&row));
}

static void a_small_difference_is_shifted(void)
{
    struct machine m = machine(3);
    m.noise = 0.002;
    m.head = 1.005;
    CHECK_EQ(verdict_name(judged(m, 100, &limits).verdict), "shifted");
}

static void few_pairs_are_undecided_and_say_how_many_it_takes(void)
{
    struct machine m = machine(4);
    m.head = 1.02;
    struct duel_row row = judged(m, 7, &limits);
    CHECK_EQ(verdict_name(row.verdict), "undecided");
    CHECK_EQ(row.detectable_ln, INFINITY);
    CHECK(row.pairs_to_settle > 7);
    CHECK(!judge_is_settled(&row));
}

static void what_another_layout_does_is_tolerated(void)
{
    struct machine m = machine(5);
    m.head = 1.03;
    m.layout = 1.05;
    struct duel_row row = judged(m, 200, &limits);
    CHECK_EQ(tolerance_source_name(row.tolerance_source), "layout");
    CHECK_NEAR(row.tolerance_ln, log(1.05), 0.01);
    CHECK(row.verdict != VERDICT_SLOWER);
    CHECK(!row.control_fired);
}

static void a_base_that_differs_from_itself_fires(void)
{
    struct machine m = machine(6);
    m.null = m.head = 1.08;
    struct duel_row row = judged(m, 200, &limits);
    CHECK(row.control_fired);
    CHECK_EQ(tolerance_source_name(row.tolerance_source), "null");
}

static void tiny_figures_are_protected_by_the_floor(void)
{
    struct machine m = machine(7);
    m.head = 1.05;
    struct judge_limits l = limits;
    l.floor_ns = 2e6; /* a tenth of the figure */
    struct duel_row row = judged(m, 100, &l);
    CHECK_EQ(tolerance_source_name(row.tolerance_source), "floor");
    CHECK_EQ(verdict_name(row.verdict), "shifted");
}

/* 1 pair in 10 takes three times as long: the median does not move, the row fails by its mean. */
static void a_convoy_fails_the_row_by_its_mean(void)
{
    struct observations o;
    struct rng r = {8};
    CHECK_EQ(observations_init(&o, NULL), 0);
    for (int i = 0; i < 400; i++) {
        CHECK_EQ(observations_add_slot(&o, NULL), 0);
        struct sample base = {.wall_ns = 1e6 * (1 + 0.002 * uniform(&r))};
        struct sample head = {.wall_ns = 1e6 * (1 + 0.002 * uniform(&r)) * (i % 10 ? 1 : 3)};
        observe_process(&o, ARM_BASE, &base, true, NULL);
        observe_process(&o, ARM_HEAD, &head, true, NULL);
    }
    struct duel_row row = judge_once(&o, &limits);
    CHECK_EQ(verdict_name(row.verdict), "slower");
    CHECK(row.by_mean);
    CHECK_NEAR(row.arms[ARM_HEAD].effect.center, 0, 0.001);
    observations_release(&o);
}

static void a_value_without_a_logarithm_is_not_comparable(void)
{
    struct observations o;
    CHECK_EQ(observations_init(&o, NULL), 0);
    for (int i = 0; i < 10; i++) {
        observations_add_slot(&o, NULL);
        struct sample base = {.wall_ns = i == 4 ? 0 : 1}, head = {.wall_ns = 1};
        observe_process(&o, ARM_BASE, &base, true, NULL);
        observe_process(&o, ARM_HEAD, &head, true, NULL);
    }
    struct duel_row row = judge_once(&o, &limits);
    CHECK_EQ(verdict_name(row.verdict), "not comparable");
    CHECK_CONTAINS(row.reason, "base is 0");
    observations_release(&o);
}

static void exact_values_need_few_pairs(void)
{
    struct observations o;
    CHECK_EQ(observations_init(&o, NULL), 0);
    for (int i = 0; i < 10; i++) {
        observations_add_slot(&o, NULL);
        struct sample base = {.wall_ns = 1000}, head = {.wall_ns = 1000};
        observe_process(&o, ARM_BASE, &base, true, NULL);
        observe_process(&o, ARM_HEAD, &head, true, NULL);
    }
    CHECK_EQ(verdict_name(judge_once(&o, &limits).verdict), "same");
    observations_release(&o);
}

static void a_second_look_takes_a_verdict_back(void)
{
    struct duel_row row = {.worse_ln = 10,
                           .better_ln = -10,
                           .tolerance_ln = 0.01,
                           .anytime_lo = 0.02,
                           .anytime_hi = 0.03,
                           .is_gated = true},
                    *rows[] = {&row};
    CHECK_EQ(judge_rows(rows, 1, 1, 0.05, NULL), 0);
    CHECK_EQ(verdict_name(row.verdict), "slower");
    row.confirmation = (struct confirmation){.was_tried = true};
    CHECK_EQ(judge_rows(rows, 1, 1, 0.05, NULL), 0);
    CHECK_EQ(verdict_name(row.verdict), "undecided");
    row.confirmation.has_agreed = true;
    CHECK_EQ(judge_rows(rows, 1, 1, 0.05, NULL), 0);
    CHECK_EQ(verdict_name(row.verdict), "slower");
    /* One among a thousand rows needs more than one alone, even when 999 were not seen yet. */
    row.worse_ln = 5;
    CHECK_EQ(judge_rows(rows, 1, 1000, 0.05, NULL), 0);
    CHECK_EQ(verdict_name(row.verdict), "undecided");
}

/* Identical sides, judged after every slot until settled or 100 slots: never more than alpha. */
static void identical_sides_seldom_differ_however_often_one_looks(void)
{
    enum { TRIALS = 200, SLOTS = 100 };
    int alarms = 0, fired = 0;
    struct judge_limits l = limits;
    l.threshold = 0.001; /* hardly any tolerance to hide behind */
    for (uint64_t t = 0; t < TRIALS; t++) {
        struct machine m = machine(1000 + t);
        m.noise = 0.05;
        struct observations o;
        struct schedule s;
        schedule_init(&s, t, SCHEDULE_ALL);
        CHECK_EQ(observations_init(&o, NULL), 0);
        for (int i = 0; i < SLOTS; i++) {
            add_slots(&o, &s, &m, 1);
            if (i % 4)
                continue;
            struct duel_row row = judge_once(&o, &l);
            fired += row.control_fired;
            if (row.verdict == VERDICT_SLOWER || row.verdict == VERDICT_FASTER) {
                alarms++;
                break;
            }
        }
        observations_release(&o);
    }
    CHECK(alarms <= TRIALS / 20);
    CHECK(fired <= TRIALS / 20);
}

static const struct test tests[] = {
    {"two_per_cent_in_noise_is_slower", two_per_cent_in_noise_is_slower},
    {"equal_sides_are_shown_to_be_the_same", equal_sides_are_shown_to_be_the_same},
    {"a_small_difference_is_shifted", a_small_difference_is_shifted},
    {"few_pairs_are_undecided_and_say_how_many_it_takes",
     few_pairs_are_undecided_and_say_how_many_it_takes},
    {"what_another_layout_does_is_tolerated", what_another_layout_does_is_tolerated},
    {"a_base_that_differs_from_itself_fires", a_base_that_differs_from_itself_fires},
    {"tiny_figures_are_protected_by_the_floor", tiny_figures_are_protected_by_the_floor},
    {"a_convoy_fails_the_row_by_its_mean", a_convoy_fails_the_row_by_its_mean},
    {"a_value_without_a_logarithm_is_not_comparable",
     a_value_without_a_logarithm_is_not_comparable},
    {"exact_values_need_few_pairs", exact_values_need_few_pairs},
    {"a_second_look_takes_a_verdict_back", a_second_look_takes_a_verdict_back},
    {"identical_sides_seldom_differ_however_often_one_looks",
     identical_sides_seldom_differ_however_often_one_looks},
    {0},
};
TEST_MAIN(tests)
