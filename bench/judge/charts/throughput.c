/* What work is done in a second, with and without a lock. */
#include "bench/judge/charts/pick.h"

#include "bench/base/words.h"
#include "bench/judge/parts/cell.h"

#include "bench/judge/parts/number.h"

#include <string.h>

enum { PANELS = 4, ROWS = 12 };

static const char metric[] = "throughput_per_s";

/* More locks than there are colours have a row each. */
static bool has_rows_of_locks(const struct family *f)
{
    return family_locks(f) > PAGE_TINTS;
}

/* Rows of one lock that have no room. */
static size_t rows_left_out(const struct family *f)
{
    size_t left = 0;
    if (has_rows_of_locks(f))
        return f->cells.count > ROWS ? f->cells.count - ROWS : 0;
    for (size_t i = 0; i < f->cells.count; i++) {
        size_t before = 0;
        for (size_t k = 0; k < i && before < ROWS; k++)
            before += !strcmp(f->cells.items[k]->lock, f->cells.items[i]->lock);
        left += before == ROWS;
    }
    return left;
}

static void add_lock_series(struct page *p, const struct result *r, const struct family *f,
                            const struct result_cell *first)
{
    struct buf name = {0};
    const char *lock = first->lock;
    size_t rows = 0;
    buf_printf(&name, "%s%s", cell_is_locked(first) ? "lock " : "", cell_lock_words(first));
    page_series(
        p, &(struct page_series_form){.name = page_text_of(p, &name), .tint = lock_tint(r, lock)});
    for (size_t i = 0; i < f->cells.count && rows < ROWS; i++) {
        const struct result_cell *c = f->cells.items[i];
        if (strcmp(c->lock, lock))
            continue;
        buf_reset(&name);
        add_executor(&name, c);
        page_row_point(p, page_text_of(p, &name),
                       value_of_summary(&result_value_find(c, metric)->summary), cell_flags(c));
        rows++;
    }
    page_settle(p, &name);
}

static void add_rows_of_locks(struct page *p, const struct family *f)
{
    struct buf name = {0};
    page_series(p, &(struct page_series_form){.name = "throughput", .tint = 1});
    for (size_t i = 0; i < f->cells.count && i < ROWS; i++) {
        const struct result_cell *c = f->cells.items[i];
        buf_reset(&name);
        add_executor(&name, c);
        buf_printf(&name, ", %s", cell_lock_words(c));
        page_row_point(p, page_text_of(p, &name),
                       value_of_summary(&result_value_find(c, metric)->summary), cell_flags(c));
    }
    page_settle(p, &name);
}

static void add_panel(struct page *p, const struct result *r, const struct family *f)
{
    struct buf title = {0};
    const char *kind = f->cells.items[0]->workload_kind;
    const struct page_axis y = {.name = "operations a second", .unit = "per_s"};
    buf_add(&title, f->workload);
    if (!strcmp(kind, "io") || !strcmp(kind, "cpu"))
        buf_printf(&title, ", %s-bound", !strcmp(kind, "io") ? "I/O" : "CPU");
    buf_add(&title, ", ");
    add_rest(&title, f->rest);
    page_panel(p, page_text_of(p, &title), NULL, &y);
    if (has_rows_of_locks(f))
        add_rows_of_locks(p, f);
    for (size_t i = 0; i < f->cells.count && !has_rows_of_locks(f); i++) {
        size_t k = 0;
        while (strcmp(f->cells.items[k]->lock, f->cells.items[i]->lock))
            k++;
        if (k == i)
            add_lock_series(p, r, f, f->cells.items[i]);
    }
    page_settle(p, &title);
}

/* The same without a lock, done by the same; usable, as titles rest on it. */
static const struct result_metric *find_free(const struct family *f, const struct result_cell *like)
{
    for (size_t i = 0; i < f->cells.count; i++) {
        const struct result_cell *c = f->cells.items[i];
        if (!cell_is_locked(c) && !cell_flags(c) && !strcmp(c->executor, like->executor) &&
            c->workers == like->workers)
            return result_value_find(c, metric);
    }
    return NULL;
}

/* Told differences first, then of whom none can be told. */
static void add_yields(struct buf *out, const struct family *f, const char *lock, bool are_told)
{
    size_t count = 0;
    for (size_t i = 0; i < f->cells.count; i++) {
        const struct result_cell *c = f->cells.items[i];
        const struct result_metric *plain = find_free(f, c);
        if (strcmp(c->lock, lock) != 0 || !plain || cell_flags(c))
            continue;
        struct ratio r = ratio_of_metrics(result_value_find(c, metric), plain, &out->failed);
        if ((number_ratio_standing(&r) != RATIO_UNTOLD) != are_told)
            continue;
        buf_add(out, count                                         ? ", "
                     : are_told                                    ? ""
                     : out->data && out->data[out->len - 1] == ' ' ? "no difference told for "
                                                                   : "; no difference told for ");
        add_executor(out, c);
        if (are_told) {
            buf_add(out, " ");
            add_times(out, &r);
        }
        count++;
    }
}

