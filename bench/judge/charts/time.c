/* Where the units' time went: what runs, wants the lock, waits for a CPU, sleeps. */
#include "bench/judge/charts/pick.h"

#include "bench/judge/parts/number.h"
#include "bench/page/state_looks.h"

#include <math.h>
#include <string.h>

enum { ROWS = 14 };

/* Of the ledger, beyond which no title rests on what it says. */
#define MOST_LEDGER_COST 0.1
/* Launches with the ledger and without it that say shares so far apart are both told. */
#define TOLD_APART 0.1
enum { APART_MOST = 4 };

/* Of the probe "hold": the four add up to what is known of the time. */
static const struct state {
    const char *metric, *name;
} states[STATE_LOOKS] = {
    [STATE_RUNS] = {"time_running_ratio", "running"},
    [STATE_WANTS] = {"time_lock_wait_ratio", "wants the lock"},
    [STATE_QUEUES] = {"time_runqueue_ratio", "waits for a CPU"},
    [STATE_SLEEPS] = {"time_sleeping_ratio", "sleeps"},
};
enum { STATES = STATE_LOOKS };

static double value_of(const struct result_cell *c, const char *metric)
{
    const struct result_metric *m = result_value_find(c, metric);
    return m ? m->summary.center : (double)NAN;
}

static bool has_split(const struct result_cell *c)
{
    return isfinite(value_of(c, states[0].metric));
}

/* Without that probe: waits are known, and what is left is one of two. */
static bool has_waits(const struct result_cell *c)
{
    return isfinite(value_of(c, "lock_wait_ratio")) && isfinite(value_of(c, "runqueue_wait_ratio"));
}

static double share_of(const struct result_cell *c, size_t state, bool is_split)
{
    if (is_split)
        return fmax(0, value_of(c, states[state].metric));
    /* Who has no CPU while it wants the lock waits for both, and is drawn once. */
    double lock = fmin(1, fmax(0, value_of(c, "lock_wait_ratio"))),
           cpu = fmin(1 - lock, fmax(0, value_of(c, "runqueue_wait_ratio")));
    return state == 1   ? lock
           : state == 2 ? cpu
           : state == 0 ? fmax(0, 1 - lock - cpu)
                        : (double)NAN;
}

/* How long it waits for the lock is no more than a size. */
static bool is_rough(const struct result_cell *c, bool is_split)
{
    const struct result_metric *m =
        result_value_find(c, is_split ? states[1].metric : "lock_wait_ratio");
    struct page_value v;
    if (!m)
        return false;
    v = value_of_summary(&m->summary);
    return number_is_rough(&v);
}

/* Who is alone waits for nobody. */
static bool is_told(const struct result_cell *c, bool is_split)
{
    return c->tasks > 1 && (is_split ? has_split(c) : has_waits(c));
}

static void choose(struct chart_cells *out, const struct chart_subject *s, bool is_split)
{
    for (size_t i = 0; i < s->cells.count; i++)
        if (is_told(s->cells.items[i], is_split))
            vec_add(out, s->cells.items[i]);
}

static void add_state(struct page *p, const struct chart_cells *cells, size_t state, bool is_split)
{
    struct buf name = {0};
    page_series(p, &(struct page_series_form){.name = !is_split && state == 0 ? "runs or sleeps"
                                                                              : states[state].name,
                                              .tint = state_looks[state].tint,
                                              .body = state_looks[state].body});
    for (size_t i = 0; i < cells->count; i++) {
        double share = share_of(cells->items[i], state, is_split);
        buf_reset(&name);
        add_cell_name(&name, cells->items[i]);
        if (isfinite(share))
            page_point(p, &(struct page_point){.y = share,
                                               .lo = (double)NAN,
                                               .hi = (double)NAN,
                                               .label = page_text_of(p, &name),
                                               .flags = cell_flags(cells->items[i])});
    }
    page_settle(p, &name);
}

/* Keeping the ledger slowed it, so that its shares are not those of the same work without it. */
static bool is_slowed(const struct result_cell *c, bool is_split)
{
    return is_split && value_of(c, "ledger_cost_ratio") > MOST_LEDGER_COST;
}

/*
 * "49 % of their time units want the lock, at the most: prime, gil, thread, 2 tasks", of all cells,
 * those without room as well.  Returns the one it names.
 */
