/* From values to verdicts, on made-up values. */
#include "bench/judge/duel/judge.h"

#include "bench/base/rng.h"
#include "bench/judge/duel/duel.h"
#include "bench/judge/duel/schedule.h"
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
    CHECK_EQ(judge_suspects(rows, 1, 1, &err), 0);
    return row;
}

static struct duel_row judged(struct machine m, int slots, const struct judge_limits *l)
{
    struct observations o;
    struct schedule s;
    schedule_init(&s, rng_next(&m.rng), true);
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
    struct duel_row row = judged(machine(5), 150, &limits);
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

/* A control that is off by much must not turn noise into equality. */
static void a_wide_tolerance_shows_no_equality(void)
{
    struct duel_row row = {.worse_ln = -1,
                           .better_ln = -1,
                           .threshold_ln = 0.01,
                           .tolerance_ln = 0.4,
                           .anytime_lo = -0.1,
                           .anytime_hi = 0.1,
                           .is_gated = true},
                    *rows[] = {&row};
    CHECK_EQ(judge_suspects(rows, 1, 1, NULL), 0);
    CHECK_EQ(verdict_name(row.verdict), "undecided");
    row.anytime_lo = 0.02;
    CHECK_EQ(judge_suspects(rows, 1, 1, NULL), 0);
    CHECK_EQ(verdict_name(row.verdict), "shifted");
    row.anytime_lo = -0.002;
    row.anytime_hi = 0.004;
    CHECK_EQ(judge_suspects(rows, 1, 1, NULL), 0);
    CHECK_EQ(verdict_name(row.verdict), "same");
}

static void few_pairs_are_undecided_and_say_how_many_it_takes(void)
{
    struct machine m = machine(4);
    m.head = 1.02;
    struct duel_row row = judged(m, 4, &limits), *rows[] = {&row};
    CHECK_EQ(judge_rows(rows, 1, 1, limits.alpha, NULL), 0); /* a suspicion is no verdict */
    CHECK_EQ(verdict_name(row.verdict), "undecided");
    CHECK_EQ(row.detectable_ln, INFINITY);
    CHECK(row.pairs_to_settle > 4);
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

/* 5 s hold 48 pairs where samples are long: enough for a control to say so of one row and of 16. */
static void the_default_budget_lets_the_control_fire(void)
{
    for (size_t rows = 1; rows <= 16; rows *= 4) {
        int fired = 0;
        for (uint64_t t = 0; t < 20; t++) {
            struct machine m = machine(600 + t);
            struct observations o;
            struct schedule s;
            struct duel_row row = {0};
            m.burst = 0.05;
            m.null = 1.10;
            schedule_init(&s, rng_next(&m.rng), true);
            CHECK_EQ(observations_init(&o, NULL), 0);
            add_slots(&o, &s, &m, 48);
            judge_metric(observations_find(&o, "wall_ns"), 0, o.slot_count, &limits, rows, &row,
                         NULL);
            CHECK(row.arms[ARM_NULL].effect.n >= row.control_pairs_least);
            fired += row.control_fired;
            observations_release(&o);
        }
        CHECK_MSG(fired >= 19, "of %zu rows: fired in %d of 20", rows, fired);
    }
}

/* 10 % off in each pair: with as many as the row says, and no sooner. */
static void the_row_says_what_it_takes_to_fire(void)
{
    struct observations o;
    struct duel_row row = {.control_pairs_least = 1};
    CHECK_EQ(observations_init(&o, NULL), 0);
    for (size_t i = 0; i < row.control_pairs_least && i < 50; i++) {
        CHECK(!row.control_fired);
        CHECK_EQ(observations_add_slot(&o, NULL), 0);
        const struct sample one = {.wall_ns = 1e6}, more = {.wall_ns = 1e6 * 1.1 * 1.01};
        observe_process(&o, ARM_BASE, &one, true, NULL);
        observe_process(&o, ARM_HEAD, &one, true, NULL);
        observe_process(&o, ARM_NULL, &more, true, NULL);
        judge_metric(observations_find(&o, "wall_ns"), 0, o.slot_count, &limits, 1, &row, NULL);
    }
    CHECK(row.control_fired);
    CHECK(row.control_pairs_least >= 7 && row.control_pairs_least <= 16);
    observations_release(&o);
}

/* Slower or faster than itself: either is no machine to judge on. */
static void a_base_that_differs_from_itself_fires(void)
{
    static const double factors[] = {1.08, 1 / 1.08};
    for (size_t i = 0; i < sizeof factors / sizeof *factors; i++) {
        struct machine m = machine(6);
        m.null = m.head = factors[i];
        struct duel_row row = judged(m, 200, &limits);
        CHECK_MSG(row.control_fired, "base is %g times itself", factors[i]);
        CHECK_EQ(tolerance_source_name(row.tolerance_source), "null");
    }
}

/* No word of such a comparison stands, of whatever metric; those of others do. */
static void where_the_control_fired_there_is_no_verdict(void)
{
    static const double nulls[] = {1.08, 1};
    struct duel_outcome both[2] = {{.row_count = 2}, {.row_count = 2}};
    for (size_t i = 0; i < 2; i++) {
        struct machine m = machine(61 + i);
        m.head = 1.3;
        m.null = nulls[i];
        both[i].rows[0] = judged(m, 200, &limits);
        m.null = 1;
        both[i].rows[1] = judged(m, 200, &limits);
        CHECK_EQ(both[i].rows[0].control_fired, i == 0);
        CHECK(!both[i].rows[1].control_fired);
        for (size_t j = 0; j < 2; j++) {
            CHECK(both[i].rows[j].is_gated);
            /* As a second look would have it. */
            both[i].rows[j].confirmation.was_tried = both[i].rows[j].confirmation.has_agreed = true;
        }
    }
    CHECK_EQ(duel_judge_together(both, 2, limits.alpha, NULL), 0);
    for (size_t j = 0; j < 2; j++) {
        CHECK_EQ(both[0].rows[j].verdict, VERDICT_NOT_COMPARABLE);
        CHECK_EQ(both[1].rows[j].verdict, VERDICT_SLOWER);
    }
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
    CHECK_CONTAINS(row.reason, "base is 0 in 1 of 10 pairs, head in 0");
    observations_release(&o);
}

/* Both sides at 1 ms; `missing` says which sides lack the metric in slot i. */
static struct duel_row judged_without(int slots, unsigned (*missing)(int slot), bool is_net)
{
    struct observations o;
    CHECK_EQ(observations_init(&o, NULL), 0);
    for (int i = 0; i < slots; i++) {
        observations_add_slot(&o, NULL);
        for (int arm = ARM_BASE; arm <= ARM_HEAD; arm++) {
            const struct sample s = {.wall_ns = missing(i) >> arm & 1 ? (double)NAN : 1e6};
            observe_process(&o, (enum duel_arm)arm, &s, true, NULL);
        }
    }
    const struct observed_metric *m = observations_find(&o, "wall_ns");
    struct missing seen = missing_of(m->values[ARM_BASE], m->values[ARM_HEAD], 0, o.slot_count);
    struct duel_row row = judge_once(&o, &limits), *rows[] = {&row};
    if (is_net) {
        row.reason[0] = '\0';
        row.net_missing = seen;
        judge_suspects(rows, 1, 1, NULL);
    }
    observations_release(&o);
    return row;
}

static unsigned head_at_times(int i)
{
    return i % 12 == 5 ? 1u << ARM_HEAD : 0;
}

static unsigned base_at_times(int i)
{
    return i % 12 == 5 ? 1u << ARM_BASE : 0;
}

static unsigned both_alike(int i)
{
    return i % 8 == 1 ? 1u << ARM_HEAD : i % 8 == 2 ? 1u << ARM_BASE : 0;
}

static unsigned head_more_often(int i)
{
    return i % 4 == 1 ? 1u << ARM_HEAD : i % 32 == 2 ? 1u << ARM_BASE : 0;
}

static unsigned head_always(int i)
{
    (void)i;
    return 1u << ARM_HEAD;
}

static void what_one_side_leaves_out_is_a_finding(void)
{
    struct duel_row row = judged_without(60, head_at_times, false);
    CHECK_EQ(verdict_name(row.verdict), "not comparable");
    CHECK_CONTAINS(row.reason, "head lacks it in 5 of 60 samples, base in 0");
    CHECK(judge_is_settled(&row));
    row = judged_without(60, base_at_times, false);
    CHECK_CONTAINS(row.reason, "base lacks it in 5 of 60 samples, head in 0");
    row = judged_without(64, head_more_often, false);
    CHECK_EQ(verdict_name(row.verdict), "not comparable");
    CHECK(!judge_is_settled(&row)); /* it may be chance yet */
    row = judged_without(60, both_alike, false);
    CHECK_EQ(verdict_name(row.verdict), "same");
    row = judged_without(60, head_always, false);
    CHECK_CONTAINS(row.reason, "only base has this metric, in all of 60 samples");
    CHECK(!judge_is_new(&row));
}

/* Wall time is there for all, and is judged; but that it is the same nobody says. */
static void net_time_that_comes_and_goes_with_one_side_is_never_the_same(void)
{
    CHECK_EQ(verdict_name(judged_without(60, head_at_times, true).verdict), "undecided");
    CHECK_EQ(verdict_name(judged_without(60, base_at_times, true).verdict), "undecided");
    CHECK_EQ(verdict_name(judged_without(60, both_alike, true).verdict), "same");
    struct missing always = {.slots = 9, .head = 9, .head_alone = 9};
    CHECK(missing_is_lopsided(&always) && !missing_comes_and_goes(&always));
}

/* Both sides at 20 ms and 1 % of noise; so many of the sides' runs take eleven times as long. */
static struct duel_row judged_with_slow_runs(int slots, int base_every, int head_every)
{
    struct observations o;
    struct rng r = {11};
    CHECK_EQ(observations_init(&o, NULL), 0);
    for (int i = 0; i < slots; i++) {
        observations_add_slot(&o, NULL);
        for (int arm = ARM_BASE; arm <= ARM_NULL; arm++) {
            int every = arm == ARM_HEAD ? head_every : base_every;
            bool is_slow = every && i % every == (arm == ARM_HEAD ? 3 : 7);
            double wall_ns = 20e6 * (0.995 + 0.01 * uniform(&r)) * (is_slow ? 11 : 1);
            observe_process(&o, (enum duel_arm)arm, &(struct sample){.wall_ns = wall_ns}, true,
                            NULL);
        }
    }
    struct duel_row row = judge_once(&o, &limits);
    observations_release(&o);
    return row;
}

/* The median does not move with what 8 % of the runs do, and the mean convinces only later. */
static void what_few_runs_of_one_side_do_is_never_the_same(void)
{
    struct duel_row row = judged_with_slow_runs(60, 0, 0);
    CHECK_EQ(verdict_name(row.verdict), "same");
    CHECK(judge_is_settled(&row));
    row = judged_with_slow_runs(70, 0, 16);
    CHECK_EQ(row.outlying.worse, 5);
    CHECK_EQ(row.outlying.better, 0);
    CHECK_EQ(verdict_name(row.verdict), "undecided");
    CHECK(judge_is_torn(&row));
    row = judged_with_slow_runs(70, 16, 0);
    CHECK_EQ(row.outlying.better, 4);
    CHECK_EQ(verdict_name(row.verdict), "undecided");
    /* Three are not yet a finding, but a reason to go on. */
    row = judged_with_slow_runs(60, 0, 20);
    CHECK_EQ(row.outlying.worse, 3);
    CHECK_EQ(verdict_name(row.verdict), "same");
    CHECK(!judge_is_settled(&row));
    row = judged_with_slow_runs(80, 12, 12);
    CHECK_EQ(verdict_name(row.verdict), "same");
    CHECK(judge_is_settled(&row));
}

/* A third of alpha asks for ln 3 more. */
static void a_share_of_alpha_is_paid_for(void)
{
    struct duel_row row = {.worse_ln = log(20),
                           .better_ln = -10,
                           .anytime_lo = 0.005,
                           .anytime_hi = 0.03,
                           .is_gated = true,
                           .price_ln = log(3)},
                    *rows[] = {&row};
    row.confirmation =
        (struct confirmation){.was_tried = true, .has_agreed = true, .evidence_ln = log(5)};
    CHECK_EQ(judge_suspects(rows, 1, 1, NULL), 0);
    CHECK_EQ(judge_rows(rows, 1, 1, 0.05, NULL), 0);
    CHECK_EQ(verdict_name(row.verdict), "undecided"); /* 100 of 120 */
    row.confirmation.evidence_ln = log(6.1);
    CHECK_EQ(judge_rows(rows, 1, 1, 0.05, NULL), 0);
    CHECK_EQ(verdict_name(row.verdict), "slower");
}

static void averages_have_no_floor_unless_asked(void)
{
    static const struct {
        const char *unit;
        double ns;
    } rows[] = {{"ns", 1}, {"us", 1e3}, {"s", 1e9}};
    for (size_t i = 0; i < 3; i++)
        for (int asked = 0; asked < 2; asked++) {
            struct judge_limits l = limits;
            struct observations o;
            char text[128];
            l.floor_ns = 100 * rows[i].ns;
            l.has_floor_asked = asked;
            CHECK_EQ(observations_init(&o, NULL), 0);
            for (int slot = 0; slot < 20; slot++) {
                observations_add_slot(&o, NULL);
                for (int arm = ARM_BASE; arm <= ARM_HEAD; arm++) {
                    snprintf(text, sizeof text,
                             "{\"schema\": \"contend.sample/1\", \"metrics\": {\"wall_ns\": "
                             "{\"value\": %d, \"unit\": \"%s\"}}}",
                             arm == ARM_HEAD ? 20 : 5, rows[i].unit);
                    const struct sample s = {.output = text};
                    CHECK_EQ(observe_printed(&o, (enum duel_arm)arm, &s, NULL), 0);
                }
            }
            CHECK_EQ(verdict_name(judge_once(&o, &l).verdict), asked ? "shifted" : "slower");
            observations_release(&o);
        }
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

static void a_second_look_must_agree(void)
{
    struct duel_row row = {.worse_ln = log(20),
                           .better_ln = -10,
                           .tolerance_ln = 0.01,
                           .anytime_lo = 0.005,
                           .anytime_hi = 0.03,
                           .is_gated = true},
                    *rows[] = {&row};
    CHECK_EQ(judge_suspects(rows, 1, 1, NULL), 0);
    CHECK_EQ(verdict_name(row.suspicion), "slower");
    CHECK_EQ(judge_rows(rows, 1, 1, 0.05, NULL), 0);
    CHECK_EQ(verdict_name(row.verdict), "undecided");
    row.confirmation = (struct confirmation){.was_tried = true, .evidence_ln = log(12)};
    CHECK_EQ(judge_rows(rows, 1, 1, 0.05, NULL), 0);
    CHECK_EQ(verdict_name(row.verdict), "undecided");
    row.confirmation.has_agreed = true;
    CHECK_EQ(judge_rows(rows, 1, 1, 0.05, NULL), 0);
    CHECK_EQ(verdict_name(row.verdict), "slower");
    /* 20 x 12 is enough for one row (40) and for six (240), not for seven. */
    CHECK_EQ(judge_rows(rows, 1, 6, 0.05, NULL), 0);
    CHECK_EQ(verdict_name(row.verdict), "slower");
    CHECK_EQ(judge_rows(rows, 1, 7, 0.05, NULL), 0);
    CHECK_EQ(verdict_name(row.verdict), "undecided");
    /* What is not confirmed may still be shown to lie inside. */
    row.confirmation.has_agreed = false;
    row.threshold_ln = 0.01;
    row.anytime_lo = -0.005;
    row.anytime_hi = 0.005;
    CHECK_EQ(judge_rows(rows, 1, 1, 0.05, NULL), 0);
    CHECK_EQ(verdict_name(row.verdict), "same");
}

static void improvements_do_not_use_up_what_regressions_have(void)
{
    struct duel_row rows[6], *pointers[6];
    for (int i = 0; i < 6; i++) {
        rows[i] = (struct duel_row){.worse_ln = -10,
                                    .better_ln = 20,
                                    .anytime_lo = -0.5,
                                    .anytime_hi = -0.4,
                                    .is_gated = true};
        pointers[i] = &rows[i];
    }
    rows[5].worse_ln = log(11); /* of six alone at 50 %, 12 are needed */
    rows[5].better_ln = -10;
    CHECK_EQ(judge_suspects(pointers, 6, 6, NULL), 0);
    CHECK_EQ(verdict_name(rows[0].verdict), "faster");
    CHECK_EQ(verdict_name(rows[5].suspicion), "undecided");
    rows[5].worse_ln = log(13);
    CHECK_EQ(judge_suspects(pointers, 6, 6, NULL), 0);
    CHECK_EQ(verdict_name(rows[5].suspicion), "slower");
}

/* Judged after every fourth slot until it is settled, or 100 slots. */
static struct duel_row judged_in_two_looks(struct machine *m, const struct judge_limits *l)
{
    enum { SLOTS = 100 };
    struct duel_row row = {0}, *rows[] = {&row};
    for (int look = 0; look < 2; look++) {
        struct observations o;
        struct schedule s;
        schedule_init(&s, rng_next(&m->rng), !look);
        CHECK_EQ(observations_init(&o, NULL), 0);
        for (int i = 0; i < SLOTS; i++) {
            add_slots(&o, &s, m, 1);
            if (i % 4)
                continue;
            const struct observed_metric *metric = observations_find(&o, "wall_ns");
            if (!look) {
                row = judge_once(&o, l);
                if (row.suspicion != VERDICT_UNDECIDED && judge_is_settled(&row))
                    break;
                continue;
            }
            judge_confirmation(metric, 0, o.slot_count, &row, &row.confirmation, NULL);
            CHECK_EQ(judge_rows(rows, 1, 1, l->alpha, NULL), 0);
            if (row.verdict == row.suspicion)
                break;
        }
        observations_release(&o);
        if (row.suspicion == VERDICT_UNDECIDED)
            break;
    }
    return row;
}

static void identical_sides_seldom_differ_however_often_one_looks(void)
{
    enum { TRIALS = 200 };
    int suspected = 0, alarms = 0, fired = 0;
    struct judge_limits l = limits;
    l.threshold = 0.001; /* hardly any tolerance to hide behind */
    for (uint64_t t = 0; t < TRIALS; t++) {
        struct machine m = machine(1000 + t);
        m.noise = 0.05;
        struct duel_row row = judged_in_two_looks(&m, &l);
        suspected += row.suspicion != VERDICT_UNDECIDED;
        alarms += row.verdict == VERDICT_SLOWER || row.verdict == VERDICT_FASTER;
        fired += row.control_fired;
    }
    CHECK(suspected <= TRIALS / 2);
    CHECK(alarms <= TRIALS * 2 / 100);
    CHECK(fired <= TRIALS * 2 / 100);
}

static void a_difference_of_half_the_noise_is_mostly_found(void)
{
    enum { TRIALS = 50 };
    int found = 0;
    for (uint64_t t = 0; t < TRIALS; t++) {
        struct machine m = machine(5000 + t);
        m.noise = 0.05;
        m.head = 1.05;
        found += judged_in_two_looks(&m, &limits).verdict == VERDICT_SLOWER;
    }
    CHECK(found >= TRIALS * 9 / 10);
}

static const struct test tests[] = {
    {"two_per_cent_in_noise_is_slower", two_per_cent_in_noise_is_slower},
    {"equal_sides_are_shown_to_be_the_same", equal_sides_are_shown_to_be_the_same},
    {"a_small_difference_is_shifted", a_small_difference_is_shifted},
    {"a_wide_tolerance_shows_no_equality", a_wide_tolerance_shows_no_equality},
    {"few_pairs_are_undecided_and_say_how_many_it_takes",
     few_pairs_are_undecided_and_say_how_many_it_takes},
    {"what_another_layout_does_is_tolerated", what_another_layout_does_is_tolerated},
    {"a_base_that_differs_from_itself_fires", a_base_that_differs_from_itself_fires},
    {"where_the_control_fired_there_is_no_verdict", where_the_control_fired_there_is_no_verdict},
    {"tiny_figures_are_protected_by_the_floor", tiny_figures_are_protected_by_the_floor},
    {"a_convoy_fails_the_row_by_its_mean", a_convoy_fails_the_row_by_its_mean},
    {"a_value_without_a_logarithm_is_not_comparable",
     a_value_without_a_logarithm_is_not_comparable},
    {"what_one_side_leaves_out_is_a_finding", what_one_side_leaves_out_is_a_finding},
    {"what_few_runs_of_one_side_do_is_never_the_same",
     what_few_runs_of_one_side_do_is_never_the_same},
    {"net_time_that_comes_and_goes_with_one_side_is_never_the_same",
     net_time_that_comes_and_goes_with_one_side_is_never_the_same},
    {"a_share_of_alpha_is_paid_for", a_share_of_alpha_is_paid_for},
    {"averages_have_no_floor_unless_asked", averages_have_no_floor_unless_asked},
    {"the_default_budget_lets_the_control_fire", the_default_budget_lets_the_control_fire},
    {"the_row_says_what_it_takes_to_fire", the_row_says_what_it_takes_to_fire},
    {"exact_values_need_few_pairs", exact_values_need_few_pairs},
    {"a_second_look_must_agree", a_second_look_must_agree},
    {"improvements_do_not_use_up_what_regressions_have",
     improvements_do_not_use_up_what_regressions_have},
    {"a_difference_of_half_the_noise_is_mostly_found",
     a_difference_of_half_the_noise_is_mostly_found},
    {"identical_sides_seldom_differ_however_often_one_looks",
     identical_sides_seldom_differ_however_often_one_looks},
    {0},
};
TEST_MAIN(tests)
