/*
 * A comparison as a page.  At a terminal the rows stand under their verdicts; in a pull request
 * those that somebody has to look at come first and the others are folded away; a job is told row
 * by row, and a program gets all of it.
 */
#include "bench/judge/compare/words.h"
#include "bench/judge/parts/result_line.h"
#include "bench/page/escape.h"
#include "bench/stats/paired.h"

/* Rows of a verdict nobody has to act on that are shown without being asked for. */
enum { QUIET_ROWS = 20, DOCUMENT_ROWS = 200, CELL_COLUMNS = 60, METRIC_COLUMNS = 30 };

static bool is_quiet(enum verdict v)
{
    return v != VERDICT_SLOWER && v != VERDICT_FASTER && v != VERDICT_SHIFTED;
}

static void add_files(struct page *p, const struct comparison *c)
{
    const struct compare_side *sides[] = {c->base, c->head};
    struct buf lines = {0};
    for (size_t i = 0; i < 2; i++)
        for (size_t f = 0; f < sides[i]->count; f++) {
            buf_add(&lines, i ? "head  " : "base  ");
            result_line(&sides[i]->results[f], &lines);
            buf_add(&lines, "\n");
        }
    page_verbatim(p, page_text_of(p, &lines));
    page_settle(p, &lines);
}

/* The same, as sentences that are broken where a terminal is narrow. */
static void say_files(struct page *p, const struct comparison *c)
{
    const struct compare_side *sides[] = {c->base, c->head};
    for (size_t i = 0; i < 2; i++)
        for (size_t f = 0; f < sides[i]->count; f++)
            result_say(p, i ? "head  " : "base  ", &sides[i]->results[f]);
}

/* ---- A terminal ------------------------------------------------------------------------- */

static unsigned widest(const struct comparison *c, bool of_metric, unsigned most)
{
    size_t width = 0;
    for (size_t i = 0; i < c->count; i++) {
        size_t columns = escape_text_columns(of_metric ? c->rows[i].metric : c->rows[i].id);
        width = columns > width ? columns : width;
    }
    return width > most ? most : (unsigned)width;
}

static void add_line(struct page *p, const struct comparison *c, const struct compare_row *row)
{
    struct compare_words w;
    compare_row_words(c, row, &w);
    page_row(p);
    page_texts(p, row->id, row->metric, NULL);
    if (w.has_change) {
        page_text(p, "%s", w.change);
        if (w.interval[0])
            page_text(p, "[%s]", w.interval);
        else
            page_empty(p);
        page_text(p, "%s -> %s", w.base, w.head);
        page_text(p, "n %zu/%zu", row->base_rounds, row->head_rounds);
    } else {
        for (size_t i = 0; i < 4; i++)
            page_empty(p);
    }
    if (w.reason[0])
        page_text(p, "%s", w.reason);
    else
        page_empty(p);
    if (row->is_control)
        page_text(p, "(control)");
}

/* Names that are longer than most do not push all other rows aside. */
static void add_lines(struct page *p, const struct comparison *c, bool with_all)
{
    const struct page_column columns[] = {
        {.key = "cell", .flags = PAGE_RAGGED, .width = widest(c, false, CELL_COLUMNS)},
        {.key = "metric", .flags = PAGE_RAGGED, .width = widest(c, true, METRIC_COLUMNS)},
        {.key = "change", .flags = PAGE_RAGGED, .align = PAGE_RIGHT, .width = 8},
        {.key = "interval", .flags = PAGE_RAGGED},
        {.key = "values", .flags = PAGE_RAGGED},
        {.key = "rounds", .flags = PAGE_RAGGED},
        {.key = "reason", .flags = PAGE_RAGGED},
        {.key = "role", .flags = PAGE_RAGGED},
        {0},
    };
    page_grid(p, &(struct page_grid_form){.columns = columns, .is_headless = true, .margin = 2});
    for (size_t i = 0, shown = 0; i < c->count; i++, shown++) {
        enum verdict v = c->rows[i].verdict;
        if (i == 0 || c->rows[i - 1].verdict != v) {
            shown = 0;
            page_group(p, "%s", verdict_name(v));
        }
        if (with_all || !is_quiet(v) || shown < QUIET_ROWS) {
            add_line(p, c, &c->rows[i]);
        } else if (shown == QUIET_ROWS) {
            page_row(p);
            page_text(p, "and %zu more (--all shows them)", c->counts[v] - QUIET_ROWS);
        }
    }
}

