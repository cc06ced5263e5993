#include "bench/exchange/export/exposition.h"

#include "bench/page/escape.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Base units by Prometheus' rules: seconds, not nanoseconds; a rate says of what time. */
static const struct {
    const char *unit, *suffix, *base;
    double divisor;
} units[] = {
    {"ns", "_ns", "seconds", 1e9},   {"bytes", "_bytes", "bytes", 1},
    {"ratio", "_ratio", "ratio", 1}, {"per_s", "_per_s", "per_second", 1},
    {"hz", "_hz", "hertz", 1},       {"count", "_count", "", 1},
};

struct family {
    const char *metric;
    const char *unit; /* its base unit, "" without one */
    double divisor;
    struct buf name;
};

static void name_family(struct family *f, const struct result_metric *m)
{
    size_t length = strlen(m->name), i = 0;
    *f = (struct family){.metric = m->name, .unit = "", .divisor = 1};
    while (i < sizeof units / sizeof *units && strcmp(units[i].unit, m->unit))
        i++;
    bool is_known = i < sizeof units / sizeof *units;
    size_t suffix = is_known ? strlen(units[i].suffix) : 0;
    if (suffix && length > suffix && !strcmp(m->name + length - suffix, units[i].suffix))
        length -= suffix;
    buf_add(&f->name, "contend_");
    for (size_t at = 0; at < length; at++)
        buf_add_bytes(&f->name, isalnum((unsigned char)m->name[at]) ? &m->name[at] : "_", 1);
    if (is_known) {
        f->unit = units[i].base;
        f->divisor = units[i].divisor;
        buf_printf(&f->name, "%s%s", *f->unit ? "_" : "", f->unit);
    }
}

static void add_label(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, "%s%s=\"", out->data[out->len - 1] == '{' ? "" : ",", name);
    escape_label(out, value);
    buf_add(out, "\"");
}

/*
 * Labels stay from run to run, for each new value of one would begin a series that ends with it:
 * which run it was stands in contend_run_info.  Only of several results of one host the file is
 * told.
 */
static void add_origin(const struct export_input *in, const struct result *r, struct buf *out)
{
    size_t of_host = 0;
    for (size_t i = 0; i < in->count; i++)
        of_host += !strcmp(in->results[i].hostname, r->hostname);
    add_label(out, "host", r->hostname);
    if (of_host > 1)
        add_label(out, "result", r->label);
}

static void add_sample(const struct export_input *in, const struct family *f,
                       const struct export_value *v, const char *bound, double value,
                       struct buf *out)
{
    char tasks[24];
    snprintf(tasks, sizeof tasks, "%lld", (long long)v->cell->tasks);
    buf_printf(out, "%s{", buf_text(&f->name));
    add_label(out, "cell", v->cell->id);
    add_label(out, "workload", v->cell->workload);
    add_label(out, "lock", v->cell->lock);
    add_label(out, "executor", v->cell->executor);
    add_label(out, "tasks", tasks);
    add_origin(in, v->result, out);
    add_label(out, "bound", bound);
    buf_add(out, "} ");
    export_number(out, value / f->divisor);
    buf_add(out, "\n");
}

static void add_comments(const struct family *f, const struct result_metric *m, bool is_openmetrics,
                         struct buf *out)
{
    const char *definition = json_string_value(json_object_get(m->json, "definition"));
    struct buf help = {0};
    buf_printf(out, "# HELP %s ", buf_text(&f->name));
    escape_label(&help, definition ? definition : m->name);
    /* Prometheus has no other way to write a quote there than as it is. */
    for (const char *c = buf_text(&help); *c; c++)
        if (is_openmetrics || !(c[0] == '\\' && c[1] == '"'))
            buf_add_bytes(out, c, 1);
    buf_settle(out, &help);
    buf_printf(out, "\n# TYPE %s gauge\n", buf_text(&f->name));
    if (is_openmetrics && f->unit[0])
        buf_printf(out, "# UNIT %s %s\n", buf_text(&f->name), f->unit);
}

