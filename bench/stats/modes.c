/* Two modes in a sample: the best cut in two, and whether it is better than chance; robust.h. */
#include "bench/stats/robust.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_SAMPLES = 10 };

#define LEAST_SHARE 0.2  /* a smaller group is a tail, not a mode */
#define LEAST_STEP  1.05 /* modes nearer than 5 % do not change what a table says */

/*
 * The separation that samples without modes exceed in fewer than 1 % of cases.  The uniform
 * distribution is the hardest of those tried; its share tends to 3/4 as samples grow.
 */
static double chance_separation(size_t count)
{
    return 0.75 + 0.64 / sqrt((double)count);
}

/* The cut (samples below it) with the largest share of variance between the two groups. */
static size_t best_cut(const double *sorted, size_t count, size_t least, double *share)
{
    double sum = 0, squares = 0;
    for (size_t i = 0; i < count; i++) {
        double x = sorted[i] - sorted[0]; /* less cancellation */
        sum += x;
        squares += x * x;
    }
    double total = squares - sum * sum / (double)count, below = 0;
    size_t cut = 0;
    *share = 0;
    for (size_t i = 1; i + least <= count; i++) {
        below += sorted[i - 1] - sorted[0];
        if (i < least)
            continue;
        double above = sum - below;
        double between = below * below / (double)i + above * above / (double)(count - i) -
                         sum * sum / (double)count;
        if (total > 0 && between / total > *share) {
            *share = between / total;
            cut = i;
        }
    }
    return cut;
}

int modes_of(const double *samples, size_t count, struct modes *out, struct err *err)
{
    *out = (struct modes){.low = NAN, .high = NAN};
    if (count < LEAST_SAMPLES)
        return 0;
    double *work = malloc(2 * count * sizeof *work);
    if (!work)
        return err_set(err, ERR_SYSTEM, "modes of %zu samples: out of memory", count);
    double *sorted = work, *scaled = work + count;
    memcpy(sorted, samples, count * sizeof *sorted);
    samples_sort(sorted, count);
    for (size_t i = 0; i < count; i++)
        scaled[i] = sorted[0] > 0 ? log(sorted[i]) : sorted[i];
    size_t cut =
        best_cut(scaled, count, (size_t)ceil(LEAST_SHARE * (double)count), &out->separation);
    if (cut > 0) {
        out->low = median_of_sorted(sorted, cut);
        out->high = median_of_sorted(sorted + cut, count - cut);
        out->high_share = (double)(count - cut) / (double)count;
        out->is_notable = out->separation > chance_separation(count) &&
                          out->high - out->low >= (LEAST_STEP - 1) * fabs(out->low);
    }
    free(work);
    return 0;
}
