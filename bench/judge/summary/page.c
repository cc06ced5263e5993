/*
 * The first screen, put together so that it fits one.  What a line more or less takes is reckoned
 * for SUMMARY_COLUMNS: rows come first, then what not to trust, then as many sentences as there is
 * room for; what was left out is counted in the last line.
 */
#include "bench/judge/summary/summary.h"

#include "bench/base/utf8.h"
#include "bench/base/words.h"
#include "bench/judge/parts/number.h"
#include "bench/judge/parts/result_line.h"
#include "bench/judge/summary/doubts.h"
#include "bench/judge/summary/fit.h"
#include "bench/judge/summary/meaning.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROWS_MOST = 8,     /* of the table */
    RESULTS_NAMED = 3, /* of several, each with lines of its own */
    DIGITS_MOST = 3,   /* enough for a glance; --tables has them all */
    COLUMN_GAP = 2,
    NAME_MOST = 24,    /* columns of a row's name ... */
    NAME_LEAST = 12,   /* ... where the table has no room for that */
    HEAD_MOST = 14,    /* of a word over a column */
    LABEL_MOST = 16,   /* of a result's label */
    WORD_MOST = 40,    /* of any word of a text, so that no line is broken within one */
    MEANING_LEAST = 3, /* lines that are kept for sentences, where there are many rows */
    LEGEND_MOST = 3,
};

/* What is being put together. */
struct screen {
    struct page *page;
    const struct result *results;
    size_t count;
    const struct summary_request *request;
    struct ladder ladder;
    size_t rows;                               /* shown */
    size_t name_columns;                       /* of their names */
    size_t columns_left_out;                   /* of the table */
    size_t lines_left;                         /* of SUMMARY_LINES */
    bool is_small;                             /* texts are made to fit */
    size_t unspoken;                           /* sentences without room */
    bool has_rough, has_doubtful, has_missing; /* marks in the table */
};

static void use(struct screen *s, size_t lines)
{
    s->lines_left -= lines < s->lines_left ? lines : s->lines_left;
}

/* ---- What was measured, and where ------------------------------------------------------------ */

static double number_of_run(const struct result *r, const char *key)
{
    return json_number_value(json_object_get(json_object_get(r->json, "run"), key));
}

/* "standard: 39 cells in 7 rounds, 74 s; contend 0.1.0 on vm (..), 2026-01-31T12:00:00Z" */
static void add_source(const struct result *r, bool with_label, struct buf *out)
{
    char words[40];
    double seconds = number_of_run(r, "duration_ns") * 1e-9;
    double planned = number_of_run(r, "rounds_planned");
    if (with_label)
        buf_printf(out, "%s: ", r->label);
    if (r->suite[0])
        buf_printf(out, "suite %s, ", r->suite);
    buf_add(out, words_count(words, sizeof words, doubts_cells(r), "cell"));
    if (r->rounds > 0)
        buf_printf(out, " in %s", words_count(words, sizeof words, (size_t)r->rounds, "round"));
    if (seconds > 0)
        buf_printf(out, ", %.*f s", seconds < 10, seconds);
    buf_printf(out, "; %s", r->runtime[0] ? r->runtime : "unknown runtime");
    buf_printf(out, r->hostname[0] ? " on %s" : ", host not stated", r->hostname);
    result_machine(r, out);
    buf_printf(out, ", %s", r->started_at[0] ? r->started_at : "date not stated");
    if (strcmp(r->status, "complete") != 0 && planned > (double)r->rounds)
        buf_printf(out, "; %s: cut short, %.0f rounds were wanted", r->status, planned);
    else if (strcmp(r->status, "complete") != 0)
        buf_printf(out, "; %s: the run was cut short", r->status);
}

static void say_sources(struct screen *s)
{
    struct buf line = {0};
    for (size_t i = 0; i < s->count && i < RESULTS_NAMED; i++) {
        buf_reset(&line);
        add_source(&s->results[i], s->count > 1, &line);
        fit_words(&line, WORD_MOST);
        fit_lines(&line, 0, 2, s->count > 2 ? 1 : s->count > 1 ? 2 : 4);
        page_say(s->page, PAGE_SOURCE, "%s", page_text_of(s->page, &line));
        use(s, fit_lines_of(buf_text(&line), 0, 2));
    }
    if (s->count > RESULTS_NAMED) {
        page_say(s->page, PAGE_SOURCE, "and %zu more", s->count - RESULTS_NAMED);
        use(s, 1);
    }
    buf_release(&line);
}

