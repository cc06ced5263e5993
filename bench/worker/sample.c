/* What `contend cell` prints: of each metric the one value, its unit and what is judged of it. */
#include "bench/base/json_make.h"
#include "bench/worker/worker.h"
#include "version.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *metric_json(double value, const char *unit, enum better better, bool gated)
{
    struct json_maker o = json_maker_new();
    json_make_real(&o, "value", value);
    json_make_text(&o, "unit", unit);
    json_make_text(&o, "better", better == BETTER_HIGHER ? "higher" : "lower");
    json_make_bool(&o, "gated", gated);
    return json_made(&o);
}

/* "latency_ns" -> "latency_p99_ns". */
static void percentile_name(char *out, size_t size, const char *metric, const char *percentile)
{
    const char *unit = strrchr(metric, '_');
    int stem = unit ? (int)(unit - metric) : (int)strlen(metric);
    snprintf(out, size, "%.*s_%s%s", stem, metric, percentile, unit ? unit : "");
}

static void add_percentiles(struct json_maker *metrics, const struct metric *m,
                            const struct histogram *h)
{
    static const struct {
        const char *name;
        double q;
    } rows[] = {{"p50", 0.5}, {"p99", 0.99}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char name[80];
        percentile_name(name, sizeof name, m->name, rows[i].name);
        double value = (double)histogram_quantile(h, rows[i].q);
        json_make_value(metrics, name, metric_json(value, m->unit, m->better, true));
    }
}

/* The value of a metric by its name; NaN where there is none. */
static double value_of(const struct metric_list *list, const struct mailbox *m, const char *name)
{
    for (size_t i = 0; i < list->count; i++)
        if (!strcmp(list->metrics[i]->name, name))
            return *m->found[i].reason ? (double)NAN : m->found[i].values[0];
    return (double)NAN;
}

/*
 * Where units keep the lock from one operation to the next, what is measured is hardly the lock.
 * That is so by intention where it is one of an interpreter; who compares two locks wants to know.
 */
static void make_note(struct json_maker *o, const struct cell *c, const struct metric_list *list,
                      const struct mailbox *m)
{
    enum { OFTEN = 100 }; /* operations for each time it is taken */
    char note[160];
    double taken =
        value_of(list, m, "lock_acquisitions_per_s") * 1e-9 * value_of(list, m, "makespan_ns");
    double ops = (double)c->batch_ops * c->batch_count * c->tasks;
    if (!(c->lock->traits & LOCK_EXCLUSIVE) || !(taken * OFTEN < ops))
        return;
    snprintf(note, sizeof note,
             "its operations hardly took the lock %.40s: %.0f time%s in %.0f operations",
             c->lock->name, taken, taken < 1.5 ? "" : "s", ops);
    json_make_text(o, "note", note);
}

/*
 * Gated are the figures a user feels: throughput, startup, and the percentiles of what a workload
 * calls a latency.  The rest is shown: it explains them.
 */
static json_t *sample_json(const struct cell *c, const struct mailbox *m)
{
    struct metric_list list;
    metric_list_of(c->workload, c->workload_params, &list);
    struct json_maker o = json_maker_new(), metrics = json_maker_new(), absent = json_maker_new();
    for (size_t i = 0; i < list.count; i++) {
        const struct metric *metric = list.metrics[i];
        const struct found *f = &m->found[i];
        bool is_latency = list.descriptors[i] == c->workload && !strcmp(metric->group, "latency") &&
                          f->has_histogram;
        enum role role = list.roles[i];
        bool is_headline = role == ROLE_RATE || role == ROLE_START;
        bool is_shown = is_headline || role == ROLE_MAKESPAN || role == ROLE_LIFECYCLE ||
                        role == ROLE_PROCESS_CPU;
        if (is_latency)
            add_percentiles(&metrics, metric, &m->histograms[i]);
        else if (is_shown && isfinite(f->values[0]) && f->values[0] > 0)
            json_make_value(&metrics, metric->name,
                            metric_json(f->values[0], metric->unit, metric->better, is_headline));
        else if (is_headline && *f->reason)
            json_make_text(&absent, metric->name, f->reason);
    }
    json_make_text(&o, "schema", "contend.sample/1");
    json_make_text(&o, "id", c->id);
    json_make_text(&o, "tool", CONTEND_VERSION " (" CONTEND_COMMIT ")");
    json_make_value(&o, "metrics", json_made(&metrics));
    json_make_value(&o, "absent", json_made(&absent));
    make_note(&o, c, &list, m);
    return json_made(&o);
}

int sample_print(const struct cell *c, const struct mailbox *m, struct err *err)
{
    json_t *sample = sample_json(c, m);
    char *text = sample ? json_dumps(sample, JSON_REAL_PRECISION(15)) : NULL;
    json_decref(sample);
    if (!text)
        return err_set(err, ERR_SYSTEM, "no memory for a JSON document");
    int failed = printf("%s\n", text) < 0 || fflush(stdout) == EOF;
    int error = errno;
    free(text);
    return failed ? err_set_sys(err, error, "writing to standard output") : 0;
}
