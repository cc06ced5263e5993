/* Drift over the order of measuring: Theil-Sen's slope and Kendall's test; see robust.h. */
#include "bench/stats/robust.h"

#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_SAMPLES = 1000, /* pairs grow with the square: half a million of them */
    EXACT_SAMPLES = 50,  /* beyond, the normal approximation is as good */
};

#define NOTABLE_P     0.01
#define NOTABLE_RATIO 0.05

/* Concordant minus discordant pairs, and the slope of each pair. Returns how many slopes. */
static size_t compare_pairs(const double *x, size_t n, double *slopes, int64_t *score)
{
    size_t count = 0;
    *score = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++) {
            *score += (x[j] > x[i]) - (x[j] < x[i]);
            slopes[count++] = (x[j] - x[i]) / (double)(j - i);
        }
    return count;
}

/*
 * P(|S| >= |score|) when all orders are equally likely: the number of orders of n with k
 * inversions is the sum of those of n-1 with k-(n-1) .. k, here as probabilities.
 */
static double exact_p(size_t n, int64_t score)
{
    enum { MOST_PAIRS = EXACT_SAMPLES * (EXACT_SAMPLES - 1) / 2 };
    double now[MOST_PAIRS + 1] = {1}, next[MOST_PAIRS + 1];
    size_t pairs = 0;
    for (size_t m = 2; m <= n; m++) {
        pairs += m - 1;
        double window = 0;
        for (size_t k = 0; k <= pairs; k++) {
            window += now[k];
            if (k >= m)
                window -= now[k - m];
            next[k] = window / (double)m;
        }
        memcpy(now, next, (pairs + 1) * sizeof *now);
    }
    /* S = pairs - 2 * inversions. */
    size_t inversions = (pairs - (size_t)llabs(score)) / 2;
    double tail = 0;
    for (size_t k = 0; k <= inversions; k++)
        tail += now[k];
    return fmin(1, 2 * tail);
}

/* Sum of t (t-1) (2t+5) over groups of equal values: what ties take from the variance. */
static double tie_term(const double *sorted, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n;) {
        size_t end = i + 1;
        while (end < n && !(sorted[end] > sorted[i]))
            end++;
        double t = (double)(end - i);
        sum += t * (t - 1) * (2 * t + 5);
        i = end;
    }
    return sum;
}

static double normal_p(const double *sorted, size_t n, int64_t score)
{
    double size = (double)n;
    double variance = (size * (size - 1) * (2 * size + 5) - tie_term(sorted, n)) / 18;
    if (variance <= 0 || score == 0)
        return 1;
    double z = ((double)llabs(score) - 1) / sqrt(variance);
    return fmin(1, 2 * gsl_cdf_ugaussian_Q(z));
}

/* Medians of MOST_SAMPLES blocks as equal as can be; `scratch` holds a block. */
static void block_medians(const double *samples, size_t count, double *out, double *scratch)
{
    for (size_t i = 0; i < MOST_SAMPLES; i++) {
        size_t from = i * count / MOST_SAMPLES, to = (i + 1) * count / MOST_SAMPLES;
        memcpy(scratch, samples + from, (to - from) * sizeof *scratch);
        samples_sort(scratch, to - from);
        out[i] = median_of_sorted(scratch, to - from);
    }
}

int drift_of(const double *samples, size_t count, struct drift *out, struct err *err)
{
    *out = (struct drift){.p = 1};
    if (count < 3)
        return 0;
    size_t n = count > MOST_SAMPLES ? MOST_SAMPLES : count;
    size_t pairs = n * (n - 1) / 2;
    /* The series, sorted or a block of it, and the slopes. */
    double *work = malloc((n + count + pairs) * sizeof *work);
    if (!work)
        return err_set(err, ERR_SYSTEM, "drift of %zu samples: out of memory", count);
    double *series = work, *sorted = work + n, *slopes = work + n + count;
    if (count > n)
        block_medians(samples, count, series, sorted);
    else
        memcpy(series, samples, n * sizeof *series);
    memcpy(sorted, series, n * sizeof *sorted);
    samples_sort(sorted, n);

    int64_t score;
    size_t slope_count = compare_pairs(series, n, slopes, &score);
    assert(slope_count == pairs);
    samples_sort(slopes, slope_count);
    bool has_ties = tie_term(sorted, n) > 0;
    out->slope = median_of_sorted(slopes, slope_count) * (double)n / (double)count;
    out->tau = (double)score / (double)pairs;
    out->p = n <= EXACT_SAMPLES && !has_ties ? exact_p(n, score) : normal_p(sorted, n, score);
    double center = fabs(median_of_sorted(sorted, n));
    out->total_ratio = center > 0 ? out->slope * (double)(count - 1) / center : 0;
    out->is_notable = out->p < NOTABLE_P && fabs(out->total_ratio) >= NOTABLE_RATIO;
    free(work);
    return 0;
}
