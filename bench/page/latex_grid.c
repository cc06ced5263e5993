/*
 * Tables of LaTeX, as they go into an article of one column: \usepackage{booktabs,siunitx}.  Groups
 * of columns are spanning heads.  Numbers are siunitx's, so that units and marks follow the
 * document.
 *
 * What fits is reckoned, not known: 5 points a character and 6 on each side of a column, which is
 * what ten point Computer Modern takes; an article of LaTeX has 345 points, of which some are left.
 */
#include "bench/page/latex.h"

#include "bench/page/escape.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum {
    TEXT_POINTS = 335,
    LETTER_POINTS = 5,
    BESIDE_POINTS = 12,
    WORDS_POINTS = 150,
    WORDS_LEAST = 60
};

/* ---- Which columns stand beside each other ------------------------------------------------ */

struct layout {
    const struct page_grid *g;
    size_t *points; /* owned; what each column takes, 0 where it is not shown */
    size_t labels;  /* leading columns that are repeated */
    size_t words;   /* points of a column of words, which is wrapped */
    unsigned most;  /* others in one tabular; 0: what fits */
};

/* Columns from..to, behind the labels. */
struct part {
    size_t from, to;
};

static bool is_shown(const struct page_grid *g, size_t c)
{
    return c < g->column_count && column_is_for(&g->form.columns[c], PAGE_PAPER);
}

static const char *group_of(const struct page_grid *g, size_t c)
{
    return column_group(&g->form.columns[c]);
}

/*
 * The units of base/units.h as siunitx has them.  A prefix belongs to the unit behind it, so that a
 * thousand a second in its words is one a kilosecond: there the number has a power of ten, and
 * where there is no unit for a prefix.
 */
static const struct unit {
    const char *name, *macro, *power;
} units[] = {
    {"ns", "\\nano\\second", ""},
    {"us", "\\micro\\second", ""},
    {"ms", "\\milli\\second", ""},
    {"s", "\\second", ""},
    {"B", "\\byte", ""},
    {"KiB", "\\kibi\\byte", ""},
    {"MiB", "\\mebi\\byte", ""},
    {"GiB", "\\gibi\\byte", ""},
    {"/s", "\\per\\second", ""},
    {"k/s", "\\per\\second", "e3"},
    {"M/s", "\\per\\second", "e6"},
    {"G/s", "\\per\\second", "e9"},
    {"Hz", "\\hertz", ""},
    {"kHz", "\\kilo\\hertz", ""},
    {"MHz", "\\mega\\hertz", ""},
    {"GHz", "\\giga\\hertz", ""},
    {"k", "", "e3"},
    {"M", "", "e6"},
    {"G", "", "e9"},
    {"", "", ""},
};

/* One that is not known stands as it is. */
static const struct unit *unit_of(const char *name)
{
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (!strcmp(name, units[i].name))
            return &units[i];
    return NULL;
}

static const char *power_of(const char *name)
{
    const struct unit *u = unit_of(name);
    return u ? u->power : "";
}

static bool is_set_as_number(const struct page_cell *c)
{
    return cell_is_number(c) && c->kind != CELL_SHOWN;
}

/* A power of ten is set as a factor, behind the number and each end of its interval. */
static size_t letters_of(const struct page_cell *c, const struct page_column *column, bool *failed)
{
    enum { OF_POWER = 5 };
    struct buf text = {0};
    struct number n = {0}, lo, hi;
    cell_add_text(&text, c, column);
    size_t letters = escape_latex_columns(buf_text(&text));
    if (is_set_as_number(c))
        cell_number(c, column, &n);
    if (power_of(n.unit)[0] || strchr(n.text, 'e'))
        letters += OF_POWER * (cell_interval(c, column, &lo, &hi) ? 3u : 1u);
    *failed |= text.failed;
    buf_release(&text);
    return letters;
}

/* Behind a status nothing of the row stands in columns of its own. */
static size_t points_of(const struct page_grid *g, size_t c, bool *failed)
{
    size_t most = escape_latex_columns(column_head(&g->form.columns[c]));
    for (const struct page_row *r = g->rows; r; r = r->next) {
        size_t letters =
            row_status(g, r) <= c ? 0 : letters_of(&r->cells[c], &g->form.columns[c], failed);
        most = letters > most ? letters : most;
    }
    size_t points = most * LETTER_POINTS + BESIDE_POINTS;
    bool is_wrapped = !column_is_right(g, c) && points > WORDS_POINTS + BESIDE_POINTS;
    return is_wrapped ? WORDS_POINTS + BESIDE_POINTS : points;
}