/* ---- The table ----------------------------------------------------------------------------------
 */

/* The number as it stands in its place, and the marks the legend then explains. */
static void show_number(const struct ladder_slot *slot, char *out, size_t size)
{
    const struct result_metric *m = slot->metric;
    struct page_value v = value_of_summary(&m->summary);
    struct number n;
    char text[48];
    bool is_exact = !strcmp(m->nature, "exact");
    number_of_value(&n, &v, m->unit, is_exact, 0);
    if (!is_exact && strcmp(m->unit, "ratio") != 0 && n.text[0] != '~' &&
        number_digits(v.center, v.lo, v.hi) > DIGITS_MOST)
        number_of_digits(&n, v.center, m->unit, DIGITS_MOST);
    snprintf(out, size, "%s%s", number_text(text, sizeof text, &n), slot->is_doubtful ? "?" : "");
}

static void add_slot(struct screen *s, const struct ladder_slot *slot)
{
    char text[64];
    if (!slot->cell)
        page_empty(s->page);
    else if (slot->cell->status != CELL_OK)
        page_text(s->page, "%s", cell_status_name(slot->cell->status));
    else if (!slot->metric) {
        page_missing(s->page, NULL);
        s->has_missing = true;
    } else {
        show_number(slot, text, sizeof text);
        page_shown(s->page, value_of_summary(&slot->metric->summary), "%s", text);
        s->has_rough |= text[0] == '~';
        s->has_doubtful |= slot->is_doubtful;
    }
}

/* What stands over a column; names that nobody limits are made shorter. */
enum { HEAD_BYTES = 4 * LADDER_HEAD };
static const char *head_of(const struct ladder *l, size_t column, char text[HEAD_BYTES])
{
    char buffer[LADDER_HEAD];
    struct buf head = {0};
    buf_add(&head, ladder_head(l, column, buffer, sizeof buffer));
    fit_words(&head, HEAD_MOST);
    snprintf(text, HEAD_BYTES, "%s", buf_text(&head));
    buf_release(&head);
    return text;
}

/* Columns of text a column of the table takes. */
static size_t width_of(const struct ladder *l, size_t column, size_t rows)
{
    char buffer[HEAD_BYTES];
    const char *head = head_of(l, column, buffer);
    size_t width = 0;
    for (const char *at = head; *at; at += strcspn(at, " "), at += strspn(at, " ")) {
        size_t word = utf8_columns_in(at, strcspn(at, " "));
        width = word > width ? word : width;
    }
    for (size_t i = 0; i < rows; i++) {
        const struct ladder_slot *slot = &l->rows.items[i].slots[column];
        char text[64] = "-";
        if (slot->metric)
            show_number(slot, text, sizeof text);
        else if (slot->cell && slot->cell->status != CELL_OK)
            snprintf(text, sizeof text, "%s", cell_status_name(slot->cell->status));
        width = strlen(text) > width ? strlen(text) : width;
    }
    return width + COLUMN_GAP;
}

static size_t longest_of(const struct screen *s, bool is_label)
{
    size_t longest = 0, most = is_label ? LABEL_MOST : s->name_columns;
    for (size_t i = 0; i < s->rows; i++) {
        const struct ladder_row *row = &s->ladder.rows.items[i];
        size_t columns = utf8_columns(is_label ? row->result->label : row->name);
        longest = columns > longest ? columns : longest;
    }
    return longest < most ? longest : most;
}

static void add_fitted(struct page *p, const char *name, size_t columns)
{
    struct buf text = {0};
    fit_name(&text, name, columns);
    page_text(p, "%s", page_text_of(p, &text));
    buf_release(&text);
}

/* Metrics of works say themselves what they are. */
static const char *group_of(const struct ladder *l, size_t column)
{
    return l->of == LADDER_OF_WORKS ? "" : ladder_group(l->columns.items[column].kind);
}

