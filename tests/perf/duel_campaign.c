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

enum noise { NOISE_SMOOTH, NOISE_BURSTS, NOISE_HEAVY, NOISE_TWO_REGIMES, NOISE_KINDS };

static const char *const noise_names[NOISE_KINDS] = {
    "normal, 1 %", "1 % and bursts of 30 %", "Student's t of 2, 1 %", "two regimes 8 % apart"};

struct machine {
    struct rng rng;
    enum noise noise;
    unsigned in_burst;
    double factors[ARM_COUNT];
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

static void add_slot(struct observations *o, struct schedule *s, struct machine *m)
{
    struct slot_order order = schedule_next(s);
    if (observations_add_slot(o, NULL))
        abort();
    for (size_t a = 0; a < order.count; a++) {
        double wall_ns = 20e6 * m->factors[order.arms[a]] * (1 + draw_noise(m));
        const struct sample sample = {.wall_ns = wall_ns, .cpu_ns = 1, .memory_bytes = 1};
        if (observe_process(o, order.arms[a], &sample, true, NULL))
            abort();
    }
}

/* One phase, looked at after each slot, until nothing more is to be learned or `slots` are over. */
static void run_phase(struct machine *m, int slots, bool is_second, struct duel_row *row)
{
    static const struct judge_limits limits = {.alpha = 0.05, .threshold = 0.01, .share = 0.8};
    struct observations o;
    struct schedule s;
    struct duel_row *rows[] = {row};
    schedule_init(&s, rng_next(&m->rng), !is_second);
    if (observations_init(&o, NULL))
        abort();
    for (int i = 0; i < slots; i++) {
        add_slot(&o, &s, m);
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
}

struct tally {
    int slower, faster, same, other, fired;
};

static struct tally run_duels(enum noise noise, double head, double null, int slots, int trials)
{
    struct tally t = {0};
    for (int i = 0; i < trials; i++) {
        struct machine m = {.rng = {(uint64_t)i * 1000003 + (uint64_t)noise},
                            .noise = noise,
                            .factors = {1, head, null, 1}};
        struct duel_row row = {0};
        run_phase(&m, slots, false, &row);
        if (row.suspicion != VERDICT_UNDECIDED && !row.control_fired)
            run_phase(&m, slots, true, &row);
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
    static const struct {
        const char *name;
        double head, null;
        int slots;
    } rows[] = {
        {"equal, 110 pairs", 1, 1, 110},
        {"equal, 48 pairs", 1, 1, 48},
        {"head + 2 %, 110 pairs", 1.02, 1, 110},
        {"head + 5 %, 110 pairs", 1.05, 1, 110},
        {"head + 5 %, 48 pairs", 1.05, 1, 48},
        {"another name + 3 %, 110 pairs", 1, 1.03, 110},
        {"another name + 5 %, 48 pairs", 1, 1.05, 48},
        {"another name and head + 5 %, 48 pairs", 1.05, 1.05, 48},
    };
    int trials = argc > 1 ? atoi(argv[1]) : 1000;
    if (trials < 1) {
        fprintf(stderr, "usage: duel_campaign [TRIALS]\n");
        return 2;
    }
    printf("%d duels each, threshold 1 %%\n\n"
           "| what | noise | slower | faster | same | undecided, shifted | control fired |\n"
           "|---|---|--:|--:|--:|--:|--:|\n",
           trials);
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
        for (int n = 0; n < NOISE_KINDS; n++) {
            struct tally t =
                run_duels((enum noise)n, rows[r].head, rows[r].null, rows[r].slots, trials);
            printf("| %s | %s | %d | %d | %d | %d | %d |\n", rows[r].name, noise_names[n], t.slower,
                   t.faster, t.same, t.other, t.fired);
            fflush(stdout);
        }
    return 0;
}
