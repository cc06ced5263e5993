/*
 * How often `contend report --scaling` is right, on made sweeps with known laws: how often the
 * intervals hold the truth, what is refused and why, which peaks are seen.  Fixed seeds; the table
 * is Markdown.
 *
 *   scaling_campaign [TRIALS] [SEED]
 */
#include "bench/base/rng.h"
#include "bench/stats/usl.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POINTS_MOST = 8, ROUNDS_MOST = 31 };

struct truth {
    const char *name;
    double sigma, kappa;
    double noise;  /* of rounds, relative */
    double common; /* what all rounds of a point share: lack of fit */
    double off;    /* what the point `off_at` lies off by */
    size_t off_at;
    double gain; /* what a task yields more from two tasks on */
    size_t points, rounds;
};

struct tally {
    size_t laws, superlinear, proportional, refused; /* of trials */
    size_t sigma, kappa, peak;                       /* intervals that hold the truth, of laws */
    size_t seen;                                     /* a peak is said, of laws */
};

static double gaussian(struct rng *r)
{
    return gsl_cdf_ugaussian_Pinv(((double)(rng_next(r) >> 11) + 0.5) * 0x1p-53);
}

static double law_at(const struct truth *t, size_t i, double n)
{
    double x = 1000 * n / (1 + t->sigma * (n - 1) + t->kappa * n * (n - 1));
    return x * (n > 1 ? 1 + t->gain : 1) * (t->off_at == i ? 1 + t->off : 1);
}

static bool holds(const struct usl_value *v, double truth)
{
    return v->lo <= truth && truth <= v->hi;
}

static void once(struct rng *r, const struct truth *t, uint64_t seed, struct tally *out)
{
    double samples[POINTS_MOST][ROUNDS_MOST];
    struct usl_point points[POINTS_MOST];
    struct usl u;
    for (size_t i = 0; i < t->points; i++) {
        double n = exp2((double)i), common = t->common * gaussian(r);
        for (size_t k = 0; k < t->rounds; k++)
            samples[i][k] = law_at(t, i, n) * exp(common + t->noise * gaussian(r));
        points[i] = (struct usl_point){n, samples[i], t->rounds};
    }
    if (usl_fit(points, t->points, USL_RELATIVE, seed, &u, NULL))
        exit(1);
    if (u.refusal[0]) {
        out->superlinear += !strncmp(u.refusal, "superlinear", 11);
        out->proportional += !strncmp(u.refusal, "no curvature", 12);
        out->refused++;
        return;
    }
    double last = points[t->points - 1].n;
    double peak = t->kappa > 0 ? sqrt((1 - t->sigma) / t->kappa) : (double)INFINITY;
    out->laws++;
    out->sigma += holds(&u.sigma, t->sigma);
    out->kappa += holds(&u.kappa, t->kappa);
    out->peak += holds(&u.peak, fmax(peak, 1));
    out->seen += u.peak.center <= 2 * last && isfinite(u.peak.hi);
}

int main(int argc, char **argv)
{
    static const struct truth rows[] = {
        {.name = "linear"},
        {.name = "Amdahl, sigma 0.05", .sigma = 0.05},
        {.name = "Amdahl, sigma 0.3", .sigma = 0.3},
        {.name = "one at a time, sigma 1", .sigma = 1},
        {.name = "USL, peak at 31", .sigma = 0.05, .kappa = 0.001},
        {.name = "USL, peak at 10", .sigma = 0.05, .kappa = 0.01},
        {.name = "USL, peak at 3", .sigma = 0.1, .kappa = 0.1},
        {.name = "kappa alone, peak at 14", .kappa = 0.005},
        {.name = "superlinear by 1 %", .gain = 0.01},
        {.name = "superlinear by 10 %", .gain = 0.1},
        {.name = "Amdahl 0.05, a task + 10 % among others", .sigma = 0.05, .gain = 0.1},
        {.name = "USL, peak at 10, fourth point - 20 %",
         .sigma = 0.05,
         .kappa = 0.01,
         .off = -0.2,
         .off_at = 3},
        {.name = "USL, peak at 10, last point - 20 %",
         .sigma = 0.05,
         .kappa = 0.01,
         .off = -0.2,
         .off_at = 5},
        {.name = "USL, peak at 10, points 3 % off", .sigma = 0.05, .kappa = 0.01, .common = 0.03},
    };
    static const struct {
        size_t points, rounds;
        double noise;
    } shapes[] = {{4, 7, 0.02}, {6, 3, 0.02}, {6, 7, 0.02}, {6, 7, 0.10}, {6, 31, 0.02}};
    size_t trials = argc > 1 ? strtoul(argv[1], NULL, 10) : 300;
    struct rng r = {.state = argc > 2 ? strtoull(argv[2], NULL, 10) : 2026};
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("%zu sweeps each; per cent of them, and of laws.\n\n"
           "| what | points, rounds, noise | a law | superlinear | proportional | holds sigma | "
           "kappa | peak | a peak is said |\n|---|---|--:|--:|--:|--:|--:|--:|--:|\n",
           trials);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
            struct truth t = rows[i];
            struct tally n = {0};
            t.points = shapes[s].points;
            t.rounds = shapes[s].rounds;
            t.noise = shapes[s].noise;
            for (size_t k = 0; k < trials; k++)
                once(&r, &t, k, &n);
            double all = 100 / (double)trials, laws = n.laws ? 100 / (double)n.laws : 0;
            printf("| %s | %zu, %zu, %.0f %% | %.0f | %.0f | %.0f | %.0f | %.0f | %.0f | %.0f |\n",
                   t.name, t.points, t.rounds, 100 * t.noise, all * (double)n.laws,
                   all * (double)n.superlinear, all * (double)n.proportional,
                   laws * (double)n.sigma, laws * (double)n.kappa, laws * (double)n.peak,
                   laws * (double)n.seen);
        }
    return 0;
}
