/* Grids: rows and cells, and what all formats ask of them. */
#include "bench/base/buf.h"
#include "bench/page/build.h"
#include "bench/page/sparkline.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

void page_grid(struct page *p, const struct page_grid_form *form)
{
    size_t count = 0;
    while (form->columns[count].key)
        count++;
    struct page_block *b = page_add(p, BLOCK_GRID);
    struct page_grid *g = page_allocate(p, sizeof *g);
    struct page_column *columns = page_allocate(p, (count + 1) * sizeof *columns);
    if (!b || !g || !columns)
        return;
    for (size_t i = 0; i < count; i++) {
        columns[i] = form->columns[i];
        columns[i].key = page_copy(p, columns[i].key);
        columns[i].head = page_copy(p, columns[i].head);
        columns[i].group = page_copy(p, columns[i].group);
        columns[i].unit = page_copy(p, columns[i].unit ? columns[i].unit : "count");
        columns[i].before = page_copy(p, columns[i].before ? columns[i].before : "");
    }
    *g = (struct page_grid){.form = *form, .column_count = count};
    g->form.key = page_copy(p, form->key ? form->key : "table");
    g->form.title = page_copy(p, form->title ? form->title : "");
    g->form.subtitle = page_copy(p, form->subtitle ? form->subtitle : "");
    g->form.columns = columns;
    b->grid = g;
}

static struct page_grid *last_grid(struct page *p)
{
    assert(p->failed || (p->last && p->last->grid));
    return p->failed ? NULL : p->last->grid;
}

void page_group(struct page *p, const char *format, ...)
{
    struct page_grid *g = last_grid(p);
    if (!g)
        return;
    TEXT_OF_ARGUMENTS(p, format, g->group);
    g->has_groups = true;
}

void page_row(struct page *p)
{
    struct page_grid *g = last_grid(p);
    struct page_row *r = g ? page_allocate(p, sizeof *r) : NULL;
    struct page_cell *cells = r ? page_allocate(p, (g->column_count + 1) * sizeof *cells) : NULL;
    if (!cells)
        return;
    *r = (struct page_row){.group = g->group, .cells = cells};
    g->group = NULL;
    *(g->last ? &g->last->next : &g->rows) = r;
    g->last = r;
    g->row_count++;
}

/* NULL when memory ran out. More cells than columns are a mistake of ours. */
static struct page_cell *new_cell(struct page *p, enum page_cell_kind kind)
{
    struct page_grid *g = last_grid(p);
    if (!g)
        return NULL;
    assert(g->last && g->last->used < g->column_count);
    struct page_cell *c = &g->last->cells[g->last->used++];
    *c = (struct page_cell){.kind = kind, .text = ""};
    return c;
}

void page_text(struct page *p, const char *format, ...)
{
    struct page_cell *c = new_cell(p, CELL_TEXT);
    if (c)
        TEXT_OF_ARGUMENTS(p, format, c->text);
}

void page_texts(struct page *p, ...)
{
    va_list args;
    va_start(args, p);
    for (const char *text; (text = va_arg(args, const char *));)
        page_text(p, "%s", text);
    va_end(args);
}

void page_toned(struct page *p, enum page_tone tone, const char *format, ...)
{
    struct page_cell *c = new_cell(p, CELL_TEXT);
    if (!c)
        return;
    c->tone = tone;
    TEXT_OF_ARGUMENTS(p, format, c->text);
}

void page_empty(struct page *p)
{
    new_cell(p, CELL_EMPTY);
}

/* A line feed within a line is a blank. */
static char *add_line(char *to, const char *line)
{
    for (; *line; line++)
        *to++ = *line == '\n' ? ' ' : *line;
    return to;
}

void page_line(struct page *p, const char *format, ...)
{
    struct page_grid *g = last_grid(p);
    if (!g)
        return;
    assert(g->last && g->last->used);
    struct page_cell *c = &g->last->cells[g->last->used - 1];
    const char *line;
    TEXT_OF_ARGUMENTS(p, format, line);
    char *both = page_allocate(p, strlen(c->text) + strlen(line) + 2);
    if (!both)
        return;
    char *to = both;
    if (c->has_lines)
        to = stpcpy(stpcpy(to, c->text), "\n");
    else if (c->kind == CELL_TEXT)
        *(to = add_line(to, c->text)) = '\n', to++;
    add_line(to, line);
    c->kind = CELL_TEXT;
    c->has_lines = true;
    c->text = both;
}

static struct page_cell *new_value(struct page *p, enum page_cell_kind kind, struct page_value v)
{
    struct page_value *copy = page_allocate(p, sizeof *copy);
    struct page_cell *c = copy ? new_cell(p, kind) : NULL;
    if (!c)
        return NULL;
    *copy = v;
    c->value = copy;
    return c;
}

void page_value(struct page *p, struct page_value v, const char *unit, bool is_exact)
{
    struct page_cell *c = new_value(p, CELL_VALUE, v);
    if (!c)
        return;
    c->unit = page_copy(p, unit);
    c->is_exact = is_exact;
    c->digits = (signed char)p->digits;
    c->with_interval = p->with_intervals && !is_exact;
}

void page_number(struct page *p, double value, const char *unit, int digits)
{
    struct page_cell *c = new_cell(p, isfinite(value) ? CELL_NUMBER : CELL_MISSING);
    if (!c || !isfinite(value))
        return;
    c->number = value;
    c->unit = page_copy(p, unit);
    c->digits = (signed char)digits;
}

