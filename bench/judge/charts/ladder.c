/* What a unit costs: to start, in memory, a switch; on logarithmic scales, since it differs so. */
#include "bench/judge/charts/pick.h"

#include "bench/base/units.h"
#include "bench/base/words.h"
#include "bench/judge/ladder/ladder.h"
#include "bench/judge/parts/cell.h"
#include "bench/judge/parts/low.h"
#include "bench/judge/parts/number.h"
#include "bench/judge/sentences/factor.h"

#include <math.h>
#include <stdlib.h>

/* What the picture may show, the first of each step that the ladder has. */
static const struct rise {
    size_t step;
    enum ladder_kind kind;
    const char *title;
    const char *verb; /* "a process costs 12 times a thread to start" */
    bool has_low;     /* others can only lengthen it: the fastest tenth is what it costs */
} rises[] = {
    {0, LADDER_LIFECYCLE, "to start one and see it end", "to start and end", true},
    {0, LADDER_STARTUP, "to start one", "to start", true},
    {1, LADDER_MEMORY, "memory of one that waits", "in memory", false},
    {2, LADDER_SWITCH, "to go from one to the next", "to switch", false},
};
enum { RISES = sizeof rises / sizeof *rises, STEPS = 3 };

struct rung {
    const char *name; /* of the executor, with its settings */
    const struct result_cell *cell;
    const struct result_metric *metric;
    double cost;      /* what it is ordered by */
    bool is_doubtful; /* others had the CPUs */
};

struct rungs {
    VEC(struct rung);
    size_t left_out; /* that cost nothing, which no such scale shows */
};

static int dearest_first(const void *left, const void *right)
{
    const struct rung *a = left, *b = right;
    return a->cost > b->cost ? -1 : a->cost < b->cost;
}

static int collect(struct rungs *out, const struct ladder *l, size_t column, bool has_low,
                   struct err *err)
{
    bool failed = false;
    for (size_t i = 0; i < l->rows.count; i++) {
        const struct ladder_slot *slot = &l->rows.items[i].slots[column];
        double cost = !slot->metric ? (double)NAN
                      : has_low     ? low_of(slot->metric, &failed)
                                    : slot->metric->summary.center;
        out->left_out += isfinite(cost) && cost <= 0;
        if (isfinite(cost) && cost > 0)
            vec_add(out, (struct rung){l->rows.items[i].name, slot->cell, slot->metric, cost,
                                       slot->is_doubtful});
    }
    if (out->count)
        qsort(out->items, out->count, sizeof *out->items, dearest_first);
    return failed || out->failed ? err_set(err, ERR_SYSTEM, "charts: out of memory") : 0;
}

/* Some tasks have none: those of a pool, and those that run one after the other. */
static bool has_own_unit(const struct result_cell *c)
{
    return !c->workers && (!result_role_find(c, ROLE_MEMORY) || result_role_value(c, ROLE_MEMORY));
}

/* How many times as much one costs as the other; 1 where no difference can be told. */
static double times(const struct rung *a, const struct rung *b, bool of_low, bool *is_rough,
                    bool *failed)
{
    if (of_low)
        return factor_of_lows(a->metric, b->metric, is_rough, failed);
    struct ratio r = ratio_of_metrics(a->metric, b->metric, failed);
    *is_rough = number_ratio_standing(&r) == RATIO_ROUGH;
    return factor_is_untold(&r) ? 1 : r.center;
}

/*
 * "a process costs 17 times a thread to start, a coroutine 1/45": the ends against the middle, of
 * units that each task has for itself, and of whose cost others were no part.
 */
static void add_finding(struct buf *out, const struct rungs *all, const struct rise *step)
{
    struct rungs r = {0};
    char text[40];
    bool is_first = true;
    for (size_t i = 0; i < all->count; i++)
        if (has_own_unit(all->items[i].cell) && !all->items[i].is_doubtful)
            vec_add(&r, all->items[i]);
    const struct rung *middle = r.count ? &r.items[r.count / 2] : NULL;
    for (size_t i = 0; i < 2 && middle; i++) {
        const struct rung *end = i ? &r.items[r.count - 1] : r.items;
        bool is_rough = false;
        double ratio = times(end, middle, step->has_low, &is_rough, &out->failed);
        double more = ratio < 1 ? 1 / ratio : ratio;
        if (end == middle || !(more >= 1.5))
            continue;
        buf_printf(out, "%s%s %s %s%s%s%s%s", is_first ? "" : ", ", words_article(end->name),
                   end->name, is_first ? "costs " : "", is_rough ? "roughly " : "",
                   ratio < 1 ? "1/" : "", units_format(text, sizeof text, more, "", 2),
                   ratio < 1 ? "" : " times");
        if (is_first)
            buf_printf(out, "%s %s %s %s", ratio < 1 ? " of" : "", words_article(middle->name),
                       middle->name, step->verb);
        is_first = false;
    }
    out->failed |= r.failed;
    vec_release(&r);
}

