#include "bench/page/text_layout.h"

#include "bench/base/utf8.h"
#include "bench/page/escape.h"
#include "bench/page/sparkline.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

const char *layout_shown(struct text_layout *t, const struct page_cell *c,
                         const struct page_column *form)
{
    struct buf raw = {0};
    buf_reset(&t->cell);
    size_t room =
        t->width > t->indent ? t->width - t->indent : 1; /* the newest points of a trend */
    if (c->kind == CELL_TREND)
        sparkline(&raw, c->trend->values, c->trend->count, room < TREND_MOST ? room : TREND_MOST,
                  c->trend->least_span, t->style->utf8);
    else
        cell_add_text(&raw, c, form);
    escape_text(&t->cell, buf_text(&raw));
    buf_settle(&t->cell, &raw);
    return buf_text(&t->cell);
}

/* Breaks the head at blanks, as narrow as its longest word or the values ask for. */
static void break_head(struct text_column *c, size_t value_width)
{
    const char *head = buf_text(&c->head);
    size_t used = 0;
    c->width = value_width;
    for (const char *at = head; *at; at += strcspn(at, " "), at += strspn(at, " "))
        c->width = larger(c->width, utf8_columns_in(at, strcspn(at, " ")));
    for (const char *at = head; *(at += strspn(at, " "));) {
        size_t length = strcspn(at, " "), word = utf8_columns_in(at, length);
        if (!used || (used + 1 + word > c->width && c->head_count < HEAD_LINES)) {
            c->heads[c->head_count++].from = (size_t)(at - head);
            used = 0;
        }
        used += word + (used > 0);
        c->heads[c->head_count - 1].length =
            (size_t)(at + length - head) - c->heads[c->head_count - 1].from;
        c->width = larger(c->width, used);
        at += length;
    }
}

static void measure_column(struct text_layout *t, struct text_column *c, bool is_label)
{
    size_t words = 0;
    c->is_right = column_is_right(t->grid, c->index);
    for (const struct page_row *r = t->grid->rows; r; r = r->next) {
        const struct page_cell *cell = &r->cells[c->index];
        if (row_status(t->grid, r) <= c->index)
            continue;
        if (layout_is_split(cell)) {
            struct number n;
            cell_number(cell, c->form, &n);
            c->number_width = larger(c->number_width, strlen(n.text));
            c->unit_width = larger(c->unit_width, strlen(n.unit));
        } else {
            words = larger(words, utf8_columns(layout_shown(t, cell, c->form)));
        }
    }
    size_t numbers = c->number_width + (c->unit_width ? 1 + c->unit_width : 0);
    size_t values = larger(numbers, larger(words, c->form->width));
    if (!t->grid->form.is_headless)
        escape_text(&c->head, column_head(c->form));
    /* Heads over text stand on one line. */
    bool is_whole = is_label || !c->is_right;
    break_head(c, is_whole ? larger(values, utf8_columns(buf_text(&c->head))) : values);
    t->cell.failed |= c->head.failed;
}

const char *layout_group(const struct text_layout *t, size_t c)
{
    return column_group(t->columns[c].form);
}

static bool begins_group(const struct text_layout *t, size_t c, size_t panel_from)
{
    return c == panel_from || strcmp(layout_group(t, c), layout_group(t, c - 1));
}

size_t layout_gap(const struct text_layout *t, size_t c, size_t panel_from)
{
    if (c == 0)
        return 0;
    if (t->columns[c].form->gap)
        return t->columns[c].form->gap;
    return t->has_groups && c >= t->label_count && begins_group(t, c, panel_from) ? GROUP_GAP
                                                                                  : COLUMN_GAP;
}

size_t layout_span(const struct text_layout *t, size_t from, size_t to)
{
    size_t width = 0;
    for (size_t c = from; c < to; c++)
        width += layout_gap(t, c, from) + t->columns[c].width;
    return width;
}

size_t layout_group_end(const struct text_layout *t, size_t from)
{
    size_t to = from + 1;
    while (to < t->count && !strcmp(layout_group(t, to), layout_group(t, from)))
        to++;
    return to;
}

/* A name that is longer than its columns from..to are wide takes what it needs for the first. */
static void widen_to_name(struct text_layout *t, size_t from, size_t to)
{
    size_t width = layout_span(t, from, to) - layout_gap(t, from, from);
    size_t name = escape_text_columns(layout_group(t, from));
    t->columns[from].width += name > width ? name - width : 0;
}

static void widen_groups(struct text_layout *t)
{
    for (size_t c = t->label_count; c < t->count; c = layout_group_end(t, c))
        widen_to_name(t, c, layout_group_end(t, c));
}

/*
 * As many whole groups as fit; of a group too wide for a panel of its own, what fits.  The rest of
 * one stands under its name again, and what is left of it may be narrower.
 */
