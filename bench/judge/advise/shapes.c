/* Which shapes are worth a look: the counts at which something changes, and not all there are. */
#include "bench/judge/advise/advise.h"

#include <math.h>
#include <string.h>

struct shapes {
    const struct advise_work *work;
    const struct advise_costs *costs;
    struct advise_shape *out;
    size_t count;
};

/* As many units as the memory there is has room for, where it has any: as many as were wanted. */
static double with_room(const struct shapes *to, enum advise_kind kind, double processes,
                        double units)
{
    const struct advise_work *w = to->work;
    bool is_process = kind == ADVISE_PROCESS;
    struct advise_shape none = {kind, is_process ? 0 : (uint32_t)processes, 0};
    struct advise_shape one = {kind, is_process ? 1 : (uint32_t)processes, 1};
    double rest = advise_memory(w, to->costs, &none);
    double each = advise_memory(w, to->costs, &one) - rest, room = w->memory_bytes - rest;
    double most = floor(room / each);
    bool is_known = w->memory_bytes > 0 && isfinite(each) && each > 0;
    return is_known && most >= 1 && most < units ? most : units;
}

static void add(struct shapes *to, enum advise_kind kind, double processes, double units)
{
    const struct advise_work *w = to->work;
    units = fmin(fmin(ceil(units), w->concurrency), ADVISE_UNITS_MOST);
    bool is_process = kind == ADVISE_PROCESS;
    if (is_process)
        units = fmin(units, ADVISE_PROCESSES_MOST);
    units = with_room(to, kind, processes, fmax(units, 1));
    struct advise_shape s = {kind, (uint32_t)(is_process ? units : processes), (uint32_t)units};
    bool is_several = kind == ADVISE_PROCESS_THREAD || kind == ADVISE_PROCESS_COROUTINE;
    /* One unit a process is the kind without the other. */
    if (is_several && (processes < 2 || s.units <= s.processes))
        return;
    for (size_t i = 0; i < to->count; i++)
        if (advise_is_same(&to->out[i], &s))
            return;
    /* There is room: ten, and six for each power of two that a number of CPUs can pass. */
    to->out[to->count++] = s;
}

/* Just enough, half as many again for those that are late, and plenty. */
static void add_counts(struct shapes *to, enum advise_kind kind, uint32_t processes,
                       const struct advise_costs *c)
{
    static const double factors[] = {1, 1.5, 3};
    double needed = fmax(advise_units_needed(to->work, c, processes, kind), 1);
    for (size_t i = 0; i < sizeof factors / sizeof factors[0]; i++)
        add(to, kind, processes, ceil(needed * factors[i] / processes) * processes);
}

size_t advise_shapes(const struct advise_work *w, const struct advise_costs *c,
                     struct advise_shape *out)
{
    struct shapes to = {.work = w, .costs = c, .out = out};
    add_counts(&to, ADVISE_THREAD, 1, c);
    add_counts(&to, ADVISE_COROUTINE, 1, c);
    /* For a process each request under way is a process: as many as CPUs, too. */
    add(&to, ADVISE_PROCESS, 0, w->cpus);
    add_counts(&to, ADVISE_PROCESS, w->cpus, c);
    for (uint32_t processes = 2; processes <= w->cpus;
         processes = processes < w->cpus && processes * 2 > w->cpus ? w->cpus : processes * 2) {
        add_counts(&to, ADVISE_PROCESS_THREAD, processes, c);
        add_counts(&to, ADVISE_PROCESS_COROUTINE, processes, c);
    }
    return to.count;
}

/* ---- The most promising ---------------------------------------------------------------------- */

static bool meets_slo(const struct advise_work *w, const struct advise_costs *c,
                      const struct advise_shape *s)
{
    return advise_quantile_ns(w, c, s, w->slo_ratio) <= w->slo_ns;
}

/* By the model, with a little for what is cheaper: negative when a comes first. */
static int order(const struct advise_work *w, const struct advise_costs *c,
                 const struct advise_shape *a, const struct advise_shape *b)
{
    double most = w->memory_bytes > 0 ? w->memory_bytes : (double)INFINITY;
    double memory[2] = {advise_memory(w, c, a), advise_memory(w, c, b)};
    bool fits[2] = {!(memory[0] > most), !(memory[1] > most)};
    double served[2] = {advise_served(w, c, a), advise_served(w, c, b)};
    double p99[2] = {advise_quantile_ns(w, c, a, 0.99), advise_quantile_ns(w, c, b, 0.99)};
    if (fits[0] != fits[1])
        return fits[0] ? -1 : 1;
    if (w->slo_ns > 0 && meets_slo(w, c, a) != meets_slo(w, c, b))
        return meets_slo(w, c, a) ? -1 : 1;
    if (fmin(served[0], served[1]) < ADVISE_CLOSE_RATIO * fmax(served[0], served[1]))
        return served[0] > served[1] ? -1 : 1;
    if (w->rate_per_s > 0 && fmax(p99[0], p99[1]) > ADVISE_P99_RATIO * fmin(p99[0], p99[1]))
        return p99[0] < p99[1] ? -1 : 1;
    if (memory[0] < memory[1] || memory[1] < memory[0])
        return memory[0] < memory[1] ? -1 : 1;
    return (a->units > b->units) - (a->units < b->units);
}

/* Few, and ties keep their order. */
static void sort(const struct advise_work *w, const struct advise_costs *c,
                 struct advise_shape *shapes, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct advise_shape s = shapes[i];
        size_t k = i;
        for (; k > 0 && order(w, c, &s, &shapes[k - 1]) < 0; k--)
            shapes[k] = shapes[k - 1];
        shapes[k] = s;
    }
}

size_t advise_promising(const struct advise_work *w, const struct advise_costs *c,
                        struct advise_shape *shapes, size_t count, size_t most)
{
    struct advise_shape chosen[ADVISE_SHAPES_MOST] = {0}, others[ADVISE_SHAPES_MOST] = {0};
    bool has_kind[ADVISE_KINDS] = {false};
    size_t chosen_count = 0, other_count = 0;
    sort(w, c, shapes, count);
    for (size_t i = 0; i < count; i++)
        if (!has_kind[shapes[i].kind]) {
            has_kind[shapes[i].kind] = true;
            chosen[chosen_count++] = shapes[i];
        } else {
            others[other_count++] = shapes[i];
        }
    for (size_t i = 0; i < other_count && chosen_count < most; i++)
        chosen[chosen_count++] = others[i];
    memcpy(shapes, chosen, sizeof *shapes * chosen_count);
    return chosen_count;
}

struct advise_shape advise_foretell(const struct advise_work *w, const struct advise_costs *c)
{
    struct advise_shape shapes[ADVISE_SHAPES_MOST];
    size_t count = advise_shapes(w, c, shapes);
    sort(w, c, shapes, count);
    return shapes[0];
}
