/*
 * Go's benchmark format (golang.org/design/14313-benchmark-format): a line for each round, so that
 * benchstat has its samples; dimensions as name=value, so that it can pivot (-col /executor).
 */
#include "bench/base/json_make.h"
#include "bench/exchange/export/export.h"
#include "bench/page/escape.h"

#include <ctype.h>
#include <string.h>

/* "duration=5ms,pin=1" as "/duration=5ms/pin=1". */
static void add_parts(struct buf *out, const char *text)
{
    struct buf part = {0};
    while (*text) {
        size_t length = strcspn(text, ",");
        buf_reset(&part);
        buf_add_bytes(&part, text, length);
        buf_add(out, "/");
        escape_benchfmt(out, buf_text(&part));
        text += length + (text[length] == ',');
    }
    buf_settle(out, &part);
}

/* "sleep/none/thread/tasks=1,duration=5ms" -> "Sleep/lock=none/executor=thread/tasks=1/...". */
static void add_name(const struct result *r, const struct result_cell *c, struct buf *out)
{
    buf_add(out, "Benchmark");
    size_t first = out->len;
    escape_benchfmt(out, c->workload);
    if (out->len > first)
        out->data[first] = (char)toupper((unsigned char)out->data[first]);
    buf_add(out, "/lock=");
    escape_benchfmt(out, c->lock);
    buf_add(out, "/executor=");
    escape_benchfmt(out, c->executor);
    /* What follows the executor in the id: tasks and what is not the default. */
    const char *rest = c->id;
    for (int slash = 0; *rest && slash < 3; rest++)
        slash += *rest == '/';
    add_parts(out, rest);
    if (r->cpus_allowed > 1)
        buf_printf(out, "-%lld", (long long)r->cpus_allowed);
}

/*
 * A metric as a unit: benchstat scales what ends in "-ns" or "-bytes" ("startup-ns" becomes
 * startup-sec) and knows no underscores.
 */
static void add_unit(struct buf *out, const char *metric)
{
    static const char *const scaled[] = {"_ns", "_bytes"};
    size_t length = strlen(metric);
    for (size_t i = 0; i < sizeof scaled / sizeof *scaled; i++) {
        size_t tail = strlen(scaled[i]);
        if (length > tail && !strcmp(metric + length - tail, scaled[i])) {
            struct buf stem = {0};
            buf_printf(&stem, "%.*s", (int)(length - tail), metric);
            escape_benchfmt(out, buf_text(&stem));
            buf_settle(out, &stem);
            buf_printf(out, "-%s", scaled[i] + 1);
            return;
        }
    }
    escape_benchfmt(out, metric);
}

static void add_metadata(struct buf *out, const char *metric, const char *key, const char *value)
{
    buf_add(out, "Unit ");
    add_unit(out, metric);
    buf_printf(out, " %s=%s\n", key, value);
}

static void add_units(const struct export_input *in, struct buf *out)
{
    struct export_walk walk = {0};
    struct export_value v;
    struct json_maker seen = json_maker_new();
    while (export_next(in, &walk, &v)) {
        const char *better = v.metric->better;
        if (json_object_get(seen.object, v.metric->name))
            continue;
        json_make_bool(&seen, v.metric->name, true);
        if (strcmp(better, "neutral"))
            add_metadata(out, v.metric->name, "better", better);
        if (!strcmp(v.metric->nature, "exact"))
            add_metadata(out, v.metric->name, "assume", "exact");
    }
    json_decref(json_made(&seen));
}

/* The i-th samples of all metrics chosen; false when none has as many. */
static bool add_line(const struct export_input *in, const struct result *r,
                     const struct result_cell *c, size_t i, struct buf *out)
{
    bool any = false;
    for (size_t j = 0; j < c->metric_count; j++) {
        const struct result_metric *m = &c->metrics[j];
        if (i >= m->sample_count || !metric_is_chosen(in->metrics, m))
            continue;
        if (!any) {
            add_name(r, c, out);
            buf_add(out, " 1");
        }
        any = true;
        buf_add(out, " ");
        export_number(out, m->samples[i]);
        buf_add(out, " ");
        add_unit(out, m->name);
    }
    buf_add(out, any ? "\n" : "");
    return any;
}

static void add_key(const char *key, const char *value, struct buf *out)
{
    buf_printf(out, "%s: ", key);
    escape_text(out, value);
    buf_add(out, "\n");
}

static int write_all(const struct export_input *in, size_t which, struct buf *out, struct err *err)
{
    (void)which;
    add_units(in, out);
    for (size_t i = 0; i < in->count; i++) {
        const struct result *r = &in->results[i];
        buf_add(out, "goos: linux\npkg: contend\n");
        if (r->hostname[0])
            add_key("host", r->hostname, out);
        if (r->cpu[0])
            add_key("cpu", r->cpu, out);
        add_key("run", r->run_id, out);
        for (size_t j = 0; j < r->cell_count; j++) {
            const struct result_cell *c = &r->cells[j];
            bool is_wanted = c->status == CELL_OK && strcmp(c->role, "control") != 0;
            for (size_t k = 0; is_wanted && add_line(in, r, c, k, out); k++)
                if (export_pass_on(in, out, err))
                    return -1;
        }
    }
    return out->failed ? err_set(err, ERR_SYSTEM, "export: out of memory") : 0;
}

const struct export_format export_benchfmt = {
    .name = "benchfmt",
    .consumer = "Go's benchmark format, for benchstat",
    .write = write_all,
};
