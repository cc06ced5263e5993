#include "bench/judge/compare/compare.h"

#include "bench/judge/compare/rows.h"
#include "bench/judge/parts/dim.h"
#include "bench/judge/parts/metric_choice.h"
#include "bench/result/id_index.h"
#include "bench/stats/paired.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Everything one comparison works with. */
struct work {
    struct comparison *out;
    const struct compare_request *request;
    struct metric_choice choice;
    struct row_scratch scratch;
    bool *is_selected;       /* of the cells of the first base file */
    struct id_index *places; /* of each file, base first */
    struct cell_files base, head;
    size_t capacity;
};

static int out_of_memory(struct err *err)
{
    return err_set(err, ERR_SYSTEM, "compare: out of memory");
}

/* ---- files ------------------------------------------------------------------------------- */

static const struct result *file_at(const struct comparison *c, size_t i)
{
    return i < c->base->count ? &c->base->results[i] : &c->head->results[i - c->base->count];
}

/* What was allowed is said beside the verdicts, once whichever files it is between. */
static int note_allowed(struct comparison *c, const struct difference *d, struct err *err)
{
    for (size_t i = 0; i < c->allowed_count; i++)
        if (!strcmp(c->allowed[i].text, d->text))
            return 0;
    struct difference *allowed = realloc(c->allowed, (c->allowed_count + 1) * sizeof *c->allowed);
    if (!allowed)
        return out_of_memory(err);
    c->allowed = allowed;
    c->allowed[c->allowed_count++] = *d;
    return 0;
}

static int check_files(struct comparison *c, const struct compare_request *request, struct err *err)
{
    const struct result *first = file_at(c, 0);
    struct difference d;
    for (size_t i = 1; i < c->base->count + c->head->count; i++) {
        const struct result *other = file_at(c, i);
        if (!results_comparable(first, other, request->allowed, &d))
            return err_set(err, ERR_NOTCOMPARABLE,
                           "%s and %s are not comparable: %s (--allow %s compares all the same)",
                           first->path, other->path, d.text, d.dimension);
        if (!results_comparable(first, other, 0, &d) && note_allowed(c, &d, err))
            return -1;
    }
    return 0;
}

static int index_cells(struct work *w, struct err *err)
{
    size_t files = w->base.count + w->head.count;
    uint32_t twice; /* none: results that were read have been looked through */
    w->places = calloc(files, sizeof *w->places);
    for (size_t f = 0; w->places && f < files; f++)
        if (id_index_of(&w->places[f], file_at(w->out, f), &twice))
            return out_of_memory(err);
    return w->places ? 0 : out_of_memory(err);
}

/* Files of a side are moments: a run that is there twice would count as two of them. */
static int check_twice(const struct work *w, size_t from, size_t to, struct err *err)
{
    for (size_t f = from + 1; f < to; f++)
        for (size_t g = from; g < f; g++) {
            const struct result *one = file_at(w->out, g), *other = file_at(w->out, f);
            if (strcmp(one->run_id, other->run_id) != 0 ||
                strcmp(one->hostname, other->hostname) != 0)
                continue;
            for (size_t i = 0; i < other->cell_count; i++)
                if (id_index_find(&w->places[g], other->cells[i].id) != PLACE_NONE)
                    return err_set(err, ERR_USAGE,
                                   "%s and %s are one run (%s): the files of a side are several "
                                   "moments, and one does not count twice",
                                   one->path, other->path, one->run_id);
        }
    return 0;
}

static bool find_in_files(struct work *w, const char *id)
{
    bool in_base = false, in_head = false;
    for (size_t f = 0; f < w->base.count + w->head.count; f++) {
        uint32_t place = id_index_find(&w->places[f], id);
        const struct result_cell *c =
            place != PLACE_NONE ? &file_at(w->out, f)->cells[place] : NULL;
        if (f < w->base.count) {
            w->base.cells[f] = c;
            in_base |= c != NULL;
        } else {
            w->head.cells[f - w->base.count] = c;
            in_head |= c != NULL;
        }
    }
    return in_base && in_head;
}

