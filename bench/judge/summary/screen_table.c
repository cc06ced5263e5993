/* The table of the first screen: which of its columns a line has room for, and what they are of. */
#include "bench/judge/summary/screen.h"

#include "bench/base/utf8.h"
#include "bench/base/words.h"
#include "bench/judge/parts/number.h"
#include "bench/judge/summary/fit.h"
#include "bench/page/escape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DIGITS_MOST = 3, /* enough for a glance; --tables has them all */
    COLUMN_GAP = 2,
    NAME_MOST = 48,  /* columns of a row's name ... */
    NAME_FAIR = 24,  /* ... before columns go ... */
    NAME_LEAST = 12, /* ... and where the table has no room for that either */
    NARROW = 60,     /* the least that a screen may be wide */
    HEAD_MOST = 14,  /* of a word over a column */
    LABEL_MOST = 16, /* of a result's label */
    LEGEND_MOST = 3,
};

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
    if (!is_exact && !number_is_rough(&v) && strchr(n.text, '.') &&
        number_digits(v.center, v.lo, v.hi) > DIGITS_MOST)
        number_of_value(&n, &v, m->unit, true, DIGITS_MOST);
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
        size_t columns = escape_text_columns(is_label ? row->result->label : row->name);
        longest = columns > longest ? columns : longest;
    }
    return longest < most ? longest : most;
}

static void add_fitted(struct page *p, const char *name, size_t columns)
{
    struct buf text = {0};
    fit_name(&text, name, columns);
    page_text(p, "%s", page_text_of(p, &text));
    page_settle(p, &text);
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

static void shorten_names(struct screen *s, const bool *shown, size_t least)
{
    while (s->name_columns > least && table_width(s, shown) > SUMMARY_COLUMNS)
        s->name_columns--;
}

/*
 * Where all columns take more than a screen has, long names become shorter; then what a switch
 * costs goes, then the start of which there is another like it; then names become shorter still,
 * and what is too much even so goes from the right.  Room that even a narrow terminal has left is
 * the names'.
 */
static void choose_shown(struct screen *s, bool *shown)
{
    static const enum ladder_kind goes[] = {LADDER_SWITCH, LADDER_LIFECYCLE};
    const struct ladder *l = &s->ladder;
    s->name_columns = NAME_MOST;
    for (size_t c = 0; c < l->columns.count; c++)
        shown[c] = true;
    shorten_names(s, shown, NAME_FAIR);
    for (size_t i = 0; i < sizeof goes / sizeof *goes; i++) {
        size_t c = ladder_find(l, goes[i]);
        if (c < l->columns.count && c > 0 && table_width(s, shown) > SUMMARY_COLUMNS)
            shown[c] = false;
    }
    shorten_names(s, shown, NAME_LEAST);
    for (size_t c = l->columns.count; c-- > 1 && table_width(s, shown) > SUMMARY_COLUMNS;)
        if (shown[c]) {
            shown[c] = false;
            s->columns_left_out++;
        }
    while (s->name_columns < NARROW && table_width(s, shown) < NARROW)
        s->name_columns++;
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
    screen_use(s, s->rows + head_lines(s, shown));
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
    case LADDER_OWN:
        break;
    }
    return head;
}

/* " of noop: 200 tasks"; the name is left out where it stands before it.  Where rows are locks
 * nothing else tells what does it: ".. as threads". */
static void end_work(struct buf *out, const struct result_cell *like, const char *subject,
                     bool with_executor)
{
    char tasks[40];
    bool is_named = !strcmp(like->workload, subject);
    buf_printf(out, "%s%s: %s", is_named ? "" : " of ", is_named ? "" : like->workload,
               words_count(tasks, sizeof tasks, (size_t)like->tasks, "task"));
    if (with_executor && like->executor[0]) {
        buf_add(out, " as ");
        words_add_many(out, (size_t)like->tasks, like->executor, strlen(like->executor));
    }
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
            end_work(out, before, subject, false);
            buf_add(out, "; ");
        }
        buf_printf(out, "%s%s", goes_on ? ", " : "", name);
        snprintf(subject, sizeof subject, "%s", name);
        before = like;
    }
    if (before)
        end_work(out, before, subject, l->of == LADDER_OF_LOCKS);
}

static void add_mark(struct buf *out, bool is_there, const char *words)
{
    if (is_there)
        buf_printf(out, "%s%s", out->len ? "; " : "", words);
}

size_t screen_legend_lines(const struct screen *s)
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
        fit_lines(&text, 0, 0, screen_legend_lines(s));
        page_say(s->page, PAGE_LEGEND, "%s", page_text_of(s->page, &text));
        screen_use(s, fit_lines_of(buf_text(&text), 0, 0));
    }
    buf_release(&text);
}

int screen_table(struct screen *s, struct err *err)
{
    bool *shown = calloc(s->ladder.columns.count + 1, sizeof *shown);
    if (!shown)
        return err_set(err, ERR_SYSTEM, "summary: out of memory");
    choose_shown(s, shown);
    add_table(s, shown);
    say_legend(s, shown);
    free(shown);
    return 0;
}
