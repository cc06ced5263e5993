#include "bench/stats/moments.h"

#include "bench/stats/summary.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

/* From here on Student's t is a normal distribution, and GSL's quantile of it loses digits. */
#define DEGREES_MANY 1e6

/* What the share of others is worth was tried on few machines (docs/compare.md). */
#define DISTURBANCE_DEGREES 4

/* As many as three files a side have. */
#define DEGREES_TOLD 4

/* What lies farther off than so many standard deviations is left out of a scatter ... */
#define CUT 2.5
/* ... which makes a normal one smaller: sqrt(1 - 2 c phi(c) / (2 Phi(c) - 1)). */
#define SD_WITHIN_CUT 0.9546
/* The cut is drawn too, so that fewer degrees are left: 99 % intervals then hold 99 % (tests/perf).
 */
#define EFFICIENCY 0.6

/*
 * Rousseeuw and Croux's Qn ("Alternatives to the median absolute deviation", 1993), a standard
 * deviation that a few of the rounds do not move.  Where more than a quarter of them lie apart they
 * are a mode of their own, which the next file may be made of: then, below five rounds, and where
 * memory runs out, the plain one, which is never less careful.
 */
static double spread_of_most(const double *sorted, size_t count)
{
    enum { FEWEST = 5, WORDS = 3, INTEGERS = 5, APART = 3, SHARE = 4 };
    double plain = gsl_stats_sd(sorted, 1, count), robust = 0;
    double *work = malloc(count * WORDS * sizeof *work);
    int *integers = malloc(count * INTEGERS * sizeof *integers);
    bool is_robust = count >= FEWEST && work && integers;
    if (is_robust) {
        robust = gsl_stats_Qn_from_sorted_data(sorted, 1, count, work, integers);
        double median = median_of_sorted(sorted, count);
        size_t apart = 0;
        for (size_t i = 0; i < count; i++)
            apart += fabs(sorted[i] - median) > APART * robust;
        is_robust = SHARE * apart <= count;
    }
    free(work);
    free(integers);
    return is_robust ? fmin(robust, plain) : plain;
}

struct moment moment_of(double *rounds, size_t count, double floor, double disturbance,
                        enum moment_rounds kind)
{
    samples_sort(rounds, count);
    double center = log(median_of_sorted(rounds, count)), spread = 0;
    if (count > 1) {
        for (size_t i = 0; i < count; i++)
            rounds[i] = log(rounds[i]);
        spread = kind == MOMENT_MOST_ROUNDS ? spread_of_most(rounds, count)
                                            : gsl_stats_sd(rounds, 1, count);
    }
    double square = spread * spread, stated = floor * floor / 2;
    double few = M_PI_2 * square / (double)count, others = disturbance * disturbance;
    double estimated = few + (square > stated ? square : 0);
    return (struct moment){
        .center = center,
        .variance = fmax(stated, square) + few + others,
        .doubt = others * others / DISTURBANCE_DEGREES +
                 (count > 1 ? estimated * estimated / ((double)count - 1) : 0),
        .is_known = count > 1,
        .few = few,
        .few_doubt = count > 1 ? few * few / ((double)count - 1) : 0,
        .files = 1,
        .floor = floor,
        .spread = spread,
        .disturbance = disturbance,
    };
}

struct moment moment_pool(const struct moment *files, size_t count)
{
    struct moment all = {.files = count, .is_known = true};
    double n = (double)count;
    if (count == 1)
        return files[0];
    for (size_t i = 0; i < count; i++) {
        all.center += files[i].center / n;
        all.variance += files[i].variance / (n * n);
        all.doubt += files[i].doubt / (n * n * n * n);
        all.is_known &= files[i].is_known;
        all.few += files[i].few / (n * n);
        all.few_doubt += files[i].few_doubt / (n * n * n * n);
        all.floor = fmax(all.floor, files[i].floor);
        all.spread = fmax(all.spread, files[i].spread);
        all.disturbance = fmax(all.disturbance, files[i].disturbance);
    }
    for (size_t i = 0; i < count; i++)
        all.between += (files[i].center - all.center) * (files[i].center - all.center);
    return all;
}

/* The value that Student's t exceeds with probability p. */
static double t_above(double p, double degrees)
{
    return degrees > DEGREES_MANY ? gsl_cdf_ugaussian_Qinv(p) : gsl_cdf_tdist_Qinv(p, degrees);
}

static double p_above(double t, double degrees)
{
    return degrees > DEGREES_MANY ? gsl_cdf_ugaussian_Q(t) : gsl_cdf_tdist_Q(t, degrees);
}