static void add_rung(struct page *p, const struct rung *r, bool of_low)
{
    struct buf name = {0};
    struct page_value v = value_of_summary(&r->metric->summary);
    unsigned flags = r->is_doubtful ? PAGE_UNRELIABLE : 0;
    add_executor_as(&name, r->name, r->cell);
    if (of_low)
        page_point(p, &(struct page_point){.y = r->cost,
                                           .lo = (double)NAN,
                                           .hi = (double)NAN,
                                           .label = page_text_of(p, &name),
                                           .flags = flags});
    else
        page_row_point(p, page_text_of(p, &name), v, flags);
    page_settle(p, &name);
}

static void add_panel(struct page *p, const struct result_cell *like, const struct rise *step,
                      const struct rungs *r)
{
    struct buf title = {0};
    const struct page_axis y = {
        .name = step->title, .unit = r->items[0].metric->unit, .scale = PAGE_LOG};
    buf_printf(&title, "%s (%s, ", step->title, like->workload);
    add_rest(&title, cell_rest(like));
    buf_add(&title, ")");
    page_panel(p, page_text_of(p, &title), NULL, &y);
    page_series(p, &(struct page_series_form){.name = "median", .tint = 1});
    for (size_t i = 0; i < r->count; i++)
        add_rung(p, &r->items[i], false);
    if (step->has_low) {
        page_series(
            p, &(struct page_series_form){.name = "fastest tenth", .mark = PAGE_TICK, .tint = 8});
        for (size_t i = 0; i < r->count; i++)
            add_rung(p, &r->items[i], true);
    }
    page_settle(p, &title);
}

struct drawn {
    const struct rise *rise;
    const struct result_cell *like; /* NULL: there is nothing of it to compare */
    struct rungs rungs;
};

static int find_step(struct drawn *d, const struct ladder *l, size_t step, struct err *err)
{
    for (size_t i = 0; i < RISES && !d->like; i++) {
        size_t column = ladder_find(l, rises[i].kind);
        if (rises[i].step != step || column == l->columns.count)
            continue;
        vec_release(&d->rungs);
        d->rungs.left_out = 0;
        if (collect(&d->rungs, l, column, rises[i].has_low, err))
            return -1;
        d->rise = &rises[i];
        d->like = d->rungs.count > 1 ? l->columns.items[column].like : NULL;
    }
    return 0;
}

static void add_chart(struct page *p, const struct drawn *drawn)
{
    struct buf title = {0}, note = {0};
    size_t left_out = 0;
    for (size_t i = 0; i < STEPS; i++)
        left_out += drawn[i].like ? drawn[i].rungs.left_out : 0;
    add_left_out(&note, left_out);
    for (size_t i = 0; i < STEPS && !title.len; i++)
        if (drawn[i].like)
            add_finding(&title, &drawn[i].rungs, drawn[i].rise);
    if (!title.len)
        buf_add(&title, "what a unit costs");
    if (title.data && title.data[0] >= 'a' && title.data[0] <= 'z')
        title.data[0] = (char)(title.data[0] - 'a' + 'A');
    page_chart(p, &(struct page_chart_form){
                      .key = "ladder",
                      .title = page_text_of(p, &title),
                      .subtitle =
                          "Cost of one unit, on logarithmic scales: the median of rounds with its "
                          "95 % interval; the stroke is the fastest tenth, which nobody kept "
                          "waiting.",
                      .note = page_text_of(p, &note),
                      .kind = PAGE_DOTS,
                      .y = {.name = "cost", .scale = PAGE_LOG}});
    for (size_t i = 0; i < STEPS; i++)
        if (drawn[i].like)
            add_panel(p, drawn[i].like, drawn[i].rise, &drawn[i].rungs);
    page_settle(p, &title);
    page_settle(p, &note);
}

static int build(struct ladder *out, const struct chart_subject *s, struct err *err)
{
    struct {
        VEC(struct entry);
    } entries = {0};
    for (size_t i = 0; i < s->cells.count; i++)
        vec_add(&entries, (struct entry){.result = s->result, .cell = s->cells.items[i]});
    const struct ladder_source source = {
        .results = s->result, .count = 1, .entries = entries.items, .entry_count = entries.count};
    int status = entries.failed ? err_set(err, ERR_SYSTEM, "charts: out of memory")
                                : ladder_of(out, &source, err);
    vec_release(&entries);
    return status;
}

static int add(struct page *p, const struct chart_subject *s, struct err *err)
{
    struct drawn drawn[STEPS] = {0};
    struct ladder ladder = {0};
    bool has_any = false;
    if (!s->cells.count)
        return 0;
    int status = build(&ladder, s, err);
    for (size_t i = 0; i < STEPS && !status; i++) {
        status = find_step(&drawn[i], &ladder, i, err);
        has_any |= drawn[i].like != NULL;
    }
    if (has_any && !status)
        add_chart(p, drawn);
    for (size_t i = 0; i < STEPS; i++)
        vec_release(&drawn[i].rungs);
    ladder_release(&ladder);
    return status;
}

const struct chart chart_ladder = {
    .name = "ladder",
    .summary = "what a unit costs to start, in memory, to switch",
    .wants = "two executors with lifecycle_ns, startup_ns, memory_bytes or switch_ns of the same "
             "workload",
    .add = add,
};
