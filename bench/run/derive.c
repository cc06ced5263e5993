#include "bench/run/derive.h"

#include "bench/base/json_make.h"
#include "bench/base/units.h"
#include "bench/base/words.h"
#include "bench/machine/core_share.h"
#include "bench/stats/robust.h"
#include "bench/stats/summary.h"
#include "version.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct metric efficiency_metric = {
    "efficiency_ratio",
    "ratio",
    BETTER_HIGHER,
    NATURE_NOISY,
    "throughput",
    "throughput over the ceiling of this machine: the same body, serial and without a lock, times "
    "the CPUs that are really there (times the tasks, where the body only waits)"};

static const struct series *series_of(const struct record *r, enum role role)
{
    int i = metric_with_role(&r->list, role);
    return i >= 0 ? &r->series[i] : NULL;
}

/* Median of the samples of one round, or of all with round UINT32_MAX; NAN if there are none. */
static double median_of_round(const struct record *r, const struct series *s, uint32_t round)
{
    double *values = malloc(sizeof(double) * (s->count + 1));
    size_t n = 0;
    for (size_t i = 0; values && i < s->count; i++)
        if (round == UINT32_MAX || r->launches[s->launches[i]].round == round)
            values[n++] = s->samples[i];
    double median = NAN;
    if (n) {
        samples_sort(values, n);
        median = median_of_sorted(values, n);
    }
    free(values);
    return median;
}

double *derive_efficiency(const struct record *records, const struct record *r,
                          const struct derive_host *host, char *reason, size_t size)
{
    const struct cell *c = r->cell;
    const struct series *own = series_of(r, ROLE_RATE);
    if (c->control == NO_CONTROL) {
        snprintf(reason, size, "this workload has no serial form to compare with");
        return NULL;
    }
    if (c->workload->traits & WORKLOAD_EMPTY) {
        snprintf(reason, size,
                 "an operation takes a cycle or two: its rate depends on where its loop lies in "
                 "memory, so a ratio of two would say nothing of this machine");
        return NULL;
    }
    const struct record *control = &records[c->control];
    if (control == r) {
        snprintf(reason, size,
                 "this cell is the reference: others are held against its throughput");
        return NULL;
    }
    const struct series *ceiling = series_of(control, ROLE_RATE);
    if (!own || !own->count || !ceiling || !ceiling->count) {
        snprintf(reason, size, "%s has no throughput",
                 own && own->count ? "the ceiling's cell" : "this cell");
        return NULL;
    }
    double *out = malloc(sizeof(double) * (r->launch_count + 1));
    if (!out)
        return NULL;
    for (size_t i = 0; i < r->launch_count; i++)
        out[i] = NAN;
    double units = c->workload->kind == WORKLOAD_IO         ? c->tasks
                   : c->placement == PLACEMENT_SAME         ? 1
                   : c->executor->traits & EXECUTOR_VIRTUAL ? 2
                   : host->cpus                             ? host->cpus
                                                            : plan_cpus();
    /* A placement may leave CPUs alone. */
    if (c->workload->kind != WORKLOAD_IO && c->cpus && c->cpus->count < units)
        units = c->cpus->count;
    double fallback = median_of_round(control, ceiling, UINT32_MAX);
    for (size_t i = 0; i < own->count; i++) {
        double at = median_of_round(control, ceiling, r->launches[own->launches[i]].round);
        out[own->launches[i]] = own->samples[i] / ((isnan(at) ? fallback : at) * units);
    }
    return out;
}

static void warn(struct json_maker *list, const char *code, const char *text)
{
    struct json_maker o = json_maker_new();
    json_make_text(&o, "code", code);
    json_make_text(&o, "text", text);
    json_make_add(list, json_made(&o));
}

/* What the ledger says against the samples. */
static void warn_of_noise(const struct record *r, const struct derive_host *host,
                          struct json_maker *list)
{
    size_t stolen = 0, foreign = 0, throttled = 0, shared = 0, disturbed = 0;
    uint32_t dearest = 0;
    uint32_t cpus = host->cpus_allowed ? host->cpus_allowed : plan_cpus_allowed();
    for (size_t i = 0; i < r->launch_count; i++) {
        const struct noise_delta *n = &r->launches[i].noise;
        double room = (double)n->duration_ns * cpus;
        /* Tick counters: only what is beyond two ticks and a twentieth of the room counts. */
        double least = 2.0 * NOISE_TICK_NS;
        bool is_stolen =
            n->has_steal && (double)n->steal_ns > least && (double)n->steal_ns > 0.05 * room;
        bool is_foreign =
            n->has_busy && (double)n->foreign_ns > least && (double)n->foreign_ns > 0.2 * room;
        bool is_throttled = n->has_throttled && n->throttled_ns > 0;
        stolen += is_stolen;
        foreign += is_foreign;
        throttled += is_throttled;
        if (core_share_is_shared(n->branch_permille)) {
            shared++;
            dearest = n->branch_permille > dearest ? n->branch_permille : dearest;
        }
        disturbed += is_stolen || is_foreign || is_throttled;
    }
    char text[200], all[40];
    words_count(all, sizeof all, r->launch_count, "launch");
    if (stolen) {
        snprintf(text, sizeof text, "the hypervisor took CPU time away in %zu of %s", stolen, all);
        warn(list, "steal", text);
    }
    if (foreign) {
        snprintf(text, sizeof text, "other programs used the CPUs in %zu of %s", foreign, all);
        warn(list, "foreign_load", text);
    }
    if (throttled) {
        snprintf(text, sizeof text, "the CPU quota held the work back in %zu of %s", throttled,
                 all);
        warn(list, "throttled", text);
    }
    if (shared) {
        snprintf(
            text, sizeof text,
            "a stranger computed on the other half of a core in %zu of %s: a taken branch took "
            "%.1f times an addition",
            shared, all, dearest / 1000.0);
        warn(list, "shared_core", text);
    }
    if (r->launch_count && disturbed == r->launch_count)
        warn(list, "unusable", "every launch was disturbed from outside: do not rely on this cell");
}

