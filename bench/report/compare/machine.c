/* A comparison for programs: JSON, JUnit XML, annotations of GitHub's workflows. */
#include "bench/core/json.h"
#include "bench/page/escape.h"
#include "bench/report/compare/render.h"
#include "bench/stats/paired.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void set_change(json_t *o, const char *key, double log_ratio)
{
    if (isfinite(log_ratio))
        json_set_finite(o, key, log_ratio_to_change(log_ratio));
}

static json_t *row_json(const struct comparison *c, const struct compare_row *row)
{
    char reason[REASON_TEXT_MAX];
    json_t *o = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:I, s:I}", "cell", row->id, "metric", row->metric, "unit",
        row->unit, "verdict", verdict_name(row->verdict), "better",
        row->is_neutral         ? "neutral"
        : row->higher_is_better ? "higher"
                                : "lower",
        "base_rounds", (json_int_t)row->base_rounds, "head_rounds", (json_int_t)row->head_rounds);
    if (!o)
        return NULL;
    if (row->is_control)
        json_object_set_new(o, "control", json_true());
    json_set_finite(o, "base", row->base);
    json_set_finite(o, "head", row->head);
    if (!row->is_exact) {
        set_change(o, "worse_by", row->shift.effect);
        set_change(o, "lo", row->shift.lo);
        set_change(o, "hi", row->shift.hi);
        set_change(o, "detectable", row->detectable);
        if (row->moment_sd > 0)
            set_change(o, "moment_sd", row->moment_sd);
        json_set_finite(o, "p_slower", row->shift.p_slower);
        json_set_finite(o, "p_faster", row->shift.p_faster);
    }
    if (compare_row_reason(c, row, reason)[0])
        json_object_set_new(o, "reason", json_string(reason));
    return o;
}

static json_t *files_json(const struct compare_side *side)
{
    json_t *files = json_array();
    for (size_t i = 0; i < side->count; i++) {
        const struct result *r = &side->results[i];
        json_array_append_new(files, json_pack("{s:s, s:s, s:s, s:s, s:s}", "file", r->path, "run",
                                               r->run_id, "runtime", r->runtime, "hostname",
                                               r->hostname, "started_at", r->started_at));
    }
    return files;
}

static void note_json(struct buf *out, const char *text)
{
    buf_printf(out, "%s%s", out->len ? "\n" : "", text);
}

static json_t *notes_json(const struct comparison *c)
{
    struct buf notes = {0};
    json_t *array = json_array();
    compare_notes(c, note_json, &notes);
    const char *at = buf_text(&notes);
    while (*at) {
        size_t length = strcspn(at, "\n");
        json_array_append_new(array, json_stringn(at, length));
        at += length + (at[length] == '\n');
    }
    buf_release(&notes);
    return array;
}

int compare_as_json(const struct comparison *c, struct buf *out, struct err *err)
{
    json_t *counts = json_object(), *rows = json_array();
    for (enum verdict v = VERDICT_SLOWER; v <= VERDICT_NOT_COMPARABLE; v++)
        json_object_set_new(counts, verdict_name(v), json_integer((json_int_t)c->counts[v]));
    for (size_t i = 0; i < c->count; i++)
        json_array_append_new(rows, row_json(c, &c->rows[i]));
    json_t *o = json_pack(
        "{s:s, s:o, s:o, s:f, s:f, s:f, s:I, s:f, s:I, s:I, s:o, s:o, s:o}", "schema",
        "contend.compare/1", "base", files_json(c->base), "head", files_json(c->head), "tolerance",
        log_ratio_to_change(c->tolerance), "level", COMPARE_LEVEL, "alpha", COMPARE_ALPHA, "judged",
        (json_int_t)c->judged, "control_shift", log_ratio_to_change(c->control_shift), "only_base",
        (json_int_t)c->only_base, "only_head", (json_int_t)c->only_head, "counts", counts, "notes",
        notes_json(c), "rows", rows);
    json_add_text(out, o, JSON_INDENT(1) | JSON_REAL_PRECISION(15));
    return out->failed ? err_set(err, ERR_SYSTEM, "compare: out of memory") : 0;
}