/* Columns that labels and shown columns take; a group is as wide as its name at least. */
static size_t table_width(const struct screen *s, const bool *shown)
{
    const struct ladder *l = &s->ladder;
    size_t total = longest_of(s, false) + (s->count > 1 ? longest_of(s, true) + COLUMN_GAP : 0);
    for (size_t c = 0; c < l->columns.count;) {
        const char *group = group_of(l, c);
        size_t width = 0, least = group[0] ? utf8_columns(group) + COLUMN_GAP : 0;
        for (; c < l->columns.count && !strcmp(group, group_of(l, c)); c++)
            width += shown[c] ? width_of(l, c, s->rows) : 0;
        total += width && width < least ? least : width;
    }
    return total;
}

/*
 * Where all columns take more than a screen has, first what a switch costs goes, then the start of
 * which there is another like it; then names become shorter, and what is still too much goes from
 * the right.
 */
static void choose_shown(struct screen *s, bool *shown)
{
    static const enum ladder_kind goes[] = {LADDER_SWITCH, LADDER_LIFECYCLE};
    const struct ladder *l = &s->ladder;
    s->name_columns = NAME_MOST;
    for (size_t c = 0; c < l->columns.count; c++)
        shown[c] = true;
    for (size_t i = 0; i < sizeof goes / sizeof *goes; i++) {
        size_t c = ladder_find(l, goes[i]);
        if (c < l->columns.count && c > 0 && table_width(s, shown) > SUMMARY_COLUMNS)
            shown[c] = false;
    }
    while (s->name_columns > NAME_LEAST && table_width(s, shown) > SUMMARY_COLUMNS)
        s->name_columns--;
    for (size_t c = l->columns.count; c-- > 1 && table_width(s, shown) > SUMMARY_COLUMNS;)
        if (shown[c]) {
            shown[c] = false;
            s->columns_left_out++;
        }
}

static void begin_table(struct screen *s, const bool *shown)
{
    const struct ladder *l = &s->ladder;
    static const char *const keys[] = {"executor", "lock", "work"};
    struct page_column *columns = calloc(l->columns.count + 3, sizeof *columns);
    char(*heads)[HEAD_BYTES] = calloc(l->columns.count + 1, sizeof *heads);
    size_t n = 0;
    if (!columns || !heads) {
        s->page->failed = true;
        free(columns);
        free(heads);
        return;
    }
    columns[n++] =
        (struct page_column){.key = keys[l->of],
                             .head = "",
                             .flags = s->count > 1 ? PAGE_LABEL | PAGE_ONCE : PAGE_LABEL};
    if (s->count > 1)
        columns[n++] = (struct page_column){.key = "result", .head = "", .flags = PAGE_LABEL};
    for (size_t c = 0; c < l->columns.count; c++)
        if (shown[c])
            columns[n++] = (struct page_column){.key = l->columns.items[c].metric,
                                                .head = head_of(l, c, heads[c]),
                                                .group = group_of(l, c),
                                                .align = PAGE_RIGHT,
                                                .gap = COLUMN_GAP};
    page_grid(s->page, &(struct page_grid_form){.key = "ladder", .columns = columns});
    free(columns);
    free(heads);
}

/* Lines of the heads: groups over names, which are broken at blanks. */
static size_t head_lines(const struct screen *s, const bool *shown)
{
    size_t lines = 1, groups = 0;
    char text[LADDER_HEAD];
    for (size_t c = 0; c < s->ladder.columns.count; c++) {
        if (!shown[c])
            continue;
        groups |= group_of(&s->ladder, c)[0] != '\0';
        if (strchr(ladder_head(&s->ladder, c, text, sizeof text), ' '))
            lines = 2;
    }
    return lines + groups;
}

static void add_table(struct screen *s, bool *shown)
{
    const struct ladder *l = &s->ladder;
    begin_table(s, shown);
    for (size_t i = 0; i < s->rows && !s->page->failed; i++) {
        const struct ladder_row *row = &l->rows.items[i];
        page_row(s->page);
        add_fitted(s->page, row->name, s->name_columns);
        if (s->count > 1)
            add_fitted(s->page, row->result->label, LABEL_MOST);
        for (size_t c = 0; c < l->columns.count; c++)
            if (shown[c])
                add_slot(s, &row->slots[c]);
    }
    use(s, s->rows + head_lines(s, shown));
}

