/*
 * Is a figure within a tolerance, or beyond it?  Asked while the figure is still being measured.
 *
 * A series holds one number a round, in the order measured.  Each bound of the tolerance is a
 * hypothesis of its own, and evidence against it is an e-value (evalue.h), taken at its highest:
 * whoever stops as soon as it suffices is wrong with the stated probability at most (Ville 1939).
 * "Within" needs evidence against both ends, each at the full level, since it is false only where
 * one of them holds (Berger, "Multiparameter hypothesis testing and acceptance sampling", 1982).
 *
 * What is asked of the noise: it is as likely to lie on one side of the figure as on the other.
 * Rounds that take their measurements in mirrored orders see to that.
 */
#ifndef CONTEND_STATS_EQUIVALENCE_H
#define CONTEND_STATS_EQUIVALENCE_H

#include "bench/base/err.h"

#include <stddef.h>

/* ln of the highest evidence, of all beginnings of the series, that it lies above `shift`. */
double equivalence_above_ln(const double *x, size_t count, double shift);

enum equivalence { EQUIVALENCE_WITHIN, EQUIVALENCE_BEYOND, EQUIVALENCE_OPEN };

/* What a series says of lo..hi, each an ln of evidence. */
struct equivalence_evidence {
    double within; /* the weaker of the two that it needs */
    double below_lo, above_hi;
};

/* Returns -1 with ERR_SYSTEM when memory runs out. */
int equivalence_of(const double *x, size_t count, double lo, double hi,
                   struct equivalence_evidence *out, struct err *err);

/* What a bound costs: each of `parts` conditions has two ends, which share what may go wrong. */
double equivalence_price_ln(size_t parts);

/* Evidence that either end is passed, less its price. */
double equivalence_beyond_ln(const struct equivalence_evidence *e, size_t parts);

/*
 * The rule, for one condition or several that all have to hold: of these the least that is within
 * and the most that is beyond.  Within from `within_ln` on, beyond from `beyond_ln` on, else open;
 * what was not stopped in time and says both is open.
 */
enum equivalence equivalence_decide(double within, double beyond, double within_ln,
                                    double beyond_ln);

#endif
