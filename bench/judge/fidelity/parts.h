/* What the parts of the fidelity table share. */
#ifndef CONTEND_JUDGE_FIDELITY_PARTS_H
#define CONTEND_JUDGE_FIDELITY_PARTS_H

#include "bench/judge/fidelity/fidelity.h"

enum { FIDELITY_FORMS = 4 };

/* The four ways to do two (or four) tests for a prime. */
struct fidelity_form {
    char letter;
    struct fidelity_cell cell;
};
extern const struct fidelity_form fidelity_forms[FIDELITY_FORMS];

/*
 * The metric of that name; a turn at the lock is the time it was held.  NULL with the reason where
 * nothing was measured.
 */
const struct result_metric *fidelity_metric(const struct result *r, const struct result_cell *c,
                                            const char *name, char *reason, size_t size);

/* A row's value as its rule shows it: a ratio, a time, a share. */
void fidelity_value_text(const struct fidelity_rule *rule, double value, char *out, size_t size);

/* "2.93/11.6": the median and the 90th percentile. */
void fidelity_shape_text(double p50, double p90, char *out, size_t size);

/* "P<S=2<4"; times closer than the tolerance have no order. */
void fidelity_order_text(const double *times, double tolerance, char *out, size_t size);

/* Judges a row whose fields are set to "missing". */
void fidelity_judge_moments(struct fidelity_row *row, const struct result *emulated,
                            const struct result *real);

/* The same round by round; `tests` is how many rows share the risk of a wrong "differs". */
int fidelity_judge_rounds(struct fidelity_row *row, const struct result *emulated,
                          const struct result *real, size_t tests, struct err *err);

/* ---- Rounds (rounds.c) ------------------------------------------------------------- */

/* A figure of one runtime in each round it was measured in, in the order measured. */
struct fidelity_series {
    double *values;   /* owned */
    uint32_t *rounds; /* owned */
    size_t count;
};

/* The shares of a shape are those of the events beyond these, in switch intervals. */
enum { FIDELITY_EDGES = 8 };
extern const double fidelity_edges[FIDELITY_EDGES];

/*
 * The figure of a rule for one runtime; of a shape the share of events beyond fidelity_edges[edge],
 * or with edge < 0 the rule's quantile.  `cell` and `base` stand in place of the rule's own
 * (order). Returns -1 with err when memory runs out; without values the reason is set.
 */
int fidelity_series_of(const struct result *r, const struct fidelity_rule *rule,
                       const struct fidelity_cell *cell, const struct fidelity_cell *base, int edge,
                       struct fidelity_series *out, char *reason, size_t size, struct err *err);
void fidelity_series_release(struct fidelity_series *s);

/* Leaves in both only the rounds that both have. */
void fidelity_series_meet(struct fidelity_series *a, struct fidelity_series *b);

/* ---- Verdicts of rounds (paired.c, order.c) ----------------------------------------- */

/* The best that a row has, as ln of evidence; open from 0 on. */
struct fidelity_judged {
    double within;  /* of the condition that has least */
    double beyond;  /* of the one that has most */
    size_t lacking; /* rounds in sight until that one is settled; 0: not in sight */
    double spread;  /* of the rounds' differences there */
    double lies;    /* its center, in tolerances from the middle */
    double needed;  /* what `beyond` has to come to */
};

/* A logarithm that a sum can bear: a figure of 0 lies far out and no farther. */
double fidelity_bounded_ln(double value);

/* NaN of none. */
double fidelity_median(const double *x, size_t count, struct err *err);

/* Fills `j` and the row's texts and rounds. */
int fidelity_judge_order(struct fidelity_row *row, const struct result *emulated,
                         const struct result *real, struct fidelity_judged *j, struct err *err);

#endif
