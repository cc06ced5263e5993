/*
 * Long-form CSV (RFC 4180, line feeds): one line a cell and metric of the tables, and one for
 * each cell that was not measured.  Fields that a spreadsheet would take for a formula get an
 * apostrophe in front.
 */
#include "bench/report/render.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void add_text(struct buf *out, const char *text)
{
    bool is_formula = text[0] && strchr("=+-@\t\r", text[0]);
    if (!is_formula && !strpbrk(text, "\",\r\n")) {
        buf_add(out, text);
        return;
    }
    buf_printf(out, "\"%s", is_formula ? "'" : "");
    for (; *text; text++)
        buf_printf(out, "%s%c", *text == '"' ? "\"" : "", *text);
    buf_add(out, "\"");
}

static void add_field(struct buf *out, const char *text)
{
    buf_add(out, ",");
    add_text(out, text);
}

/* Empty for what is not finite: unknown is never 0. */
static void add_number(struct buf *out, double value)
{
    buf_add(out, ",");
    if (isfinite(value))
        buf_printf(out, "%.15g", value);
}

/* "duration=10ms;gil.interval=5ms" */
static void add_params(struct buf *out, const struct entry *e)
{
    struct dims params = {0};
    struct dim_value value;
    struct buf text = {0};
    dims_of_params(&params, e, 1);
    for (size_t i = 0; i < params.count; i++)
        if (dim_value_of(e, params.names[i], &value))
            buf_printf(&text, "%s%s=%s", text.len ? ";" : "", params.names[i], dim_text(&value));
    add_field(out, buf_text(&text));
    buf_release(&text);
    dims_release(&params);
}

static void add_cell(struct buf *out, const struct entry *e)
{
    const struct result_cell *c = e->cell;
    add_text(out, e->result->label);
    add_field(out, e->result->hostname);
    add_field(out, c->id);
    add_field(out, c->workload);
    add_field(out, c->lock);
    add_field(out, c->executor);
    buf_printf(out, ",%lld,%lld", (long long)c->tasks, (long long)c->workers);
    add_field(out, c->placement);
    add_params(out, e);
    add_field(out, cell_status_name(c->status));
}

static void add_metric(struct buf *out, const struct slot *s, const struct slot *ratio)
{
    const struct result_metric *m = s->metric;
    const struct summary *sum = &m->summary;
    bool has_ratio = ratio && ratio->kind == SLOT_RATIO;
    add_field(out, m->name);
    add_field(out, m->unit);
    add_field(out, m->better);
    bool has_value = sum->n > 0;
    add_number(out, has_value ? sum->center : (double)NAN);
    add_number(out, has_value ? sum->lo : (double)NAN);
    add_number(out, has_value ? sum->hi : (double)NAN);
    add_number(out, has_value ? sum->level : (double)NAN);
    buf_printf(out, ",%zu", sum->n);
    add_field(out, m->source);
    add_number(out, has_ratio ? ratio->ratio.center : (double)NAN);
    add_number(out, has_ratio ? ratio->ratio.lo : (double)NAN);
    add_number(out, has_ratio ? ratio->ratio.hi : (double)NAN);
    add_number(out, has_ratio ? ratio->ratio.level : (double)NAN);
    add_field(out, m->reason ? m->reason : "");
    buf_add(out, "\n");
}

/* A cell that was not measured has one line: no metric, the reason at the end. */
static void add_unmeasured(struct buf *out, const struct entry *e)
{
    add_cell(out, e);
    buf_add(out, ",,,,,,,,,,,,,");
    add_field(out, e->cell->reason);
    buf_add(out, "\n");
}

static void add_row(struct buf *out, const struct grid *g, size_t row)
{
    const struct result_cell *said = NULL;
    for (size_t c = 0; c < g->column_count; c++) {
        const struct slot *s = grid_slot(g, row, c);
        if (s->kind == SLOT_VALUE || s->kind == SLOT_ABSENT) {
            bool is_followed = c + 1 < g->column_count && g->columns[c + 1].is_ratio;
            add_cell(out, &s->entry);
            add_metric(out, s, is_followed ? s + 1 : NULL);
        } else if (s->kind == SLOT_STATUS && s->entry.cell != said) {
            said = s->entry.cell;
            add_unmeasured(out, &s->entry);
        }
    }
    /* A grid without columns still has its unmeasured cells. */
    if (g->column_count == 0 && g->rows[row].only.cell)
        add_unmeasured(out, &g->rows[row].only);
}

void render_csv(const struct page *p, struct buf *out)
{
    buf_add(out, "result,host,id,workload,lock,executor,tasks,workers,placement,params,status,"
                 "metric,unit,better,center,lo,hi,level,n,source,"
                 "ratio,ratio_lo,ratio_hi,ratio_level,reason\n");
    for (size_t i = 0; i < p->tables->count; i++)
        for (size_t r = 0; r < p->tables->grids[i].row_count; r++)
            add_row(out, &p->tables->grids[i], r);
}
