#include "bench/judge/rerun/rerun.h"

#include "bench/judge/compare/words.h"
#include "bench/judge/parts/result_line.h"
#include "bench/stats/summary.h"

#include <math.h>
#include <stdlib.h>

const char *rerun_verdict_name(enum rerun_verdict v)
{
    static const char *const names[] = {"reproduced", "not reproduced", "not shown",
                                        "not comparable"};
    return names[v];
}

/* ---- What both stand on --------------------------------------------------------------- */

struct differences {
    struct page *page;
    size_t count;
};

static void count_one(void *context, const struct difference *d)
{
    (void)d;
    ((struct differences *)context)->count++;
}

static void show_one(void *context, const struct difference *d)
{
    struct differences *all = context;
    page_row(all->page);
    page_text(all->page, "%s", d->dimension ? d->dimension : "");
    page_text(all->page, "%s", d->text);
}

static void show_differences(struct page *p, const struct result *before, const struct result *now)
{
    static const struct page_column columns[] = {
        {.key = "dimension", .head = "keeps apart"},
        {.key = "difference", .head = "then against now"},
        {0},
    };
    struct differences all = {.page = p};
    results_differences(before, now, count_one, &all);
    if (!all.count) {
        page_say(p, PAGE_SENTENCE, "Machine, kernel, build and limits are what they were.");
        return;
    }
    page_grid(p, &(struct page_grid_form){.key = "differences", .columns = columns});
    results_differences(before, now, show_one, &all);
}

/* ---- Rows ----------------------------------------------------------------------------- */

static bool has_moved(const struct compare_row *row)
{
    return row->verdict == VERDICT_SLOWER || row->verdict == VERDICT_FASTER;
}

static void show_moved(struct page *p, const struct comparison *c)
{
    static const struct page_column columns[] = {
        {.key = "verdict"},
        {.key = "cell"},
        {.key = "metric"},
        {.key = "change_ratio", .head = "change", .align = PAGE_RIGHT, .flags = PAGE_INTERVAL},
        {.key = "before", .head = "then", .align = PAGE_RIGHT},
        {.key = "now", .align = PAGE_RIGHT},
        {0},
    };
    page_grid(p, &(struct page_grid_form){.key = "moved", .columns = columns});
    for (size_t i = 0; i < c->count; i++) {
        const struct compare_row *row = &c->rows[i];
        struct compare_words w;
        if (!has_moved(row))
            continue;
        compare_row_words(c, row, &w);
        page_row(p);
        page_texts(p, verdict_name(row->verdict), row->id, row->metric, NULL);
        page_shown(p, w.ratio, "%s", w.change);
        page_shown(p, page_exactly(row->base), "%s", w.base);
        page_shown(p, page_exactly(row->head), "%s", w.head);
    }
}

static void show_verdicts(struct page *p, const struct comparison *c)
{
    for (size_t i = 0; i < c->count; i++)
        if (has_moved(&c->rows[i]))
            page_verdict(p, &(struct page_verdict){.severity = PAGE_FAIL,
                                                   .id = c->rows[i].id,
                                                   .name = c->rows[i].metric,
                                                   .word = verdict_name(c->rows[i].verdict)});
}

/*
 * The smallest change that half of the rows would have shown, as a log ratio; INFINITY when none
 * would.
 */
static double usual_sight(const struct comparison *c, struct err *err)
{
    double *each = calloc(c->count + 1, sizeof *each), middle = INFINITY;
    size_t count = 0;
    struct summary sum;
    for (size_t i = 0; each && i < c->count; i++)
        if (!c->rows[i].is_control && isfinite(c->rows[i].detectable) && !c->rows[i].is_exact &&
            c->rows[i].verdict != VERDICT_NOT_COMPARABLE)
            each[count++] = c->rows[i].detectable;
    if (count && !summary_of(each, count, SUMMARY_LEVEL, &sum, err))
        middle = sum.center;
    free(each);
    return middle;
}

static enum rerun_verdict of_counts(const struct comparison *c, double sight)
{
    if (c->counts[VERDICT_SLOWER] + c->counts[VERDICT_FASTER])
        return RERUN_NOT_REPRODUCED;
    if (c->counts[VERDICT_NOT_COMPARABLE] == c->count)
        return RERUN_NOT_COMPARABLE;
    bool has_agreeing = c->counts[VERDICT_SAME] + c->counts[VERDICT_SHIFTED] > 0;
    return isfinite(sight) || has_agreeing ? RERUN_REPRODUCED : RERUN_NOT_SHOWN;
}

static void say_verdict(struct page *p, const struct comparison *c, enum rerun_verdict v,
                        double sight)
{
    struct buf counts = {0};
    char change[CHANGE_TEXT_MAX];
    static const char *const means[] = {
        "No row moved by more than two moments of a machine differ by.",
        "The rows below moved by more than two moments of a machine differ by.",
        "No row is shown to have moved, but there are too few rounds to show anything.",
        "No row of both can be held against the other.",
    };
    compare_counts_text(c, &counts);
    page_say(p, PAGE_SUMMARY, "%s: %s", rerun_verdict_name(v), page_text_of(p, &counts));
    page_say(p, PAGE_MEANING, "%s", means[v]);
    if (isfinite(sight))
        page_say(p, PAGE_MEANING, "Half of the rows would have shown a change of %s.",
                 compare_size_text(sight, change));
    page_settle(p, &counts);
}

/* ---- The page ------------------------------------------------------------------------- */

static void begin_page(struct page *p, const struct result *before, const struct result *now)
{
    page_init(p, "contend run --like");
    result_say(p, "then  ", before);
    result_say(p, "now   ", now);
}

static void say_apart(struct page *p, const struct result *before, const struct result *now,
                      const char *why)
{
    page_say(p, PAGE_SUMMARY, "%s: %s", rerun_verdict_name(RERUN_NOT_COMPARABLE), why);
    show_differences(p, before, now);
}

int rerun_page(struct page *p, const struct result *before, const struct result *now,
               enum rerun_verdict *verdict, struct err *err)
{
    const struct compare_side base = {before, 1}, head = {now, 1};
    struct comparison c;
    struct difference first;
    struct err why = {0};
    begin_page(p, before, now);
    *verdict = RERUN_NOT_COMPARABLE;
    if (!results_comparable(before, now, 0, &first)) {
        say_apart(p, before, now, first.text);
        return 0;
    }
    if (compare_results(&c, &base, &head, &(struct compare_request){.tolerance = COMPARE_TOLERANCE},
                        &why)) {
        say_apart(p, before, now, why.text);
        if (why.code != ERR_SYSTEM)
            return 0;
        page_release(p);
        return err_set(err, ERR_SYSTEM, "%s", why.text);
    }
    double sight = usual_sight(&c, NULL);
    *verdict = of_counts(&c, sight);
    say_verdict(p, &c, *verdict, sight);
    if (*verdict == RERUN_NOT_REPRODUCED)
        show_moved(p, &c);
    show_differences(p, before, now);
    show_verdicts(p, &c);
    comparison_release(&c);
    return 0;
}
