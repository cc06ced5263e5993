/* What resembling neighbours do to standard errors; see changepoint_widening.h. */
#include "bench/stats/changepoint_widening.h"

#include <math.h>

/* Variance of the mean of n points of variance 1: (n + 2 sum (n-k) r^k) / n^2, k from 1 to n-1. */
static double variance_of_mean(double r, size_t count)
{
    double n = (double)count, power = pow(r, n);
    double sum = r * (n * (1 - r) - (1 - power)) / ((1 - r) * (1 - r));
    return (n + 2 * sum) / (n * n);
}

/* The variance that a series shows about its own mean, over that of its points. */
static double variance_shown(double r, size_t count)
{
    double n = (double)count;
    return (1 - variance_of_mean(r, count)) * n / (n - 1);
}

/* Of two means next to each other, in a series of `count` points. */
static double widening_of(double r, size_t before, size_t after, size_t count)
{
    double m = (double)before, n = (double)after;
    if (!(r > 0))
        return 1;
    double between = r * (1 - pow(r, m)) * (1 - pow(r, n)) / ((1 - r) * (1 - r) * m * n);
    double variance = variance_of_mean(r, before) + variance_of_mean(r, after) - 2 * between;
    double independent = 1 / m + 1 / n;
    return sqrt(fmax(1, variance / independent / variance_shown(r, count)));
}

double changepoint_widening(double dependence, size_t before, size_t after)
{
    return widening_of(dependence, before, after, before + after);
}

double changepoint_window_widening(double dependence, size_t reach, size_t count)
{
    return widening_of(dependence, reach, reach, count);
}

/* Variance of sum t x with t centred: sum t^2 + 2 sum of t_i t_j r^(i-j), j < i, in one pass. */
double changepoint_line_widening(double dependence, size_t count)
{
    double r = dependence, middle = (double)(count - 1) / 2;
    double squares = 0, products = 0, carried = 0;
    if (!(r > 0) || count < 2)
        return 1;
    for (size_t i = 0; i < count; i++) {
        double t = (double)i - middle;
        squares += t * t;
        products += t * carried;
        carried = r * (carried + t);
    }
    return sqrt(fmax(1, (squares + 2 * products) / squares / variance_shown(r, count)));
}
