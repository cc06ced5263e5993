#include "bench/report/export/exposition.h"

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
    buf_add_bytes(&f->name, m->name, length);
    if (is_known) {
        f->unit = units[i].base;
        f->divisor = units[i].divisor;
        buf_printf(&f->name, "%s%s", *f->unit ? "_" : "", f->unit);
    }
}

/* Backslash, quote and line feed are escaped. */
static void add_label(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, "%s%s=\"", out->data[out->len - 1] == '{' ? "" : ",", name);
    for (; *value; value++) {
        if (*value == '\\' || *value == '"')
            buf_add(out, "\\");
        if (*value == '\n')
            buf_add(out, "\\n");
        else
            buf_add_bytes(out, value, 1);
    }
    buf_add(out, "\"");
}

static void add_sample(const struct family *f, const struct export_value *v, const char *bound,
                       double value, struct buf *out)
{
    char tasks[24];
    snprintf(tasks, sizeof tasks, "%lld", (long long)v->cell->tasks);
    buf_printf(out, "%s{", buf_text(&f->name));
    add_label(out, "cell", v->cell->id);
    add_label(out, "workload", v->cell->workload);
    add_label(out, "lock", v->cell->lock);
    add_label(out, "executor", v->cell->executor);
    add_label(out, "tasks", tasks);
    add_label(out, "host", v->result->hostname);
    add_label(out, "run", v->result->run_id);
    add_label(out, "bound", bound);
    buf_add(out, "} ");
    export_number(out, value / f->divisor);
    buf_add(out, "\n");
}

static void add_comments(const struct family *f, const struct result_metric *m, bool is_openmetrics,
                         struct buf *out)
{
    const char *definition = json_string_value(json_object_get(m->json, "definition"));
    buf_printf(out, "# HELP %s ", buf_text(&f->name));
    for (const char *c = definition ? definition : m->name; *c; c++)
        if (*c == '\\')
            buf_add(out, "\\\\");
        else if (*c == '"' && is_openmetrics)
            buf_add(out, "\\\"");
        else
            buf_add_bytes(out, c, 1);
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

/* All samples of a family stand together. */
static void add_family(const struct export_input *in, const struct export_value *first,
                       bool is_openmetrics, struct buf *out)
{
    struct export_walk walk = {0};
    struct export_value v;
    struct family f;
    name_family(&f, first->metric);
    add_comments(&f, first->metric, is_openmetrics, out);
    while (export_next(in, &walk, &v)) {
        if (strcmp(v.metric->name, f.metric))
            continue;
        add_sample(&f, &v, "center", v.metric->summary.center, out);
        add_sample(&f, &v, "lo", v.metric->summary.lo, out);
        add_sample(&f, &v, "hi", v.metric->summary.hi, out);
    }
    out->failed |= f.name.failed;
    buf_release(&f.name);
}

int exposition_write(const struct export_input *in, bool is_openmetrics, struct buf *out,
                     struct err *err)
{
    struct export_walk walk = {0};
    struct export_value v;
    while (export_next(in, &walk, &v))
        if (is_first(in, &v))
            add_family(in, &v, is_openmetrics, out);
    if (is_openmetrics)
        buf_add(out, "# EOF\n");
    return out->failed ? err_set(err, ERR_SYSTEM, "export: out of memory") : 0;
}
