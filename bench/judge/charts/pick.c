#include "bench/judge/charts/pick.h"

#include "bench/judge/parts/cell.h"
#include "bench/judge/parts/low.h"
#include "bench/judge/parts/number.h"

#include <stdlib.h>
#include <string.h>

/* Behind "WORD/"; NULL where it does not begin so. */
static const char *behind(const char *text, const char *word)
{
    size_t length = strlen(word);
    return text && !strncmp(text, word, length) && text[length] == '/' ? text + length + 1 : NULL;
}

/* Names of others may hold strokes. */
const char *cell_rest(const struct result_cell *c)
{
    const char *at = behind(behind(behind(c->id, c->workload), c->lock), c->executor);
    if (at)
        return at;
    at = c->id;
    for (int i = 0; i < 3; i++) {
        const char *slash = strchr(at, '/');
        if (!slash)
            return c->id;
        at = slash + 1;
    }
    return at;
}

/* The next setting of an id's rest; workers are a matter of the executor and no other work. */
static const char *next_setting(const char **at, size_t *length)
{
    while (**at) {
        const char *one = *at;
        *length = strcspn(one, ",");
        *at += *length + (one[*length] == ',');
        if (strncmp(one, "workers=", 8) != 0)
            return one;
    }
    *length = 0;
    return "";
}

int compare_rests(const char *a, const char *b)
{
    for (;;) {
        size_t of_a, of_b;
        const char *one = next_setting(&a, &of_a), *other = next_setting(&b, &of_b);
        size_t common = of_a < of_b ? of_a : of_b;
        int order = strncmp(one, other, common);
        if (order || of_a != of_b)
            return order ? order : of_a < of_b ? -1 : 1;
        if (!of_a)
            return 0;
    }
}

void add_rest(struct buf *out, const char *rest)
{
    const char *number = !strncmp(rest, "tasks=", 6) ? rest + 6 : NULL;
    size_t digits = number ? strspn(number, "0123456789") : 0;
    if (!digits) {
        buf_add(out, rest);
        return;
    }
    buf_add_bytes(out, number, digits);
    buf_add(out, digits == 1 && *number == '1' ? " task" : " tasks");
    rest = number + digits;
    buf_add(out, *rest == ',' ? ", " : "");
    buf_add(out, rest + (*rest == ','));
}

void add_executor_as(struct buf *out, const char *name, const struct result_cell *c)
{
    buf_add(out, name);
    if (c->workers > 0)
        buf_printf(out, ", %lld workers", (long long)c->workers);
    if (cell_lock_is_shared(c))
        buf_add(out, ", one lock for all");
}

void add_executor(struct buf *out, const struct result_cell *c)
{
    add_executor_as(out, c->executor, c);
}

void add_curve_name(struct buf *out, const struct result_cell *c, bool has_locks)
{
    buf_add(out, c->executor);
    if (has_locks)
        buf_printf(out, ", %s", cell_lock_words(c));
}

void add_cell_name(struct buf *out, const struct result_cell *c)
{
    buf_printf(out, "%s, %s, ", c->workload, cell_lock_words(c));
    add_executor(out, c);
    buf_add(out, ", ");
    add_rest(out, cell_rest(c));
}

size_t cells_cut(struct chart_cells *cells, size_t room, const struct result_cell *kept)
{
    size_t count = cells->count, at = 0;
    if (count <= room)
        return 0;
    while (at < count && cells->items[at] != kept)
        at++;
    if (at >= room && at < count)
        cells->items[room - 1] = kept;
    cells->count = room;
    return count - room;
}

void add_left_out(struct buf *out, size_t count)
{
    if (count)
        buf_printf(out, "%s%zu more %s in the tables.", out->len ? " " : "", count,
                   count == 1 ? "cell stands" : "cells stand");
}

unsigned cell_flags(const struct result_cell *c)
{
    return cell_is_unusable(c) ? PAGE_UNRELIABLE : 0;
}

