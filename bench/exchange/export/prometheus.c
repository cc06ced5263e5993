/* Prometheus' text format 0.0.4. */
#include "bench/exchange/export/exposition.h"

static int write_all(const struct export_input *in, size_t which, struct buf *out, struct err *err)
{
    (void)which;
    return exposition_write(in, false, out, err);
}

const struct export_format export_prometheus = {
    .name = "prometheus",
    .consumer = "Prometheus text, for a node exporter's textfile directory",
    .write = write_all,
};
