/*
 * What `contend history check` gets right and wrong, on made series with known answers: false
 * alarms, steps found and how soon, lone spikes, drift, many series.  Fixed seeds; the table is
 * Markdown.  Run by scripts/history-campaign.
 */
#include "bench/core/clock.h"
#include "bench/core/rng.h"
#include "bench/report/history/judge.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_POINTS = 200, MOST_SERIES = 40 };
#define NOISE 0.02
#define STEP  0.05

static struct rng rng;
static uint64_t checks_done, checks_ns;

static double uniform(void)
{
    return ((double)(rng_next(&rng) >> 11) + 0.5) * 0x1p-53;
}

static double gaussian(void)
{
    return gsl_cdf_ugaussian_Pinv(uniform());
}

/* Heavy tails of the same scale: Student's t with 3 degrees of freedom. */
static double heavy(void)
{
    return gsl_cdf_tdist_Pinv(uniform(), 3);
}

struct answer {
    size_t worse, better, watch; /* series */
    bool is_drift;               /* the first series' first change */
    size_t likely;               /* and its place; SIZE_MAX when there is none */
};

/* One check of `series` series of `count` points, x[series][count]. */
static struct answer check(const double *x, size_t series, size_t count, double alpha,
                           uint64_t seed)
{
    static struct track_point points[MOST_SERIES][MOST_POINTS];
    static const struct history_point point = {.commit = "x", .machine = "m", .time = ""};
    struct track tracks[MOST_SERIES];
    struct track_regime regime = {.machine = "m", .anchor = "a"};
    struct history_tracks all = {.items = tracks, .count = series};
    struct history none = {0};
    struct history_judgements judged;
    struct history_request request = {
        .alpha = alpha, .least_ratio = HISTORY_LEAST_RATIO, .seed = seed};
    struct err err = {0};
    for (size_t s = 0; s < series; s++) {
        for (size_t i = 0; i < count; i++)
            points[s][i] =
                (struct track_point){.point = &point, .order = i, .value = x[s * count + i]};
        tracks[s] = (struct track){.series = "s",
                                   .unit = "ns",
                                   .is_anchored = true,
                                   .regimes = &regime,
                                   .regime_count = 1,
                                   .points = points[s],
                                   .point_count = count,
                                   .track_count = 1};
    }
    uint64_t from = clock_now_ns();
    if (history_judge(&judged, &all, &none, &request, &err)) {
        fprintf(stderr, "%s\n", err.text);
        exit(3);
    }
    checks_ns += clock_now_ns() - from;
    checks_done++;
    struct answer a = {.worse = judged.verdicts[HISTORY_WORSE],
                       .better = judged.verdicts[HISTORY_BETTER],
                       .watch = judged.verdicts[HISTORY_WATCH_IT],
                       .likely = SIZE_MAX};
    if (judged.items[0].verdict == HISTORY_WORSE) {
        a.is_drift = judged.items[0].changes[0].is_drift;
        a.likely = judged.items[0].changes[0].likely;
    }
    history_judgements_release(&judged);
    return a;
}

static void fill(double *x, size_t count, double (*noise)(void))
{
    for (size_t i = 0; i < count; i++)
        x[i] = NOISE * noise();
}

static double percent(size_t part, size_t whole)
{
    return 100 * (double)part / (double)whole;
}

static void false_alarms(size_t trials, double (*noise)(void), const char *name)
{
    double x[MOST_POINTS];
    size_t worse = 0, better = 0, watch = 0;
    for (size_t t = 0; t < trials; t++) {
        fill(x, 100, noise);
        struct answer a = check(x, 1, 100, HISTORY_ALPHA, t);
        worse += a.worse;
        better += a.better;
        watch += a.watch;
    }
    printf(
        "| nothing, %s noise, 100 points, one check | %zu | %.1f | %.1f better, %.1f watched |\n",
        name, trials, percent(worse, trials), percent(better, trials), percent(watch, trials));
}

static void looking_often(size_t trials, double alpha)
{
    double x[MOST_POINTS];
    size_t alarmed = 0;
    for (size_t t = 0; t < trials; t++) {
        bool any = false;
        fill(x, 100, gaussian);
        for (size_t count = 8; count <= 100 && !any; count++)
            any = check(x, 1, count, alpha, t).worse > 0;
        alarmed += any;
    }
    printf("| nothing, checked after each of 100 commits, alpha %g %% | %zu | %.1f | a series ever "
           "alarmed |\n",
           100 * alpha, trials, percent(alarmed, trials));
}

/* What nobody can beat: noise, size, direction and the two sides' places are known. */
static double known_place(size_t before, size_t after, double alpha)
{
    double shift = log1p(STEP) / NOISE * sqrt((double)(before * after) / (double)(before + after));
    return 100 * gsl_cdf_ugaussian_P(shift - gsl_cdf_ugaussian_Pinv(1 - alpha));
}

static void steps(size_t trials, size_t before, size_t after, double alpha)
{
    double x[MOST_POINTS];
    size_t found = 0, named = 0, near = 0, count = before + after;
    for (size_t t = 0; t < trials; t++) {
        fill(x, count, gaussian);
        for (size_t i = before; i < count; i++)
            x[i] += log1p(STEP);
        struct answer a = check(x, 1, count, alpha, t);
        found += a.worse;
        named += a.worse + a.watch;
        near += a.worse && (a.likely > before ? a.likely - before : before - a.likely) <= 3;
    }
    printf("| 5 %% step after %zu points, %zu points on, alpha %g %% | %zu | %.1f | %.1f with "
           "watched; "
           "%.1f of those found within 3 points of the place; %.1f were the place known |\n",
           before, after, 100 * alpha, trials, percent(found, trials), percent(named, trials),
           found ? percent(near, found) : 0, known_place(before, after, alpha));
}

