#include "bench/judge/table/notes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What notes of one kind are known by: what is said of a metric is worth reading; a warning's code
 * says what kind it is. */
static void add_key(struct buf *out, const char *kind, const char *text, bool is_of_metric)
{
    buf_printf(out, "%s\n%s", kind, is_of_metric ? text : "\n");
}

/* Different texts of one code are told apart up to their numbers: "3 samples", "4 samples".  Of a
 * million cells each may have a reason of its own: they are not gone through for each other. */
static int add(struct notes *n, const char *kind, const char *text, bool is_of_metric,
               const struct entry *e, struct err *err)
{
    struct buf key = {0};
    add_key(&key, kind, text, is_of_metric);
    const json_t *place = e->cell ? json_object_get(n->places, buf_text(&key)) : NULL;
    if (place) {
        struct note *known = &n->items[json_integer_value(place)];
        known->is_same &= !strcmp(known->text, text);
        known->count++;
        buf_release(&key);
        return 0;
    }
    int failed =
        key.failed || (e->cell && json_object_set_new_nocheck(n->places, buf_text(&key),
                                                              json_integer((json_int_t)n->count)));
    buf_release(&key);
    if (failed)
        return err_set(err, ERR_SYSTEM, "notes: out of memory");
    struct note *items = realloc(n->items, (n->count + 1) * sizeof *items);
    if (!items)
        return err_set(err, ERR_SYSTEM, "notes: out of memory");
    n->items = items;
    struct note *new = &items[n->count];
    *new = (struct note){.is_of_metric = is_of_metric, .count = 1, .first = *e, .is_same = true};
    snprintf(new->kind, sizeof new->kind, "%s", kind);
    new->text = strdup(text);
    if (!new->text)
        return err_set(err, ERR_SYSTEM, "notes: out of memory");
    n->count++;
    return 0;
}

/* Rows of one cell say themselves why it was not measured; rows of several cannot. */
static int add_unmeasured(struct notes *out, const struct grid *g, struct err *err)
{
    for (size_t r = 0; r < g->row_count; r++)
        for (size_t c = 0; c < g->column_count; c++) {
            const struct slot *s = grid_slot(g, r, c);
            bool is_said = c > 0 && s[-1].entry.cell == s->entry.cell;
            if (s->kind != SLOT_STATUS || g->rows[r].only.cell || is_said)
                continue;
            const struct result_cell *cell = s->entry.cell;
            if (add(out, cell_status_name(cell->status), cell->reason, false, &s->entry, err))
                return -1;
        }
    return 0;
}

static int add_absences(struct notes *out, const struct grid *g, struct err *err)
{
    for (size_t i = 0; i < g->row_count * g->column_count; i++) {
        const struct slot *s = &g->slots[i];
        bool is_missing = s->kind == SLOT_ABSENT && !s->metric->is_reference;
        const char *reason = is_missing ? s->metric->reason : NULL;
        if (reason && add(out, s->metric->name, reason, true, &s->entry, err))
            return -1;
    }
    return 0;
}

/* In which way a number of another runtime means something else: the end of its source. */
static const char *meaning_of(const struct slot *s)
{
    const char *end = s->kind == SLOT_VALUE ? strrchr(s->metric->source, ';') : NULL;
    const json_t *run = end ? json_object_get(s->entry.result->json, "run") : NULL;
    return json_object_get(run, "runtimes") ? end + 1 + strspn(end + 1, " ") : NULL;
}

/* What several metrics of a cell mean differently is said of the last, which most cells have. */
static int add_meanings(struct notes *out, const struct grid *g, struct err *err)
{
    for (size_t i = 0; i < g->row_count * g->column_count; i++) {
        const struct slot *s = &g->slots[i];
        const char *meaning = meaning_of(s);
        for (size_t k = i + 1; k % g->column_count && meaning; k++)
            if (meaning_of(&g->slots[k]) && !strcmp(meaning_of(&g->slots[k]), meaning))
                meaning = NULL;
        if (meaning && add(out, s->metric->name, meaning, true, &s->entry, err))
            return -1;
    }
    return 0;
}

int notes_collect(struct notes *out, const struct tables *t, struct err *err)
{
    *out = (struct notes){.places = json_object()};
    if (!out->places)
        return err_set(err, ERR_SYSTEM, "notes: out of memory");
    for (size_t i = 0; i < t->result_count; i++) {
        const struct result *r = &t->results[i];
        struct entry whole = {.result = r};
        for (size_t j = 0; j < r->warning_count; j++)
            if (add(out, r->warnings[j].code, r->warnings[j].text, false, &whole, err))
                return -1;
    }
    for (size_t i = 0; i < t->entries.count; i++) {
        const struct entry *e = &t->entries.items[i];
        for (size_t j = 0; j < e->cell->warning_count; j++)
            if (add(out, e->cell->warnings[j].code, e->cell->warnings[j].text, false, e, err))
                return -1;
    }
    for (size_t i = 0; i < t->count; i++)
        if (add_unmeasured(out, &t->grids[i], err) || add_absences(out, &t->grids[i], err) ||
            add_meanings(out, &t->grids[i], err))
            return -1;
    return 0;
}

void notes_release(struct notes *n)
{
    for (size_t i = 0; i < n->count; i++)
        free(n->items[i].text);
    free(n->items);
    json_decref(n->places);
    *n = (struct notes){0};
}

void note_cells(const struct note *n, const struct tables *t, struct buf *out)
{
    if (n->count > 1)
        buf_printf(out, "%zu cells, %s ", n->count, n->is_same ? "such as" : "here");
    if (t->result_count > 1)
        buf_printf(out, "%s: ", n->first.result->label);
    buf_add(out, n->first.cell ? n->first.cell->id : "the whole run");
}
