/* From runs to points: medians, speed-ups, the law. */
#include "bench/judge/scale/scale.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

const char *scale_cause_name(enum scale_cause c)
{
    static const char *const names[] = {
        [SCALE_NOTHING] = "nothing",
        [SCALE_UNKNOWN] = "cannot tell",
        [SCALE_BY_LOCK] = "lock",
        [SCALE_BY_CPUS] = "CPUs",
        [SCALE_BY_MEMORY] = "memory bandwidth",
        [SCALE_BY_ALLOCATOR] = "allocator",
        [SCALE_BY_SHARING] = "false sharing",
        [SCALE_BY_IO] = "I/O",
        [SCALE_BY_SCHEDULER] = "scheduler",
        [SCALE_BY_QUOTA] = "quota",
    };
    return names[c];
}

const char *scale_wait_name(enum scale_wait w)
{
    static const char *const names[] = {
        [SCALE_FUTEX] = "futex", [SCALE_FILE] = "file",      [SCALE_TALK] = "talk",
        [SCALE_SLEEP] = "sleep", [SCALE_MAP] = "memory map", [SCALE_OTHER] = "other",
    };
    return names[w];
}

void scale_evidence(struct scale_verdict *v, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    char *copy = strdup(text);
    if (!copy || !vec_add(&v->evidence, copy))
        free(copy);
}

double scale_operations(const struct scale *s, const struct scale_run *r)
{
    if (r->operations > 0)
        return r->operations;
    /* Copies with one thread each do n times what one does. */
    return s->is_each || r->change == SCALE_COPIES ? r->n : 1;
}

/* ---- Medians ----------------------------------------------------------------------------------
 */

/* Threads that waited for a CPU were held up by other programs, where there are CPUs enough; where
 * there are not, the share is what it is in all rounds. */
static double disturbance(const struct scale_run *r)
{
    return r->life_ns ? (double)r->delay_ns / (double)r->life_ns : 0;
}

static bool is_of(const struct scale_run *r, enum scale_change change, unsigned n)
{
    return r->change == change && r->n == n;
}

/* Whether it is among the less disturbed half of its kind: earlier ones come first among equals. */
static bool is_calm(const struct scale *s, size_t at)
{
    const struct scale_run *r = &s->runs.items[at];
    size_t calmer = 0, count = 0;
    for (size_t i = 0; i < s->runs.count; i++) {
        const struct scale_run *other = &s->runs.items[i];
        if (!is_of(other, r->change, r->n))
            continue;
        count++;
        calmer +=
            disturbance(other) < disturbance(r) || (i < at && disturbance(other) <= disturbance(r));
    }
    return calmer < (count + 1) / 2;
}

static double median_of(const struct scale *s, enum scale_change change, unsigned n,
                        double (*get)(const struct scale_run *))
{
    double *values = malloc(sizeof *values * (s->runs.count + 1)), median = NAN;
    size_t count = 0;
    for (size_t i = 0; values && i < s->runs.count; i++)
        if (is_of(&s->runs.items[i], change, n) && is_calm(s, i))
            values[count++] = get(&s->runs.items[i]);
    if (count) {
        samples_sort(values, count);
        median = median_of_sorted(values, count);
    }
    free(values);
    return median;
}

static double cpu_cost(const struct scale *s, const struct scale_run *r)
{
    return (double)(r->user_ns + r->system_ns) / scale_operations(s, r);
}

static double whole_cost(const struct scale *s, const struct scale_run *r)
{
    double cost = cpu_cost(s, r);
    for (int w = 0; w < SCALE_WAITS; w++)
        cost += (double)r->waits_ns[w] / scale_operations(s, r);
    return cost;
}

bool scale_range(const struct scale *s, enum scale_change change, unsigned n, bool is_whole,
                 double *least, double *most)
{
    double *values = malloc(sizeof *values * (s->runs.count + 1));
    size_t count = 0;
    for (size_t i = 0; values && i < s->runs.count; i++)
        if (is_of(&s->runs.items[i], change, n))
            values[count++] = (is_whole ? whole_cost : cpu_cost)(s, &s->runs.items[i]);
    if (count) {
        samples_sort(values, count);
        *least = values[count / 5];
        *most = values[count - 1 - count / 5];
    }
    free(values);
    return count > 0;
}