static size_t points_between(const struct layout *l, size_t from, size_t to)
{
    size_t points = 0;
    for (size_t c = from; c < to; c++)
        points += l->points[c];
    return points;
}

static size_t count_between(const struct page_grid *g, size_t from, size_t to)
{
    size_t count = 0;
    for (size_t c = from; c < to; c++)
        count += is_shown(g, c);
    return count;
}

static size_t labels_of(const struct page_grid *g)
{
    size_t labels = 0;
    while (labels < g->column_count &&
           (!is_shown(g, labels) || g->form.columns[labels].flags & PAGE_LABEL))
        labels++;
    return labels;
}

static size_t group_end(const struct page_grid *g, size_t from)
{
    size_t to = from + 1;
    while (to < g->column_count && !strcmp(group_of(g, to), group_of(g, from)))
        to++;
    return to;
}

static bool fits(const struct layout *l, size_t from, size_t to)
{
    if (l->most)
        return count_between(l->g, from, to) <= l->most;
    if (!l->labels) /* nothing would say which row it is: words get less room instead */
        return true;
    return points_between(l, 0, l->labels) + points_between(l, from, to) <= TEXT_POINTS;
}

/* As many whole groups as fit; of a group that does not fit by itself, what fits of it. */
static struct part part_from(const struct layout *l, size_t from)
{
    struct part p = {from, from};
    while (p.to < l->g->column_count && fits(l, from, group_end(l->g, p.to)))
        p.to = group_end(l->g, p.to);
    if (p.to > from)
        return p;
    p.to = from + 1;
    while (p.to < group_end(l->g, from) && fits(l, from, p.to + 1))
        p.to++;
    return p;
}

/* ---- Cells ------------------------------------------------------------------------------- */

/* "~38.2" and "us"; what is no plain number ("1/590", "0.8x", "~") is text. */
static void add_number(const struct number *n, struct buf *out)
{
    const struct unit *unit = unit_of(n->unit);
    const char *text = n->text, *power = power_of(n->unit);
    if (text[0] == '~' || text[0] == '<') {
        buf_add(out, text[0] == '~' ? "$\\sim$" : "$<$");
        text++;
    }
    size_t length = strlen(text);
    bool is_times = length && text[length - 1] == 'x';
    length -= is_times;
    bool is_plain = length && strspn(text, "0123456789.eE+-") >= length && text[0] != '-';
    bool is_below = text[0] == '-' && isdigit((unsigned char)text[1]);
    if (!is_plain && !is_below) {
        escape_latex(out, text);
        return;
    }
    if (unit && unit->macro[0])
        buf_printf(out, "\\SI{%.*s%s}{%s}", (int)length, text, power, unit->macro);
    else
        buf_printf(out, "\\num{%.*s%s}", (int)length, text, power);
    if (!unit) {
        buf_add(out, "\\,");
        escape_latex(out, n->unit);
    }
    buf_add(out, is_times ? "$\\times$" : "");
}

static void add_words(const struct page_cell *cell, const struct page_column *column,
                      struct buf *out)
{
    struct buf text = {0};
    cell_add_text(&text, cell, column);
    bool is_bold = text.len && (cell->tone == PAGE_BAD || cell->tone == PAGE_STRONG);
    bool is_code = text.len && column->flags & PAGE_CODE;
    buf_printf(out, "%s%s", is_bold ? "\\textbf{" : "", is_code ? "\\texttt{" : "");
    if (cell->kind != CELL_TREND) /* its blocks are in no font of LaTeX's */
        escape_latex(out, buf_text(&text));
    buf_printf(out, "%s%s", is_bold ? "}" : "", is_code ? "}" : "");
    buf_settle(out, &text);
}

