/*
 * Order statistics that need no library: workers take medians, and each library that is mapped into
 * them makes the processes they measure dearer.
 */
#include "bench/stats/summary.h"

#include <assert.h>
#include <stdlib.h>

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void sort_few(double *samples, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        double value = samples[i];
        size_t j = i;
        for (; j > 0 && samples[j - 1] > value; j--)
            samples[j] = samples[j - 1];
        samples[j] = value;
    }
}

static double middle_of_three(double a, double b, double c)
{
    return a < b ? (b < c ? b : a < c ? c : a) : (a < c ? a : b < c ? c : b);
}

/*
 * Quicksort with Hoare's partition; a bad run of pivots is left to qsort(), which alone
 * takes three times as long on the hundred samples a metric usually has.
 */
static void sort_part(double *samples, size_t count, unsigned depth)
{
    enum { FEW = 24 };
    while (count > FEW) {
        if (depth-- == 0) {
            qsort(samples, count, sizeof *samples, by_value);
            return;
        }
        double pivot = middle_of_three(samples[0], samples[count / 2], samples[count - 1]);
        size_t i = 0, j = count - 1;
        for (;; i++, j--) {
            while (samples[i] < pivot)
                i++;
            while (samples[j] > pivot)
                j--;
            if (i >= j)
                break;
            double swap = samples[i];
            samples[i] = samples[j];
            samples[j] = swap;
        }
        sort_part(samples + i, count - i, depth);
        count = i;
    }
    sort_few(samples, count);
}

void samples_sort(double *samples, size_t count)
{
    if (count > 1)
        sort_part(samples, count, 64);
}

double median_of_sorted(const double *sorted, size_t count)
{
    assert(count > 0);
    return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
}
