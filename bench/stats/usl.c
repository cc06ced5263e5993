#include "bench/stats/usl.h"

#include "bench/base/rng.h"
#include "bench/stats/summary.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARAMETERS = 3, ITERATIONS_MAX = 200 };
static const double most_damping = 1e12;
#define STEP_LEAST 1e-10

/* Less is what a first cell that was disturbed looks like. */
#define SUPERLINEAR 1.02

struct parameters {
    double lambda, sigma, kappa;
};

/* Medians of one draw, and what their deviations are relative to. */
struct data {
    size_t count;
    const double *n;
    const double *x;
    const double *unit;
};

/* A first guess: throughput of the first point as if it scaled, little of the rest. */
static struct parameters guess(const struct data *d)
{
    return (struct parameters){d->x[0] / d->n[0], 0.1, 0.001};
}

/* ---- Least squares ------------------------------------------------------------------------- */

/* What the sum of squares, halved, is and how it slopes and bends (Gauss and Newton) at a place. */
struct slope {
    double half_sum;
    double gradient[PARAMETERS];
    double bend[PARAMETERS][PARAMETERS];
};

static void look(const struct data *d, const double *at, struct slope *out)
{
    *out = (struct slope){0};
    for (size_t i = 0; i < d->count; i++) {
        double n = d->n[i], share = n / (1 + at[1] * (n - 1) + at[2] * n * (n - 1)) / d->unit[i];
        double x = at[0] * share, off = x - d->x[i] / d->unit[i];
        double less = x * share * d->unit[i] * (n - 1) / n;
        const double by[PARAMETERS] = {share, -less, -less * n};
        out->half_sum += off * off / 2;
        for (int k = 0; k < PARAMETERS; k++) {
            out->gradient[k] += off * by[k];
            for (int m = 0; m <= k; m++)
                out->bend[k][m] += by[k] * by[m];
        }
    }
}

/*
 * The step to where the bent slope is level, with the bend of each axis enlarged by `damping` and
 * the axes that are held left out.  Cholesky's decomposition; false where there is none.
 */
static bool solve(const struct slope *s, const bool *is_held, double damping, double *step)
{
    double l[PARAMETERS][PARAMETERS], y[PARAMETERS];
    for (int k = 0; k < PARAMETERS; k++) {
        for (int m = 0; m <= k; m++) {
            bool is_out = is_held[k] || is_held[m];
            double sum = is_out ? k == m : s->bend[k][m] * (k == m ? 1 + damping : 1);
            for (int j = 0; j < m; j++)
                sum -= l[k][j] * l[m][j];
            if (k == m && !(sum > 0))
                return false;
            l[k][m] = k == m ? sqrt(sum) : sum / l[m][m];
        }
        y[k] = is_held[k] ? 0 : -s->gradient[k];
        for (int j = 0; j < k; j++)
            y[k] -= l[k][j] * y[j];
        y[k] /= l[k][k];
    }
    for (int k = PARAMETERS - 1; k >= 0; k--) {
        step[k] = y[k];
        for (int j = k + 1; j < PARAMETERS; j++)
            step[k] -= l[j][k] * step[j];
        step[k] /= l[k][k];
    }
    return true;
}

/* A parameter at 0 that would go below it stays. */
static void hold(const struct slope *s, const double *at, bool *is_held)
{
    for (int k = 0; k < PARAMETERS; k++)
        is_held[k] = at[k] <= 0 && s->gradient[k] >= 0;
}

/*
 * Levenberg and Marquardt, with no parameter below 0: a step beyond ends at the bound.  Returns
 * whether no step makes it better any more, or so little that nobody could tell.
 */