static void add_cell(const struct page_grid *g, const struct page_cell *cell, size_t c,
                     struct buf *out)
{
    const struct page_column *column = &g->form.columns[c];
    struct number n, lo, hi;
    if (!is_set_as_number(cell)) {
        add_words(cell, column, out);
        return;
    }
    cell_number(cell, column, &n);
    add_number(&n, out);
    if (cell_interval(cell, column, &lo, &hi))
        buf_printf(out, " {[\\num{%s%s}, \\num{%s%s}]}", lo.text, power_of(n.unit), hi.text,
                   power_of(n.unit));
}

/* ---- Tabulars ---------------------------------------------------------------------------- */

/* Columns of a tabular are those of the labels and of the part. */
static bool is_in(const struct layout *l, const struct part *p, size_t c)
{
    return is_shown(l->g, c) && (c < l->labels || (c >= p->from && c < p->to));
}

static void add_groups(const struct layout *l, const struct part *p, struct buf *out)
{
    struct buf rules = {0};
    size_t place = count_between(l->g, 0, l->labels);
    for (size_t i = 1; i < place; i++)
        buf_add(out, " & ");
    for (size_t c = p->from; c < p->to;) {
        size_t end = group_end(l->g, c) < p->to ? group_end(l->g, c) : p->to;
        size_t count = count_between(l->g, c, end);
        const char *group = group_of(l->g, c);
        for (size_t i = 0; i < count && !group[0]; i++)
            buf_add(out, place + i > 0 ? " & " : "");
        if (count && group[0]) {
            buf_printf(out, "%s\\multicolumn{%zu}{c}{", place ? " & " : "", count);
            escape_latex(out, group);
            buf_add(out, "}");
            buf_printf(&rules, "\\cmidrule(lr){%zu-%zu}", place + 1, place + count);
        }
        place += count;
        c = end;
    }
    buf_printf(out, " \\\\\n%s\n", buf_text(&rules));
    buf_settle(out, &rules);
}

static void add_heads(const struct layout *l, const struct part *p, struct buf *out)
{
    bool has_groups = false;
    size_t shown = 0;
    for (size_t c = p->from; c < p->to; c++)
        has_groups |= is_shown(l->g, c) && group_of(l->g, c)[0];
    if (has_groups)
        add_groups(l, p, out);
    for (size_t c = 0; c < l->g->column_count; c++) {
        if (!is_in(l, p, c))
            continue;
        buf_add(out, shown++ ? " & " : "");
        escape_latex(out, column_head(&l->g->form.columns[c]));
    }
    buf_add(out, " \\\\\n\\midrule\n");
}

/* What takes the place of the columns behind it. */
static void add_status(const struct layout *l, const struct part *p, const struct page_cell *cell,
                       size_t c, struct buf *out)
{
    size_t count = 0, points = 0;
    for (size_t k = c; k < l->g->column_count; k++) {
        count += is_in(l, p, k);
        points += is_in(l, p, k) ? l->points[k] : 0;
    }
    points = points > WORDS_LEAST ? points - BESIDE_POINTS : WORDS_LEAST;
    buf_printf(out, "\\multicolumn{%zu}{p{%zupt}}{\\raggedright ", count ? count : 1, points);
    escape_latex(out, cell->word);
    buf_add(out, cell->text[0] ? ": " : "");
    escape_latex(out, cell->text);
    buf_add(out, "}");
}

static void add_row(const struct layout *l, const struct part *p, const struct page_row *row,
                    struct buf *out)
{
    size_t status = row_status(l->g, row), shown = 0;
    bool is_said = false;
    if (row->group) {
        buf_printf(out, "\\multicolumn{%zu}{l}{\\textit{",
                   count_between(l->g, 0, l->labels) + count_between(l->g, p->from, p->to));
        escape_latex(out, row->group);
        buf_add(out, "}} \\\\\n");
    }
    for (size_t c = 0; c < l->g->column_count && !is_said; c++) {
        if (!is_in(l, p, c))
            continue;
        buf_add(out, shown++ ? " & " : "");
        is_said = c >= status;
        if (is_said)
            add_status(l, p, &row->cells[status], c, out);
        else
            add_cell(l->g, &row->cells[c], c, out);
    }
    buf_add(out, " \\\\\n");
}

static bool is_wide(const struct layout *l, size_t c)
{
    return !column_is_right(l->g, c) && l->points[c] >= WORDS_POINTS + BESIDE_POINTS;
}