unsigned lock_tint(const struct result *r, const char *lock)
{
    const char *seen[PAGE_TINTS];
    unsigned count = 0;
    for (size_t i = 0; i < r->cell_count && count < PAGE_TINTS; i++) {
        unsigned k = 0;
        if (!strcmp(r->cells[i].role, "control"))
            continue;
        while (k < count && strcmp(seen[k], r->cells[i].lock))
            k++;
        if (k < count)
            continue;
        seen[count++] = r->cells[i].lock;
        if (!strcmp(r->cells[i].lock, lock))
            return count;
    }
    return 0;
}

void add_times(struct buf *out, const struct ratio *r)
{
    struct number n;
    number_of_ratio(&n, r);
    buf_add(out, n.text);
}

/* ---- Families ----------------------------------------------------------------------------- */

struct place {
    const struct result_cell *cell;
    size_t order;
    bool by_lock;
};

static int compare_places(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    int order = strcmp(a->cell->workload, b->cell->workload);
    if (!order)
        order = compare_rests(cell_rest(a->cell), cell_rest(b->cell));
    if (!order)
        order = strcmp(a->cell->placement, b->cell->placement);
    if (!order && a->by_lock)
        order = strcmp(a->cell->lock, b->cell->lock);
    return order;
}

static int in_their_order(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    int order = compare_places(left, right);
    return order ? order : a->order < b->order ? -1 : a->order > b->order;
}

static int by_first(const void *left, const void *right)
{
    const struct family *a = left, *b = right;
    return a->order < b->order ? -1 : a->order > b->order;
}

static void add_family(struct families *out, const struct place *first, const struct place *end)
{
    struct family f = {.workload = first->cell->workload,
                       .lock = first->by_lock ? first->cell->lock : "",
                       .rest = cell_rest(first->cell),
                       .order = first->order};
    for (const struct place *at = first; at < end; at++)
        vec_add(&f.cells, at->cell);
    out->failed |= f.cells.failed;
    if (!vec_add(out, f))
        vec_release(&f.cells);
}

int families_of(struct families *out, const struct chart_subject *s, const char *metric,
                bool by_lock, struct err *err)
{
    struct {
        VEC(struct place);
    } places = {0};
    *out = (struct families){0};
    for (size_t i = 0; i < s->cells.count; i++)
        if (result_value_find(s->cells.items[i], metric))
            vec_add(&places, (struct place){s->cells.items[i], i, by_lock});
    if (places.count)
        qsort(places.items, places.count, sizeof *places.items, in_their_order);
    for (size_t i = 0, end; i < places.count; i = end) {
        for (end = i + 1;
             end < places.count && !compare_places(&places.items[i], &places.items[end]);)
            end++;
        add_family(out, &places.items[i], &places.items[end - 1] + 1);
    }
    int failed = places.failed || out->failed;
    vec_release(&places);
    if (out->count)
        qsort(out->items, out->count, sizeof *out->items, by_first);
    return failed ? err_set(err, ERR_SYSTEM, "charts: out of memory") : 0;
}

void families_release(struct families *f)
{
    for (size_t i = 0; i < f->count; i++)
        vec_release(&f->items[i].cells);
    vec_release(f);
}

static size_t count_words(const struct family *f, bool of_lock)
{
    size_t count = 0;
    for (size_t i = 0; i < f->cells.count; i++) {
        const struct result_cell *c = f->cells.items[i];
        size_t k = 0;
        while (k < i && strcmp(of_lock ? f->cells.items[k]->lock : f->cells.items[k]->executor,
                               of_lock ? c->lock : c->executor))
            k++;
        count += k == i;
    }
    return count;
}

size_t family_executors(const struct family *f)
{
    return count_words(f, false);
}

size_t family_locks(const struct family *f)
{
    return count_words(f, true);
}

bool family_is_better(const struct family *a, const struct family *b)
{
    size_t executors = family_executors(a), others = family_executors(b);
    if (executors != others)
        return executors > others;
    if (family_locks(a) != family_locks(b))
        return family_locks(a) > family_locks(b);
    return a->cells.items[0]->tasks > b->cells.items[0]->tasks;
}
