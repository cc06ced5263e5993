/*
 * Go's benchmark format (golang.org/design/14313-benchmark-format): a line for each round, so that
 * benchstat has its samples; dimensions as name=value, so that it can pivot (-col /executor).
 */
#include "bench/report/export/export.h"

#include <ctype.h>
#include <string.h>

/* What a benchmark's name holds no blanks of. */
static void add_word(struct buf *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        buf_add_bytes(out, isspace((unsigned char)text[i]) ? "_" : &text[i], 1);
}

/* "sleep/none/thread/tasks=1,duration=5ms" -> "Sleep/lock=none/executor=thread/tasks=1/...". */
static void add_name(const struct result *r, const struct result_cell *c, struct buf *out)
{
    char first = (char)toupper((unsigned char)c->workload[0]);
    buf_add(out, "Benchmark");
    buf_add_bytes(out, &first, 1);
    if (c->workload[0])
        add_word(out, c->workload + 1, strlen(c->workload + 1));
    buf_add(out, "/lock=");
    add_word(out, c->lock, strlen(c->lock));
    buf_add(out, "/executor=");
    add_word(out, c->executor, strlen(c->executor));
    /* What follows the executor in the id: tasks and what is not the default. */
    const char *rest = c->id;
    for (int slash = 0; *rest && slash < 3; rest++)
        slash += *rest == '/';
    while (*rest) {
        size_t length = strcspn(rest, ",");
        buf_add(out, "/");
        add_word(out, rest, length);
        rest += length + (rest[length] == ',');
    }
    if (r->cpus_allowed > 1)
        buf_printf(out, "-%lld", (long long)r->cpus_allowed);
}

static void add_units(const struct export_input *in, struct buf *out)
{
    struct export_walk walk = {0};
    struct export_value v;
    json_t *seen = json_object();
    while (export_next(in, &walk, &v)) {
        const char *better = v.metric->better;
        if (json_object_get(seen, v.metric->name))
            continue;
        json_object_set_new(seen, v.metric->name, json_true());
        if (strcmp(better, "neutral"))
            buf_printf(out, "Unit %s better=%s\n", v.metric->name, better);
        if (!strcmp(v.metric->nature, "exact"))
            buf_printf(out, "Unit %s assume=exact\n", v.metric->name);
    }
    json_decref(seen);
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
        buf_printf(out, " %s", m->name);
    }
    buf_add(out, any ? "\n" : "");
    return any;
}

static int write_all(const struct export_input *in, size_t which, struct buf *out, struct err *err)
{
    (void)which;
    add_units(in, out);
    for (size_t i = 0; i < in->count; i++) {
        const struct result *r = &in->results[i];
        buf_add(out, "goos: linux\npkg: contend\n");
        if (r->hostname[0])
            buf_printf(out, "host: %s\n", r->hostname);
        if (r->cpu[0])
            buf_printf(out, "cpu: %s\n", r->cpu);
        buf_printf(out, "run: %s\n", r->run_id);
        for (size_t j = 0; j < r->cell_count; j++) {
            const struct result_cell *c = &r->cells[j];
            bool is_wanted = c->status == CELL_OK && strcmp(c->role, "control") != 0;
            for (size_t k = 0; is_wanted && add_line(in, r, c, k, out); k++)
                continue;
        }
    }
    return out->failed ? err_set(err, ERR_SYSTEM, "export: out of memory") : 0;
}

const struct export_format export_benchfmt = {
    .name = "benchfmt",
    .consumer = "Go's benchmark format, for benchstat",
    .write = write_all,
};
