/* The part of a page in which the simulator stands: words, its constants, the model. */
#include "bench/judge/explore/explore.h"

#include "bench/base/json_make.h"
#include "bench/judge/parts/cell.h"
#include "bench/judge/parts/low.h"

#include <math.h>
#include <string.h>

/* Of kernels whose slice was not seen: EEVDF's base slice on a few CPUs. */
#define ASSUMED_SLICE_NS 3e6

enum { GIL_INTERVAL_NS = 5000000 }; /* what a slider starts at where nothing was measured */

static const char *const kind_words[EXPLORE_KINDS] = {"thread", "process", "coroutine"};

/* ---- The constants, for everybody ---------------------------------------------------------- */

static void add_constant(struct page *p, double ns)
{
    if (isnan(ns))
        page_missing(p, "not measured here");
    else
        page_number(p, ns, "ns", 2);
}

static void add_constants(struct page *p, const struct explore *e)
{
    static const struct page_column columns[] = {
        {.key = "unit", .flags = PAGE_LABEL},
        {.key = "switch_ns", .head = "switch", .unit = "ns"},
        {.key = "startup_ns", .head = "startup", .unit = "ns"},
        {.key = "wake_ns", .head = "wake-up", .unit = "ns"},
        {0}};
    page_grid(p, &(struct page_grid_form){
                     .key = "constants", .title = "what it reckons with", .columns = columns});
    for (size_t k = 0; k < EXPLORE_KINDS; k++) {
        if (!e->kinds[k].like)
            continue;
        page_row(p);
        page_text(p, "%s", kind_words[k]);
        add_constant(p, e->kinds[k].switch_ns);
        add_constant(p, e->kinds[k].startup_ns);
        add_constant(p, e->kinds[k].wake_ns);
    }
    page_say(p, PAGE_NOTE,
             "To hand the lock over takes a switch between threads; a slice of CPU time is %.2g ms "
             "(%s). What was not measured counts as nothing.",
             (isnan(e->slice_ns) ? ASSUMED_SLICE_NS : e->slice_ns) * 1e-6,
             isnan(e->slice_ns) ? "assumed: no more units computed than there are CPUs"
                                : "by how often computing units were put out");
    if (e->left_out)
        page_say(p, PAGE_NOTE, "%zu more measured cells are not drawn.", e->left_out);
}

/* ---- The model, for the script -------------------------------------------------------------- */

static double or_nothing(double ns)
{
    return isfinite(ns) && ns > 0 ? ns : 0;
}

static json_t *kinds_json(const struct explore *e)
{
    struct json_maker list = json_maker_list();
    for (size_t k = 0; k < EXPLORE_KINDS; k++) {
        const struct explore_kind *kind = &e->kinds[k];
        if (!kind->like)
            continue;
        struct json_maker o = json_maker_new();
        unsigned traits = kind->like->executor_traits;
        json_make_text(&o, "name", kind_words[k]);
        json_make_text(&o, "executor", kind->like->executor);
        json_make_bool(&o, "parallel", traits & EXECUTOR_PARALLEL);
        json_make_bool(&o, "shares_heap", traits & EXECUTOR_SHARED_HEAP);
        json_make_real(&o, "switch_ns", or_nothing(kind->switch_ns));
        json_make_real(&o, "startup_ns", or_nothing(kind->startup_ns));
        json_make_real(&o, "wake_ns", or_nothing(kind->wake_ns));
        json_make_add(&list, json_made(&o));
    }
    return json_made(&list);
}

/* Locks of the cells, each once: as often as one of another interval. */
static void add_lock(struct json_maker *list, const struct explore_cell *c)
{
    struct json_maker o = json_maker_new();
    json_make_text(&o, "name", c->cell->lock);
    json_make_bool(&o, "exclusive", cell_is_locked(c->cell));
    json_make_finite(&o, "interval_ns", c->interval_ns);
    json_make_add(list, json_made(&o));
}

static bool is_first_of_lock(const struct explore *e, size_t which)
{
    for (size_t i = 0; i < which; i++)
        if (!strcmp(e->cells.items[i].cell->lock, e->cells.items[which].cell->lock))
            return false;
    return true;
}

static json_t *cell_json(const struct explore_cell *c)
{
    struct json_maker o = json_maker_new();
    json_make_text(&o, "id", c->cell->id);
    json_make_text(&o, "kind", kind_words[unit_kind_of(c->cell->executor_traits)]);
    json_make_text(&o, "executor", c->cell->executor);
    json_make_text(&o, "lock", c->cell->lock);
    json_make_bool(&o, "shared", cell_lock_is_shared(c->cell));
    json_make_int(&o, "units", c->cell->tasks);
    json_make_real(&o, "cpu_ns", c->cpu_ns);
    json_make_real(&o, "wait_ns", c->wait_ns);
    json_make_finite(&o, "interval_ns", c->interval_ns);
    json_make_int(&o, "ops", c->ops);
    json_make_int(&o, "batches", c->batches);
    json_make_finite(&o, "rate", c->rate->summary.center);
    json_make_finite(&o, "lo", c->rate->summary.lo);
    json_make_finite(&o, "hi", c->rate->summary.hi);
    json_make_bool(&o, "doubtful", cell_is_unusable(c->cell));
    return json_made(&o);
}

static json_t *model_json(const struct explore *e)
{
    struct json_maker o = json_maker_new(), locks = json_maker_list(), cells = json_maker_list();
    double cpus = (double)e->result->cpus_allowed;
    for (size_t i = 0; i < e->cells.count; i++) {
        json_make_add(&cells, cell_json(&e->cells.items[i]));
        if (is_first_of_lock(e, i))
            add_lock(&locks, &e->cells.items[i]);
    }
    json_make_int(&o, "cpus", cpus >= 1 ? (int64_t)cpus : 1);
    json_make_int(&o, "interval_ns", GIL_INTERVAL_NS);
    json_make_real(&o, "handover_ns", or_nothing(e->kinds[UNIT_THREAD].switch_ns));
    json_make_real(&o, "slice_ns", isnan(e->slice_ns) ? ASSUMED_SLICE_NS : e->slice_ns);
    json_make_value(&o, "kinds", kinds_json(e));
    json_make_list(&o, "locks", &locks);
    json_make_list(&o, "cells", &cells);
    return json_made(&o);
}

/* ---- All of it ------------------------------------------------------------------------------ */

static bool has_constants(const struct explore *e)
{
    for (size_t k = 0; k < EXPLORE_KINDS; k++)
        if (e->kinds[k].like &&
            (isfinite(e->kinds[k].switch_ns) || isfinite(e->kinds[k].startup_ns)))
            return e->cells.count > 0;
    return false;
}

int explore_page(struct page *p, const struct result *r, struct err *err)
{
    struct explore e;
    if (!page_is_for(p, PAGE_VIEWER))
        return 0;
    int status = explore_of(&e, r, err);
    if (!status && has_constants(&e)) {
        page_to(p, PAGE_VIEWER);
        page_heading(p, 2, "Try it");
        page_say(p, PAGE_SENTENCE,
                 "A simulator of units that compute and wait, with and without a lock, with what "
                 "was measured here as its constants. Its curves are what these constants would "
                 "yield; dots are measured cells. It needs the page's script.");
        page_model(p, model_json(&e));
        add_constants(p, &e);
        page_to(p, PAGE_ALL);
    }
    explore_release(&e);
    return status;
}