/* ---- What its columns are of, and its marks
 * ------------------------------------------------------- */

static bool is_same_work(const struct result_cell *a, const struct result_cell *b)
{
    return !strcmp(a->workload, b->workload) && a->tasks == b->tasks;
}

/* What names the work of a column: of a unit's cost the metric, of what computes its group. */
static const char *subject_of(const struct ladder *l, size_t column, char *text)
{
    const char *head = ladder_head(l, column, text, LADDER_HEAD);
    switch (l->columns.items[column].kind) {
    case LADDER_COMPUTING:
    case LADDER_LOCKED:
    case LADDER_LOCK_WAIT:
        return l->of == LADDER_OF_LOCKS ? head : "CPU-bound";
    case LADDER_STARTUP:
    case LADDER_LIFECYCLE:
    case LADDER_MEMORY:
    case LADDER_SWITCH:
    case LADDER_WAITING:
    case LADDER_OTHER:
        break;
    }
    return head;
}

/* ": noop, 200 tasks"; the name is left out where it stands before it. */
static void end_work(struct buf *out, const struct result_cell *like, const char *subject)
{
    char tasks[40];
    bool is_named = !strcmp(like->workload, subject);
    buf_printf(out, "%s%s: %s", is_named ? "" : " of ", is_named ? "" : like->workload,
               words_count(tasks, sizeof tasks, (size_t)like->tasks, "task"));
}

/* "startup of noop: 1 task; lifecycle, memory of noop: 200 tasks; CPU-bound of prime: 2 tasks" */
static void add_works(const struct screen *s, const bool *shown, struct buf *out)
{
    const struct ladder *l = &s->ladder;
    const struct result_cell *before = NULL;
    char subject[LADDER_HEAD] = "", text[LADDER_HEAD];
    for (size_t c = 0; c < l->columns.count && l->of != LADDER_OF_WORKS; c++) {
        const struct result_cell *like = l->columns.items[c].like;
        const char *name = subject_of(l, c, text);
        bool goes_on = before && is_same_work(before, like);
        if (!shown[c] || (goes_on && !strcmp(subject, name)))
            continue;
        if (before && !goes_on) {
            end_work(out, before, subject);
            buf_add(out, "; ");
        }
        buf_printf(out, "%s%s", goes_on ? ", " : "", name);
        snprintf(subject, sizeof subject, "%s", name);
        before = like;
    }
    if (before)
        end_work(out, before, subject);
}

static void add_mark(struct buf *out, bool is_there, const char *words)
{
    if (is_there)
        buf_printf(out, "%s%s", out->len ? "; " : "", words);
}

static size_t legend_lines(const struct screen *s)
{
    return s->count > 1 ? LEGEND_MOST - 1 : LEGEND_MOST;
}

static void say_legend(struct screen *s, const bool *shown)
{
    struct buf text = {0};
    add_works(s, shown, &text);
    add_mark(&text, s->has_rough, "~ rough");
    add_mark(&text, s->has_missing, "- not to be had");
    add_mark(&text, s->has_doubtful, "? others had the CPUs: not to be relied on");
    if (text.len || text.failed) {
        fit_words(&text, WORD_MOST);
        fit_lines(&text, 0, 0, legend_lines(s));
        page_say(s->page, PAGE_LEGEND, "%s", page_text_of(s->page, &text));
        use(s, fit_lines_of(buf_text(&text), 0, 0));
    }
    buf_release(&text);
}

/* ---- What it means, what not to trust, where the rest lies
 * ---------------------------------------- */

/* Of one result. */
struct words {
    struct meaning meaning;
    struct buf doubts;
};

static const char lead[] = "What not to trust:";

static int find_words(struct words *out, const struct screen *s, const struct result *r,
                      struct err *err)
{
    *out = (struct words){0};
    if (meaning_of(&out->meaning, &s->ladder, r, err))
        return -1;
    doubts_of(r, s->count == 1, &out->doubts);
    if (out->meaning.unsaid.len)
        buf_printf(&out->doubts, "; so it is not said %s", buf_text(&out->meaning.unsaid));
    return out->doubts.failed ? err_set(err, ERR_SYSTEM, "summary: out of memory") : 0;
}