/* "+98 % (+61 % .. +143 %), 10.2 M/s -> 5.1 M/s"; or the reason. */
static void add_finding(const struct comparison *c, const struct compare_row *row, struct buf *out)
{
    char change[CHANGE_TEXT_MAX], interval[2 * CHANGE_TEXT_MAX + 8], base[VALUE_TEXT_MAX],
        head[VALUE_TEXT_MAX], reason[REASON_TEXT_MAX];
    compare_row_reason(c, row, reason);
    if (row->verdict != VERDICT_NOT_COMPARABLE && !row->is_exact)
        buf_printf(out, "%s (%s), %s -> %s%s", compare_row_change_text(row, change),
                   compare_interval_text(row, interval),
                   compare_value_text(row->base, row->unit, base),
                   compare_value_text(row->head, row->unit, head), reason[0] ? "; " : "");
    buf_add(out, reason);
}

static void add_xml_text(const struct comparison *c, const struct compare_row *row, struct buf *out)
{
    struct buf finding = {0};
    add_finding(c, row, &finding);
    escape_xml(out, buf_text(&finding));
    out->failed |= finding.failed;
    buf_release(&finding);
}

void compare_as_junit(const struct comparison *c, struct buf *out)
{
    size_t skipped = c->counts[VERDICT_UNDECIDED] + c->counts[VERDICT_NOT_COMPARABLE];
    buf_printf(out,
               "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
               "<testsuites>\n<testsuite name=\"contend compare\" tests=\"%zu\" failures=\"%zu\" "
               "errors=\"0\" skipped=\"%zu\">\n",
               c->count, c->counts[VERDICT_SLOWER], skipped);
    for (size_t i = 0; i < c->count; i++) {
        const struct compare_row *row = &c->rows[i];
        const char *element =
            row->verdict == VERDICT_SLOWER ? "failure"
            : row->verdict == VERDICT_UNDECIDED || row->verdict == VERDICT_NOT_COMPARABLE
                ? "skipped"
                : "system-out";
        buf_add(out, "<testcase classname=\"");
        escape_xml(out, row->id);
        buf_add(out, "\" name=\"");
        escape_xml(out, row->metric);
        buf_printf(out, "\" time=\"0\"><%s", element);
        if (strcmp(element, "system-out") == 0) {
            buf_printf(out, ">%s: ", verdict_name(row->verdict));
            add_xml_text(c, row, out);
            buf_printf(out, "</%s></testcase>\n", element);
            continue;
        }
        buf_printf(out, " message=\"%s: ", verdict_name(row->verdict));
        add_xml_text(c, row, out);
        buf_add(out, "\"/></testcase>\n");
    }
    buf_add(out, "</testsuite>\n</testsuites>\n");
}

static void add_annotation(const struct comparison *c, const struct compare_row *row,
                           const char *command, struct buf *out)
{
    struct buf title = {0}, message = {0};
    buf_printf(&title, "%s: %s", verdict_name(row->verdict), row->id);
    buf_printf(&message, "%s %s: ", row->id, row->metric);
    add_finding(c, row, &message);
    buf_printf(out, "::%s title=", command);
    escape_github(out, buf_text(&title), true);
    buf_add(out, "::");
    escape_github(out, buf_text(&message), false);
    buf_add(out, "\n");
    out->failed |= title.failed || message.failed;
    buf_release(&title);
    buf_release(&message);
}

/* GitHub shows ten annotations of a kind a step: errors for rows, one line for the rest. */
void compare_as_github(const struct comparison *c, struct buf *out)
{
    struct buf counts = {0};
    for (size_t i = 0; i < c->count; i++)
        if (c->rows[i].verdict == VERDICT_SLOWER)
            add_annotation(c, &c->rows[i], "error", out);
    compare_counts_text(c, &counts);
    buf_printf(out, "::%s title=contend compare::",
               c->counts[VERDICT_UNDECIDED] + c->counts[VERDICT_NOT_COMPARABLE] ? "warning"
                                                                                : "notice");
    escape_github(out, buf_text(&counts), false);
    buf_add(out, "\n");
    out->failed |= counts.failed;
    buf_release(&counts);
}