/* "Under gil, against no lock, 2 tasks of prime yield: thread 0.51x; no difference told for .." */
static void add_finding(struct buf *out, const struct family *f)
{
    const char *lock = NULL;
    for (size_t i = 0; i < f->cells.count; i++) {
        const struct result_cell *c = f->cells.items[i];
        if (cell_is_locked(c) && !cell_flags(c) && find_free(f, c))
            lock = c->lock;
    }
    if (!lock)
        return;
    size_t tasks = (size_t)f->cells.items[0]->tasks;
    char words[40];
    buf_printf(out, "Under %s, against no lock, %s of %s yield%s: ", lock,
               words_count(words, sizeof words, tasks, "task"), f->workload, tasks == 1 ? "s" : "");
    add_yields(out, f, lock, true);
    add_yields(out, f, lock, false);
}

/* Waiting first, then computing, then what is neither; starting has a chart of its own. */
static int rank(const struct family *f)
{
    const char *kind = f->cells.items[0]->workload_kind;
    return !strcmp(kind, "io") ? 0 : !strcmp(kind, "cpu") ? 1 : !strcmp(kind, "startup") ? -1 : 2;
}

/* Of each workload the family that tells most. */
struct bests {
    VEC(const struct family *);
};

/* Several locks first, then several tasks, as there is nothing to share for one alone. */
static bool tells_more(const struct family *a, const struct family *b)
{
    size_t locks = family_locks(a), others = family_locks(b);
    bool is_shared = a->cells.items[0]->tasks > 1, was_shared = b->cells.items[0]->tasks > 1;
    if (locks != others)
        return locks > others;
    return is_shared != was_shared ? is_shared : family_is_better(a, b);
}

static void choose(struct bests *out, const struct families *all)
{
    for (size_t i = 0; i < all->count; i++) {
        const struct family *f = &all->items[i];
        size_t k = 0;
        if (f->cells.count < 2 || rank(f) < 0)
            continue;
        while (k < out->count && strcmp(out->items[k]->workload, f->workload))
            k++;
        if (k == out->count)
            vec_add(out, f);
        else if (tells_more(f, out->items[k]))
            out->items[k] = f;
    }
}

static void begin(struct page *p, const struct bests *best)
{
    struct buf title = {0}, note = {0};
    size_t left_out = 0;
    for (size_t i = 0; i < best->count; i++)
        left_out += rows_left_out(best->items[i]);
    add_left_out(&note, left_out);
    /* Locks tell most where there is computing. */
    for (int least = 1; least >= 0 && !title.len; least--)
        for (size_t i = 0; i < best->count && !title.len; i++)
            if (rank(best->items[i]) >= least)
                add_finding(&title, best->items[i]);
    page_chart(
        p, &(struct page_chart_form){
               .key = "throughput",
               .title = title.len ? page_text_of(p, &title) : "What work is done in a second",
               .subtitle =
                   "Throughput of all units together: the median of rounds with its 95 % interval. "
                   "Longer is better.",
               .note = page_text_of(p, &note),
               .kind = PAGE_BARS,
               .y = {.name = "operations a second", .unit = "per_s"}});
    page_settle(p, &title);
    page_settle(p, &note);
}

static int add(struct page *p, const struct chart_subject *s, struct err *err)
{
    struct families all;
    struct bests best = {0};
    size_t panels = 0;
    int failed = families_of(&all, s, metric, false, err);
    if (!failed)
        choose(&best, &all);
    if (best.failed)
        failed = err_set(err, ERR_SYSTEM, "charts: out of memory");
    if (!failed && best.count)
        begin(p, &best);
    for (int r = 0; r <= 2 && !failed; r++)
        for (size_t i = 0; i < best.count; i++)
            if (rank(best.items[i]) == r && panels++ < PANELS)
                add_panel(p, s->result, best.items[i]);
    if (panels > PANELS)
        page_say(p, PAGE_LEGEND,
                 "%zu more workloads stand in the tables; --filter workload=NAME draws them.",
                 panels - PANELS);
    vec_release(&best);
    families_release(&all);
    return failed;
}

const struct chart chart_throughput = {
    .name = "throughput",
    .summary = "what work is done in a second, with and without a lock",
    .wants = "two cells with throughput_per_s that differ in executor or lock alone",
    .add = add,
};
