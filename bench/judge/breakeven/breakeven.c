#include "bench/judge/breakeven/breakeven.h"

#include "bench/base/hash.h"
#include "bench/base/vec.h"
#include "bench/judge/parts/low.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Tasks needed when a start is to be won back by `gain` a task. */
static double tasks_for(double start, double gain)
{
    if (!(gain > 0))
        return INFINITY;
    double tasks = ceil(start / gain);
    return tasks < 1 ? 1 : tasks;
}

struct breakeven breakeven_of(const struct summary *start, const struct summary *pool,
                              const struct summary *units)
{
    struct breakeven b = {
        .tasks = tasks_for(start->center, units->center - pool->center),
        .lo = tasks_for(start->lo, units->hi - pool->lo),
        .hi = tasks_for(start->hi, units->lo - pool->hi),
    };
    double misses = (1 - start->level) + (1 - pool->level) + (1 - units->level);
    bool has_level = start->level > 0 && pool->level > 0 && units->level > 0;
    b.level = has_level && misses < 1 ? 1 - misses : 0;
    b.is_open = isinf(b.hi);
    b.never = isinf(b.tasks);
    if (b.never)
        b.tasks = NAN;
    return b;
}

static bool same_params(const json_t *a, const json_t *b)
{
    return json_object_size(a) == 0 ? json_object_size(b) == 0 : json_equal(a, b);
}

/* Others have not made its figures. */
static bool is_told(const struct result_cell *c)
{
    return !cell_is_unusable(c) && !cell_was_kept_waiting(c);
}

/* The same work: what differs is how the tasks come to run. */
static bool are_comparable(const struct result_cell *a, const struct result_cell *b)
{
    return !strcmp(a->workload, b->workload) && !strcmp(a->lock, b->lock) &&
           !strcmp(a->placement, b->placement) && a->tasks == b->tasks &&
           same_params(a->params, b->params) && same_params(a->lock_params, b->lock_params);
}

/* A metric summarised so that three of them together reach the level of tables. */
static int summarise(const struct result_metric *m, struct summary *out, struct err *err)
{
    double level = 1 - (1 - SUMMARY_LEVEL) / 3;
    if (m->sample_count)
        return summary_of(m->samples, m->sample_count, level, out, err);
    *out = m->summary;
    return 0;
}

/*
 * The estimate from what each costs at its low, the interval from what they took: on a machine
 * where others wait for nothing both are the same.
 */
static void take_lows(struct breakeven *b, double start, double pool, double units)
{
    double tasks = tasks_for(start, units - pool);
    b->never = isinf(tasks);
    b->tasks = b->never ? (double)NAN : tasks;
    b->lo = tasks < b->lo ? tasks : b->lo;
    b->hi = tasks > b->hi ? tasks : b->hi;
    b->is_open = isinf(b->hi);
}

/* Appends the pair when both were measured. */
static int add_pair(struct breakevens *out, const struct result_cell *pool,
                    const struct result_cell *units, struct err *err)
{
    const struct result_metric *start = result_role_value(pool, ROLE_POOL_START),
                               *hand_over = result_role_value(pool, ROLE_LIFECYCLE),
                               *life = result_role_value(units, ROLE_LIFECYCLE);
    struct summary s, p, u;
    if (!start || !hand_over || !life)
        return 0;
    if (summarise(start, &s, err) || summarise(hand_over, &p, err) || summarise(life, &u, err))
        return -1;
    struct breakeven *grown = realloc(out->items, (out->count + 1) * sizeof *grown);
    if (!grown)
        return err_set(err, ERR_SYSTEM, "breakeven: out of memory");
    out->items = grown;
    struct breakeven *b = &out->items[out->count++];
    *b = breakeven_of(&s, &p, &u);
    bool failed = false;
    take_lows(b, low_of(start, &failed), low_of(hand_over, &failed), low_of(life, &failed));
    if (failed)
        return err_set(err, ERR_SYSTEM, "breakeven: out of memory");
    b->pool = pool;
    b->units = units;
    return 0;
}

/* ---- Pairs ---------------------------------------------------------------------------------- */

/* A cell of units, by what its work is: of ten thousand cells few are the same work as a pool's. */
struct candidate {
    uint64_t work;
    const struct result_cell *cell; /* of one array: in its order */
};

struct candidates {
    VEC(struct candidate);
};

static uint64_t add_text(uint64_t hash, const char *text)
{
    return hash_fnv1a(hash, text, strlen(text) + 1);
}

/* The same for cells that are comparable. */
static uint64_t work_of(const struct result_cell *c)
{
    uint64_t hash = add_text(HASH_FNV1A, c->workload);
    hash = add_text(add_text(hash, c->lock), c->placement);
    return hash_fnv1a(hash, (const char *)&c->tasks, sizeof c->tasks);
}

static int by_work(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    if (x->work != y->work)
        return x->work < y->work ? -1 : 1;
    return x->cell < y->cell ? -1 : x->cell > y->cell;
}

/* One after the other in the caller there are no units to save. */
static bool is_candidate(const struct result_cell *c)
{
    return c->workers < 1 && executor_makes_units(c->executor_traits) && is_told(c);
}

static int find_candidates(struct candidates *out, const struct result *r, struct err *err)
{
    for (size_t i = 0; i < r->cell_count; i++) {
        struct candidate one = {work_of(&r->cells[i]), &r->cells[i]};
        if (is_candidate(one.cell) && !vec_add(out, one))
            return err_set(err, ERR_SYSTEM, "breakeven: out of memory");
    }
    if (out->count)
        qsort(out->items, out->count, sizeof *out->items, by_work);
    return 0;
}

/* The first whose work is not before that one's. */
static size_t first_of(const struct candidates *all, uint64_t work)
{
    size_t low = 0, high = all->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (all->items[middle].work < work)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int add_pool(struct breakevens *out, const struct candidates *all,
                    const struct result_cell *pool, struct err *err)
{
    uint64_t work = work_of(pool);
    for (size_t i = first_of(all, work); i < all->count && all->items[i].work == work; i++)
        if (are_comparable(pool, all->items[i].cell) &&
            add_pair(out, pool, all->items[i].cell, err))
            return -1;
    return 0;
}

int breakevens_of(struct breakevens *out, const struct result *r, struct err *err)
{
    struct candidates all = {0};
    *out = (struct breakevens){0};
    int failed = find_candidates(&all, r, err);
    for (size_t i = 0; i < r->cell_count && !failed; i++)
        if (r->cells[i].workers > 0 && is_told(&r->cells[i]))
            failed = add_pool(out, &all, &r->cells[i], err);
    vec_release(&all);
    if (failed)
        breakevens_release(out);
    return failed ? -1 : 0;
}

void breakevens_release(struct breakevens *b)
{
    free(b->items);
    *b = (struct breakevens){0};
}
