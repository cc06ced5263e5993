#include "bench/run/launch/post.h"

#include "bench/stats/summary.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Passes what one probe or workload found in one launch on to the mailbox. */
struct post {
    struct sink sink; /* first: hooks get its address */
    struct mailbox *mailbox;
    int offset, rows; /* where the owner's metrics begin in the list, and how many it has */
    bool has_stray;   /* something was said of a row that the owner has not got: */
    int stray;
    uint32_t launch;
    double *quantities[METRICS_MAX]; /* of this launch; owned */
    size_t quantity_counts[METRICS_MAX];
    size_t quantity_capacities[METRICS_MAX];
    struct histogram *histograms[METRICS_MAX]; /* of this launch, where they came whole; owned */
};

/* NULL: beyond the owner's table would be another's number. */
static struct found *found_at(struct post *p, int metric)
{
    if (metric >= 0 && metric < p->rows)
        return &p->mailbox->found[p->offset + metric];
    p->stray = p->has_stray ? p->stray : metric;
    p->has_stray = true;
    return NULL;
}

static struct histogram *histogram_at(struct post *p, int metric)
{
    struct found *f = found_at(p, metric);
    if (!f)
        return NULL;
    struct histogram *h = &p->mailbox->histograms[p->offset + metric];
    if (!f->has_histogram)
        histogram_init(h);
    f->has_histogram = true;
    return h;
}

static void post_value(struct sink *sink, int metric, double value)
{
    struct post *p = (struct post *)sink;
    struct found *f = found_at(p, metric);
    if (f && isfinite(value))
        f->values[p->launch] = value;
}

static void post_quantity(struct sink *sink, int metric, uint64_t value)
{
    struct post *p = (struct post *)sink;
    int i = p->offset + metric;
    struct histogram *own = histogram_at(p, metric);
    if (!own)
        return;
    histogram_add(own, value);
    if (p->quantity_counts[i] == p->quantity_capacities[i]) {
        size_t capacity = p->quantity_capacities[i] ? p->quantity_capacities[i] * 2 : 256;
        double *grown = realloc(p->quantities[i], capacity * sizeof(double));
        if (!grown)
            return;
        p->quantities[i] = grown;
        p->quantity_capacities[i] = capacity;
    }
    p->quantities[i][p->quantity_counts[i]++] = (double)value;
}

static void post_histogram(struct sink *sink, int metric, const struct histogram *h)
{
    struct post *p = (struct post *)sink;
    struct histogram *own = h ? histogram_at(p, metric) : NULL;
    if (!own)
        return;
    struct histogram **sum = &p->histograms[p->offset + metric];
    histogram_merge(own, h);
    if (!*sum && (*sum = malloc(sizeof **sum)) != NULL)
        histogram_init(*sum);
    if (*sum)
        histogram_merge(*sum, h);
}

static void post_absent(struct sink *sink, int metric, const char *reason)
{
    struct post *p = (struct post *)sink;
    struct found *f = found_at(p, metric);
    if (f)
        snprintf(f->reason, sizeof f->reason, "%s", reason ? reason : "it does not say why");
}

static void post_source(struct sink *sink, int metric, const char *source)
{
    struct post *p = (struct post *)sink;
    struct found *f = found_at(p, metric);
    if (f && source)
        snprintf(f->source, sizeof f->source, "%s", source);
}

/* A launch's sample of a distribution is its median. */
static void settle_quantities(struct post *p)
{
    for (size_t i = 0; i < METRICS_MAX; i++) {
        if (p->quantity_counts[i] && isnan(p->mailbox->found[i].values[p->launch])) {
            samples_sort(p->quantities[i], p->quantity_counts[i]);
            p->mailbox->found[i].values[p->launch] =
                median_of_sorted(p->quantities[i], p->quantity_counts[i]);
        }
        free(p->quantities[i]);
        if (p->histograms[i] && p->histograms[i]->count &&
            isnan(p->mailbox->found[i].values[p->launch]))
            p->mailbox->found[i].values[p->launch] =
                (double)histogram_quantile(p->histograms[i], 0.5);
        free(p->histograms[i]);
    }
}

/* Whose row comes next. */
static void begin_owner(struct post *p, const struct metric_list *list, int offset)
{
    const int count = (int)list->count;
    p->offset = offset;
    p->rows = 0;
    while (offset >= 0 && offset + p->rows < count &&
           list->descriptors[offset + p->rows] == list->descriptors[offset])
        p->rows++;
}

static int tell_stray(const struct post *p, const char *kind, const char *name, struct err *err)
{
    return err_set(err, ERR_FAILED, "%s %s told of metric %d, and its table has %d", kind, name,
                   p->stray, p->rows);
}

int post_collect(struct launch *l, struct mailbox *m, const struct metric_list *list,
                 uint32_t launch, bool with_workload, struct err *err)
{
    int failed = 0;
    static const struct sink sink = {post_value, post_quantity, post_absent, post_source,
                                     post_histogram};
    struct post *p = calloc(1, sizeof *p);
    if (!p)
        return 0;
    p->sink = sink;
    p->mailbox = m;
    p->launch = launch;
    struct harness *h = harness_of(l);
    for (size_t i = 0; i < h->probe_count && !failed; i++) {
        const struct probe *probe = h->probes[i].probe;
        begin_owner(p, list, metric_offset(list, probe));
        if (p->offset >= 0)
            probe->collect(&h->probes[i], &p->sink);
        failed = p->has_stray ? tell_stray(p, "probe", probe->name, err) : 0;
    }
    if (with_workload && l->workload->collect && !failed) {
        begin_owner(p, list, metric_offset_own(list, l->workload));
        l->workload->collect(l, &p->sink);
        failed = p->has_stray ? tell_stray(p, "workload", l->workload->name, err) : 0;
    }
    settle_quantities(p);
    free(p);
    return failed;
}
