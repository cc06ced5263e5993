/* Where a series changes and by how much, once a test has said that it does; changepoint.h. */
#include "bench/stats/changepoint.h"

#include "bench/stats/changepoint_clip.h"
#include "bench/stats/changepoint_widening.h"
#include "bench/stats/robust.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * Cuts whose sum of squares is larger by at most this many noise variances are held plausible.
 * From simulated steps of 1.5 to 5 standard deviations in 20 to 200 points: the true cut is
 * among them in at least 95 of 100 (see the unit test).
 */
#define PLAUSIBLE_EXCESS 6.0

/* Brings false alarms where noise changes tenfold to 5 in 100 or fewer (history_campaign, noise).
 */
#define SEARCH_UNPAID (4 / 3.0)

#define SHAMOS_TO_SD 1.0483

static double *copy_sorted(const double *x, size_t count, struct err *err)
{
    double *sorted = malloc((count ? count : 1) * sizeof *sorted);
    if (!sorted) {
        err_set(err, ERR_SYSTEM, "change points of %zu values: out of memory", count);
        return NULL;
    }
    memcpy(sorted, x, count * sizeof *sorted);
    samples_sort(sorted, count);
    return sorted;
}

static int median_of(const double *x, size_t count, double *out, struct err *err)
{
    double *sorted = copy_sorted(x, count, err);
    if (!sorted)
        return -1;
    *out = median_of_sorted(sorted, count);
    free(sorted);
    return 0;
}

/*
 * Sum of squares about the two means at each cut; cuts that are not allowed or go the other way are
 * infinite.
 */
static void cut_costs(const double *x, size_t count, const struct changepoint_plan *plan,
                      enum changepoint_way way, double *costs)
{
    double total = 0, squares = 0, head = 0;
    for (size_t i = 0; i < count; i++) {
        double value = x[i] - x[0]; /* less cancellation */
        total += value;
        squares += value * value;
    }
    for (size_t at = 0; at < count; at++) {
        double tail = total - head;
        bool is_allowed = at >= plan->before_min && at + plan->after_min <= count;
        double rise = tail * (double)at - head * (double)(count - at);
        is_allowed = is_allowed && !(way == CHANGEPOINT_UP && rise <= 0) &&
                     !(way == CHANGEPOINT_DOWN && rise >= 0);
        costs[at] = INFINITY;
        if (is_allowed)
            costs[at] =
                fmax(0, squares - head * head / (double)at - tail * tail / (double)(count - at));
        head += x[at] - x[0];
    }
}

/* Median of all after - before; of the medians' difference where there are very many. */
static int shift_of(const double *x, size_t count, size_t at, double medians, double *out,
                    struct err *err)
{
    enum { MOST_PAIRS = 1000000 };
    size_t pairs = at * (count - at), k = 0;
    *out = medians;
    if (pairs > MOST_PAIRS)
        return 0;
    double *differences = malloc(pairs * sizeof *differences);
    if (!differences)
        return err_set(err, ERR_SYSTEM, "change points of %zu values: out of memory", count);
    for (size_t i = 0; i < at; i++)
        for (size_t j = at; j < count; j++)
            differences[k++] = x[j] - x[i];
    samples_sort(differences, pairs);
    *out = median_of_sorted(differences, pairs);
    free(differences);
    return 0;
}

/*
 * How far points of one side scatter about its median: as those of both sides together, unless they
 * do so by far more than chance has it (3.5 standard errors of a standard deviation), as on another
 * machine.  Then orders are not alike, shuffling has not paid for the search, and a third more is
 * asked for.  Of few points it is the median of the differences between any two (Shamos, "Geometry
 * and statistics", 1976): the median absolute deviation of three is that of the nearer one.
 */
static int spread_of_side(const double *left, size_t count, double together, double *out,
                          struct err *err)
{
    enum { FEW = 250 };
    double own;
    if (count > FEW) {
        if (mad_of(left, count, &own, err))
            return -1;
    } else {
        size_t pairs = 0;
        double *apart = malloc((count * (count - 1) / 2 + 1) * sizeof *apart);
        if (!apart)
            return err_set(err, ERR_SYSTEM, "change points of %zu values: out of memory", count);
        for (size_t i = 1; i < count; i++)
            for (size_t j = 0; j < i; j++)
                apart[pairs++] = fabs(left[i] - left[j]);
        samples_sort(apart, pairs);
        own = SHAMOS_TO_SD * median_of_sorted(apart, pairs);
        free(apart);
    }
    bool is_its_own = own > together * (1 + 2.5 / sqrt((double)count));
    *out = is_its_own ? SEARCH_UNPAID * own : together;
    return 0;
}