static int select_cells(struct work *w, struct err *err)
{
    const struct result *base = w->base.results;
    struct entries entries;
    w->is_selected = calloc(base->cell_count ? base->cell_count : 1, sizeof(bool));
    if (!w->is_selected)
        return out_of_memory(err);
    if (entries_of_results(&entries, base, 1, err))
        return -1;
    int status = entries_filter(&entries, w->request->filter, err);
    for (size_t i = 0; i < entries.count && !status; i++)
        w->is_selected[entries.items[i].cell - base->cells] = true;
    entries_release(&entries);
    return status;
}

/* ---- rows -------------------------------------------------------------------------------- */

static struct compare_row *add_row(struct work *w)
{
    if (w->out->count == w->capacity) {
        size_t capacity = w->capacity ? 2 * w->capacity : 256;
        struct compare_row *rows = realloc(w->out->rows, capacity * sizeof *rows);
        if (!rows)
            return NULL;
        w->out->rows = rows;
        w->capacity = capacity;
    }
    w->out->rows[w->out->count] = (struct compare_row){0};
    return &w->out->rows[w->out->count++];
}

static bool is_decided(enum verdict v)
{
    return v == VERDICT_SLOWER || v == VERDICT_FASTER;
}

/* Rows of the cells that are, or are not, selected; a metric absent on both sides is no row. */
static int add_rows(struct work *w, bool selected, struct err *err)
{
    const struct result *base = w->base.results;
    for (size_t i = 0; i < base->cell_count; i++) {
        const struct result_cell *c = &base->cells[i];
        bool is_control = !strcmp(c->role, "control");
        if (w->is_selected[i] != selected || (!selected && !is_control) || !find_in_files(w, c->id))
            continue;
        for (size_t j = 0; j < c->metric_count; j++) {
            const struct result_metric *m = &c->metrics[j];
            const struct result_cell *other = w->head.cells[0];
            const struct result_metric *partner = other ? result_metric_find(other, m->name) : NULL;
            if (!metric_is_chosen(&w->choice, m) ||
                (m->sample_count == 0 && m->summary.n == 0 && c->status == CELL_OK &&
                 (!partner || partner->sample_count == 0)))
                continue;
            struct compare_row *row = add_row(w);
            if (!row || compare_row_of(row, &w->base, &w->head, m, w->request,
                                       !selected                  ? 0
                                       : !strcmp(m->group, "cpu") ? w->out->control_cpu_shift
                                                                  : w->out->control_shift,
                                       &w->scratch))
                return out_of_memory(err);
            row->id = c->id;
            row->workload = c->workload;
            row->is_control = !selected;
        }
    }
    return 0;
}

/*
 * What the controls moved by, where that is within what moments do: nothing of the code under test
 * runs in them, so it says what this pair of moments was like.  A control that moved beyond doubt
 * is a row of its own: then the machine is another, or code that all cells share.
 */
static double control_shift_of(const struct comparison *c, const char *group)
{
    double sum = 0;
    size_t count = 0;
    for (size_t i = 0; i < c->count; i++) {
        const struct compare_row *row = &c->rows[i];
        if (!row->is_control || row->is_exact || !isfinite(row->shift.effect) ||
            strcmp(row->group, group) || is_decided(row->verdict))
            continue;
        sum += row->shift.effect * row->shift.effect;
        count++;
    }
    return count ? sqrt(sum / (double)count) : 0;
}

static void count_partners(struct work *w)
{
    struct comparison *c = w->out;
    const struct result *both[] = {w->base.results, w->head.results};
    size_t *counts[] = {&c->only_base, &c->only_head};
    for (size_t side = 0; side < 2; side++)
        for (size_t i = 0; i < both[side]->cell_count; i++) {
            const char *id = both[side]->cells[i].id;
            if (id_index_find(&w->places[side ? 0 : w->base.count], id) != PLACE_NONE)
                continue;
            ++*counts[side];
            c->only_example = c->only_example ? c->only_example : id;
        }
}