static bool descend(const struct data *d, double *at, struct slope *s)
{
    double damping = 1e-3;
    look(d, at, s);
    for (int i = 0; i < ITERATIONS_MAX && damping < most_damping; i++) {
        bool is_held[PARAMETERS];
        double step[PARAMETERS], next[PARAMETERS], moved = 0;
        struct slope there;
        hold(s, at, is_held);
        if (!solve(s, is_held, damping, step)) {
            damping *= 10;
            continue;
        }
        for (int k = 0; k < PARAMETERS; k++) {
            next[k] = fmax(at[k] + step[k], 0);
            moved = fmax(moved, fabs(next[k] - at[k]) * sqrt(s->bend[k][k]));
        }
        look(d, next, &there);
        if (!(there.half_sum <= s->half_sum)) {
            damping *= 10;
            continue;
        }
        memcpy(at, next, sizeof next);
        *s = there;
        damping = fmax(damping / 10, 1e-12);
        /* In units of the deviations: of the medians, or of their mean. */
        if (moved < STEP_LEAST)
            return true;
    }
    return isfinite(s->half_sum);
}

/* What moves no point by a millionth is 0, and said to be. */
static void drop_negligible(struct parameters *p, const struct data *d)
{
    double most = 0;
    for (size_t i = 0; i < d->count; i++)
        most = fmax(most, d->n[i]);
    if (p->sigma * (most - 1) < 1e-6)
        p->sigma = 0;
    if (p->kappa * most * (most - 1) < 1e-6)
        p->kappa = 0;
}

/* `near`: where to begin; NULL: nothing is known. */
static bool fit_once(const struct data *d, const struct parameters *near, struct parameters *out,
                     double *residual)
{
    struct parameters begin = near ? *near : guess(d);
    double at[PARAMETERS] = {begin.lambda, begin.sigma, begin.kappa};
    struct slope s;
    if (!descend(d, at, &s))
        return false;
    *out = (struct parameters){at[0], at[1], at[2]};
    drop_negligible(out, d);
    *residual = sqrt(2 * s.half_sum / (double)d->count);
    return isfinite(out->lambda) && isfinite(out->sigma) && isfinite(out->kappa);
}

static double peak_of(const struct parameters *p)
{
    if (p->sigma >= 1)
        return 1;
    return p->kappa > 0 ? fmax(1, sqrt((1 - p->sigma) / p->kappa)) : (double)INFINITY;
}

/* All memory of a fit. */
struct work {
    double *n, *x; /* a point each */
    double *unit;  /* of deviations: the median there, or the mean of all medians */
    /* In these units: variance of the points off the law, of medians of so many rounds. */
    double all, noise;
    double *drawn;    /* samples of one point, drawn anew */
    double *found[4]; /* lambda, sigma, kappa, peak of each resample */
};

static void work_release(struct work *w)
{
    free(w->n);
    free(w->x);
    free(w->unit);
    free(w->drawn);
    for (int i = 0; i < 4; i++)
        free(w->found[i]);
}

static bool work_init(struct work *w, const struct usl_point *points, size_t count)
{
    size_t most = 1;
    for (size_t i = 0; i < count; i++)
        most = points[i].count > most ? points[i].count : most;
    *w = (struct work){
        .n = calloc(count, sizeof(double)),
        .x = calloc(count, sizeof(double)),
        .unit = calloc(count, sizeof(double)),
        .drawn = calloc(most, sizeof(double)),
    };
    bool ok = w->n && w->x && w->unit && w->drawn;
    for (int i = 0; i < 4; i++)
        ok &= (w->found[i] = calloc(USL_RESAMPLES, sizeof(double))) != NULL;
    return ok;
}

/* Median of the samples, or of as many drawn from them with replacement. */
static double median_at(const struct usl_point *p, struct rng *rng, double *drawn)
{
    for (size_t i = 0; i < p->count; i++)
        drawn[i] = p->samples[rng ? rng_below(rng, p->count) : i];
    samples_sort(drawn, p->count);
    return median_of_sorted(drawn, p->count);
}

static double uniform(struct rng *rng)
{
    return ((double)(rng_next(rng) >> 11) + 0.5) / 0x1p53;
}