/* ---- Documents and programs -------------------------------------------------------------- */

enum rows { ROWS_TO_ACT_ON, ROWS_QUIET, ROWS_ALL };

static void add_row(struct page *p, const struct comparison *c, const struct compare_row *row)
{
    struct compare_words w;
    compare_row_words(c, row, &w);
    page_row(p);
    page_texts(p, verdict_name(row->verdict), row->id, row->metric, NULL);
    page_shown(p, w.ratio, "%s", w.change);
    page_text(p, "%s", w.interval);
    page_shown(p, page_exactly(row->base), "%s", w.base);
    page_shown(p, page_exactly(row->head), "%s", w.head);
    page_texts(p, row->unit, compare_better(row), row->is_control ? "control" : "", NULL);
    page_count(p, row->base_rounds);
    page_count(p, row->head_rounds);
    page_text(p, "%s", w.reason);
}

static void add_table(struct page *p, const struct comparison *c, enum rows which)
{
    static const struct page_column columns[] = {
        {.key = "verdict"},
        {.key = "cell"},
        {.key = "metric"},
        {.key = "change_ratio",
         .head = COMPARE_CHANGE_IS,
         .align = PAGE_RIGHT,
         .flags = PAGE_INTERVAL},
        {.key = "interval", .align = PAGE_RIGHT, .to = PAGE_DOCUMENT},
        {.key = "base", .align = PAGE_RIGHT},
        {.key = "head", .align = PAGE_RIGHT},
        {.key = "unit", .to = PAGE_DATA},
        {.key = "better", .to = PAGE_DATA},
        {.key = "role", .to = PAGE_DATA},
        {.key = "base_rounds", .to = PAGE_DATA},
        {.key = "head_rounds", .to = PAGE_DATA},
        {.key = "reason", .head = ""},
        {0},
    };
    size_t shown = 0, most = which == ROWS_ALL ? c->count : DOCUMENT_ROWS;
    page_grid(p, &(struct page_grid_form){.key = "rows", .columns = columns});
    for (size_t i = 0; i < c->count; i++)
        if (which == ROWS_ALL || is_quiet(c->rows[i].verdict) == (which == ROWS_QUIET))
            if (++shown <= most)
                add_row(p, c, &c->rows[i]);
    if (shown > most)
        page_say(p, PAGE_SENTENCE, "and %zu more rows.", shown - most);
}

static void add_note(void *page, const char *text)
{
    page_say(page, PAGE_NOTE, "%s", text);
}