/* Columns of words share what the others leave, where no panels can be made of them. */
static size_t points_of_words(const struct layout *l)
{
    size_t wide = 0, others = 0;
    for (size_t c = 0; c < l->g->column_count; c++) {
        wide += is_wide(l, c);
        others += is_wide(l, c) ? BESIDE_POINTS : l->points[c];
    }
    size_t each = wide && others < TEXT_POINTS ? (TEXT_POINTS - others) / wide : 0;
    if (l->labels)
        return WORDS_POINTS;
    return each < WORDS_LEAST ? WORDS_LEAST : each > WORDS_POINTS ? WORDS_POINTS : each;
}

static void add_tabular(const struct layout *l, const struct part *p, struct buf *out)
{
    buf_add(out, "\\begin{tabular}{");
    for (size_t c = 0; c < l->g->column_count; c++) {
        if (!is_in(l, p, c))
            continue;
        bool is_right = c >= l->labels && column_is_right(l->g, c);
        if (is_wide(l, c))
            buf_printf(out, "p{%zupt}", l->words);
        else
            buf_add(out, is_right ? "r" : "l");
    }
    buf_add(out, "}\n\\toprule\n");
    add_heads(l, p, out);
    for (const struct page_row *r = l->g->rows; r; r = r->next)
        add_row(l, p, r, out);
    buf_add(out, "\\bottomrule\n\\end{tabular}\n");
}

/* ---- The table ----------------------------------------------------------------------------- */

/* The next letter of a title's label, "-" for what no label has; 0 at its end. */
static char next_of_label(const char **title, bool *is_gap)
{
    for (; **title; ++*title) {
        unsigned char letter = (unsigned char)tolower((unsigned char)**title);
        bool is_kept = letter < 128 && isalnum(letter), was_gap = *is_gap;
        *is_gap = !is_kept;
        if (is_kept || !was_gap) {
            ++*title;
            return is_kept ? (char)letter : '-';
        }
    }
    return 0;
}

bool latex_have_one_label(const char *a, const char *b)
{
    bool gap_a = true, gap_b = true;
    char of_a, of_b;
    do {
        of_a = next_of_label(&a, &gap_a);
        of_b = next_of_label(&b, &gap_b);
    } while (of_a && of_a == of_b);
    return of_a == of_b;
}

/* "tab:sleep-lock-none" */
static void add_label(const char *title, size_t number, struct buf *out)
{
    bool is_gap = true;
    buf_add(out, "\\label{tab:");
    for (char letter; (letter = next_of_label(&title, &is_gap));)
        buf_add_bytes(out, &letter, 1);
    if (is_gap)
        buf_add(out, "table");
    if (number > 1)
        buf_printf(out, "%s%zu", is_gap ? "" : "-", number);
    buf_add(out, "}\n");
}

static void add_caption(const struct page_grid *g, size_t number, struct buf *out)
{
    buf_add(out, "\\caption{");
    escape_latex(out, g->form.title);
    if (g->form.subtitle[0]) {
        buf_add(out, " (");
        escape_latex(out, g->form.subtitle);
        buf_add(out, ")");
    }
    buf_add(out, "}\n");
    add_label(g->form.title, number, out);
}

void latex_add_grid(const struct page_grid *g, unsigned most, size_t number, struct buf *out)
{
    struct layout l = {.g = g, .labels = labels_of(g), .most = most};
    bool is_first = true;
    l.points = calloc(g->column_count + 1, sizeof *l.points);
    if (!l.points) {
        out->failed = true;
        return;
    }
    for (size_t c = 0; c < g->column_count; c++)
        l.points[c] = is_shown(g, c) ? points_of(g, c, &out->failed) : 0;
    l.words = points_of_words(&l);
    buf_add(out, "\\begin{table}[htbp]\n\\centering\n");
    if (g->form.title[0])
        add_caption(g, number, out);
    for (size_t from = l.labels; is_first || from < g->column_count; is_first = false) {
        struct part p = from < g->column_count ? part_from(&l, from) : (struct part){from, from};
        buf_add(out, is_first ? "" : "\n\\medskip\n\n");
        add_tabular(&l, &p, out);
        from = p.to > from ? p.to : from + 1;
    }
    buf_add(out, "\\end{table}\n\n");
    free(l.points);
}
