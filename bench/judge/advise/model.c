/*
 * What a shape yields, by the law of its bottleneck (Denning and Buzen, "The operational analysis
 * of queueing network models", 1978): no more than its units can have under way, and no more than
 * the CPUs, or the holders of locks, can compute.
 */
#include "bench/judge/advise/advise.h"

#include <math.h>
#include <stdio.h>

static const struct {
    const char *executor, *words;
} kinds[ADVISE_KINDS] = {
    [ADVISE_THREAD] = {"thread", "threads"},
    [ADVISE_PROCESS] = {"process", "processes"},
    [ADVISE_COROUTINE] = {"coroutine", "coroutines"},
    [ADVISE_PROCESS_THREAD] = {"process_thread", "processes x threads"},
    [ADVISE_PROCESS_COROUTINE] = {"process_coroutine", "processes x coroutines"},
};

const char *advise_executor(enum advise_kind kind)
{
    return kinds[kind].executor;
}

const char *advise_kind_words(enum advise_kind kind)
{
    return kinds[kind].words;
}

bool advise_is_same(const struct advise_shape *a, const struct advise_shape *b)
{
    return a->kind == b->kind && a->processes == b->processes && a->units == b->units;
}

/* Units that do not divide evenly: the fuller processes are named. */
char *advise_shape_words(char *out, size_t size, const struct advise_shape *s)
{
    static const char *const one[] = {"thread", "process", "coroutine", "thread", "coroutine"};
    static const char *const many[] = {"threads", "processes", "coroutines", "threads",
                                       "coroutines"};
    if (s->kind < ADVISE_PROCESS_THREAD) {
        snprintf(out, size, "%u %s", s->units, s->units == 1 ? one[s->kind] : many[s->kind]);
        return out;
    }
    uint32_t each = (s->units + s->processes - 1) / s->processes;
    snprintf(out, size, "%u processes x %u %s", s->processes, each,
             each == 1 ? one[s->kind] : many[s->kind]);
    return out;
}

static double known(double value)
{
    return value > 0 ? value : 0;
}

/* How many requests can be computed at a time. */
static double lanes(const struct advise_work *w, const struct advise_shape *s)
{
    bool is_loop = s->kind == ADVISE_COROUTINE || s->kind == ADVISE_PROCESS_COROUTINE;
    double most = w->has_gil || is_loop ? s->processes : s->units;
    return fmin(fmin(most, w->cpus), s->units);
}

/* What taking turns at what they share leaves of so many CPUs. */
static double scaled(const struct advise_costs *c, double count)
{
    return c->is_sigma_known ? count / (1 + c->sigma * (count - 1)) : count;
}

static double request_cpu_ns(const struct advise_work *w, const struct advise_costs *c,
                             enum advise_kind kind)
{
    return fmax(w->cpu_ns + known(c->extra_ns[kind]), 1);
}

static double request_wait_ns(const struct advise_work *w, const struct advise_costs *c,
                              enum advise_kind kind)
{
    return w->wait_ns + known(c->late_ns[kind]);
}

double advise_units_needed(const struct advise_work *w, const struct advise_costs *c,
                           uint32_t processes, enum advise_kind kind)
{
    const struct advise_shape wide = {kind, processes, ADVISE_UNITS_MOST};
    double cpu_ns = request_cpu_ns(w, c, kind), whole_ns = cpu_ns + request_wait_ns(w, c, kind);
    double full = lanes(w, &wide) * whole_ns / cpu_ns;
    return w->rate_per_s > 0 ? fmin(full, w->rate_per_s * whole_ns * 1e-9) : full;
}

double advise_capacity(const struct advise_work *w, const struct advise_costs *c,
                       const struct advise_shape *s)
{
    double cpu_ns = request_cpu_ns(w, c, s->kind);
    double under_way = fmin(s->units, w->concurrency);
    double by_units = under_way / (cpu_ns + request_wait_ns(w, c, s->kind));
    double by_cpus = scaled(c, fmin(lanes(w, s), under_way)) / cpu_ns;
    return fmin(by_units, by_cpus) * 1e9;
}

double advise_served(const struct advise_work *w, const struct advise_costs *c,
                     const struct advise_shape *s)
{
    double most = advise_capacity(w, c, s);
    return w->rate_per_s > 0 ? fmin(most, w->rate_per_s) : most;
}

/*
 * Open: the wait in a queue of m servers is exponential once there is one (Erlang's C by
 * Sakasegawa's approximation of the mean, "An approximation formula Lq", 1977).  Closed: Little's
 * law.
 */
double advise_quantile_ns(const struct advise_work *w, const struct advise_costs *c,
                          const struct advise_shape *s, double ratio)
{
    double cpu_ns = request_cpu_ns(w, c, s->kind);
    double whole_ns = cpu_ns + request_wait_ns(w, c, s->kind), most = advise_capacity(w, c, s);
    if (!(w->rate_per_s > 0))
        return fmax(whole_ns, w->concurrency / most * 1e9);
    double load = w->rate_per_s / most;
    if (load >= 1)
        return (double)INFINITY;
    double servers = lanes(w, s), busy_ns = cpu_ns;
    if (s->units / whole_ns < servers / cpu_ns) {
        servers = s->units;
        busy_ns = whole_ns;
    }
    double queued = pow(load, sqrt(2 * (servers + 1)) - 1);
    return whole_ns + fmax(log(queued / (1 - ratio)), 0) * busy_ns / (servers * (1 - load));
}

double advise_memory(const struct advise_work *w, const struct advise_costs *c,
                     const struct advise_shape *s)
{
    double units = s->kind == ADVISE_PROCESS ? 0 : s->units;
    double payloads = w->payload_bytes * fmin(s->units, w->concurrency);
    double stacks = units > 0 ? units * c->unit_bytes[s->kind] : 0;
    return s->processes * (w->image_bytes + c->process_bytes) + stacks + payloads;
}
