/*
 * github-action-benchmark's custom tools: an array of {name, unit, value, range, extra}.  One file
 * holds one direction: "customSmallerIsBetter" or "customBiggerIsBetter".
 */
#include "bench/report/export/export.h"

#include <string.h>

static void add_range(json_t *entry, const struct summary *s)
{
    struct buf range = {0};
    export_number(&range, s->lo);
    buf_add(&range, " .. ");
    export_number(&range, s->hi);
    json_object_set_new(entry, "range", json_string(buf_text(&range)));
    buf_release(&range);
}

static int write_direction(const struct export_input *in, size_t which, struct buf *out,
                           struct err *err)
{
    static const char *const directions[] = {"lower", "higher"};
    struct export_walk walk = {0};
    struct export_value v;
    struct buf name = {0};
    json_t *entries = json_array();
    while (export_next(in, &walk, &v)) {
        if (strcmp(v.metric->better, directions[which]) != 0)
            continue;
        buf_reset(&name);
        export_name(in, &v, &name);
        buf_printf(&name, " %s", v.metric->name);
        json_t *entry =
            json_pack("{s:s, s:s, s:f, s:o}", "name", buf_text(&name), "unit", v.metric->unit,
                      "value", v.metric->summary.center, "extra",
                      json_sprintf("n=%zu, %s", v.metric->summary.n, v.result->runtime));
        if (entry)
            add_range(entry, &v.metric->summary);
        json_array_append_new(entries, entry);
    }
    buf_release(&name);
    return export_json(entries, out, err);
}

const struct export_format export_github_benchmark = {
    .name = "github-benchmark",
    .consumer = "github-action-benchmark, a file a direction: custom*IsBetter",
    .suffixes = {"-smaller.json", "-bigger.json"},
    .write = write_direction,
};