#define GETTER(field)                                                                              \
    static double get_##field(const struct scale_run *r)                                           \
    {                                                                                              \
        return (double)r->field;                                                                   \
    }
GETTER(wall_ns)
GETTER(user_ns)
GETTER(system_ns)
GETTER(operations)
GETTER(life_ns)
GETTER(delay_ns)
GETTER(switches)
GETTER(preemptions)
GETTER(faults)
GETTER(throttled_ns)
GETTER(idle_cpus)
GETTER(others_cpus)
GETTER(least_cpus)
GETTER(threads)
#define WAIT_GETTER(w)                                                                             \
    static double get_##w(const struct scale_run *r)                                               \
    {                                                                                              \
        return (double)r->waits_ns[w];                                                             \
    }
WAIT_GETTER(SCALE_FUTEX)
WAIT_GETTER(SCALE_FILE)
WAIT_GETTER(SCALE_TALK)
WAIT_GETTER(SCALE_SLEEP)
WAIT_GETTER(SCALE_MAP)
WAIT_GETTER(SCALE_OTHER)

bool scale_typical(const struct scale *s, enum scale_change change, unsigned n,
                   struct scale_run *out)
{
    static double (*const waits[])(const struct scale_run *) = {get_SCALE_FUTEX, get_SCALE_FILE,
                                                                get_SCALE_TALK,  get_SCALE_SLEEP,
                                                                get_SCALE_MAP,   get_SCALE_OTHER};
    double wall_ns = median_of(s, change, n, get_wall_ns);
    *out = (struct scale_run){.change = change, .n = n};
    if (isnan(wall_ns))
        return false;
#define MEDIAN(field) (median_of(s, change, n, get_##field))
    out->wall_ns = (uint64_t)wall_ns;
    out->user_ns = (uint64_t)MEDIAN(user_ns);
    out->system_ns = (uint64_t)MEDIAN(system_ns);
    out->operations = MEDIAN(operations);
    out->life_ns = (uint64_t)MEDIAN(life_ns);
    out->delay_ns = (uint64_t)MEDIAN(delay_ns);
    out->switches = (uint64_t)MEDIAN(switches);
    out->preemptions = (uint64_t)MEDIAN(preemptions);
    out->faults = (uint64_t)MEDIAN(faults);
    out->throttled_ns = (uint64_t)MEDIAN(throttled_ns);
    out->idle_cpus = MEDIAN(idle_cpus);
    out->others_cpus = MEDIAN(others_cpus);
    out->least_cpus = (unsigned)MEDIAN(least_cpus);
    out->threads = (unsigned)MEDIAN(threads);
#undef MEDIAN
    for (int w = 0; w < SCALE_WAITS; w++)
        out->waits_ns[w] = (uint64_t)median_of(s, change, n, waits[w]);
    for (size_t i = 0; i < s->runs.count; i++) {
        const struct scale_run *r = &s->runs.items[i];
        if (!is_of(r, change, n))
            continue;
        out->has_throttled |= r->has_throttled;
        out->quota_cpus =
            fmax(out->quota_cpus, r->quota_cpus); /* 0 where it was not seen in time */
    }
    return true;
}

/* ---- Sweeps -----------------------------------------------------------------------------------
 */

static bool has_point(const struct scale_sweep *sweep, unsigned n)
{
    for (size_t i = 0; i < sweep->count; i++)
        if (sweep->items[i].n == n)
            return true;
    return false;
}

static int by_n(const void *a, const void *b)
{
    const struct scale_point *x = a, *y = b;
    return (x->n > y->n) - (x->n < y->n);
}

