/*
 * Series with known answers for the history campaign: noise of many kinds, levels that change, and
 * what one check of them says.  All from one seeded generator.
 */
#ifndef CONTEND_TESTS_PERF_HISTORY_SERIES_H
#define CONTEND_TESTS_PERF_HISTORY_SERIES_H

#include "bench/base/clock.h"
#include "bench/base/rng.h"
#include "bench/judge/history/judge.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_POINTS = 400, MOST_SERIES = 40 };

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

/* ---- Noise -------------------------------------------------------------------------- */

struct noise {
    const char *name;
    enum {
        NORMAL,
        STUDENT,     /* a: degrees of freedom */
        LOGNORMAL,   /* a: sigma of the logarithm */
        TWO_REGIMES, /* a: share of the rare one, b: how many standard deviations higher it is */
        ROUNDED,     /* a: to multiples of so many standard deviations */
        MOSTLY_SAME, /* a: share of points that are exactly 0 */
        CONSTANT,
        FOLLOWING, /* autoregression; a: correlation of neighbours */
        WALK,      /* random walk */
        WAVE,      /* a: period in points, b: amplitude in standard deviations */
        LOUDER,    /* a: first point of another machine, b: its noise, in standard deviations */
        SPIKED,    /* a: share of points, b: how many standard deviations higher they are */
    } kind;
    double a, b;
};

/* Standard deviation 1 where there is one. */
static double draw(const struct noise *n, size_t i, double *state)
{
    double e = gaussian();
    switch (n->kind) {
    case NORMAL:
        break;
    case STUDENT:
        return gsl_cdf_tdist_Pinv(uniform(), n->a);
    case LOGNORMAL:
        return exp(n->a * e) - 1;
    case TWO_REGIMES:
    case SPIKED:
        return e + (uniform() < n->a ? n->b : 0);
    case LOUDER:
        return (double)i < n->a ? e : n->b * e;
    case ROUNDED:
        return n->a * round(e / n->a);
    case MOSTLY_SAME:
        return uniform() < n->a ? 0 : e;
    case CONSTANT:
        return 0;
    case FOLLOWING:
        return *state = i > 0 ? n->a * *state + sqrt(1 - n->a * n->a) * e : e;
    case WALK:
        return *state = (i > 0 ? *state : 0) + e;
    case WAVE:
        *state = i > 0 ? *state : uniform();
        return e + n->b * sin(2 * M_PI * ((double)i / n->a + *state));
    }
    return e;
}

static void fill(double *x, size_t count, const struct noise *n, double scale)
{
    double state = 0;
    for (size_t i = 0; i < count; i++)
        x[i] = scale * draw(n, i, &state);
}

/* ---- One check ---------------------------------------------------------------------- */

struct answer {
    size_t worse, better, watch; /* series */
    bool is_drift;               /* the first series' first change for the worse */
    /* The newest change for the worse of the first series; SIZE_MAX when there is none. */
    size_t likely, last_good;
    double dependence; /* of the first series */
};

static void read_changes(struct answer *a, const struct history_judgement *j)
{
    for (size_t i = j->change_count; i-- > 0;) {
        const struct history_change *c = &j->changes[i];
        if (c->move <= 0)
            continue;
        if (a->likely == SIZE_MAX) {
            a->likely = c->likely;
            a->last_good = c->last_good;
        }
        a->is_drift = c->is_drift;
    }
}

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
        .alpha = alpha, .least_ratio = HISTORY_LEAST_RATIO, .seed = seed, .newest = HISTORY_NEWEST};
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
                       .likely = SIZE_MAX,
                       .last_good = SIZE_MAX,
                       .dependence = judged.items[0].dependence};
    if (judged.items[0].verdict == HISTORY_WORSE)
        read_changes(&a, &judged.items[0]);
    history_judgements_release(&judged);
    return a;
}

static double percent(size_t part, size_t whole)
{
    return whole > 0 ? 100 * (double)part / (double)whole : 0;
}

static size_t distance(size_t a, size_t b)
{
    return a > b ? a - b : b - a;
}

#endif