/* Launches of which nothing is used, with what the last of them met. */
static void warn_of_excluded(const struct record *r, struct json_maker *list)
{
    size_t count = 0;
    const char *why = NULL;
    char text[TEXT_MAX + 80], all[40];
    for (size_t i = 0; i < r->launch_count; i++) {
        count += r->launches[i].excluded[0] != '\0';
        why = r->launches[i].excluded[0] ? r->launches[i].excluded : why;
    }
    if (!why)
        return;
    words_count(all, sizeof all, r->launch_count, "launch");
    snprintf(text, sizeof text, "%zu of %s not used: %s", count, all, why);
    warn(list, "excluded", text);
}

/*
 * Start-up that took others' time and not its own.  What a unit costs is what its low figure says,
 * a tenth of all repetitions being faster: others can only lengthen one.  When even that is more
 * than twice the CPU time and two wake-ups, on a machine that others used, they kept the CPU from
 * it.
 */
static void warn_of_waiting(const struct record *r, struct json_maker *list)
{
    const double wake_ups_ns = 20000, others_most = 0.1;
    const struct series *life = series_of(r, ROLE_LIFECYCLE),
                        *cpu = series_of(r, ROLE_LIFECYCLE_CPU),
                        *others = series_of(r, ROLE_LIFECYCLE_OTHERS);
    if (!life || !life->histogram || !cpu || !cpu->count || !others || !others->count)
        return;
    double low_ns = (double)histogram_quantile(life->histogram, 0.1), sum = 0;
    double cpu_ns = median_of_round(r, cpu, UINT32_MAX);
    for (size_t i = 0; i < others->count; i++)
        sum += others->samples[i];
    double share = sum / (double)others->count;
    if (share <= others_most || low_ns <= 2 * cpu_ns + wake_ups_ns)
        return;
    char text[240], a[32], b[32];
    snprintf(
        text, sizeof text,
        "others kept the CPU from units that start: at best %s each, of which %s on a CPU, while "
        "they used %.0f %% of the machine",
        units_format(a, sizeof a, low_ns, "ns", 2), units_format(b, sizeof b, cpu_ns, "ns", 2),
        share * 100);
    warn(list, "kept_waiting", text);
}

static void warn_of_samples(const struct series *s, struct json_maker *list)
{
    char text[200], a[32], b[32];
    struct drift drift;
    struct modes modes;
    if (s->count < 6) {
        snprintf(text, sizeof text, "%s: an interval at 95 %% needs 6",
                 words_count(a, sizeof a, s->count, "sample"));
        warn(list, "few_samples", text);
    }
    if (!drift_of(s->samples, s->count, &drift, NULL) && drift.is_notable) {
        snprintf(text, sizeof text, "throughput drifted by %+.0f %% over the run (p = %.2g)",
                 drift.total_ratio * 100, drift.p);
        warn(list, "drift", text);
    }
    if (!modes_of(s->samples, s->count, &modes, NULL) && modes.is_notable) {
        units_format(a, sizeof a, modes.low, "per_s", 3);
        units_format(b, sizeof b, modes.high, "per_s", 3);
        snprintf(text, sizeof text, "throughput has two modes: %s and %s (%.0f %% of samples)", a,
                 b, modes.high_share * 100);
        warn(list, "two_modes", text);
    }
}

/* A probe's own launch that went wrong costs its figures, and is told even where some are there. */
static void warn_of_probes(const struct record *r, struct json_maker *list)
{
    const char *told = NULL;
    for (size_t i = 0; i < r->list.count; i++) {
        const struct series *s = &r->series[i];
        if (!s->failed || (told && !strcmp(told, r->list.owners[i])))
            continue;
        char text[300];
        told = r->list.owners[i];
        snprintf(text, sizeof text, "probe %s: %u of its launches went wrong: %s", told, s->failed,
                 s->reason);
        warn(list, "probe_failed", text);
    }
}

json_t *derive_warnings(const struct record *r, const struct derive_host *host)
{
    struct json_maker w = json_maker_list(), *list = &w;
    if (CONTEND_SANITIZER[0] && !(r->cell->executor->traits & EXECUTOR_VIRTUAL))
        warn(list, "sanitizer", "built with a sanitizer: these are no measurements");
    if (!(r->cell->executor->traits & EXECUTOR_VIRTUAL))
        warn_of_noise(r, host, list);
    warn_of_excluded(r, list);
    warn_of_probes(r, list);
    warn_of_waiting(r, list);
    const struct series *throughput = series_of(r, ROLE_RATE);
    if (throughput && r->launch_count)
        warn_of_samples(throughput, list);
    const struct series *early = series_of(r, ROLE_EARLY);
    for (size_t i = 0; early && i < early->count; i++)
        if (early->samples[i] > 0) {
            warn(list, "early_wakes", "sleepers were woken before their time");
            break;
        }
    return json_made(&w);
}

bool derive_is_unusable(const struct record *r)
{
    json_t *list = derive_warnings(r, &(const struct derive_host){0});
    bool found = false;
    for (size_t i = 0; i < json_array_size(list); i++)
        found |= !strcmp(json_string_value(json_object_get(json_array_get(list, i), "code")),
                         "unusable");
    json_decref(list);
    return found;
}