/* `place` SIZE_MAX: anywhere. */
static void spikes(size_t trials, double size, size_t place, const char *where)
{
    double x[MOST_POINTS];
    size_t alarms = 0, at_spike = 0;
    for (size_t t = 0; t < trials; t++) {
        fill(x, 100, gaussian);
        size_t at = place == SIZE_MAX ? (size_t)rng_below(&rng, 100) : place;
        x[at] = log1p(size);
        struct answer a = check(x, 1, 100, HISTORY_ALPHA, t);
        alarms += a.worse;
        at_spike += a.worse && (a.likely > at ? a.likely - at : at - a.likely) <= 3;
    }
    printf("| a lone spike of %+.0f %%, %s | %zu | %.1f | %.1f within 3 points of it |\n",
           100 * size, where, trials, percent(alarms, trials), percent(at_spike, trials));
}

static void drifts(size_t trials, double size)
{
    double x[MOST_POINTS];
    size_t found = 0, drift = 0;
    for (size_t t = 0; t < trials; t++) {
        fill(x, 100, gaussian);
        for (size_t i = 0; i < 100; i++)
            x[i] += log1p(size) * (double)i / 99;
        struct answer a = check(x, 1, 100, HISTORY_ALPHA, t);
        found += a.worse;
        drift += a.worse && a.is_drift;
    }
    printf("| a drift of %.0f %% over 100 points | %zu | %.1f | %.1f called a drift |\n",
           100 * size, trials, percent(found, trials), percent(drift, trials));
}

static void step_named(size_t trials)
{
    double x[MOST_POINTS];
    size_t found = 0, drift = 0, near = 0;
    for (size_t t = 0; t < trials; t++) {
        fill(x, 100, gaussian);
        for (size_t i = 50; i < 100; i++)
            x[i] += log1p(STEP);
        struct answer a = check(x, 1, 100, HISTORY_ALPHA, t);
        found += a.worse;
        drift += a.worse && a.is_drift;
        near += a.worse && a.likely >= 47 && a.likely <= 53;
    }
    printf("| a 5 %% step in the middle of 100 | %zu | %.1f | %.1f found within 3 points of the "
           "place; "
           "%.1f called a drift |\n",
           trials, percent(found, trials), percent(near, trials), percent(drift, trials));
}

static void families(size_t trials, size_t after)
{
    static double x[MOST_SERIES * MOST_POINTS];
    size_t count = 60, wrong = 0, found = 0;
    for (size_t t = 0; t < trials; t++) {
        fill(x, MOST_SERIES * count, gaussian);
        for (size_t i = count - after; i < count; i++)
            x[i] += log1p(STEP);
        struct answer a = check(x, MOST_SERIES, count, HISTORY_ALPHA, t);
        found += a.likely != SIZE_MAX;
        wrong += a.worse > (a.likely != SIZE_MAX);
    }
    printf("| 40 series of 60, one with a 5 %% step %zu points ago | %zu | %.1f | %.1f alarmed for "
           "another "
           "series |\n",
           after, trials, percent(found, trials), percent(wrong, trials));
}

int main(int argc, char **argv)
{
    size_t trials = argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) : 1000;
    if (trials == 0) {
        fprintf(stderr, "usage: %s [TRIALS]\n", argv[0]);
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    rng = (struct rng){2026};
    printf("Noise 2 %%, alpha 1 %%.\n\n| series | trials | alarms, %% | of them, or beside them, "
           "%% |\n"
           "|---|--:|--:|---|\n");
    false_alarms(2 * trials, gaussian, "normal");
    false_alarms(2 * trials, heavy, "heavy-tailed (t, 3 df)");
    looking_often(trials / 5 + 1, HISTORY_ALPHA);
    looking_often(trials / 5 + 1, 0.001);
    looking_often(trials / 5 + 1, 0.0001);
    for (size_t after = 3; after <= 6; after++)
        steps(trials, 50, after, HISTORY_ALPHA);
    steps(trials, 97, 3, HISTORY_ALPHA);
    steps(trials, 50, 10, HISTORY_ALPHA);
    steps(trials, 50, 3, 0.0001);
    steps(trials, 50, 6, 0.0001);
    steps(trials, 50, 10, 0.0001);
    step_named(trials);
    spikes(trials, 0.06, SIZE_MAX, "anywhere");
    spikes(trials, 0.1, SIZE_MAX, "anywhere");
    spikes(trials, 1, SIZE_MAX, "anywhere");
    spikes(trials, 9, SIZE_MAX, "anywhere");
    spikes(trials, 0.06, 99, "the newest point");
    spikes(trials, 0.06, 97, "the third newest");
    spikes(trials, 0.1, 97, "the third newest");
    spikes(trials, 1, 97, "the third newest");
    drifts(trials, 0.05);
    drifts(trials, 0.1);
    families(trials / 5 + 1, 3);
    families(trials / 5 + 1, 6);
    printf("\n%.2f ms a check on average.\n", (double)checks_ns / 1e6 / (double)checks_done);
    return 0;
}
