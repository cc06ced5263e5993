/* What `contend cell` prints: of each metric the one value, its unit and what is judged of it. */
#include "bench/base/json_library.h"
#include "bench/worker/worker.h"
#include "version.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An object that remembers when memory ran out for a member: as bench/base/json_make.h, which would
 * link the library. */
struct maker {
    json_t *object;
    bool failed;
};

static struct maker maker_new(void)
{
    struct maker m = {.object = json_library.json_object()};
    m.failed = !m.object;
    return m;
}

static void make(struct maker *m, const char *key, json_t *value)
{
    m->failed |= json_library.json_object_set_new(m->object, key, value) != 0;
}

static json_t *metric_json(double value, const char *unit, enum better better, bool gated)
{
    return json_library.json_pack("{s:f, s:s, s:s, s:b}", "value", value, "unit", unit, "better",
                                  better == BETTER_HIGHER ? "higher" : "lower", "gated", gated);
}

/* A plug-in's words may hold any bytes. */
static json_t *reason_json(const char *words)
{
    json_t *reason = json_library.json_string(words);
    return reason ? reason : json_library.json_string("for a reason that is no UTF-8");
}

/* "latency_ns" -> "latency_p99_ns". */
static void percentile_name(char *out, size_t size, const char *metric, const char *percentile)
{
    const char *unit = strrchr(metric, '_');
    int stem = unit ? (int)(unit - metric) : (int)strlen(metric);
    snprintf(out, size, "%.*s_%s%s", stem, metric, percentile, unit ? unit : "");
}

static void add_percentiles(struct maker *metrics, const struct metric *m,
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
        make(metrics, name, metric_json(value, m->unit, m->better, true));
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
static json_t *note_json(const struct cell *c, const struct metric_list *list,
                         const struct mailbox *m)
{
    enum { OFTEN = 100 }; /* operations for each time it is taken */
    char note[160];
    double taken =
        value_of(list, m, "lock_acquisitions_per_s") * 1e-9 * value_of(list, m, "makespan_ns");
    double ops = (double)c->batch_ops * c->batch_count * c->tasks;
    if (!(c->lock->traits & LOCK_EXCLUSIVE) || !(taken * OFTEN < ops))
        return NULL;
    snprintf(note, sizeof note,
             "its operations hardly took the lock %.40s: %.0f time%s in %.0f operations",
             c->lock->name, taken, taken < 1.5 ? "" : "s", ops);
    return json_library.json_string(note);
}

/*
 * Gated are the figures a user feels: throughput, startup, and the percentiles of what a workload
 * calls a latency.  The rest is shown: it explains them.
 */
static json_t *sample_json(const struct cell *c, const struct mailbox *m)
{
    struct metric_list list;
    metric_list_of(c->workload, c->workload_params, &list);
    struct maker metrics = maker_new(), absent = maker_new();
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
            add_percentiles(&metrics, metric, &f->histogram);
        else if (is_shown && isfinite(f->values[0]) && f->values[0] > 0)
            make(&metrics, metric->name,
                 metric_json(f->values[0], metric->unit, metric->better, is_headline));
        else if (is_headline && *f->reason)
            make(&absent, metric->name, reason_json(f->reason));
    }
    if (metrics.failed || absent.failed) {
        json_library_release(metrics.object);
        json_library_release(absent.object);
        return NULL;
    }
    return json_library.json_pack("{s:s, s:s, s:s, s:o, s:o, s:o*}", "schema", "contend.sample/1",
                                  "id", c->id, "tool", CONTEND_VERSION " (" CONTEND_COMMIT ")",
                                  "metrics", metrics.object, "absent", absent.object, "note",
                                  note_json(c, &list, m));
}

int sample_print(const struct cell *c, const struct mailbox *m, struct err *err)
{
    /* When all is measured. */
    if (json_library_load(err))
        return -1;
    json_t *sample = sample_json(c, m);
    char *text = sample ? json_library.json_dumps(sample, JSON_REAL_PRECISION(15)) : NULL;
    json_library_release(sample);
    if (!text)
        return err_set(err, ERR_SYSTEM, "no memory for a JSON document");
    int failed = printf("%s\n", text) < 0 || fflush(stdout) == EOF;
    int error = errno;
    free(text);
    return failed ? err_set_sys(err, error, "writing to standard output") : 0;
}