/*
 * A draw's scale of the lack of fit: what the points lie off the law is known by points - 3 degrees
 * of freedom, and what rounds explain of it is not lack of fit.  Points that lie on the law by
 * chance do not show that there is none.
 */
static double draw_tau(const struct work *w, size_t count, struct rng *rng)
{
    if (!rng)
        return 0;
    double degrees = (double)(count - PARAMETERS);
    double all = w->all * degrees / gsl_cdf_chisq_Pinv(uniform(rng), degrees);
    return sqrt(fmax(0, all - w->noise));
}

static bool fit_draw(struct work *w, const struct usl_point *points, size_t count, struct rng *rng,
                     const struct parameters *near, struct parameters *out, double *residual)
{
    double tau = draw_tau(w, count, rng);
    for (size_t i = 0; i < count; i++) {
        w->n[i] = points[i].n;
        w->x[i] = median_at(&points[i], rng, w->drawn);
        if (tau > 0) {
            double off = tau * w->unit[i] * gsl_cdf_ugaussian_Pinv(uniform(rng));
            /* Throughput is above 0, however far a draw lies off. */
            w->x[i] = fmax(w->x[i] + off, 0.01 * w->x[i]);
        }
    }
    struct data d = {.count = count, .n = w->n, .x = w->x, .unit = w->unit};
    return fit_once(&d, near, out, residual);
}

static void set_units(struct work *w, const struct usl_point *points, size_t count,
                      enum usl_weights weights)
{
    double mean = 0;
    for (size_t i = 0; i < count; i++) {
        w->unit[i] = median_at(&points[i], NULL, w->drawn);
        mean += w->unit[i] / (double)count;
    }
    for (size_t i = 0; i < count && weights == USL_ABSOLUTE; i++)
        w->unit[i] = mean;
}

/* What the points lie off the law more than medians of so many rounds do. */
static double lack_of_fit(struct work *w, const struct usl_point *points, size_t count,
                          double residual)
{
    w->all = residual * residual * (double)count / (double)(count - PARAMETERS);
    w->noise = 0;
    for (size_t i = 0; i < count; i++) {
        double sd = gsl_stats_sd(points[i].samples, 1, points[i].count) / w->unit[i];
        w->noise += M_PI_2 * sd * sd / (double)points[i].count / (double)count;
    }
    return sqrt(fmax(0, w->all - w->noise));
}

/* The middle 95 % of the resamples. */
static struct usl_value interval(double center, double *found, size_t count)
{
    samples_sort(found, count);
    return (struct usl_value){center, found[count / 40], found[count - 1 - count / 40]};
}

/* Draws of the same points begin at the fit of the points themselves, which is near theirs. */
static size_t resample(struct work *w, const struct usl_point *points, size_t count,
                       const struct parameters *best, uint64_t seed)
{
    struct rng rng = {seed};
    size_t done = 0;
    for (int i = 0; i < USL_RESAMPLES; i++) {
        struct parameters p;
        double residual;
        if (!fit_draw(w, points, count, &rng, best, &p, &residual))
            continue;
        w->found[0][done] = p.lambda;
        w->found[1][done] = p.sigma;
        w->found[2][done] = p.kappa;
        w->found[3][done++] = peak_of(&p);
    }
    return done;
}

/* What can be said before anything is fitted; false when the points cannot carry a fit. */
static bool is_carried(const struct usl_point *points, size_t count, struct usl *out)
{
    if (count < USL_POINTS_MIN) {
        snprintf(out->refusal, sizeof out->refusal,
                 "%zu different numbers of tasks: three parameters need at least %d", count,
                 USL_POINTS_MIN);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        bool is_positive = true;
        for (size_t s = 0; s < points[i].count; s++)
            is_positive &= isfinite(points[i].samples[s]) && points[i].samples[s] > 0;
        if (points[i].count < USL_SAMPLES_MIN) {
            snprintf(out->refusal, sizeof out->refusal,
                     "%zu samples with %.0f tasks: an interval needs at least %d", points[i].count,
                     points[i].n, USL_SAMPLES_MIN);
            return false;
        }
        if (!is_positive) {
            snprintf(out->refusal, sizeof out->refusal, "no usable throughput with %.0f tasks",
                     points[i].n);
            return false;
        }
    }
    return true;
}

