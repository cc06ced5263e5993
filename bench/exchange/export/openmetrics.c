/* OpenMetrics 1.0 text. */
#include "bench/exchange/export/exposition.h"

static int write_all(const struct export_input *in, size_t which, struct buf *out, struct err *err)
{
    (void)which;
    return exposition_write(in, true, out, err);
}

const struct export_format export_openmetrics = {
    .name = "openmetrics",
    .consumer = "OpenMetrics text, with units",
    .write = write_all,
};
