/* Many p-values at once: the false discovery rate. */
#ifndef CONTEND_STATS_FDR_H
#define CONTEND_STATS_FDR_H

#include "bench/base/err.h"

#include <stddef.h>

/*
 * Benjamini and Hochberg's adjusted p-values (JRSS-B 57, 1995), in the order given, at most 1:
 * calling all with an adjusted p of at most q wrong in an expected share q of the calls, or, when
 * nothing is true, calling any in a share q of the families.  Holds for independent p-values and
 * for those that rise and fall together (Benjamini and Yekutieli, Annals of Statistics 29, 2001).
 * `p` may be `adjusted`.  -1 with ERR_SYSTEM when memory runs out.
 */
int fdr_adjust(const double *p, size_t count, double *adjusted, struct err *err);

#endif
