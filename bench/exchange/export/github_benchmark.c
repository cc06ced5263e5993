/*
 * github-action-benchmark's custom tools: an array of {name, unit, value, range, extra}.  One file
 * holds one direction: "customSmallerIsBetter" or "customBiggerIsBetter".
 */
#include "bench/base/json_make.h"
#include "bench/exchange/export/export.h"

#include <string.h>

static void add_range(struct json_maker *entry, const struct summary *s)
{
    struct buf range = {0};
    export_number(&range, s->lo);
    buf_add(&range, " .. ");
    export_number(&range, s->hi);
    json_make_text(entry, "range", buf_text(&range));
    buf_release(&range);
}

static int write_direction(const struct export_input *in, size_t which, struct buf *out,
                           struct err *err)
{
    static const char *const directions[] = {"lower", "higher"};
    struct export_walk walk = {0};
    struct export_value v;
    struct buf name = {0};
    struct export_list entries = {.depth = 1};
    int failed = 0;
    export_list_begin(&entries, out);
    while (!failed && export_next(in, &walk, &v)) {
        if (strcmp(v.metric->better, directions[which]) != 0)
            continue;
        buf_reset(&name);
        export_name(in, &v, &name);
        buf_printf(&name, " %s", v.metric->name);
        struct json_maker entry = json_maker_take(
            json_pack("{s:s, s:s, s:f, s:o}", "name", buf_text(&name), "unit", v.metric->unit,
                      "value", v.metric->summary.center, "extra",
                      json_sprintf("n=%zu, %s", v.metric->summary.n, v.result->runtime)));
        add_range(&entry, &v.metric->summary);
        export_list_add(&entries, json_made(&entry), out);
        failed = export_pass_on(in, out, err);
    }
    export_list_end(&entries, out);
    buf_add(out, "\n");
    buf_settle(out, &name);
    return failed;
}

const struct export_format export_github_benchmark = {
    .name = "github-benchmark",
    .has_names_once = true,
    .consumer = "github-action-benchmark, a file a direction: custom*IsBetter",
    .suffixes = {"-smaller.json", "-bigger.json"},
    .write = write_direction,
};
