/* How much neighbouring points resemble each other; see changepoint.h. */
#include "bench/stats/changepoint.h"

#include "bench/stats/changepoint_clip.h"
#include "bench/stats/robust.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * In standard errors of the autocorrelation of independent points (1/sqrt(n)): what may be chance,
 * and what is added to be safe.  Chosen by simulation: independent series are held to be dependent
 * in one of ten cases, and then lose some power; those of 0.3 are missed in few.
 */
#define NOTABLE_ERRORS  1.3
#define SAFETY_ERRORS   1.5
#define MOST_DEPENDENCE 0.98

enum { STAIRS_MIN = 3 /* cuts; fewer are no drift in pieces */ };

/* What the levels between the cuts leave over. */
static void take_levels(double *x, size_t count, const struct changepoint_cut *cuts,
                        size_t cut_count)
{
    for (size_t i = 0, from = 0; i <= cut_count; i++) {
        size_t to = i < cut_count ? cuts[i].at : count;
        double mean = 0;
        for (size_t k = from; k < to; k++)
            mean += x[k] / (double)(to - from);
        for (size_t k = from; k < to; k++)
            x[k] -= mean;
        from = to;
    }
}

/* Sum of (t - mean t)^2 and of (t - mean t) x over a piece whose mean is 0. */
static void add_slope(const double *x, size_t count, double *squares, double *products)
{
    double middle = (double)(count - 1) / 2;
    for (size_t i = 0; i < count; i++) {
        *squares += ((double)i - middle) * ((double)i - middle);
        *products += ((double)i - middle) * x[i];
    }
}

/*
 * A drift that was cut into steps leaves a saw, whose teeth are all as steep: taken for dependence
 * it would hide the step behind it.
 */
static void take_common_slope(double *x, size_t count, const struct changepoint_cut *cuts,
                              size_t cut_count)
{
    double squares = 0, products = 0;
    for (size_t i = 0, from = 0; i <= cut_count; i++) {
        size_t to = i < cut_count ? cuts[i].at : count;
        add_slope(x + from, to - from, &squares, &products);
        from = to;
    }
    for (size_t i = 0, from = 0; i <= cut_count && squares > 0; i++) {
        size_t to = i < cut_count ? cuts[i].at : count;
        for (size_t k = from; k < to; k++)
            x[k] -= products / squares * ((double)(k - from) - (double)(to - from - 1) / 2);
        from = to;
    }
}

static int take_line(double *x, size_t count, struct err *err)
{
    struct drift drift;
    if (drift_of(x, count, &drift, err))
        return -1;
    for (size_t i = 0; i < count; i++)
        x[i] -= drift.slope * (double)i;
    take_levels(x, count, NULL, 0);
    return 0;
}

/*
 * The autocorrelation of what is left, values far out drawn in.  Each level that was fitted takes
 * (1 + 3 r)/n from it.
 */
static int correlate(const double *left, size_t count, double levels, double *drawn, double *out,
                     struct err *err)
{
    double squares = 0, products = 0, n = (double)count;
    *out = 0;
    if (changepoint_clip(left, count, drawn, err))
        return -1;
    for (size_t i = 0; i < count; i++) {
        squares += drawn[i] * drawn[i];
        products += i > 0 ? drawn[i] * drawn[i - 1] : 0;
    }
    if (squares > 0)
        *out = (n * products / squares + levels) / fmax(n - 3 * levels, n / 4);
    return 0;
}

int changepoint_dependence(const double *x, size_t count, const struct changepoint_cut *cuts,
                           size_t cut_count, double *out, struct err *err)
{
    bool is_line = false;
    *out = 0;
    if (count < CHANGEPOINT_BEFORE_MIN + CHANGEPOINT_AFTER_MIN)
        return 0;
    double *work = malloc(2 * count * sizeof *work);
    if (!work)
        return err_set(err, ERR_SYSTEM, "dependence of %zu values: out of memory", count);
    memcpy(work, x, count * sizeof *work);
    int failed =
        cut_count > 0 && changepoint_prefers_line(x, count, cuts, cut_count, &is_line, err);
    if (!failed && is_line)
        failed = take_line(work, count, err);
    else if (!failed)
        take_levels(work, count, cuts, cut_count);
    bool may_be_saw = !is_line && cut_count >= STAIRS_MIN;
    if (!failed && may_be_saw)
        take_common_slope(work, count, cuts, cut_count);
    double found, levels = is_line ? 2 : (double)(cut_count + 1 + may_be_saw);
    failed = failed || correlate(work, count, levels, work + count, &found, err);
    free(work);
    if (failed)
        return -1;
    double chance = 1 / sqrt((double)count);
    if (found > NOTABLE_ERRORS * chance)
        *out = fmin(MOST_DEPENDENCE, found + SAFETY_ERRORS * chance);
    return 0;
}