static void release_words(struct words *w)
{
    meaning_release(&w->meaning);
    buf_release(&w->doubts);
}

/* The label in front where there are several results. */
static void say_of(const struct screen *s, const struct result *r, struct buf *out)
{
    if (s->count > 1)
        buf_printf(out, "%s: ", r->label);
}

/* As many sentences as there is room for beside what has to be said after them. */
static void say_meaning(struct screen *s, const struct result *r, const struct meaning *m)
{
    struct buf text = {0};
    for (size_t i = 0; i < m->count; i++) {
        buf_reset(&text);
        say_of(s, r, &text);
        buf_add(&text, m->items[i]);
        if (s->is_small)
            fit_words(&text, WORD_MOST);
        size_t lines = fit_lines_of(buf_text(&text), 4, 4);
        if (lines > s->lines_left) {
            s->unspoken++;
            continue;
        }
        page_say(s->page, PAGE_MEANING, "%s", page_text_of(s->page, &text));
        use(s, lines);
    }
    buf_release(&text);
}

static void make_doubts(const struct screen *s, const struct result *r, const struct words *w,
                        struct buf *out)
{
    char cells[40];
    say_of(s, r, out);
    if (w->doubts.len)
        buf_printf(out, "%s.", buf_text(&w->doubts));
    else
        buf_printf(out,
                   "nothing speaks against these numbers: none of %s was disturbed, skipped or "
                   "failed.",
                   words_count(cells, sizeof cells, doubts_cells(r), "cell"));
    if (s->is_small) {
        fit_words(out, WORD_MOST);
        fit_lines(out, w->doubts.len ? sizeof lead : 0, 0, s->count > 1 ? 1 : 5);
    }
}

static void say_doubts(const struct screen *s, const struct result *r, const struct words *w)
{
    struct buf text = {0};
    make_doubts(s, r, w, &text);
    if (w->doubts.len)
        page_say_after(s->page, lead, PAGE_SENTENCE, "%s", page_text_of(s->page, &text));
    else
        page_say(s->page, PAGE_SENTENCE, "%c%s", s->count > 1 ? buf_text(&text)[0] : 'N',
                 page_text_of(s->page, &text) + 1);
    buf_release(&text);
}

static void make_places(const struct screen *s, struct buf *out)
{
    buf_add(out, "JSON: ");
    for (size_t i = 0; i < s->count && i < RESULTS_NAMED; i++)
        if (!i || strcmp(s->results[i].path, s->results[i - 1].path) != 0) /* of several hosts */
            buf_printf(out, "%s%s", i ? ", " : "", s->results[i].path);
    if (s->request->page_path)
        buf_printf(out, "; page: %s", s->request->page_path);
}

/* "All tables: contend report FILE --tables (2 more rows, 1 more sentence)" */
static void make_rest(const struct screen *s, struct buf *out)
{
    const struct {
        size_t count;
        const char *one;
    } more[] = {{s->ladder.rows.count - s->rows, "more row"},
                {s->columns_left_out, "more column"},
                {s->unspoken, "more sentence"}};
    char words[40];
    const char *before = " (";
    buf_printf(out, "All tables: %s", s->request->command);
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        if (more[i].count) {
            buf_printf(out, "%s%s", before,
                       words_count(words, sizeof words, more[i].count, more[i].one));
            before = ", ";
        }
    buf_add(out, before[0] == ',' ? ")" : "");
}

static void say_places(struct screen *s)
{
    struct buf text = {0};
    make_places(s, &text);
    page_say(s->page, PAGE_SENTENCE, "%s", page_text_of(s->page, &text));
    buf_reset(&text);
    make_rest(s, &text);
    page_say(s->page, PAGE_SENTENCE, "%s", page_text_of(s->page, &text));
    page_code(s->page, s->request->command);
    buf_release(&text);
}

/* Lines of what follows the sentences: they are taken before those. */
static void keep_doubts(struct screen *s, const struct result *r, const struct words *w)
{
    struct buf text = {0};
    make_doubts(s, r, w, &text);
    use(s, fit_lines_of(buf_text(&text), w->doubts.len ? sizeof lead : 0, 0));
    s->page->failed |= text.failed;
    buf_release(&text);
}

