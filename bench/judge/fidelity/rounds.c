/* A row's figure round by round: numerator and denominator of the same round make one value. */
#include "bench/judge/fidelity/parts.h"
#include "bench/judge/parts/interval.h"
#include "bench/stats/histogram.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Halves between whole turns, wider apart where few events are. */
const double fidelity_edges[FIDELITY_EDGES] = {0.5, 1.5, 2.5, 3.5, 5.5, 7.5, 11.5, 15.5};

#define SHORT_TURN_NS         3e6
#define SHORT_TURN_OF_MANY_NS 20e6

void fidelity_series_release(struct fidelity_series *s)
{
    free(s->values);
    free(s->rounds);
    *s = (struct fidelity_series){0};
}

/* ---- One launch -------------------------------------------------------------------- */

/* The sample of that launch, or NaN. */
static double sample_of(const struct result_metric *m, size_t launch)
{
    if (!m->launches)
        return launch < m->sample_count ? m->samples[launch] : (double)NAN;
    for (size_t i = 0; i < m->sample_count; i++)
        if (m->launches[i] == launch)
            return m->samples[i];
    return NAN;
}

/* The buckets of that launch: [[lowest value, count], ...]; NULL when the file has none. */
static const json_t *buckets_of(const struct result_cell *c, const struct result_metric *m,
                                size_t launch)
{
    const json_t *all = json_object_get(json_object_get(c->json, "launch_distributions"), m->name);
    const json_t *one = json_array_get(all, launch);
    return json_is_array(one) && json_array_size(one) > 0 ? one : NULL;
}

static double low_of(const json_t *bucket)
{
    return json_number_value(json_array_get(bucket, 0));
}

static double count_of(const json_t *bucket)
{
    return json_number_value(json_array_get(bucket, 1));
}

static double width_of(double low)
{
    bool is_value = low >= 0 && low < 0x1p63;
    return is_value ? (double)histogram_bucket_width(histogram_index((uint64_t)low)) : 0;
}

static double total_of(const json_t *buckets)
{
    double total = 0;
    for (size_t i = 0; i < json_array_size(buckets); i++)
        total += count_of(json_array_get(buckets, i));
    return total;
}

/* As far into its bucket as its rank is among those there; NaN of none. */
static double quantile_of(const json_t *buckets, double q)
{
    double rank = fmax(1, ceil(q * total_of(buckets))), before = 0;
    for (size_t i = 0; i < json_array_size(buckets); i++) {
        const json_t *bucket = json_array_get(buckets, i);
        double low = low_of(bucket), count = count_of(bucket), width = width_of(low);
        if (before + count >= rank && width > 0)
            return low + width * (rank - before - 0.5) / count;
        before += count;
    }
    return NAN;
}

static double share_beyond(const json_t *buckets, double edge_ns)
{
    double total = total_of(buckets), beyond = 0;
    for (size_t i = 0; i < json_array_size(buckets); i++)
        if (low_of(json_array_get(buckets, i)) >= edge_ns)
            beyond += count_of(json_array_get(buckets, i));
    return total > 0 ? beyond / total : (double)NAN;
}

/*
 * Hand-overs a second while all units are at work, from the turns that were not cut: one is at
 * least an interval long unless the launch began or a unit came to its end in it.  A plain count
 * over a launch has those ends in it, which differ between one who works so many operations and one
 * who works so long.  NaN where no turn is known, and where turns are so short that telling each is
 * percents of it: there are many of those, and the ends few among them.
 */
static double rate_of_turns(const struct result_cell *c, size_t launch)
{
    char reason[FIDELITY_REASON_MAX];
    const struct result *none = &(struct result){.runtime = ""};
    const struct result_metric *m =
        fidelity_metric(none, c, "lock_slice_ns", reason, sizeof reason);
    const json_t *buckets = m ? buckets_of(c, m, launch) : NULL;
    double least_ns = (double)switch_interval_ns(c), total_ns = 0, count = 0;
    /* Of several waiters, who is told of a turn a little later is not the next one. */
    double short_ns = c->tasks > 2 ? SHORT_TURN_OF_MANY_NS : SHORT_TURN_NS;
    if (least_ns < short_ns)
        return NAN;
    for (size_t i = 0; i < json_array_size(buckets); i++) {
        const json_t *bucket = json_array_get(buckets, i);
        double low = low_of(bucket), width = width_of(low);
        if (low + width <= least_ns)
            continue;
        total_ns += count_of(bucket) * (low + width / 2);
        count += count_of(bucket);
    }
    return count > 0 ? 1e9 * count / total_ns : (double)NAN;
}