/* Medians of both sides, and the spread of what is left. `left` has room for count values. */
static int describe(const double *x, size_t count, double dependence, double *left,
                    struct changepoint *c, struct err *err)
{
    if (median_of(x, c->at, &c->before, err) ||
        median_of(x + c->at, count - c->at, &c->after, err) ||
        shift_of(x, count, c->at, c->after - c->before, &c->move, err))
        return -1;
    for (size_t i = 0; i < count; i++)
        left[i] = x[i] - (i < c->at ? c->before : c->after);
    if (mad_of(left, count, &c->spread, err))
        return -1;
    double before, after;
    size_t behind = count - c->at;
    if (spread_of_side(left, c->at, c->spread, &before, err) ||
        spread_of_side(left + c->at, behind, c->spread, &after, err))
        return -1;
    c->move_error = sqrt(before * before / (double)c->at + after * after / (double)behind) *
                    changepoint_widening(dependence, c->at, behind);
    return 0;
}

/* The cheapest cut, and the range of those that are nearly as cheap. at = 0: none is allowed. */
static void find_cheapest(const double *costs, size_t count, struct changepoint *out)
{
    *out = (struct changepoint){0};
    for (size_t at = 1; at < count; at++)
        if (isfinite(costs[at]) && (out->at == 0 || costs[at] < costs[out->at]))
            out->at = at;
    if (out->at == 0)
        return;
    double bound = costs[out->at] * (1 + PLAUSIBLE_EXCESS / (double)(count - 2));
    out->earliest = out->latest = out->at;
    for (size_t at = 1; at < count; at++)
        if (costs[at] <= bound) {
            out->earliest = at < out->earliest ? at : out->earliest;
            out->latest = at;
        }
}

static double mean_of(const double *x, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += x[i];
    return sum / (double)count;
}

int changepoint_locate(const double *x, size_t count, const struct changepoint_plan *plan,
                       enum changepoint_way way, struct changepoint *out, struct err *err)
{
    double *work = malloc(2 * count * sizeof *work);
    if (!work)
        return err_set(err, ERR_SYSTEM, "change points of %zu values: out of memory", count);
    double *clipped = work, *costs = work + count;
    int failed = changepoint_clip(x, count, clipped, err);
    if (!failed) {
        cut_costs(clipped, count, plan, way, costs);
        find_cheapest(costs, count, out);
    }
    if (!failed && out->at > 0) {
        out->is_up = mean_of(clipped + out->at, count - out->at) > mean_of(clipped, out->at);
        failed = describe(x, count, plan->dependence, clipped, out, err);
    }
    free(work);
    return failed ? -1 : 0;
}

static double criterion(double deviation_sum, size_t count, size_t parameters)
{
    double n = (double)count;
    return 2 * n * log(deviation_sum / n) + (double)parameters * log(n);
}

static int sum_of_deviations(const double *x, size_t count, double *sum, struct err *err)
{
    double median;
    if (median_of(x, count, &median, err))
        return -1;
    for (size_t i = 0; i < count; i++)
        *sum += fabs(x[i] - median);
    return 0;
}

/* A line goes one way: it explains no cut that goes the other. */
static bool go_both_ways(const struct changepoint_cut *cuts, size_t cut_count)
{
    for (size_t i = 1; i < cut_count; i++)
        if (cuts[i].is_up != cuts[0].is_up)
            return true;
    return false;
}

int changepoint_prefers_line(const double *x, size_t count, const struct changepoint_cut *cuts,
                             size_t cut_count, bool *out, struct err *err)
{
    struct drift drift;
    double steps = 0, line = 0;
    *out = false;
    if (go_both_ways(cuts, cut_count))
        return 0;
    if (drift_of(x, count, &drift, err))
        return -1;
    double *left = malloc((count ? count : 1) * sizeof *left);
    if (!left)
        return err_set(err, ERR_SYSTEM, "change points of %zu values: out of memory", count);
    for (size_t i = 0; i < count; i++)
        left[i] = x[i] - drift.slope * (double)i;
    int failed = sum_of_deviations(left, count, &line, err);
    free(left);
    for (size_t i = 0, from = 0; !failed && i <= cut_count; i++) {
        size_t to = i < cut_count ? cuts[i].at : count;
        failed = sum_of_deviations(x + from, to - from, &steps, err);
        from = to;
    }
    *out = criterion(line, count, 2) < criterion(steps, count, 1 + 2 * cut_count);
    return failed;
}