void page_count(struct page *p, uint64_t count)
{
    struct page_cell *c = new_cell(p, CELL_COUNT);
    if (c)
        c->number = (double)count;
}

void page_shown(struct page *p, struct page_value v, const char *format, ...)
{
    struct page_cell *c = new_value(p, CELL_SHOWN, v);
    if (c)
        TEXT_OF_ARGUMENTS(p, format, c->text);
}

void page_missing(struct page *p, const char *reason)
{
    struct page_cell *c = new_cell(p, CELL_MISSING);
    if (c && reason)
        c->text = page_copy(p, reason);
}

void page_status(struct page *p, const char *word, const char *reason)
{
    struct page_cell *c = new_cell(p, CELL_STATUS);
    if (!c)
        return;
    c->word = page_copy(p, word);
    c->text = page_copy(p, reason);
}

void page_trend(struct page *p, const double *values, size_t count, double least_span)
{
    struct page_cell *c = new_cell(p, CELL_TREND);
    struct page_trend *trend = page_allocate(p, sizeof *trend);
    double *copy = page_allocate(p, (count + 1) * sizeof *copy);
    if (!c || !trend || !copy)
        return;
    memcpy(copy, values, count * sizeof *copy);
    *trend = (struct page_trend){copy, count, least_span};
    c->trend = trend;
}

/* ---- What formats ask ------------------------------------------------------------------- */

bool column_is_for(const struct page_column *c, unsigned audience)
{
    return !c->to || c->to & audience;
}

bool column_is_right(const struct page_grid *g, size_t column)
{
    enum page_align align = g->form.columns[column].align;
    bool has_number = false, has_text = false;
    for (const struct page_row *r = g->rows; r && align == PAGE_AUTO; r = r->next) {
        const struct page_cell *c = &r->cells[column];
        has_number |= cell_is_number(c);
        has_text |= c->kind == CELL_TEXT || c->kind == CELL_TREND;
    }
    return align == PAGE_RIGHT || (align == PAGE_AUTO && has_number && !has_text);
}

struct page_value cell_value(const struct page_cell *c)
{
    if (c->kind == CELL_NUMBER || c->kind == CELL_COUNT)
        return page_exactly(c->number);
    return cell_is_number(c) ? *c->value : page_exactly((double)NAN);
}

/* Of a measured value: those that were asked for, or those that its interval beside it has. */
static int digits_of(const struct page_cell *c)
{
    return c->digits || !c->with_interval ? c->digits : number_digits_in_ends(c->value);
}

void cell_number(const struct page_cell *c, const struct page_column *column, struct number *out)
{
    const char *unit = c->unit ? c->unit : column->unit;
    if (c->kind == CELL_VALUE)
        number_of_value(out, c->value, unit, c->is_exact, digits_of(c));
    else if (c->kind == CELL_NUMBER)
        number_of_digits(out, c->number, unit, c->digits);
    else {
        *out = (struct number){0};
        snprintf(out->text, sizeof out->text, "%.0f", cell_value(c).center);
    }
}

bool cell_interval(const struct page_cell *c, const struct page_column *column, struct number *lo,
                   struct number *hi)
{
    struct number n;
    if (c->kind != CELL_VALUE || !c->with_interval || !isfinite(c->value->lo) ||
        !isfinite(c->value->hi) || !(c->value->level > 0))
        return false;
    const char *unit = c->unit ? c->unit : column->unit;
    cell_number(c, column, &n);
    number_end(lo, &n, digits_of(c), c->value->lo, unit);
    number_end(hi, &n, digits_of(c), c->value->hi, unit);
    return true;
}

void cell_add_text(struct buf *out, const struct page_cell *c, const struct page_column *column)
{
    struct number n, lo, hi;
    char text[48];
    switch (c->kind) {
    case CELL_EMPTY:
        return;
    case CELL_TEXT:
    case CELL_SHOWN:
        buf_add(out, c->text);
        return;
    case CELL_VALUE:
    case CELL_NUMBER:
    case CELL_COUNT:
        cell_number(c, column, &n);
        buf_add(out, number_text(text, sizeof text, &n));
        if (cell_interval(c, column, &lo, &hi))
            buf_printf(out, " [%s, %s]", lo.text, hi.text);
        return;
    case CELL_MISSING:
        buf_add(out, "-");
        return;
    case CELL_STATUS:
        buf_add(out, c->word);
        return;
    case CELL_TREND:
        sparkline(out, c->trend->values, c->trend->count, TREND_MOST, c->trend->least_span, true);
        return;
    }
}

bool cell_each_line(const struct page_cell *c, const struct page_column *column,
                    void (*line)(void *context, const char *text), void *context)
{
    struct buf text = {0};
    cell_add_text(&text, c, column);
    for (char *at = text.data, *end; at && *at && !text.failed; at = end) {
        end = c->has_lines ? at + strcspn(at, "\n") : at + strlen(at);
        char *next = *end ? end + 1 : end;
        *end = '\0';
        line(context, at);
        end = next;
    }
    bool is_whole = !text.failed;
    buf_release(&text);
    return is_whole;
}

size_t row_status(const struct page_grid *g, const struct page_row *row)
{
    size_t c = 0;
    while (c < g->column_count && row->cells[c].kind != CELL_STATUS)
        c++;
    return c;
}
