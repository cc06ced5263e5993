#include "bench/judge/ladder/choose.h"

#include "bench/judge/parts/cell.h"

#include <string.h>

/* What columns show first of all. */
static const char *metric_of(enum ladder_kind kind)
{
    static const char *const metrics[] = {
        [LADDER_STARTUP] = "startup_ns",       [LADDER_LIFECYCLE] = "lifecycle_ns",
        [LADDER_MEMORY] = "memory_bytes",      [LADDER_SWITCH] = "switch_ns",
        [LADDER_WAITING] = "throughput_per_s", [LADDER_COMPUTING] = "throughput_per_s",
        [LADDER_LOCKED] = "throughput_per_s",  [LADDER_LOCK_WAIT] = "lock_wait_ratio",
        [LADDER_OTHER] = "throughput_per_s",
    };
    return metrics[kind];
}

/* ---- What speaks for a work ------------------------------------------------------------ */

/* Grades, the weightiest first; of equal works the one that is met first is taken. */
enum { GRADES = 5 };
struct grade {
    double of[GRADES];
    size_t order;
};

static bool is_better(const struct grade *a, const struct grade *b)
{
    for (size_t i = 0; i < GRADES; i++)
        if (a->of[i] < b->of[i] || a->of[i] > b->of[i])
            return a->of[i] > b->of[i];
    return a->order < b->order;
}

/* The best one so far; returns whether it is w now. */
static bool take(const struct work **best, struct grade *most, const struct work *w,
                 const struct grade *g)
{
    if (*best && !is_better(g, most))
        return false;
    *best = w;
    *most = *g;
    return true;
}

/* Without a lock.  Where rows are locks a work has all of them. */
static bool is_free(const struct work *w)
{
    return !w->cells->lock[0] || !cell_is_locked(w->cells->cell);
}

/* A lock that is by nature one for each address space. */
static bool is_interpreter_s(const struct work *w)
{
    return w->cells->cell->lock_traits & LOCK_PER_RUNTIME;
}

/* What no lock is called here; NULL where all cells have one. */
static const char *name_of_free(const struct works *works)
{
    for (size_t i = 0; i < works->count; i++)
        if (!cell_is_locked(works->items[i].cells->cell))
            return works->items[i].cells->lock;
    return NULL;
}

static bool is_kind(const struct work *w, const char *kind)
{
    return !strcmp(w->cells->cell->workload_kind, kind);
}

static double tasks_of(const struct work *w)
{
    return (double)w->cells->cell->tasks;
}

static bool fills_the_cpus(const struct work *w)
{
    return w->cells->cell->tasks == w->cells->result->cpus_allowed;
}

/* What it gains by more than one task can be said. */
static bool has_alone(const struct works *works, const struct work *w)
{
    return w->cells->cell->tasks > 1 && works_find(works, w, w->cells->lock, 1);
}

/* ---- What a unit costs -------------------------------------------------------------------- */

/* Of workloads that do nothing else where there are any.  A start is that of one unit if it can be;
 * what is a mean over many is known better from more of them. */
static const struct work *best_of_cost(const struct works *works, const char *metric, bool is_start)
{
    const struct work *best = NULL;
    struct grade most = {0};
    for (size_t i = 0; i < works->count; i++) {
        const struct work *w = &works->items[i];
        /* The tasks of a pool start behind each other: that is no unit's start. */
        double rows = (double)work_rows(w, metric, !is_start);
        const struct grade g = {
            {is_free(w), is_kind(w, "startup"), rows, is_start ? -tasks_of(w) : tasks_of(w)},
            w->order};
        if (rows > 0)
            take(&best, &most, w, &g);
    }
    return best;
}

static void choose_costs(struct chosen *out, const struct works *works)
{
    for (enum ladder_kind kind = LADDER_STARTUP; kind <= LADDER_SWITCH; kind++)
        out->of[kind] = best_of_cost(works, out->metrics[kind], kind == LADDER_STARTUP);
    /* There and back again is a switch, too, where no ring was run. */
    if (!out->of[LADDER_SWITCH]) {
        out->metrics[LADDER_SWITCH] = "ping_pong_ns";
        out->of[LADDER_SWITCH] = best_of_cost(works, out->metrics[LADDER_SWITCH], false);
    }
}

/* ---- What it yields ------------------------------------------------------------------------ */

