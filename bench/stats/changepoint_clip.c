/* What one value may weigh: values drawn in, and lone spikes; see changepoint.h. */
#include "bench/stats/changepoint_clip.h"

#include "bench/stats/changepoint.h"
#include "bench/stats/robust.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SPIKE_REACH = 2, SPIKE_POINTS_MIN = 2 * SPIKE_REACH + 1 };

#define SPIKE_SPREADS 4.0

int changepoint_clip(const double *x, size_t count, double *out, struct err *err)
{
    double spread;
    if (mad_of(x, count, &spread, err))
        return -1;
    memcpy(out, x, count * sizeof *out);
    if (!(spread > 0))
        return 0;
    samples_sort(out, count);
    double median = median_of_sorted(out, count);
    double low = median - CHANGEPOINT_CLIP_SPREADS * spread;
    double high = median + CHANGEPOINT_CLIP_SPREADS * spread;
    for (size_t i = 0; i < count; i++)
        out[i] = x[i] < low ? low : x[i] > high ? high : x[i];
    return 0;
}

/* Whether x[at] lies beyond all its neighbours by more than `bound`, on one side. */
static bool stands_alone(const double *x, size_t count, size_t at, double bound)
{
    size_t from = at < SPIKE_REACH ? 0 : at - SPIKE_REACH;
    size_t to = at + SPIKE_REACH < count ? at + SPIKE_REACH : count - 1;
    double low = INFINITY, high = -INFINITY;
    for (size_t i = from; i <= to; i++)
        if (i != at) {
            low = fmin(low, x[i]);
            high = fmax(high, x[i]);
        }
    return x[at] > high + bound || x[at] < low - bound;
}

int changepoint_spikes(const double *x, size_t count, bool *is_spike, struct err *err)
{
    memset(is_spike, 0, count * sizeof *is_spike);
    if (count < SPIKE_POINTS_MIN)
        return 0;
    double *steps = malloc(count * sizeof *steps);
    double spread;
    if (!steps)
        return err_set(err, ERR_SYSTEM, "spikes of %zu values: out of memory", count);
    for (size_t i = 0; i + 1 < count; i++)
        steps[i] = x[i + 1] - x[i];
    int failed = mad_of(steps, count - 1, &spread, err);
    free(steps);
    if (failed)
        return -1;
    if (spread > 0)
        for (size_t i = 0; i < count; i++)
            is_spike[i] = stands_alone(x, count, i, SPIKE_SPREADS * spread / sqrt(2));
    return 0;
}
