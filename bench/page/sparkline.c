#include "bench/page/sparkline.h"

#include <math.h>

enum { HEIGHTS = 8 };

void sparkline(struct buf *out, const double *values, size_t count, size_t width, double least_span,
               bool utf8)
{
    static const char *const blocks[HEIGHTS] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char *const inks[HEIGHTS] = {"_", ".", "-", "=", "+", "*", "#", "@"};
    size_t first = count > width ? count - width : 0;
    double low = INFINITY, high = -INFINITY;
    for (size_t i = first; i < count; i++)
        if (!isnan(values[i])) {
            low = fmin(low, values[i]);
            high = fmax(high, values[i]);
        }
    double missing = fmax(0, least_span - (high - low));
    low -= missing / 2;
    high += missing / 2;
    for (size_t i = first; i < count; i++) {
        double share = high > low ? (values[i] - low) / (high - low) : 0.5;
        int height = (int)fmin(HEIGHTS - 1, floor(share * HEIGHTS));
        buf_add(out, isnan(values[i]) ? " " : utf8 ? blocks[height] : inks[height]);
    }
}