static const struct work *choose_waiting(const struct works *works)
{
    const struct work *best = NULL;
    struct grade most = {0};
    for (size_t i = 0; i < works->count; i++) {
        const struct work *w = &works->items[i];
        double rows = (double)work_rows(w, metric_of(LADDER_WAITING), true);
        const struct grade g = {
            {is_free(w), tasks_of(w) > 1, rows, has_alone(works, w), tasks_of(w)}, w->order};
        if (is_kind(w, "io") && rows > 0)
            take(&best, &most, w, &g);
    }
    return best;
}

/* Rows that did both. */
static size_t rows_of_both(const struct work *a, const struct work *b, const char *metric)
{
    size_t rows = 0;
    for (size_t i = 0; i < a->count; i++) {
        const struct worked *one = &a->cells[i], *other = work_cell(b, one->result, one->name);
        rows +=
            other && result_value_find(one->cell, metric) && result_value_find(other->cell, metric);
    }
    return rows;
}

/* The same computing without and with a lock. */
static void choose_pair(struct chosen *out, const struct works *works)
{
    const struct work **free = &out->of[LADDER_COMPUTING], **locked = &out->of[LADDER_LOCKED];
    struct grade most = {0};
    const char *none = name_of_free(works);
    for (size_t i = 0; i < works->count && none; i++) {
        const struct work *w = &works->items[i];
        if (!is_kind(w, "cpu") || is_free(w))
            continue;
        const struct work *same = works_find(works, w, none, w->cells->cell->tasks);
        if (!same)
            continue;
        double rows = (double)rows_of_both(same, w, metric_of(LADDER_LOCKED));
        const struct grade g = {{rows, has_alone(works, w) && has_alone(works, same),
                                 fills_the_cpus(w), is_interpreter_s(w), tasks_of(w)},
                                w->order};
        if (rows > 0 && take(locked, &most, w, &g))
            *free = same;
    }
}

/* Computing of which there is no pair. */
static void choose_computing(struct chosen *out, const struct works *works)
{
    const struct work *best = NULL;
    struct grade most = {0};
    for (size_t i = 0; i < works->count; i++) {
        const struct work *w = &works->items[i];
        double rows = (double)work_rows(w, metric_of(LADDER_COMPUTING), true);
        const struct grade g = {
            {rows, is_free(w), has_alone(works, w), fills_the_cpus(w), tasks_of(w)}, w->order};
        if (is_kind(w, "cpu") && rows > 0)
            take(&best, &most, w, &g);
    }
    if (best)
        out->of[is_free(best) ? LADDER_COMPUTING : LADDER_LOCKED] = best;
}

/* ---- Workloads of other kinds --------------------------------------------------------------- */

static bool is_of(const struct work *w, const char *workload)
{
    return w && !strcmp(w->cells->cell->workload, workload);
}

/* What it does is shown; what a unit of it costs says nothing of that. */
static bool is_shown(const struct chosen *c, const char *workload)
{
    for (size_t i = LADDER_SWITCH; i < LADDER_OTHER; i++)
        if (is_of(c->of[i], workload))
            return true;
    return false;
}

/* Among the others with that metric, or any where it is NULL. */
static bool has_other(const struct chosen *c, const char *workload, const char *metric)
{
    for (size_t i = 0; i < c->other_count; i++)
        if (is_of(c->others[i].work, workload) && (!metric || !strcmp(c->others[i].metric, metric)))
            return true;
    return false;
}

static void add_other(struct chosen *out, enum ladder_kind kind, const struct work *w,
                      const char *metric)
{
    out->others[out->other_count].kind = kind;
    out->others[out->other_count].work = w;
    out->others[out->other_count++].metric = metric;
}

/* The work that most rows did of each workload not shown yet, those first that most rows did. */
static void choose_others(struct chosen *out, const struct works *works, size_t room)
{
    for (; room > 0 && out->other_count < OTHERS_MOST; room--) {
        const struct work *best = NULL;
        struct grade most = {0};
        for (size_t i = 0; i < works->count; i++) {
            const struct work *w = &works->items[i];
            double rows = (double)work_rows(w, metric_of(LADDER_OTHER), true);
            const struct grade g = {{is_free(w), rows, fills_the_cpus(w), tasks_of(w)}, w->order};
            const char *workload = w->cells->cell->workload;
            if (rows > 0 && !is_kind(w, "startup") && !is_shown(out, workload) &&
                !has_other(out, workload, NULL))
                take(&best, &most, w, &g);
        }
        if (!best)
            return;
        add_other(out, LADDER_OTHER, best, metric_of(LADDER_OTHER));
    }
}