/* Slower first and the worst of them first; otherwise as in the file. */
static int by_verdict(const void *a, const void *b)
{
    const struct compare_row *one = a, *other = b;
    if (one->verdict != other->verdict)
        return one->verdict < other->verdict ? -1 : 1;
    bool by_effect = is_decided(one->verdict) && !one->is_exact && !other->is_exact;
    double x = fabs(one->shift.effect), y = fabs(other->shift.effect);
    if (by_effect && (x > y || x < y))
        return x > y ? -1 : 1;
    int by_id = strcmp(one->id, other->id);
    return by_id ? by_id : strcmp(one->metric, other->metric);
}

static int make_rows(struct work *w, struct err *err)
{
    struct comparison *c = w->out;
    if (add_rows(w, false, err))
        return -1;
    c->control_shift = control_shift_of(c, "throughput");
    c->control_cpu_shift = control_shift_of(c, "cpu");
    /* Of the controls only those that moved beyond doubt are kept. */
    size_t kept = 0;
    for (size_t i = 0; i < c->count; i++)
        if (is_decided(c->rows[i].verdict))
            c->rows[kept++] = c->rows[i];
        else
            free(c->rows[i].reason);
    c->count = kept;
    if (add_rows(w, true, err) || compare_correct(c, err))
        return -1;
    if (c->count > 0)
        qsort(c->rows, c->count, sizeof *c->rows, by_verdict);
    for (size_t i = 0; i < c->count; i++)
        c->counts[c->rows[i].verdict]++;
    return 0;
}

static void release_work(struct work *w)
{
    for (size_t f = 0; w->places && f < w->base.count + w->head.count; f++)
        id_index_release(&w->places[f]);
    free(w->places);
    free(w->is_selected);
    free(w->base.cells);
    free(w->head.cells);
    free(w->scratch.moments);
    numbers_release(&w->scratch.rounds);
    numbers_release(&w->scratch.pairs);
    metric_choice_release(&w->choice);
}

static int compare(struct work *w, struct err *err)
{
    struct comparison *c = w->out;
    size_t files = w->base.count + w->head.count;
    w->base.cells = calloc(files, sizeof(struct result_cell *));
    w->head.cells = calloc(files, sizeof(struct result_cell *));
    w->scratch.moments = calloc(files, sizeof *w->scratch.moments);
    if (!w->base.cells || !w->head.cells || !w->scratch.moments)
        return out_of_memory(err);
    for (size_t f = 0; f < files; f++)
        if (file_at(c, f)->cell_count == 0)
            return err_set(err, ERR_NOTCOMPARABLE, "%s holds no cells: there is nothing to compare",
                           file_at(c, f)->path);
    if (check_files(c, w->request, err) || select_cells(w, err) ||
        metric_choice_parse(&w->choice, w->request->metric, w->base.results, err) ||
        index_cells(w, err) || check_twice(w, 0, w->base.count, err) ||
        check_twice(w, w->base.count, files, err))
        return -1;
    count_partners(w);
    if (make_rows(w, err))
        return -1;
    if (c->count == 0 && !w->request->metric) { /* of none of the usual metrics */
        w->choice.all = true;
        if (make_rows(w, err))
            return -1;
    }
    if (c->count > 0)
        return 0;
    return err_set(err, ERR_NOTCOMPARABLE, "%s and %s have no row in common%s%s",
                   w->base.results->path, w->head.results->path,
                   c->only_example ? "; only one of them has " : "",
                   c->only_example ? c->only_example : "");
}

int compare_results(struct comparison *out, const struct compare_side *base,
                    const struct compare_side *head, const struct compare_request *request,
                    struct err *err)
{
    *out = (struct comparison){
        .base = base,
        .head = head,
        .tolerance = log_ratio_of_change(request->tolerance),
        .moment_sd = request->moment_sd,
    };
    struct work w = {
        .out = out,
        .request = request,
        .base = {.results = base->results, .count = base->count},
        .head = {.results = head->results, .count = head->count},
    };
    int status = compare(&w, err);
    release_work(&w);
    if (status)
        comparison_release(out);
    return status;
}

void comparison_release(struct comparison *c)
{
    for (size_t i = 0; i < c->count; i++)
        free(c->rows[i].reason);
    free(c->rows);
    free(c->allowed);
    *c = (struct comparison){0};
}
