/*
 * What a duel gets right and wrong, on made values with known answers: false words of equal sides,
 * what is found of 2 and 5 %, controls that fire for nothing or for something.  The judge alone,
 * with the schedule, the looks and the ends of a real duel of the default budget; fixed seeds; the
 * table is Markdown.  Run by scripts/duel-campaign.
 */
#include "bench/base/rng.h"
#include "bench/judge/duel/judge.h"
#include "bench/judge/duel/schedule.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum noise { NOISE_SMOOTH, NOISE_BURSTS, NOISE_HEAVY, NOISE_TWO_REGIMES, NOISE_KINDS };

static const char *const noise_names[NOISE_KINDS] = {
    "normal, 1 %", "1 % and bursts of 30 %", "Student's t of 2, 1 %", "two regimes 8 % apart"};

/* What an arm's runs are like beside the machine's noise. */
struct runs {
    double factor;       /* of all of them; 0: 1 */
    double share, times; /* so many take so many times as long */
};

struct truth {
    const char *name;
    int slots;
    struct runs base, head, null;
    double second; /* what the second run of a slot takes longer, whichever it is */
    double warmup; /* what the first slot takes longer; halves every eight */
    double step;   /* values are multiples of it, in ns; 0: they are not rounded */
};

struct machine {
    struct rng rng;
    enum noise noise;
    unsigned in_burst;
    const struct truth *truth;
};

static double uniform(struct rng *r)
{
    return ((double)(rng_next(r) >> 11) + 0.5) * 0x1p-53;
}

/* As a relative error: the machine's, whatever arm it hits. */
static double draw_noise(struct machine *m)
{
    double u = uniform(&m->rng), normal = 0.01 * gsl_cdf_ugaussian_Pinv(u);
    switch (m->noise) {
    case NOISE_SMOOTH:
        return normal;
    case NOISE_BURSTS:
        if (!m->in_burst && rng_below(&m->rng, 20) == 0)
            m->in_burst = 1 + (unsigned)rng_below(&m->rng, 6);
        if (!m->in_burst)
            return normal;
        m->in_burst--;
        return normal + 0.3 * uniform(&m->rng);
    case NOISE_HEAVY:
        return fmax(0.01 * gsl_cdf_tdist_Pinv(u, 2), -0.5);
    case NOISE_TWO_REGIMES:
        return normal + (rng_below(&m->rng, 4) == 0 ? 0.08 : 0);
    case NOISE_KINDS:
        break;
    }
    return 0;
}

/* What a run takes: `slot` and its place in the slot from 0. */
static double draw_run(struct machine *m, enum duel_arm arm, size_t slot, size_t place)
{
    const struct truth *t = m->truth;
    struct runs runs = arm == ARM_HEAD ? t->head : t->base;
    if (arm == ARM_NULL && t->null.factor > 0)
        runs.factor = t->null.factor;
    double wall_ns = 20e6 * (runs.factor > 0 ? runs.factor : 1) * (1 + draw_noise(m));
    if (runs.share > 0 && uniform(&m->rng) < runs.share)
        wall_ns *= runs.times;
    wall_ns *= 1 + (place == 1 ? t->second : 0) + t->warmup * exp2(-(double)slot / 8);
    return t->step > 0 ? t->step * round(wall_ns / t->step) : wall_ns;
}

static void add_slot(struct observations *o, struct schedule *s, struct machine *m)
{
    struct slot_order order = schedule_next(s);
    if (observations_add_slot(o, NULL))
        abort();
    for (size_t a = 0; a < order.count; a++) {
        double wall_ns = draw_run(m, order.arms[a], o->slot, a);
        const struct sample sample = {.wall_ns = wall_ns, .cpu_ns = 1, .memory_bytes = 1};
        if (observe_process(o, order.arms[a], &sample, true, NULL))
            abort();
    }
}

/* One phase, looked at after each slot, until nothing more is to be learned or `slots` are over. */
static int run_phase(struct machine *m, int slots, bool is_second, struct duel_row *row)
{
    int taken = 0;
    static const struct judge_limits limits = {.alpha = 0.05, .threshold = 0.01, .share = 0.8};
    struct observations o;
    struct schedule s;
    struct duel_row *rows[] = {row};
    schedule_init(&s, rng_next(&m->rng), !is_second);
    if (observations_init(&o, NULL))
        abort();
    while (taken < slots) {
        add_slot(&o, &s, m);
        taken++;
        const struct observed_metric *metric = observations_find(&o, "wall_ns");
        if (is_second)
            judge_confirmation(metric, 0, o.slot_count, row, &row->confirmation, NULL);
        else
            judge_metric(metric, 0, o.slot_count, &limits, 1, row, NULL);
        if (is_second ? judge_rows(rows, 1, 1, limits.alpha, NULL)
                      : judge_suspects(rows, 1, 1, NULL))
            abort();
        if (is_second ? row->verdict == row->suspicion : judge_is_settled(row))
            break;
    }
    observations_release(&o);
    return taken;
}