/* Better or worse, and not the same whoever does it. */
static bool is_judged(const struct result_metric *m)
{
    return strcmp(m->better, "neutral") != 0 && strcmp(m->nature, "exact") != 0;
}

/* The first metric of the workload's own that has values and no column yet; NULL: none.  Counted in
 * *place, from 0: that is what the workload is there for, whatever it is. */
static const char *next_own(const struct chosen *c, const struct work *w, size_t *place)
{
    const struct result_cell *cell = w->cells->cell;
    *place = 0;
    for (size_t i = 0; i < cell->metric_count; i++) {
        const struct result_metric *m = &cell->metrics[i];
        if (!cell_has_own(cell, m) || (*place > 0 && !is_judged(m)))
            continue;
        if (work_rows(w, m->name, true) && !has_other(c, cell->workload, m->name))
            return m->name;
        ++*place;
    }
    return NULL;
}

/* What workloads measure themselves that neither wait nor compute: the first of each, then what
 * else there is room for. */
static void choose_own(struct chosen *out, const struct works *works, size_t room)
{
    for (; room > 0 && out->other_count < OTHERS_MOST; room--) {
        const struct work *best = NULL;
        struct grade most = {0};
        size_t place;
        for (size_t i = 0; i < works->count; i++) {
            const struct work *w = &works->items[i];
            const char *metric = next_own(out, w, &place);
            if (!metric || is_shown(out, w->cells->cell->workload))
                continue;
            const struct grade g = {{is_free(w), -(double)place, (double)work_rows(w, metric, true),
                                     fills_the_cpus(w), tasks_of(w)},
                                    w->order};
            take(&best, &most, w, &g);
        }
        if (!best)
            return;
        add_other(out, LADDER_OWN, best, next_own(out, best, &place));
    }
}

static bool has_metric(const struct chosen *c, const char *name)
{
    for (size_t i = 0; i < c->other_count; i++)
        if (!strcmp(c->others[i].metric, name))
            return true;
    return false;
}

void choose_metrics(struct chosen *out, const struct works *works)
{
    const struct work *largest = works->items;
    *out = (struct chosen){0};
    for (size_t i = 0; i < works->count; i++)
        largest = works->items[i].count > largest->count ? &works->items[i] : largest;
    for (size_t i = 0; works->count && i < largest->count; i++) {
        const struct result_cell *c = largest->cells[i].cell;
        for (size_t k = 0; k < c->metric_count && out->other_count < OTHERS_MOST; k++) {
            const char *name = c->metrics[k].name;
            if (!result_value_find(c, name) || has_metric(out, name))
                continue;
            add_other(out, LADDER_OTHER, largest, name);
        }
    }
}

static bool is_empty(const struct chosen *c)
{
    for (enum ladder_kind kind = 0; kind < LADDER_OTHER; kind++)
        if (c->of[kind])
            return false;
    return !c->other_count;
}

/* One row would show one work of several. */
static bool has_one_row_of_many(const struct works *works)
{
    for (size_t i = 1; i < works->cell_count; i++)
        if (strcmp(works->cells[0].name, works->cells[i].name) != 0)
            return false;
    return works->count > 1;
}

void choose(struct chosen *out, const struct works *works)
{
    *out = (struct chosen){0};
    for (enum ladder_kind kind = 0; kind < LADDER_OTHER; kind++)
        out->metrics[kind] = metric_of(kind);
    if (works->of == LADDER_OF_EXECUTORS) {
        choose_costs(out, works);
        out->of[LADDER_WAITING] = choose_waiting(works);
        choose_pair(out, works);
        if (!out->of[LADDER_LOCKED])
            choose_computing(out, works);
    } else {
        /* Each row has a lock of its own: computing is what it is wanted for. */
        choose_computing(out, works);
        out->of[LADDER_LOCKED] = out->of[LADDER_COMPUTING];
        out->of[LADDER_COMPUTING] = NULL;
    }
    const struct work *locked = out->of[LADDER_LOCKED];
    if (locked && work_rows(locked, metric_of(LADDER_LOCK_WAIT), true))
        out->of[LADDER_LOCK_WAIT] = locked;
    size_t taken = 0;
    for (enum ladder_kind kind = LADDER_WAITING; kind <= LADDER_LOCKED; kind++)
        taken += out->of[kind] != NULL;
    size_t room = taken < OTHERS_MOST ? OTHERS_MOST - taken : 0;
    choose_others(out, works, room);
    if (!is_empty(out) || !has_one_row_of_many(works))
        choose_own(out, works, room > out->other_count ? room - out->other_count : 0);
}
