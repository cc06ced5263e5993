/* Changes seen against their neighbourhood alone; see changepoint.h. */
#include "bench/stats/changepoint.h"

#include "bench/base/rng.h"
#include "bench/stats/changepoint_clip.h"
#include "bench/stats/changepoint_widening.h"

#include <math.h>
#include <stdlib.h>

enum {
    EXCEEDANCES = 20, /* Besag and Clifford's h, as in changepoint.c */
    STRIDES = 5,      /* places looked at in each reach: finer ones show the same */
};

#define NEXT_REACH 1.4

struct windows {
    size_t n, least;
    double *series; /* drawn in; shuffled in place once the statistic is known */
    double *sums;   /* of the first i points, n + 1 of them */
    double spread;  /* standard deviation of all points: 0 where nothing varies */
    struct rng rng;
};

struct seen {
    double up, down;
    size_t up_at, down_at, up_reach, down_reach;
};

static void open_spread(struct windows *w)
{
    double n = (double)w->n, first = w->series[0], mean = 0, squares = 0;
    for (size_t i = 0; i < w->n; i++) {
        w->series[i] -= first; /* exactly 0 where nothing varies, and less cancellation */
        mean += w->series[i] / n;
    }
    for (size_t i = 0; i < w->n; i++) {
        w->series[i] -= mean;
        squares += w->series[i] * w->series[i];
    }
    w->spread = sqrt(squares / (n - 1));
}

/*
 * What is left of a difference when its standard error is so many times as large: as Student's t,
 * since the spread of all points holds the change itself (as in changepoint.c).
 */
static double widen(double statistic, size_t count, double widening)
{
    double degrees = (double)count - 2, most = degrees + 1;
    double squared = fmin(statistic * statistic, 0.99 * most);
    double t_squared = squared * degrees / (most - squared) / (widening * widening);
    return copysign(sqrt(t_squared * most / (degrees + t_squared)), statistic);
}

/*
 * The difference between the mean of `reach` points and that of as many before them, in standard
 * deviations over all orders (of which it has the variance 2 spread^2 / reach), at its largest.
 */
static struct seen find_seen(const struct windows *w, double dependence)
{
    struct seen seen = {-INFINITY, -INFINITY, 0, 0, 0, 0};
    w->sums[0] = 0;
    for (size_t i = 0; i < w->n; i++)
        w->sums[i + 1] = w->sums[i] + w->series[i];
    for (size_t reach = w->least; 2 * reach <= w->n;
         reach = (size_t)ceil((double)reach * NEXT_REACH)) {
        size_t stride = reach / STRIDES > 0 ? reach / STRIDES : 1;
        double scale = 1 / (w->spread * sqrt(2 * (double)reach)), widening = 1;
        if (dependence > 0)
            widening = changepoint_window_widening(dependence, reach, w->n);
        for (size_t at = reach; at + reach <= w->n; at += stride) {
            double rise = (w->sums[at + reach] - 2 * w->sums[at] + w->sums[at - reach]) * scale;
            if (dependence > 0)
                rise = widen(rise, w->n, widening);
            if (rise > seen.up) {
                seen.up = rise;
                seen.up_at = at;
                seen.up_reach = reach;
            }
            if (-rise > seen.down) {
                seen.down = -rise;
                seen.down_at = at;
                seen.down_reach = reach;
            }
        }
    }
    return seen;
}

static void shuffle(struct windows *w)
{
    for (size_t i = w->n; i > 1; i--) {
        size_t j = (size_t)rng_below(&w->rng, i);
        double kept = w->series[i - 1];
        w->series[i - 1] = w->series[j];
        w->series[j] = kept;
    }
}

/* p of both directions, until both are settled. */
static void permute(struct windows *w, size_t permutations, struct changepoint_local *out)
{
    size_t up = 0, down = 0, drawn = 0, up_drawn = 0, down_drawn = 0;
    while (drawn < permutations && (up < EXCEEDANCES || down < EXCEEDANCES)) {
        shuffle(w);
        struct seen chance = find_seen(w, 0);
        drawn++;
        if (up < EXCEEDANCES) {
            up_drawn = drawn;
            up += chance.up >= out->up.statistic;
        }
        if (down < EXCEEDANCES) {
            down_drawn = drawn;
            down += chance.down >= out->down.statistic;
        }
    }
    /* Stopped early, the last one drawn counts already. */
    out->up.p = (double)(up + (up < EXCEEDANCES)) / (double)(up_drawn + (up < EXCEEDANCES));
    out->down.p =
        (double)(down + (down < EXCEEDANCES)) / (double)(down_drawn + (down < EXCEEDANCES));
}

int changepoint_local_test(const double *x, size_t count, const struct changepoint_plan *plan,
                           struct changepoint_local *out, struct err *err)
{
    *out = (struct changepoint_local){.up = {.p = 1}, .down = {.p = 1}};
    /* Where one window of each size is all there is, the test of the whole has said it. */
    if (count <= 2 * plan->before_min)
        return 0;
    double *block = malloc((2 * count + 1) * sizeof *block);
    if (!block)
        return err_set(err, ERR_SYSTEM, "change points of %zu values: out of memory", count);
    struct windows w = {
        .n = count,
        .least = plan->before_min,
        .series = block,
        .sums = block + count,
        .rng = {plan->seed},
    };
    int failed = changepoint_clip(x, count, w.series, err);
    if (!failed)
        open_spread(&w);
    if (!failed && w.spread > 0) {
        struct seen seen = find_seen(&w, plan->dependence);
        out->up = (struct changepoint_side){seen.up, 1, seen.up_at};
        out->down = (struct changepoint_side){seen.down, 1, seen.down_at};
        out->up_reach = seen.up_reach;
        out->down_reach = seen.down_reach;
        permute(&w, plan->permutations, out);
    }
    free(block);
    return failed ? -1 : 0;
}