/* The metric's figure in one launch, before anything is divided. */
static double launch_figure(const struct result_cell *c, const struct result_metric *m,
                            const struct fidelity_rule *rule, int edge, size_t launch)
{
    const json_t *buckets = buckets_of(c, m, launch);
    if (rule->kind == FIDELITY_SHAPE && edge >= 0)
        return buckets ? share_beyond(buckets, fidelity_edges[edge] * (double)switch_interval_ns(c))
                       : (double)NAN;
    if (rule->quantile > 0 && buckets)
        return quantile_of(buckets, rule->quantile);
    if (rule->quantile > 0.5)
        return NAN;
    double value = sample_of(m, launch);
    if (m->role != ROLE_HANDOFFS)
        return value;
    double rate = rule->kind == FIDELITY_RATE ? rate_of_turns(c, launch) : (double)NAN;
    if (isfinite(rate))
        return rate;
    /* Turns, not what lies between them: over a short launch one more or less is several percent.
     */
    const struct result_metric *span = result_role_find(c, ROLE_MAKESPAN);
    return value + (span ? 1e9 / sample_of(span, launch) : (double)NAN);
}

/* ---- All rounds -------------------------------------------------------------------- */

static double divisor_of(const struct fidelity_rule *rule, const struct result_cell *c, int edge)
{
    if (rule->kind == FIDELITY_INTERVALS || (rule->kind == FIDELITY_SHAPE && edge < 0))
        return (double)switch_interval_ns(c);
    if (rule->kind == FIDELITY_DURATIONS)
        return json_number_value(json_object_get(c->params, "duration"));
    return 1;
}

/* One cell's figures; those that could not be had are left out. */
static int cell_series(const struct result *r, const struct fidelity_rule *rule,
                       const struct fidelity_cell *wanted, int edge, struct fidelity_series *out,
                       char *reason, size_t size, struct err *err)
{
    *out = (struct fidelity_series){0};
    const struct result_cell *c = fidelity_find(r, wanted, reason, size);
    const struct result_metric *m = c ? fidelity_metric(r, c, rule->metric, reason, size) : NULL;
    if (!m)
        return 0;
    size_t launches = c->rounds ? c->launch_count : 0;
    out->values = calloc(launches + 1, sizeof *out->values);
    out->rounds = calloc(launches + 1, sizeof *out->rounds);
    if (!out->values || !out->rounds)
        return err_set(err, ERR_SYSTEM, "%s: out of memory", c->id);
    double divisor = divisor_of(rule, c, edge);
    for (size_t i = 0; i < launches; i++) {
        double value = launch_figure(c, m, rule, edge, i) / divisor;
        if (!isfinite(value))
            continue;
        out->values[out->count] = value;
        out->rounds[out->count++] = c->rounds[i];
    }
    if (!out->count)
        snprintf(reason, size, "%s: %s: %s was found in no round", r->runtime, c->id, m->name);
    return 0;
}

void fidelity_series_meet(struct fidelity_series *a, struct fidelity_series *b)
{
    size_t count = 0;
    for (size_t i = 0, k = 0; i < a->count && k < b->count;) {
        if (a->rounds[i] == b->rounds[k]) {
            a->values[count] = a->values[i];
            b->values[count] = b->values[k];
            a->rounds[count] = b->rounds[count] = a->rounds[i];
            count++;
            i++;
            k++;
        } else if (a->rounds[i] < b->rounds[k]) {
            i++;
        } else {
            k++;
        }
    }
    a->count = b->count = count;
}

int fidelity_series_of(const struct result *r, const struct fidelity_rule *rule,
                       const struct fidelity_cell *cell, const struct fidelity_cell *base, int edge,
                       struct fidelity_series *out, char *reason, size_t size, struct err *err)
{
    struct fidelity_series under = {0};
    int failed = cell_series(r, rule, cell, edge, out, reason, size, err);
    if (!failed && out->count && base->workload) {
        failed = cell_series(r, rule, base, edge, &under, reason, size, err);
        fidelity_series_meet(out, &under);
        for (size_t i = 0; i < out->count; i++)
            out->values[i] = under.values[i] > 0 ? out->values[i] / under.values[i] : (double)NAN;
        if (!out->count && !reason[0])
            snprintf(reason, size, "%s: no round has both cells", r->runtime);
        fidelity_series_release(&under);
    }
    if (failed)
        fidelity_series_release(out);
    return failed;
}
