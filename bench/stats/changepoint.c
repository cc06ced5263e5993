/* The permutation test for one change; see changepoint.h. */
#include "bench/stats/changepoint.h"

#include "bench/base/rng.h"
#include "bench/stats/changepoint_clip.h"
#include "bench/stats/changepoint_widening.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    CALIBRATIONS = 400, /* permutations that tell what each cut shows by chance */
    EXCEEDANCES = 20,   /* Besag and Clifford's h: p is then known to about a fifth */
};

enum direction { UP, DOWN, DIRECTIONS };

/* What chance alone shows at a cut, learned from permutations. */
struct chance {
    double mean;
    double scale; /* 1/standard deviation; 0 where nothing varies */
};

struct search {
    size_t n, first, last;          /* the cuts looked at are first..last */
    double *series;                 /* drawn in; shuffled in place once the statistic is known */
    double *extreme[DIRECTIONS];    /* of the points from i on: the largest, the smallest */
    double *difference[DIRECTIONS]; /* at each cut */
    double *inverse;                /* of the counts that means are divided by */
    struct chance *chance[DIRECTIONS];
    double line_scale; /* 1/standard deviation of the line's statistic over all orders */
    struct rng rng;
};

struct peak {
    double statistic;
    size_t at; /* 0: the line */
};

static void find_extremes(const struct search *s)
{
    double high = -INFINITY, low = INFINITY;
    for (size_t i = s->n; i-- > s->first;) {
        high = s->series[i] > high ? s->series[i] : high;
        low = s->series[i] < low ? s->series[i] : low;
        s->extreme[UP][i] = high;
        s->extreme[DOWN][i] = low;
    }
}

/*
 * The trimmed difference of means at every cut, in both directions, and the line's covariance.
 * Upwards the smallest point before and the largest after are left out; downwards the mirror.
 */
static double find_differences(const struct search *s)
{
    double total = 0, covariance = 0, middle = (double)(s->n - 1) / 2;
    for (size_t i = 0; i < s->n; i++) {
        total += s->series[i];
        covariance += ((double)i - middle) * s->series[i];
    }
    find_extremes(s);
    double head = 0, low = INFINITY, high = -INFINITY;
    for (size_t at = 1; at <= s->last; at++) {
        double value = s->series[at - 1];
        head += value;
        low = value < low ? value : low;
        high = value > high ? value : high;
        if (at < s->first)
            continue;
        double before = s->inverse[at - 1], after = s->inverse[s->n - at - 1], tail = total - head;
        s->difference[UP][at] = (tail - s->extreme[UP][at]) * after - (head - low) * before;
        s->difference[DOWN][at] = (head - high) * before - (tail - s->extreme[DOWN][at]) * after;
    }
    return covariance;
}

/*
 * What is left of a statistic when its standard error is so many times as large.  It is in standard
 * deviations of the whole series, which hold the change itself; the error is that of what the
 * change leaves over: as Student's t, and back.
 */
static double widen(const struct search *s, double statistic, double widening)
{
    double degrees = (double)s->n - 2, most = degrees + 1;
    double squared = fmin(statistic * statistic, 0.99 * most);
    double t_squared = squared * degrees / (most - squared) / (widening * widening);
    return copysign(sqrt(t_squared * most / (degrees + t_squared)), statistic);
}

/*
 * The whole search of a series in both directions: a shuffled one, or what was seen, less what
 * `dependence` (0: none) may have done.
 */
static void find_peaks(const struct search *s, double dependence, struct peak peaks[DIRECTIONS])
{
    bool is_dependent = dependence > 0;
    double line = find_differences(s) * s->line_scale;
    if (is_dependent)
        line = widen(s, line, changepoint_line_widening(dependence, s->n));
    peaks[UP] = (struct peak){.statistic = line};
    peaks[DOWN] = (struct peak){.statistic = -line};
    for (int d = 0; d < DIRECTIONS; d++)
        for (size_t at = s->first; at <= s->last; at++) {
            const struct chance *c = &s->chance[d][at];
            double statistic = (s->difference[d][at] - c->mean) * c->scale;
            if (is_dependent)
                statistic = widen(s, statistic, changepoint_widening(dependence, at, s->n - at));
            if (statistic > peaks[d].statistic)
                peaks[d] = (struct peak){statistic, at};
        }
}

static void shuffle(struct search *s)
{
    for (size_t i = s->n; i > 1; i--) {
        size_t j = (size_t)rng_below(&s->rng, i);
        double kept = s->series[i - 1];
        s->series[i - 1] = s->series[j];
        s->series[j] = kept;
    }
}