static const struct result_cell *add_finding(struct buf *out, const struct chart_cells *cells,
                                             bool is_split)
{
    const struct result_cell *most = NULL;
    bool is_of_all = true;
    for (size_t i = 0; i < cells->count; i++) {
        const struct result_cell *c = cells->items[i];
        bool is_sound = !cell_flags(c) && !is_slowed(c, is_split);
        is_of_all &= is_sound;
        if (is_sound && (!most || share_of(c, 1, is_split) > share_of(most, 1, is_split)))
            most = c;
    }
    const char *where = is_of_all ? "" : ", in the cells that can tell";
    if (!most)
        buf_add(out, "No cell here can tell how long units wait for a lock");
    else if (!(share_of(most, 1, is_split) > 0.01))
        buf_printf(out, "Units hardly wait for a lock%s", is_of_all ? " here" : where);
    else {
        buf_printf(out, "%s%.0f %% of their time units want the lock, at the most%s: ",
                   is_rough(most, is_split) ? "~" : "", 100 * share_of(most, 1, is_split), where);
        add_cell_name(out, most);
    }
    return most;
}

/* The same share of the launches that measure, which the picture of contention shows. */
static bool is_apart(const struct result_cell *c, double *measured)
{
    *measured = value_of(c, "lock_wait_ratio");
    return isfinite(*measured) && fabs(*measured - share_of(c, 1, true)) > TOLD_APART;
}

/* "In the launches that measure, where nobody keeps it, units wanted the lock: spin .. 44 %." */
static void add_apart(struct buf *out, const struct chart_cells *cells)
{
    size_t said = 0, left_out = 0;
    double measured;
    for (size_t i = 0; i < cells->count; i++) {
        if (!is_apart(cells->items[i], &measured))
            continue;
        if (said == APART_MOST) {
            left_out++;
            continue;
        }
        buf_add(out, said++ ? "; "
                     : out->len
                         ? " In the launches that measure, where nobody keeps it, units wanted the "
                           "lock: "
                         : "In the launches that measure, where no ledger is kept, units wanted "
                           "the lock: ");
        add_cell_name(out, cells->items[i]);
        buf_printf(out, " %.0f %%", 100 * measured);
    }
    if (left_out)
        buf_printf(out, "; and %zu more cells otherwise", left_out);
    buf_add(out, said ? "." : "");
}

/* "The ledger of these shares slowed: spin, mutex, thread, 2 tasks by 48 %." */
static void add_note(struct buf *out, const struct chart_cells *cells, bool is_split,
                     size_t left_out)
{
    bool is_first = true;
    for (size_t i = 0; i < cells->count; i++) {
        const struct result_cell *c = cells->items[i];
        if (!is_slowed(c, is_split))
            continue;
        buf_add(out, is_first ? "Keeping the ledger of these shares slowed some cells, which may "
                                "wait less without it: "
                              : "; ");
        add_cell_name(out, c);
        buf_printf(out, " by %.0f %%", 100 * value_of(c, "ledger_cost_ratio"));
        is_first = false;
    }
    buf_add(out, is_first ? "" : ".");
    if (is_split)
        add_apart(out, cells);
    add_left_out(out, left_out);
}

static int add(struct page *p, const struct chart_subject *s, struct err *err)
{
    struct chart_cells cells = {0};
    struct buf title = {0}, note = {0};
    bool is_split = true;
    choose(&cells, s, is_split);
    if (!cells.count) {
        is_split = false;
        choose(&cells, s, is_split);
    }
    bool failed = cells.failed;
    if (cells.count && !failed) {
        const struct result_cell *named = add_finding(&title, &cells, is_split);
        size_t left_out = cells_cut(&cells, ROWS, named);
        add_note(&note, &cells, is_split, left_out);
        page_chart(
            p,
            &(struct page_chart_form){
                .key = "time",
                .title = page_text_of(p, &title),
                .subtitle =
                    is_split ? "Where the units' time went, by the clocks of their threads, in "
                               "launches of their own that keep this ledger."
                             : "Shares of the units' time, from the gate to their last operation; "
                               "who waits for both wants the lock. Running and sleeping are told "
                               "apart by the probe \"hold\".",
                .note = page_text_of(p, &note),
                .kind = PAGE_STACKS,
                .y = {.name = "share of the units' time",
                      .unit = "ratio",
                      .to = 1,
                      .is_percent = true}});
        for (size_t i = 0; i < STATES; i++)
            if (is_split || i < 3)
                add_state(p, &cells, i, is_split);
    }
    vec_release(&cells);
    page_settle(p, &title);
    page_settle(p, &note);
    return failed ? err_set(err, ERR_SYSTEM, "charts: out of memory") : 0;
}

const struct chart chart_time = {
    .name = "time",
    .summary = "where the units' time went: running, waiting for the lock or a CPU, sleeping",
    .wants = "cells of several tasks with the probe \"hold\", or with lock_wait_ratio and "
             "runqueue_wait_ratio",
    .add = add,
};
