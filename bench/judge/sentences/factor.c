#include "bench/judge/sentences/factor.h"

#include "bench/judge/parts/cell.h"
#include "bench/judge/parts/low.h"
#include "bench/judge/parts/number.h"

#include <math.h>

bool factor_is_untold(const struct ratio *r)
{
    return number_ratio_standing(r) == RATIO_UNTOLD;
}

bool factor_is_unknown(const struct ratio *r)
{
    bool is_bounded = r->lo < r->hi || (r->lo <= r->hi && r->level >= NUMBER_RATIO_LEVEL);
    return factor_is_untold(r) && !is_bounded;
}

/* The ends of its interval are close enough to be worth more than two digits. */
static bool is_known(const struct ratio *r)
{
    return r->level >= NUMBER_RATIO_LEVEL && r->hi < NUMBER_FACTOR * r->lo;
}

void factor_add_number(struct buf *out, double center, double lo, double hi, bool is_sure)
{
    char text[40];
    buf_add(out, number_factor(text, sizeof text, center, lo, hi, !is_sure));
}

void factor_add(struct buf *out, const struct ratio *r)
{
    buf_add(out, is_known(r) ? "" : "roughly ");
    factor_add_number(out, r->center, r->lo, r->hi, is_known(r));
}

double factor_of_lows(const struct result_metric *m, const struct result_metric *base,
                      bool *is_rough, bool *failed)
{
    enum { CLOSE_PERCENT = 150 };
    struct ratio medians = ratio_of_metrics(m, base, failed);
    double ratio = low_of(m, failed) / low_of(base, failed);
    double more = ratio < 1 ? 1 / ratio : ratio;
    *is_rough = m->summary.n < NUMBER_SAMPLES || base->summary.n < NUMBER_SAMPLES;
    if (!(more >= 1))
        return (double)NAN;
    bool is_same = (medians.center < 1) == (ratio < 1) && !factor_is_untold(&medians);
    return !is_same && more * 100 < CLOSE_PERCENT ? 1 : ratio;
}