struct tally {
    int slower, faster, same, other, fired;
    long pairs; /* of the first looks */
};

static struct tally run_duels(enum noise noise, const struct truth *truth, int trials)
{
    struct tally t = {0};
    for (int i = 0; i < trials; i++) {
        struct machine m = {
            .rng = {(uint64_t)i * 1000003 + (uint64_t)noise}, .noise = noise, .truth = truth};
        struct duel_row row = {0};
        t.pairs += run_phase(&m, truth->slots, false, &row);
        if (row.suspicion != VERDICT_UNDECIDED && !row.control_fired)
            run_phase(&m, truth->slots, true, &row);
        if (row.suspicion != VERDICT_UNDECIDED && !row.confirmation.was_tried)
            row.verdict = VERDICT_UNDECIDED;
        t.fired += row.control_fired;
        t.slower += !row.control_fired && row.verdict == VERDICT_SLOWER;
        t.faster += !row.control_fired && row.verdict == VERDICT_FASTER;
        t.same += !row.control_fired && row.verdict == VERDICT_SAME;
    }
    t.other = trials - t.slower - t.faster - t.same - t.fired;
    return t;
}

int main(int argc, char **argv)
{
    static const struct truth rows[] = {
        {.name = "equal, 110 pairs", .slots = 110},
        {.name = "equal, 48 pairs", .slots = 48},
        {.name = "head + 2 %, 110 pairs", .slots = 110, .head = {1.02}},
        {.name = "head + 5 %, 110 pairs", .slots = 110, .head = {1.05}},
        {.name = "head + 5 %, 48 pairs", .slots = 48, .head = {1.05}},
        {.name = "another name + 3 %, 110 pairs", .slots = 110, .null = {1.03}},
        {.name = "another name + 5 %, 48 pairs", .slots = 48, .null = {1.05}},
        {.name = "another name and head + 5 %, 48 pairs",
         .slots = 48,
         .head = {1.05},
         .null = {1.05}},
        {.name = "equal, 8 % of the runs 11 times as long, 110 pairs",
         .slots = 110,
         .base = {1, 0.08, 11},
         .head = {1, 0.08, 11}},
        {.name = "8 % of head's runs 11 times as long, 110 pairs",
         .slots = 110,
         .head = {1, 0.08, 11}},
        {.name = "8 % of head's runs 11 times as long, 400 pairs",
         .slots = 400,
         .head = {1, 0.08, 11}},
        {.name = "8 % of base's runs 11 times as long, 400 pairs",
         .slots = 400,
         .base = {1, 0.08, 11}},
        {.name = "2 % of head's runs 11 times as long, 400 pairs",
         .slots = 400,
         .head = {1, 0.02, 11}},
        {.name = "20 % of head's runs 1.5 times as long, 110 pairs",
         .slots = 110,
         .head = {1, 0.2, 1.5}},
        {.name = "equal, 40 % of the runs 1.5 times as long, 110 pairs",
         .slots = 110,
         .base = {1, 0.4, 1.5},
         .head = {1, 0.4, 1.5}},
        {.name = "1.5 times as long in 10 % of base's and 40 % of head's runs, 110 pairs",
         .slots = 110,
         .base = {1, 0.1, 1.5},
         .head = {1, 0.4, 1.5}},
        {.name = "equal, the second of a slot + 3 %, 110 pairs", .slots = 110, .second = 0.03},
        {.name = "equal, the first slot + 50 %, 110 pairs", .slots = 110, .warmup = 0.5},
        {.name = "equal, in steps of 1 ms, 110 pairs", .slots = 110, .step = 1e6},
        {.name = "head + 5 %, in steps of 1 ms, 110 pairs",
         .slots = 110,
         .head = {1.05},
         .step = 1e6},
        {.name = "head + 2 %, in steps of 1 ms, 110 pairs",
         .slots = 110,
         .head = {1.02},
         .step = 1e6},
    };
    int trials = argc > 1 ? atoi(argv[1]) : 1000;
    const char *part = argc > 2 ? argv[2] : "";
    if (trials < 1) {
        fprintf(stderr, "usage: duel_campaign [TRIALS [PART OF A ROW'S NAME]]\n");
        return 2;
    }
    printf("%d duels each, threshold 1 %%\n\n"
           "| what | noise | slower | faster | same | undecided, shifted | control fired | "
           "pairs |\n|---|---|--:|--:|--:|--:|--:|--:|\n",
           trials);
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
        for (int n = 0; n < NOISE_KINDS && strstr(rows[r].name, part); n++) {
            struct tally t = run_duels((enum noise)n, &rows[r], trials);
            printf("| %s | %s | %d | %d | %d | %d | %d | %ld |\n", rows[r].name, noise_names[n],
                   t.slower, t.faster, t.same, t.other, t.fired, t.pairs / trials);
            fflush(stdout);
        }
    return 0;
}
