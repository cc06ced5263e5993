/*
 * How often `contend compare` is wrong, and what it sees: made files with known truth, judged by
 * the code that judges real ones.  Prints the tables of docs/compare.md.
 *
 *   compare_campaign [COMPARISONS] [SEED]
 *
 * A file is forty rows of rounds: value = centre x exp(moment + noise), where the moment is drawn
 * anew for each row of each file, or one for all rows of a file.
 */
#include "bench/base/rng.h"
#include "bench/judge/compare/rows.h"
#include "bench/stats/paired.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROWS = 40, FILES_MOST = 5, ROUNDS_MOST = 31 };

struct truth {
    size_t files, rounds;
    double moment, noise; /* standard deviations */
    bool is_common;       /* one moment for all rows of a file */
    double planted;       /* a relative change of head ... */
    size_t planted_rows;  /* ... in so many rows */
    double moment_sd;     /* what compare is told; 0: its own floor */
};

struct outcome {
    double covered;   /* share of intervals that hold the truth */
    double any_false; /* share of comparisons with a false word */
    double found;     /* share of planted rows called slower */
};

static double normal(struct rng *r)
{
    return gsl_cdf_ugaussian_Pinv(((double)(rng_next(r) >> 11) + 0.5) / 0x1p53);
}

static struct moment side(struct rng *r, const struct truth *t, const double *common, double shift)
{
    struct moment files[FILES_MOST];
    for (size_t f = 0; f < t->files; f++) {
        double rounds[ROUNDS_MOST], moment = t->is_common ? common[f] : t->moment * normal(r);
        for (size_t i = 0; i < t->rounds; i++)
            rounds[i] = exp(shift + moment + t->noise * normal(r));
        files[f] = moment_of(rounds, t->rounds, t->moment_sd > 0 ? t->moment_sd : MOMENT_FLOOR, 0,
                             MOMENT_ALL_ROUNDS);
    }
    return moment_pool(files, t->files);
}

static void compare_once(struct rng *r, const struct truth *t, struct outcome *out)
{
    static struct compare_row rows[ROWS];
    struct comparison c = {.rows = rows, .count = ROWS, .tolerance = log_ratio_of_change(0.03)};
    double common[2][FILES_MOST], planted = log_ratio_of_change(t->planted);
    bool is_wrong = false;
    for (size_t f = 0; f < FILES_MOST; f++)
        for (size_t s = 0; s < 2; s++)
            common[s][f] = t->moment * normal(r);
    for (size_t i = 0; i < ROWS; i++) {
        double shift = i < t->planted_rows ? planted : 0;
        struct moment base = side(r, t, common[0], 0), head = side(r, t, common[1], shift);
        rows[i] = (struct compare_row){.id = "", .workload = "w", .group = "throughput"};
        rows[i].shift = moment_shift_of(&base, &head, 0, COMPARE_LEVEL);
    }
    if (compare_correct(&c, NULL))
        exit(1);
    for (size_t i = 0; i < ROWS; i++) {
        const struct compare_row *row = &rows[i];
        double truth = i < t->planted_rows ? planted : 0;
        out->covered += row->shift.lo <= truth && truth <= row->shift.hi;
        out->found += i < t->planted_rows && row->verdict == VERDICT_SLOWER;
        is_wrong |= row->verdict == VERDICT_FASTER ||
                    (i >= t->planted_rows && row->verdict == VERDICT_SLOWER);
    }
    out->any_false += is_wrong;
}

static struct outcome campaign(struct rng *r, const struct truth *t, size_t comparisons)
{
    struct outcome o = {0};
    for (size_t i = 0; i < comparisons; i++)
        compare_once(r, t, &o);
    o.covered /= (double)(ROWS * comparisons);
    o.any_false /= (double)comparisons;
    o.found /= (double)((t->planted_rows ? t->planted_rows : 1) * comparisons);
    return o;
}

static const double moments[] = {0, 0.01, 0.03, 0.10};
static const size_t rounds[] = {3, 7, 11, 31};

static void table_of_nothing(struct rng *r, size_t comparisons, double noise, bool is_common)
{
    printf("\nnothing planted, noise of rounds %.1f %%, %s\n%-6s %-7s", 100 * noise,
           is_common ? "one moment for all rows of a file" : "a moment a row", "files", "rounds");
    for (size_t m = 0; m < 4; m++)
        printf("  sd %4.0f %%: cov.  false", 100 * moments[m]);
    printf("\n");
    for (size_t files = 1; files <= FILES_MOST; files++)
        for (size_t n = 0; n < 4; n++) {
            printf("%-6zu %-7zu", files, rounds[n]);
            for (size_t m = 0; m < 4; m++) {
                struct outcome o = campaign(r,
                                            &(struct truth){.files = files,
                                                            .rounds = rounds[n],
                                                            .moment = moments[m],
                                                            .noise = noise,
                                                            .is_common = is_common},
                                            comparisons);
                printf("   %11.2f %%  %4.1f %%", 100 * o.covered, 100 * o.any_false);
            }
            printf("\n");
        }
}

static void table_of_power(struct rng *r, size_t comparisons, size_t planted_rows, double moment_sd)
{
    static const double changes[] = {0.05, 0.08, 0.10, 0.12, 0.15, 0.20, 0.30};
    static const struct {
        size_t files;
        double moment, noise;
    } cases[] = {{1, 0, 0.005},   {1, 0.005, 0.005}, {1, 0.005, 0.01}, {1, 0.005, 0.02},
                 {1, 0.01, 0.01}, {1, 0.02, 0.01},   {2, 0.01, 0.01},  {3, 0.01, 0.01},
                 {5, 0.01, 0.01}, {3, 0.02, 0.01},   {5, 0.02, 0.01}};
    printf("\nplanted in %zu of %d rows, 7 rounds, --moment-sd %.1f %%: share called slower\n"
           "%-6s %-10s %-10s",
           planted_rows, ROWS, 100 * (moment_sd > 0 ? moment_sd : MOMENT_FLOOR), "files",
           "moment sd", "noise");
    for (size_t p = 0; p < sizeof changes / sizeof *changes; p++)
        printf("  +%2.0f %%", 100 * changes[p]);
    printf("  false\n");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double any_false = 0;
        printf("%-6zu %8.1f %% %8.1f %%", cases[i].files, 100 * cases[i].moment,
               100 * cases[i].noise);
        for (size_t p = 0; p < sizeof changes / sizeof *changes; p++) {
            struct outcome o = campaign(r,
                                        &(struct truth){.files = cases[i].files,
                                                        .rounds = 7,
                                                        .moment = cases[i].moment,
                                                        .noise = cases[i].noise,
                                                        .planted = changes[p],
                                                        .planted_rows = planted_rows,
                                                        .moment_sd = moment_sd},
                                        comparisons);
            printf("  %4.0f", 100 * o.found);
            any_false = fmax(any_false, o.any_false);
        }
        printf("  %.1f %%\n", 100 * any_false);
    }
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    size_t comparisons = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000;
    struct rng r = {.state = argc > 2 ? strtoul(argv[2], NULL, 10) : 20260131};
    table_of_nothing(&r, comparisons, 0.01, false);
    table_of_nothing(&r, comparisons, 0.01, true);
    table_of_nothing(&r, comparisons, 0.05, false);
    table_of_power(&r, comparisons, 1, 0);
    table_of_power(&r, comparisons, 16, 0);
    table_of_power(&r, comparisons, 40, 0);
    table_of_power(&r, comparisons, 16, 0.01);
    return 0;
}
