/* What `contend cell` prints: of each metric the one value, its unit and what is judged of it. */
#include "bench/core/json_library.h"
#include "bench/worker/worker.h"
#include "version.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *metric_json(double value, const char *unit, enum better better, bool gated)
{
    return json_library.json_pack("{s:f, s:s, s:s, s:b}", "value", value, "unit", unit, "better",
                                  better == BETTER_HIGHER ? "higher" : "lower", "gated", gated);
}

/* "latency_ns" -> "latency_p99_ns". */
static void percentile_name(char *out, size_t size, const char *metric, const char *percentile)
{
    const char *unit = strrchr(metric, '_');
    int stem = unit ? (int)(unit - metric) : (int)strlen(metric);
    snprintf(out, size, "%.*s_%s%s", stem, metric, percentile, unit ? unit : "");
}

static void add_percentiles(json_t *metrics, const struct metric *m, const struct histogram *h)
{
    static const struct {
        const char *name;
        double q;
    } rows[] = {{"p50", 0.5}, {"p99", 0.99}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char name[80];
        percentile_name(name, sizeof name, m->name, rows[i].name);
        json_library.json_object_set_new(
            metrics, name,
            metric_json((double)histogram_quantile(h, rows[i].q), m->unit, m->better, true));
    }
}

/*
 * Gated are the figures a user feels: throughput, startup, and the percentiles of what a workload
 * calls a latency.  The rest is shown: it explains them.
 */
static json_t *sample_json(const struct cell *c, const struct mailbox *m)
{
    struct metric_list list;
    metric_list_of(c->workload, &list);
    json_t *metrics = json_library.json_object(), *absent = json_library.json_object();
    for (size_t i = 0; i < list.count; i++) {
        const struct metric *metric = list.metrics[i];
        const struct found *f = &m->found[i];
        bool is_latency = list.descriptors[i] == c->workload && !strcmp(metric->group, "latency") &&
                          f->has_histogram;
        bool is_headline =
            !strcmp(metric->name, "throughput_per_s") || !strcmp(metric->name, "startup_ns");
        bool is_shown = is_headline || !strcmp(metric->name, "makespan_ns") ||
                        !strcmp(metric->name, "lifecycle_ns") ||
                        !strcmp(metric->name, "process_cpu_ns");
        if (is_latency)
            add_percentiles(metrics, metric, &f->histogram);
        else if (is_shown && isfinite(f->values[0]) && f->values[0] > 0)
            json_library.json_object_set_new(
                metrics, metric->name,
                metric_json(f->values[0], metric->unit, metric->better, is_headline));
        else if (is_headline && *f->reason)
            json_library.json_object_set_new(absent, metric->name,
                                             json_library.json_string(f->reason));
    }
    return json_library.json_pack("{s:s, s:s, s:s, s:o, s:o}", "schema", "contend.sample/1", "id",
                                  c->id, "tool", CONTEND_VERSION " (" CONTEND_COMMIT ")", "metrics",
                                  metrics, "absent", absent);
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