static void keep_places(struct screen *s)
{
    enum { COUNTED = 20 }; /* " (2 more sentences)" */
    struct buf text = {0};
    make_places(s, &text);
    use(s, fit_lines_of(buf_text(&text), 0, 0));
    buf_reset(&text);
    make_rest(s, &text);
    use(s, fit_lines_of(buf_text(&text), COUNTED, 0));
    s->page->failed |= text.failed;
    buf_release(&text);
}

static int find_all(struct words *words, const struct screen *s, size_t count, struct err *err)
{
    int status = 0;
    for (size_t i = 0; i < count && !status; i++)
        status = find_words(&words[i], s, &s->results[i], err);
    return status;
}

static void say_words(struct screen *s, const struct words *words, size_t spoken)
{
    for (size_t i = 0; i < spoken; i++)
        say_meaning(s, &s->results[i], &words[i].meaning);
    for (size_t i = 0; i < spoken; i++)
        if (doubts_cells(&s->results[i]))
            say_doubts(s, &s->results[i], &words[i]);
    say_places(s);
}

/* ---- All of it
 * -------------------------------------------------------------------------------------- */

/*
 * As many rows as there is room for beside what has to be said and some sentences; of several
 * results each name with all of them.
 */
static size_t rows_that_fit(const struct screen *s)
{
    enum { HEADS = 3 };
    /* Of several their numbers beside each other say most. */
    size_t kept = HEADS + legend_lines(s) + (s->count > 1 ? 0 : MEANING_LEAST);
    size_t most = s->lines_left > kept ? s->lines_left - kept : 0;
    most = most > ROWS_MOST * s->count ? ROWS_MOST * s->count : most;
    most -= most % s->count;
    most = most < s->count ? s->count : most;
    return s->ladder.rows.count < most ? s->ladder.rows.count : most;
}

static void put_together(struct screen *s, const struct words *words, size_t spoken, bool *shown)
{
    page_to(s->page, PAGE_READERS);
    say_sources(s);
    use(s, 1); /* the gap */
    keep_places(s);
    for (size_t i = 0; i < spoken; i++)
        keep_doubts(s, &s->results[i], &words[i]);
    s->rows = rows_that_fit(s);
    choose_shown(s, shown);
    if (s->rows) {
        add_table(s, shown);
        say_legend(s, shown);
    } else {
        page_say(s->page, PAGE_SENTENCE, "Nothing was measured.");
        use(s, 1);
    }
    page_gap(s->page);
    say_words(s, words, spoken);
}

static int make_screen(struct screen *s, struct err *err)
{
    struct words words[RESULTS_NAMED] = {0};
    size_t spoken = s->count < RESULTS_NAMED ? s->count : RESULTS_NAMED;
    bool *shown = calloc(s->ladder.columns.count + 1, sizeof *shown);
    int status = shown ? find_all(words, s, spoken, err)
                       : err_set(err, ERR_SYSTEM, "summary: out of memory");
    if (!status)
        put_together(s, words, spoken, shown);
    for (size_t i = 0; i < spoken; i++)
        release_words(&words[i]);
    free(shown);
    return status;
}

int summary_page(struct page *p, const struct result *results, size_t count,
                 const struct summary_request *request, struct err *err)
{
    struct screen s = {.page = p,
                       .results = results,
                       .count = count,
                       .request = request,
                       .lines_left = SUMMARY_LINES,
                       .is_small = true};
    int status =
        ladder_of(&s.ladder, &(struct ladder_source){.results = results, .count = count}, err);
    status = status ? status : make_screen(&s, err);
    ladder_release(&s.ladder);
    return status;
}

int summary_words(struct page *p, const struct result *results, size_t count, struct err *err)
{
    struct screen s = {.page = p, .results = results, .count = count, .lines_left = SIZE_MAX};
    int status =
        ladder_of(&s.ladder, &(struct ladder_source){.results = results, .count = count}, err);
    for (size_t i = 0; i < count && !status; i++) {
        struct words words = {0};
        status = find_words(&words, &s, &results[i], err);
        if (!status)
            say_meaning(&s, &results[i], &words.meaning);
        if (!status && doubts_cells(&results[i]))
            say_doubts(&s, &results[i], &words);
        release_words(&words);
    }
    ladder_release(&s.ladder);
    return status;
}