static int add_point(const struct scale *s, enum scale_change change, unsigned n,
                     struct scale_sweep *sweep, struct err *err)
{
    struct scale_point p = {.n = n, .rates = calloc(s->runs.count + 1, sizeof(double))};
    if (!p.rates || !vec_add(sweep, p)) {
        free(p.rates);
        return err_set(err, ERR_SYSTEM, "no memory for %zu runs", s->runs.count);
    }
    struct scale_point *at = &sweep->items[sweep->count - 1];
    for (size_t i = 0; i < s->runs.count; i++) {
        const struct scale_run *r = &s->runs.items[i];
        if (r->change == change && r->n == n && r->wall_ns)
            at->rates[at->count++] = scale_operations(s, r) * 1e9 / (double)r->wall_ns;
    }
    scale_typical(s, change, n, &at->typical);
    at->operations = scale_operations(s, &at->typical);
    double *sorted = malloc(sizeof *sorted * (at->count + 1));
    if (!sorted)
        return err_set(err, ERR_SYSTEM, "no memory for %zu runs", at->count);
    memcpy(sorted, at->rates, sizeof *sorted * at->count);
    samples_sort(sorted, at->count);
    at->rate = at->count ? median_of_sorted(sorted, at->count) : (double)NAN;
    free(sorted);
    return 0;
}

static void add_gains(struct scale_sweep *sweep)
{
    const struct scale_point *first = &sweep->items[0];
    for (size_t i = 0; i < sweep->count; i++) {
        struct scale_point *at = &sweep->items[i];
        at->gain = at->operations * (double)first->typical.wall_ns /
                   (first->operations * (double)at->typical.wall_ns);
    }
}

static int fit(struct scale_sweep *sweep, uint64_t seed, struct err *err)
{
    struct usl_point *points = calloc(sweep->count + 1, sizeof *points);
    if (!points)
        return err_set(err, ERR_SYSTEM, "no memory for the law");
    const struct scale_point *first = &sweep->items[0];
    int failed = 0;
    for (size_t i = 0; i < sweep->count && !failed; i++) {
        struct scale_point *p = &sweep->items[i];
        points[i] = (struct usl_point){p->n, p->rates, p->count};
        failed = ratio_of_samples(p->rates, p->count, first->rates, first->count, SUMMARY_LEVEL,
                                  &p->speedup, err);
    }
    sweep->items[0].speedup = (struct ratio){.center = 1, .lo = NAN, .hi = NAN, .level = 1};
    if (!failed)
        failed = usl_fit(points, sweep->count, USL_RELATIVE, seed, &sweep->law, err);
    free(points);
    return failed;
}

static int make_sweep(const struct scale *s, enum scale_change change, struct scale_sweep *sweep,
                      struct err *err)
{
    for (size_t i = 0; i < s->runs.count; i++) {
        const struct scale_run *r = &s->runs.items[i];
        if (r->change == change && !has_point(sweep, r->n) &&
            add_point(s, change, r->n, sweep, err))
            return -1;
    }
    if (!sweep->count)
        return 0;
    qsort(sweep->items, sweep->count, sizeof sweep->items[0], by_n);
    add_gains(sweep);
    return fit(sweep, s->seed, err);
}

int scale_judge(const struct scale *s, struct scale_verdict *out, struct err *err)
{
    *out = (struct scale_verdict){0};
    if (make_sweep(s, SCALE_PLAIN, &out->threads, err) ||
        make_sweep(s, SCALE_PROCESSES, &out->processes, err))
        return -1;
    scale_reason(s, out);
    return out->evidence.failed ? err_set(err, ERR_SYSTEM, "no memory for the evidence") : 0;
}

static void sweep_release(struct scale_sweep *sweep)
{
    for (size_t i = 0; i < sweep->count; i++)
        free(sweep->items[i].rates);
    vec_release(sweep);
}

void scale_verdict_release(struct scale_verdict *v)
{
    sweep_release(&v->threads);
    sweep_release(&v->processes);
    for (size_t i = 0; i < v->evidence.count; i++)
        free(v->evidence.items[i]);
    vec_release(&v->evidence);
}

void scale_release(struct scale *s)
{
    vec_release(&s->runs);
    vec_release(&s->locks);
}