/*
 * A task that yields more among others than alone, in every sample: the law has sigma below 0
 * there, which is no contention.
 */
static bool is_superlinear(const struct usl_point *points, size_t count, struct usl *out)
{
    double most = 0, alone = 0;
    for (size_t s = 0; s < points[0].count; s++) {
        most = fmax(most, points[0].samples[s] / points[0].n);
        alone += points[0].samples[s] / points[0].n / (double)points[0].count;
    }
    /* At the first or the last step: one point between that sticks out is no scaling. */
    for (size_t i = count - 1; i > 0; i = i > 1 ? 1 : 0) {
        double least = INFINITY, mean = 0;
        for (size_t s = 0; s < points[i].count; s++) {
            least = fmin(least, points[i].samples[s] / points[i].n);
            mean += points[i].samples[s] / points[i].n / (double)points[i].count;
        }
        if (least > most && mean > SUPERLINEAR * alone) {
            snprintf(out->refusal, sizeof out->refusal,
                     "superlinear: each of %.0f tasks yields %.2f times what one of %.0f does, "
                     "and the law allows no more than 1",
                     points[i].n, mean / alone, points[0].n);
            return true;
        }
    }
    return false;
}

/* A fit that exists and still says nothing. */
static void refuse_nonsense(const struct usl_point *points, size_t count, struct usl *u)
{
    double last = points[count - 1].n;
    if (u->residual_ratio > 0.25)
        snprintf(u->refusal, sizeof u->refusal,
                 "the points do not lie on the law: they are %.0f %% off it",
                 100 * u->residual_ratio);
    else if (u->sigma.hi > 1 && u->sigma.lo < 0.001)
        snprintf(u->refusal, sizeof u->refusal,
                 "the interval of sigma holds everything from 0 to 1: too noisy");
    else if (u->sigma.hi < 0.001 && u->kappa.hi * last < 0.001)
        snprintf(u->refusal, sizeof u->refusal,
                 "no curvature: throughput is proportional to the tasks up to %.0f", last);
}

int usl_fit(const struct usl_point *points, size_t count, enum usl_weights weights, uint64_t seed,
            struct usl *out, struct err *err)
{
    *out = (struct usl){0};
    if (!is_carried(points, count, out) || is_superlinear(points, count, out))
        return 0;
    struct work w;
    /* GSL ends the program on errors unless told otherwise; what it returns is looked at here. */
    gsl_error_handler_t *handler = gsl_set_error_handler_off();
    int status = 0;
    struct parameters best;
    bool has_memory = work_init(&w, points, count);
    if (has_memory)
        set_units(&w, points, count, weights);
    if (!has_memory)
        status = err_set(err, ERR_SYSTEM, "scaling law of %zu points: out of memory", count);
    else if (!fit_draw(&w, points, count, NULL, NULL, &best, &out->residual_ratio))
        snprintf(out->refusal, sizeof out->refusal, "the fit does not converge");
    else {
        out->lack_of_fit_ratio = lack_of_fit(&w, points, count, out->residual_ratio);
        size_t done = resample(&w, points, count, &best, seed);
        if (done < USL_RESAMPLES / 2) {
            snprintf(out->refusal, sizeof out->refusal, "most resampled fits do not converge");
        } else {
            out->lambda = interval(best.lambda, w.found[0], done);
            out->sigma = interval(best.sigma, w.found[1], done);
            out->kappa = interval(best.kappa, w.found[2], done);
            out->peak = interval(peak_of(&best), w.found[3], done);
            refuse_nonsense(points, count, out);
        }
    }
    work_release(&w);
    gsl_set_error_handler(handler);
    return status;
}