static void fill(struct moment_shift *s, double level)
{
    double half = s->scale * t_above((1 - level) / 2, s->degrees);
    s->lo = s->effect - half;
    s->hi = s->effect + half;
    s->p_slower = p_above(s->effect / s->scale, s->degrees);
    s->p_faster = p_above(-s->effect / s->scale, s->degrees);
}

static void take_wider(struct moment_shift *s, double scale, double degrees, double level,
                       enum moment_source source)
{
    double tail = (1 - level) / 2;
    if (s->source != MOMENT_NONE &&
        !(scale * t_above(tail, degrees) > s->scale * t_above(tail, s->degrees)))
        return;
    s->scale = scale;
    s->degrees = degrees;
    s->source = source;
    fill(s, level);
}

/* Satterthwaite's degrees of freedom of a sum of which some parts may be stated. */
static double degrees_of(double variance, double doubt)
{
    return doubt > 0 ? variance * variance / doubt : (double)INFINITY;
}

struct moment_shift moment_shift_of(const struct moment *base, const struct moment *head,
                                    int higher_is_better, double level)
{
    double effect = higher_is_better ? base->center - head->center : head->center - base->center;
    double variance = base->variance + head->variance;
    double degrees = (double)(base->files + head->files) - 2;
    double between = degrees > 0 ? (base->between + head->between) / degrees *
                                       (1 / (double)base->files + 1 / (double)head->files)
                                 : 0;
    struct moment_shift s = {.effect = effect,
                             .assumed = sqrt(variance),
                             .lo = -INFINITY,
                             .hi = INFINITY,
                             .p_slower = 1,
                             .p_faster = 1};
    if (base->is_known && head->is_known) {
        s.source = MOMENT_ASSUMED;
        s.degrees = degrees_of(variance, base->doubt + head->doubt);
        s.scale = sqrt(variance);
        fill(&s, level);
        double few = base->few + head->few;
        take_wider(&s, sqrt(few), degrees_of(few, base->few_doubt + head->few_doubt), level,
                   MOMENT_FEW);
    }
    /* Two files a side tell too little of a variance for their quantile to be asked for. */
    bool is_told = degrees >= DEGREES_TOLD || between > variance || s.source == MOMENT_NONE;
    if (degrees > 0 && is_told)
        take_wider(&s, sqrt(s.source ? between : fmax(between, variance)), degrees, level,
                   MOMENT_BETWEEN);
    return s;
}

void moment_shift_widen(struct moment_shift *s, double scale, double degrees, double level)
{
    if (s->source != MOMENT_NONE)
        take_wider(s, scale, degrees, level, MOMENT_KIN);
}

enum verdict moment_verdict(const struct moment_shift *s, double tolerance)
{
    if (s->source == MOMENT_NONE)
        return VERDICT_UNDECIDED;
    double sure = tolerance + s->scale * t_above(1 - MOMENT_SURE, s->degrees);
    if (s->lo > 0 && s->effect > sure)
        return VERDICT_SLOWER;
    if (s->hi < 0 && s->effect < -sure)
        return VERDICT_FASTER;
    enum verdict v = verdict_of(s->lo, s->hi, tolerance);
    return v == VERDICT_SLOWER || v == VERDICT_FASTER ? VERDICT_UNDECIDED : v;
}

double moment_detectable(const struct moment_shift *s, double tolerance, double level,
                         double needed_p)
{
    if (s->source == MOMENT_NONE)
        return INFINITY;
    double seen = s->scale * t_above(fmin(needed_p, (1 - level) / 2), s->degrees);
    return fmax(seen, tolerance + s->scale * t_above(1 - MOMENT_SURE, s->degrees));
}

bool moment_scatter(double *effects, size_t count, double *scale, double *degrees)
{
    if (count < MOMENT_KIN_MIN)
        return false;
    samples_sort(effects, count);
    size_t half = count / 2 + 1;
    double shortest = INFINITY, middle = 0;
    for (size_t i = 0; i + half <= count; i++) {
        double length = effects[i + half - 1] - effects[i];
        if (length < shortest) {
            shortest = length;
            middle = (effects[i] + effects[i + half - 1]) / 2;
        }
    }
    double reach = CUT * 1.4826 * (1 + 5 / ((double)count - 1)) * shortest / 2;
    size_t first = 0, kept = 0;
    for (size_t i = 0; i < count; i++)
        if (fabs(effects[i] - middle) <= reach)
            first = kept++ ? first : i;
    if (kept < MOMENT_KIN_MIN / 2)
        return false;
    *scale = gsl_stats_sd(effects + first, 1, kept) / SD_WITHIN_CUT;
    *degrees = EFFICIENCY * ((double)kept - 1);
    return true;
}
