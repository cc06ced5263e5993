#include "bench/report/result_line.h"

#include <string.h>

void result_line(const struct result *r, struct buf *out)
{
    buf_printf(out, "%s: %s on %s (", r->path, r->runtime[0] ? r->runtime : "unknown runtime",
               r->hostname);
    if (r->cpu[0])
        buf_printf(out, "%s, ", r->cpu);
    if (r->cpus_allowed > 0)
        buf_printf(out, "%lld CPU%s, ", (long long)r->cpus_allowed, r->cpus_allowed > 1 ? "s" : "");
    if (r->virtualization[0] && strcmp(r->virtualization, "none"))
        buf_printf(out, "%s, ", r->virtualization);
    buf_printf(out, "Linux %s)", r->kernel[0] ? r->kernel : "of unknown version");
    if (r->started_at[0])
        buf_printf(out, ", %s", r->started_at);
    if (r->suite[0])
        buf_printf(out, ", suite %s", r->suite);
    if (r->rounds > 0)
        buf_printf(out, ", %lld round%s", (long long)r->rounds, r->rounds > 1 ? "s" : "");
    if (strcmp(r->status, "complete"))
        buf_printf(out, "; %s: the run was cut short", r->status);
    if (r->sanitizer[0])
        buf_printf(out, "; BUILT WITH SANITIZER %s: these are no measurements", r->sanitizer);
    else if (!strcmp(r->build_type, "Debug"))
        buf_add(out, "; DEBUG BUILD: compare with nothing");
}