/* Over all orders the line's covariance has mean 0 and variance sum(t^2) sum(dev^2)/(n-1). */
static double line_scale(const struct search *s)
{
    double n = (double)s->n, mean = 0, squares = 0;
    for (size_t i = 0; i < s->n; i++)
        mean += s->series[i] / n;
    for (size_t i = 0; i < s->n; i++)
        squares += (s->series[i] - mean) * (s->series[i] - mean);
    double variance = n * (n * n - 1) / 12 * squares / (n - 1);
    return variance > 0 ? 1 / sqrt(variance) : 0;
}

/* Shuffles the series; it is put back by the caller. */
static void learn_chance(struct search *s)
{
    for (int c = 0; c < CALIBRATIONS; c++) {
        shuffle(s);
        find_differences(s);
        for (int d = 0; d < DIRECTIONS; d++)
            for (size_t at = s->first; at <= s->last; at++) {
                double value = s->difference[d][at];
                s->chance[d][at].mean += value;
                s->chance[d][at].scale += value * value;
            }
    }
    for (int d = 0; d < DIRECTIONS; d++)
        for (size_t at = s->first; at <= s->last; at++) {
            struct chance *c = &s->chance[d][at];
            c->mean /= CALIBRATIONS;
            double variance = c->scale / CALIBRATIONS - c->mean * c->mean;
            /* What is left of equal values after cancellation is no variance. */
            bool varies = variance > 1e-12 * c->scale / CALIBRATIONS;
            c->scale = varies ? 1 / sqrt(variance) : 0;
        }
}

/* p of both directions; one that is settled is no longer counted. */
static void permute(struct search *s, const struct peak seen[DIRECTIONS], size_t permutations,
                    double p[DIRECTIONS])
{
    size_t exceeded[DIRECTIONS] = {0}, drawn = 0;
    p[UP] = p[DOWN] = 0;
    while (drawn < permutations && (p[UP] <= 0 || p[DOWN] <= 0)) {
        struct peak peaks[DIRECTIONS];
        shuffle(s);
        find_peaks(s, 0, peaks);
        drawn++;
        for (int d = 0; d < DIRECTIONS; d++)
            if (p[d] <= 0 && peaks[d].statistic >= seen[d].statistic &&
                ++exceeded[d] == EXCEEDANCES)
                p[d] = (double)EXCEEDANCES / (double)drawn;
    }
    for (int d = 0; d < DIRECTIONS; d++)
        if (p[d] <= 0)
            p[d] = (double)(exceeded[d] + 1) / (double)(drawn + 1);
}

/* The series, a copy of it, and what is kept a cut: one block, freed as s->series. */
static int open_search(struct search *s, const double *x, size_t count,
                       const struct changepoint_plan *plan, struct err *err)
{
    enum { ARRAYS = 6, CHANCES = 2 };
    size_t bytes = count * (ARRAYS * sizeof(double) + CHANCES * sizeof(struct chance));
    double *block = calloc(1, bytes);
    *s = (struct search){0};
    if (!block)
        return err_set(err, ERR_SYSTEM, "change points of %zu values: out of memory", count);
    struct chance *chances = (struct chance *)(void *)(block + ARRAYS * count);
    *s = (struct search){
        .n = count,
        .first = plan->before_min,
        .last = count - plan->after_min,
        .series = block,
        .extreme = {block + count, block + 2 * count},
        .difference = {block + 3 * count, block + 4 * count},
        .inverse = block + 5 * count,
        .chance = {chances, chances + count},
        .rng = {plan->seed},
    };
    if (changepoint_clip(x, count, s->series, err)) {
        free(block);
        return -1;
    }
    s->line_scale = line_scale(s);
    for (size_t i = 1; i < count; i++)
        s->inverse[i] = 1 / (double)i;
    return 0;
}

int changepoint_test(const double *x, size_t count, const struct changepoint_plan *plan,
                     struct changepoint_test *out, struct err *err)
{
    struct search s;
    *out = (struct changepoint_test){.up = {.p = 1}, .down = {.p = 1}};
    if (count < plan->before_min + plan->after_min)
        return 0;
    if (open_search(&s, x, count, plan, err))
        return -1;
    struct peak seen[DIRECTIONS] = {{0}};
    double p[DIRECTIONS] = {1, 1};
    if (s.line_scale > 0) { /* not constant */
        learn_chance(&s);
        if (changepoint_clip(x, count, s.series, err)) {
            free(s.series);
            return -1;
        }
        find_peaks(&s, plan->dependence, seen);
        permute(&s, seen, plan->permutations, p);
    }
    out->up = (struct changepoint_side){seen[UP].statistic, p[UP], seen[UP].at};
    out->down = (struct changepoint_side){seen[DOWN].statistic, p[DOWN], seen[DOWN].at};
    free(s.series);
    return 0;
}