struct panel layout_panel(struct text_layout *t, size_t from)
{
    struct panel p = {from, from};
    if (from == t->count)
        return p; /* there is nothing but labels */
    if (t->is_wrapped || t->is_flowing)
        return (struct panel){from, t->count};
    widen_to_name(t, from, layout_group_end(t, from));
    while (p.to < t->count) {
        size_t end = layout_group_end(t, p.to);
        if (t->labels_width + layout_span(t, from, end) > t->width)
            break;
        p.to = end;
    }
    if (p.to > from)
        return p;
    size_t end = layout_group_end(t, from);
    p.to = from + 1;
    while (p.to < end && t->labels_width + layout_span(t, from, p.to + 1) <= t->width)
        p.to++;
    /* Shared out evenly, so that no column is left alone in the last panel. */
    size_t left = end - from, most = p.to - from, panels = (left + most - 1) / most;
    p.to = from + (left + panels - 1) / panels;
    widen_to_name(t, from, p.to);
    return p;
}

static size_t widest_column(const struct text_layout *t, size_t label_count)
{
    size_t widest = 0;
    for (size_t c = label_count; c < t->count; c++)
        if (t->columns[c].is_right) /* words are wrapped */
            widest = larger(widest, layout_gap(t, c, c) + t->columns[c].width);
    return widest;
}

/* Labels are repeated as far as each column has room beside them; the first one always is. */
static void choose_labels(struct text_layout *t, size_t widest)
{
    size_t before = t->indent + t->numbers_width;
    while (t->label_count > 1 && widest &&
           before + layout_span(t, 0, t->label_count) + widest > t->width)
        t->label_count--;
    t->labels_width = before + layout_span(t, 0, t->label_count);
}

static int compare_cells(const struct page_cell *a, const struct page_cell *b)
{
    bool has_text = a->kind == CELL_TEXT || a->kind == CELL_SHOWN;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    return has_text                ? strcmp(a->text, b->text)
           : a->kind == CELL_COUNT ? (a->number > b->number) - (a->number < b->number)
                                   : 0;
}

static int compare_labels(const void *left, const void *right, void *context)
{
    const struct page_row *const *a = left, *const *b = right;
    const struct text_layout *t = context;
    int order = 0;
    for (size_t l = 0; l < t->label_count && !order; l++) {
        size_t c = t->columns[l].index;
        order = compare_cells(&(*a)->cells[c], &(*b)->cells[c]);
    }
    return order;
}

/* Whether the labels that are repeated name one row each: 1, 0, or -1 when memory ran out. */
static int are_told_apart(struct text_layout *t)
{
    const struct page_row **rows = calloc(t->grid->row_count + 1, sizeof *rows);
    size_t count = 0;
    int are_apart = 1;
    if (!rows)
        return -1;
    for (const struct page_row *r = t->grid->rows; r; r = r->next)
        rows[count++] = r;
    qsort_r(rows, count, sizeof *rows, compare_labels, t);
    for (size_t i = 1; i < count && are_apart; i++)
        are_apart = compare_labels(&rows[i - 1], &rows[i], t) != 0;
    free(rows);
    return are_apart;
}

/* Rows get numbers where labels that are not repeated are missed. */
static int number_rows(struct text_layout *t, size_t widest, size_t label_count)
{
    bool has_panels = !t->is_wrapped && !t->is_flowing && !t->grid->form.is_headless;
    if (t->label_count == label_count || !has_panels)
        return 0;
    int are_apart = are_told_apart(t);
    if (are_apart)
        return are_apart < 0 ? -1 : 0;
    size_t digits = 1;
    for (size_t most = t->grid->row_count; most >= 10; most /= 10)
        digits++;
    t->numbers_width = larger(digits, strlen(LAYOUT_NUMBERS)) + COLUMN_GAP;
    choose_labels(t, widest);
    return 0;
}

int layout_measure(struct text_layout *t)
{
    const struct page_grid *g = t->grid;
    t->columns = calloc(g->column_count + 1, sizeof *t->columns);
    if (!t->columns)
        return -1;
    for (size_t i = 0; i < g->column_count; i++) {
        const struct page_column *form = &g->form.columns[i];
        if (form->flags & PAGE_BELOW || !column_is_for(form, PAGE_TERMINAL))
            continue;
        t->label_count += (form->flags & PAGE_LABEL) && t->label_count == t->count;
        t->columns[t->count++] = (struct text_column){.form = form, .index = i};
        t->has_groups |= column_group(form)[0] != '\0';
    }
    t->is_flowing = t->count > 0;
    for (size_t c = 0; c < t->count; c++) {
        measure_column(t, &t->columns[c], c < t->label_count);
        t->is_flowing &= t->columns[c].form->flags & PAGE_RAGGED && c >= t->label_count;
    }
    size_t label_count = t->label_count, widest = widest_column(t, label_count);
    choose_labels(t, widest);
    if (t->has_groups)
        widen_groups(t);
    if (t->count && t->width != SIZE_MAX && !t->columns[t->count - 1].is_right)
        t->is_wrapped = !t->is_flowing && t->indent + layout_span(t, 0, t->count) > t->width;
    return number_rows(t, widest, label_count);
}

void layout_release(struct text_layout *t)
{
    for (size_t c = 0; c < t->count; c++)
        buf_release(&t->columns[c].head);
    free(t->columns);
    buf_release(&t->cell);
}