/* What a reviewer reads first: is it worse, where, by how much, and what nobody can say. */
static void add_document(struct page *p, const struct comparison *c, const char *counts)
{
    size_t quiet = 0;
    for (enum verdict v = VERDICT_SLOWER; v <= VERDICT_NOT_COMPARABLE; v++)
        quiet += is_quiet(v) ? c->counts[v] : 0;
    page_heading(p, 3, "Performance: %s",
                 c->counts[VERDICT_SLOWER]      ? "slower"
                 : c->counts[VERDICT_UNDECIDED] ? "no regression shown, not everything decided"
                                                : "no regression");
    page_say(p, PAGE_SUMMARY, "%s, with a tolerance of %.3g %%.", counts,
             100 * log_ratio_to_change(c->tolerance));
    compare_chart(p, c);
    if (c->count > quiet)
        add_table(p, c, ROWS_TO_ACT_ON);
    if (c->counts[VERDICT_UNDECIDED] + c->counts[VERDICT_NOT_COMPARABLE] > 0)
        page_say_after(p, "Could not be judged:", PAGE_SENTENCE,
                       "%zu undecided, %zu not comparable.", c->counts[VERDICT_UNDECIDED],
                       c->counts[VERDICT_NOT_COMPARABLE]);
    compare_notes(c, add_note, p);
    if (quiet > 0) {
        page_fold(p, "%zu other rows", quiet);
        add_table(p, c, ROWS_QUIET);
        page_unfold(p);
    }
    page_fold(p, "What was compared");
    add_files(p, c);
    page_say(p, PAGE_SENTENCE,
             "Two stored results were measured at two moments: intervals (%.0f %%) allow for what "
             "moments differ by. contend duel sees smaller effects.",
             100 * COMPARE_LEVEL);
    page_code(p, "contend duel");
    page_unfold(p);
}

/* ---- Jobs -------------------------------------------------------------------------------- */

/* The grounds: "+98 % (+61 % .. +143 %), 10.2 M/s -> 5.1 M/s"; or the reason. */
static void add_verdict(struct page *p, const struct comparison *c, const struct compare_row *row)
{
    struct compare_words w;
    struct buf grounds = {0};
    bool is_open = row->verdict == VERDICT_UNDECIDED || row->verdict == VERDICT_NOT_COMPARABLE;
    compare_row_words(c, row, &w);
    if (w.has_change)
        buf_printf(&grounds, "%s (%s), %s -> %s%s", w.change, w.interval, w.base, w.head,
                   w.reason[0] ? "; " : "");
    buf_add(&grounds, w.reason);
    page_verdict(p, &(struct page_verdict){.id = row->id,
                                           .name = row->metric,
                                           .word = verdict_name(row->verdict),
                                           .severity = row->verdict == VERDICT_SLOWER ? PAGE_FAIL
                                                       : is_open                      ? PAGE_SKIP
                                                                                      : PAGE_PASS,
                                           .text = page_text_of(p, &grounds)});
    page_settle(p, &grounds);
}

/* ---- All of it ---------------------------------------------------------------------------- */

static void add_remark(void *page, const char *text)
{
    page_say(page, PAGE_SENTENCE, "note: %s", text);
}

void compare_page(struct page *p, const struct comparison *c, bool with_all)
{
    struct buf counts = {0}, document = {0};
    compare_counts_text(c, &counts);
    page_to(p, PAGE_TERMINAL);
    say_files(p, c);
    page_say(p, PAGE_SENTENCE,
             "changes are " COMPARE_CHANGE_IS " of the metric; the word says whether that is "
             "worse");
    page_gap(p);
    if (page_is_for(p, PAGE_TERMINAL))
        add_lines(p, c, with_all);
    page_gap(p);
    page_say(p, PAGE_SUMMARY, "%s; tolerance %.3g %%, intervals at %.0f %%",
             page_text_of(p, &counts), 100 * log_ratio_to_change(c->tolerance),
             100 * COMPARE_LEVEL);
    compare_notes(c, add_remark, p);
    page_to(p, PAGE_DOCUMENT);
    if (page_is_for(p, PAGE_DOCUMENT))
        add_document(p, c, buf_text(&counts));
    page_to(p, PAGE_DATA);
    if (page_is_for(p, PAGE_DATA))
        add_table(p, c, ROWS_ALL);
    page_to(p, PAGE_GATE);
    for (size_t i = 0; i < c->count && page_is_for(p, PAGE_GATE); i++)
        add_verdict(p, c, &c->rows[i]);
    page_say(p, PAGE_SUMMARY, "%s", buf_text(&counts));
    if (page_is_for(p, PAGE_OWN_JSON)) {
        compare_document(c, &document);
        page_document_text(p, &document);
    }
    page_settle(p, &counts);
}
