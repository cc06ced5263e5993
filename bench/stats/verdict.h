/*
 * A verdict is where an interval lies, and a row without one says what it would have taken.
 *
 * Log ratios as in paired.h: positive is worse for head.
 */
#ifndef CONTEND_STATS_VERDICT_H
#define CONTEND_STATS_VERDICT_H

#include <stdbool.h>
#include <stddef.h>

enum verdict {
    VERDICT_SLOWER,
    VERDICT_FASTER,
    VERDICT_SAME,    /* equivalence shown, not merely no difference seen */
    VERDICT_SHIFTED, /* a real difference, inside the tolerance */
    VERDICT_UNDECIDED,
    VERDICT_NOT_COMPARABLE,
};

/* "slower" ... "undecided", "not comparable". */
const char *verdict_name(enum verdict v);

/*
 *   slower     lo > tolerance                 -tolerance   0   +tolerance
 *   faster     hi < -tolerance                     |       |       |   [-- slower --]
 *   shifted    inside, without 0                   |       | [--]  |
 *   same       inside, with 0                      |  [----+---]   |
 *   undecided  everything else                     |       |  [----+-----]
 * `tolerance` >= 0.  NaN or infinite ends: undecided.
 */
enum verdict verdict_of(double lo, double hi, double tolerance);

/*
 * The smallest effect `pairs` pairs show in 8 of 10 runs: (z_evidence + z_0.8) standard errors of
 * the median, 1.2533 spread/sqrt(n), beyond the tolerance.  z_evidence is what an e-value
 * (evalue.h) of `needed_ln` asks of n signs.  `spread` is the standard deviation of the pairs,
 * robustly (mad_of()).  A log ratio; INFINITY when that many pairs can show nothing.
 */
double verdict_detectable(size_t pairs, double spread, double tolerance, double needed_ln);

/*
 * How many pairs settle a row in 8 of 10 runs if the effect is what it seems: either beyond the
 * tolerance or inside it.  0 when an effect lies so close to the tolerance that a million pairs
 * would not.
 */
size_t verdict_pairs_to_settle(double effect, double spread, double tolerance, double needed_ln);

#endif
