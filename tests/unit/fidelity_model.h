/*
 * A machine to try the judge of interleaved rounds on: its speed drifts over minutes, each launch
 * has noise of its own, and now and then another program takes a part of one.
 *
 * A round of a block takes its four launches in one of the four mirrored orders that
 * scripts/fidelity.py uses; `model_round` returns ln of the emulated ratio over the real one.
 */
#ifndef CONTEND_TESTS_FIDELITY_MODEL_H
#define CONTEND_TESTS_FIDELITY_MODEL_H

#include "bench/base/rng.h"
#include "bench/stats/equivalence.h"

#include <math.h>

struct model {
    struct rng rng;
    double time_s, walk, phase;
    double noise;  /* standard deviation of ln of a launch */
    double drift;  /* how far the speed swings, ln */
    double bursts; /* share of launches that another program disturbs */
    unsigned turn;
};

static inline double model_uniform(struct model *m)
{
    return (double)(rng_next(&m->rng) >> 11) * 0x1p-53;
}

/* Box and Muller. */
static inline double model_normal(struct model *m)
{
    double u = 1 - model_uniform(m), v = model_uniform(m);
    return sqrt(-2 * log(u)) * cos(2 * M_PI * v);
}

static inline struct model model_of(uint64_t seed, double noise, double drift, double bursts)
{
    struct model m = {.noise = noise, .drift = drift, .bursts = bursts};
    m.rng.state = seed;
    m.phase = 2 * M_PI * model_uniform(&m);
    m.turn = (unsigned)(4 * model_uniform(&m));
    return m;
}

/* ln of what one launch measures where the truth is 0. */
static inline double model_launch(struct model *m)
{
    enum { PERIOD_S = 180 };
    double step_s = 0.4;
    m->time_s += step_s;
    m->walk += 0.1 * m->drift * sqrt(step_s / PERIOD_S) * model_normal(m);
    double speed = m->drift * sin(2 * M_PI * m->time_s / PERIOD_S + m->phase) + m->walk;
    double burst = model_uniform(m) < m->bursts ? -0.3 * model_uniform(m) : 0;
    return speed + burst + m->noise * model_normal(m);
}

/* effect: ln(1 + d) of an emulation that is off by d. */
static inline double model_round(struct model *m, double effect, double gap_s)
{
    unsigned turn = m->turn++;
    unsigned real_first = turn / 2 % 2, mirrored = turn % 2;
    double base[2], subject[2];
    for (unsigned i = 0; i < 2; i++) {
        unsigned side = (i + real_first + mirrored) % 2;
        for (unsigned k = 0; k < 2; k++)
            *((k + mirrored) % 2 ? &subject[side] : &base[side]) = model_launch(m);
    }
    m->time_s += gap_s;
    return effect + subject[0] - base[0] - (subject[1] - base[1]);
}

/* The share of late sleeps in a launch of 40, each of which follows from the one before it by half.
 */
static inline double model_share(struct model *m, double share)
{
    enum { SLEEPS = 40 };
    unsigned late = 0, is_late = model_uniform(m) < share;
    for (unsigned i = 0; i < SLEEPS; i++) {
        if (model_uniform(m) < 0.5)
            is_late = model_uniform(m) < share;
        late += is_late;
    }
    return (double)late / SLEEPS;
}

/* The same for a share that is off by so much, within 15 points, of which eight are judged. */
static inline enum equivalence model_judge_shares(struct model *m, double off, size_t most,
                                                  size_t tests, double *x, size_t *count)
{
    struct equivalence_evidence e;
    enum equivalence verdict = EQUIVALENCE_OPEN;
    for (*count = 0; *count < most && verdict == EQUIVALENCE_OPEN;) {
        x[(*count)++] = model_share(m, 0.5 + off) - model_share(m, 0.5);
        if (equivalence_of(x, *count, -0.15, 0.15, &e, NULL))
            break;
        verdict = equivalence_decide(e.within, equivalence_beyond_ln(&e, 8), log(20),
                                     log(20 * (double)tests));
    }
    return verdict;
}

/* Looks after each round, as the run does, and stops at the first decision; rounds in *count. */
static inline enum equivalence model_judge(struct model *m, double effect, double tolerance,
                                           size_t most, size_t tests, double *x, size_t *count)
{
    struct equivalence_evidence e;
    enum equivalence verdict = EQUIVALENCE_OPEN;
    for (*count = 0; *count < most && verdict == EQUIVALENCE_OPEN;) {
        x[(*count)++] = model_round(m, effect, 25);
        if (equivalence_of(x, *count, log1p(-tolerance), log1p(tolerance), &e, NULL))
            break;
        verdict = equivalence_decide(e.within, equivalence_beyond_ln(&e, 1), log(20),
                                     log(20 * (double)tests));
    }
    return verdict;
}

#endif