/* Whether an earlier value has the same metric: its family is written already. */
static bool is_first(const struct export_input *in, const struct export_value *value)
{
    struct export_walk walk = {0};
    struct export_value v;
    while (export_next(in, &walk, &v) && v.metric != value->metric)
        if (!strcmp(v.metric->name, value->metric->name))
            return false;
    return true;
}

/* Two metrics whose families would have one name. */
static int check_family(const struct export_value *first, json_t *metrics, struct err *err)
{
    struct family f;
    name_family(&f, first->metric);
    const char *other = json_string_value(json_object_get(metrics, buf_text(&f.name)));
    int failed = 0;
    if (other)
        failed = err_set(err, ERR_INPUT, "the metrics %.100s and %.100s would both be %.100s",
                         other, f.metric, buf_text(&f.name));
    else if (json_object_set_new(metrics, buf_text(&f.name), json_string(f.metric)))
        failed = err_set(err, ERR_SYSTEM, "export: out of memory");
    buf_release(&f.name);
    return failed;
}

/* All samples of a family stand together. */
static int add_family(const struct export_input *in, const struct export_value *first,
                      bool is_openmetrics, struct buf *out, struct err *err)
{
    struct export_walk walk = {0};
    struct export_value v;
    struct family f;
    int failed = 0;
    name_family(&f, first->metric);
    add_comments(&f, first->metric, is_openmetrics, out);
    while (!failed && export_next(in, &walk, &v)) {
        if (strcmp(v.metric->name, f.metric))
            continue;
        add_sample(in, &f, &v, "center", v.metric->summary.center, out);
        add_sample(in, &f, &v, "lo", v.metric->summary.lo, out);
        add_sample(in, &f, &v, "hi", v.metric->summary.hi, out);
        failed = export_pass_on(in, out, err);
    }
    buf_settle(out, &f.name);
    return failed;
}

#define RUN_INFO    "contend_run_info"
#define RUN_STARTED "contend_run_started_seconds"

/* What a run was, and when: the one family whose labels change, and a value that is a time. */
static void add_runs(const struct export_input *in, bool is_openmetrics, struct buf *out)
{
    buf_add(out, "# HELP " RUN_INFO " Which run the figures are of.\n"
                 "# TYPE " RUN_INFO " gauge\n");
    for (size_t i = 0; i < in->count; i++) {
        buf_add(out, RUN_INFO "{");
        add_origin(in, &in->results[i], out);
        add_label(out, "run", in->results[i].run_id);
        add_label(out, "runtime", in->results[i].runtime);
        buf_add(out, "} 1\n");
    }
    buf_add(out, "# HELP " RUN_STARTED " When it was begun, since 1970.\n"
                 "# TYPE " RUN_STARTED " gauge\n");
    if (is_openmetrics)
        buf_add(out, "# UNIT " RUN_STARTED " seconds\n");
    for (size_t i = 0; i < in->count; i++) {
        long long started = export_epoch(in->results[i].started_at);
        if (started < 0)
            continue;
        buf_add(out, RUN_STARTED "{");
        add_origin(in, &in->results[i], out);
        buf_printf(out, "} %lld\n", started);
    }
}

int exposition_write(const struct export_input *in, bool is_openmetrics, struct buf *out,
                     struct err *err)
{
    struct export_walk walk = {0};
    struct export_value v;
    json_t *metrics = json_object(); /* by the names of their families */
    int status = json_object_set_new(metrics, RUN_INFO, json_string("of the run")) ||
                         json_object_set_new(metrics, RUN_STARTED, json_string("of the run"))
                     ? err_set(err, ERR_SYSTEM, "export: out of memory")
                     : 0;
    while (!status && export_next(in, &walk, &v))
        if (is_first(in, &v))
            status = check_family(&v, metrics, err);
    json_decref(metrics);
    walk = (struct export_walk){0};
    while (!status && export_next(in, &walk, &v))
        if (is_first(in, &v))
            status = add_family(in, &v, is_openmetrics, out, err);
    add_runs(in, is_openmetrics, out);
    if (is_openmetrics)
        buf_add(out, "# EOF\n");
    return status ? status : out->failed ? err_set(err, ERR_SYSTEM, "export: out of memory") : 0;
}
