/* Files for Apache Otava; see history_export.h. */
#include "bench/base/buf.h"
#include "bench/base/file.h"
#include "bench/base/json.h"
#include "bench/base/json_make.h"
#include "bench/base/output.h"
#include "bench/judge/history/export.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const char *const history_targets[] = {"otava-csv", "otava-json", NULL};

/* A field of CSV or a scalar of YAML between double quotes. */
static void add_quoted(struct buf *out, const char *text, const char *escaped_quote)
{
    buf_add(out, "\"");
    for (; *text; text++)
        if (*text == '"')
            buf_add(out, escaped_quote);
        else if (*text == '\\' && escaped_quote[0] == '\\')
            buf_add(out, "\\\\");
        else
            buf_add_bytes(out, text, 1);
    buf_add(out, "\"");
}

/* Seconds since 1970 of "2026-01-31T12:00:00Z"; 0 when it is not such a text. */
static long long seconds_of(const char *utc)
{
    struct tm tm = {0};
    return strptime(utc, "%Y-%m-%dT%H:%M:%SZ", &tm) ? (long long)timegm(&tm) : 0;
}

static const char *value_name(const struct track *t)
{
    return t->is_anchored ? "ratio" : "median";
}

static void add_csv(struct buf *out, const struct track *t)
{
    buf_printf(out, "time,commit,%s\n", value_name(t));
    for (size_t i = 0; i < t->point_count; i++) {
        const struct history_point *p = t->points[i].point;
        add_quoted(out, p->time, "\"\"");
        buf_add(out, ",");
        add_quoted(out, p->commit, "\"\"");
        buf_printf(out, ",%.10g\n", track_plain_value(t, i));
    }
}

static void add_json(struct buf *out, const struct track *t, const char *branch)
{
    struct json_maker runs = json_maker_list();
    for (size_t i = 0; i < t->point_count; i++) {
        const struct history_point *p = t->points[i].point;
        json_make_add(&runs, json_pack("{sI s[{ss sf ss}] s{ss ss}}", "timestamp",
                                       (json_int_t)seconds_of(p->time), "metrics", "name",
                                       value_name(t), "value", track_plain_value(t, i), "unit",
                                       t->is_anchored ? "x" : t->unit, "attributes", "branch",
                                       branch, "git_commit", p->commit));
    }
    json_add_text(out, json_made(&runs), JSON_INDENT(1) | JSON_REAL_PRECISION(10));
}

static void add_test(struct buf *yaml, const struct track *t, enum history_target target,
                     const char *name, const char *path, const char *branch)
{
    buf_add(yaml, "  ");
    add_quoted(yaml, name, "\\\"");
    buf_printf(yaml, ":\n    type: %s\n    file: ", target == HISTORY_OTAVA_CSV ? "csv" : "json");
    add_quoted(yaml, path, "\\\"");
    if (target == HISTORY_OTAVA_CSV) {
        buf_printf(
            yaml,
            "\n    time_column: time\n    attributes: [commit]\n    metrics:\n      %s:\n"
            "        direction: %d\n        scale: 1\n    csv_options:\n      delimiter: ','\n"
            "      quote_char: '\"'\n",
            value_name(t), t->higher_is_better ? 1 : -1);
    } else {
        buf_add(yaml, "\n    base_branch: ");
        add_quoted(yaml, branch, "\\\"");
        buf_add(yaml, "\n");
    }
}

/* A series whose regimes could not be chained comes in parts; their names tell them apart. */
static void test_name(struct buf *out, const struct history_tracks *tracks, size_t index)
{
    const struct track *t = &tracks->items[index];
    size_t part = 1;
    for (size_t i = 0; i < index; i++)
        part += !strcmp(tracks->items[i].series, t->series);
    buf_add(out, t->series);
    if (t->track_count > 1)
        buf_printf(out, " (%zu of %zu)", part, t->track_count);
}

static int write_file(const char *directory, const char *name, const struct buf *text,
                      struct err *err)
{
    char path[PATH_MAX];
    if ((size_t)snprintf(path, sizeof path, "%s/%s", directory, name) >= sizeof path)
        return err_set(err, ERR_INPUT, "%s: the path is too long", directory);
    return file_make_parents(path, err) ? -1 : output_write_text(path, text, err);
}

/* Otava orders by time, and none is made up. */
static int refuse_undated(const struct track *t, struct err *err)
{
    for (size_t i = 0; i < t->point_count; i++)
        if (!t->points[i].point->time)
            return err_set(err, ERR_INPUT,
                           "line %zu: commit %s of %s has no time, which Otava orders by",
                           t->points[i].point->line, t->points[i].point->commit, t->series);
    return 0;
}

int history_write_otava(const struct history_tracks *tracks, enum history_target target,
                        const char *branch, const char *directory, size_t *written, struct err *err)
{
    struct buf yaml = {0};
    int failed = 0;
    *written = 0;
    for (size_t i = 0; i < tracks->count && !failed; i++)
        failed = refuse_undated(&tracks->items[i], err);
    buf_add(&yaml, "tests:\n");
    for (size_t i = 0; i < tracks->count && !failed; i++) {
        const struct track *t = &tracks->items[i];
        struct buf text = {0}, name = {0};
        char file[32];
        snprintf(file, sizeof file, "%04zu.%s", i + 1,
                 target == HISTORY_OTAVA_CSV ? "csv" : "json");
        if (target == HISTORY_OTAVA_CSV)
            add_csv(&text, t);
        else
            add_json(&text, t, branch);
        test_name(&name, tracks, i);
        add_test(&yaml, t, target, buf_text(&name), file, branch);
        failed = write_file(directory, file, &text, err);
        buf_release(&text);
        buf_release(&name);
        *written += !failed;
    }
    if (!failed && *written > 0)
        failed = write_file(directory, "otava.yaml", &yaml, err);
    buf_release(&yaml);
    return failed;
}
