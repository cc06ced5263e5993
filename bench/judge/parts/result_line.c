#include "bench/judge/parts/result_line.h"

#include "bench/judge/parts/low.h"

#include <string.h>

/* "Linux-6.1.0-x86_64-with-glibc2.36", as pyperf's files name what contend calls "6.1.0". */
static bool has_system(const char *kernel)
{
    const char *end = kernel + strcspn(kernel, "-0123456789");
    return end > kernel && *end == '-';
}

void result_machine(const struct result *r, struct buf *out)
{
    const char *before = " (";
    if (r->cpu[0]) {
        buf_printf(out, "%s%s", before, r->cpu);
        before = ", ";
    }
    if (r->cpus_allowed > 0) {
        buf_printf(out, "%s%lld CPU%s", before, (long long)r->cpus_allowed,
                   r->cpus_allowed > 1 ? "s" : "");
        before = ", ";
    }
    if (r->virtualization[0] && strcmp(r->virtualization, "none")) {
        buf_printf(out, "%s%s", before, r->virtualization);
        before = ", ";
    }
    /* A file that states no kernel need not be of Linux. */
    if (r->kernel[0])
        buf_printf(out, "%s%s%s", before, has_system(r->kernel) ? "" : "Linux ", r->kernel);
    buf_add(out, *before == ',' || r->kernel[0] ? ")" : "");
}

void result_line(const struct result *r, struct buf *out)
{
    buf_printf(out, "%s: %s", r->path, r->runtime[0] ? r->runtime : "unknown runtime");
    if (r->hostname[0])
        buf_printf(out, " on %s", r->hostname);
    else
        buf_add(out, ", host not stated");
    result_machine(r, out);
    if (r->started_at[0])
        buf_printf(out, ", %s", r->started_at);
    else
        buf_add(out, ", date not stated");
    if (r->suite[0])
        buf_printf(out, ", suite %s", r->suite);
    if (r->rounds > 0)
        buf_printf(out, ", %lld round%s", (long long)r->rounds, r->rounds > 1 ? "s" : "");
    struct usable_count usable = result_usable(r);
    if (usable.unusable)
        buf_printf(out, "; %zu of %zu cells UNUSABLE: others used the CPUs", usable.unusable,
                   usable.measured);
    for (size_t i = 0; i < r->warning_count; i++)
        buf_printf(out, "; WARNING %s: see the notes", r->warnings[i].code);
    if (strcmp(r->status, "complete"))
        buf_printf(out, "; %s: the run was cut short", r->status);
    if (r->sanitizer[0])
        buf_printf(out, "; BUILT WITH SANITIZER %s: these are no measurements", r->sanitizer);
    else if (!strcmp(r->build_type, "Debug"))
        buf_add(out, "; DEBUG BUILD: compare with nothing");
}

void result_say(struct page *p, const char *who, const struct result *r)
{
    struct buf line = {0};
    result_line(r, &line);
    page_say(p, PAGE_SOURCE, "%s%s", who, page_text_of(p, &line));
    page_settle(p, &line);
}
