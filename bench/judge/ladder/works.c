#include "bench/judge/ladder/works.h"

#include "bench/base/buf.h"
#include "bench/judge/parts/cell.h"

#include <stdlib.h>
#include <string.h>

/* ---- Names ---------------------------------------------------------------------------- */

struct names {
    struct buf work, lock, executor;
};

static bool is_of(const char *item, const char *owner)
{
    size_t length = strlen(owner);
    return !strncmp(item, owner, length) && item[length] == '.';
}

/* Numbers of tasks and workers are no part of what is done. */
static bool is_number_of(const char *item)
{
    return !strncmp(item, "tasks=", 6) || !strncmp(item, "workers=", 8);
}

/* Behind "WORKLOAD/LOCK/EXECUTOR/"; NULL in an id of another form. */
static const char *items_of(const struct result_cell *c)
{
    const char *const parts[] = {c->workload, c->lock, c->executor};
    const char *at = c->id;
    for (size_t i = 0; i < 3; i++) {
        size_t length = strlen(parts[i]);
        if (strncmp(at, parts[i], length) != 0 || at[length] != '/')
            return NULL;
        at += length + 1;
    }
    return at;
}

static void name_cell(struct names *out, const struct result_cell *c)
{
    const char *items = items_of(c);
    buf_add(&out->work, items ? c->workload : c->id);
    buf_add(&out->lock, c->lock);
    buf_add(&out->executor, c->executor);
    for (const char *at = items ? items : ""; *at;) {
        size_t length = strcspn(at, ",");
        bool is_lock = is_of(at, c->lock) || is_of(at, "lock");
        const char *own = is_lock || is_of(at, c->executor) ? strchr(at, '.') + 1 : at;
        struct buf *to = is_lock ? &out->lock : own != at ? &out->executor : &out->work;
        if (!is_number_of(at))
            buf_printf(to, " %.*s", (int)(at + length - own), own);
        at += length + (at[length] == ',');
    }
}

static bool has_failed(const struct names *n)
{
    return n->work.failed || n->lock.failed || n->executor.failed;
}

static void name_release(struct names *n)
{
    buf_release(&n->work);
    buf_release(&n->lock);
    buf_release(&n->executor);
}

static char *put(char *to, const struct buf *text)
{
    size_t size = strlen(buf_text(text)) + 1;
    memcpy(to, buf_text(text), size);
    return to + size;
}

/* 0, or -1 when memory ran out. */
static int keep_names(struct worked *w, enum ladder_of of, bool with_ids)
{
    static const struct buf none = {0};
    struct names n = {0};
    name_cell(&n, w->cell);
    if (with_ids) {
        buf_reset(&n.work);
        buf_add(&n.work, w->cell->id);
    }
    const struct buf *names[] = {[LADDER_OF_EXECUTORS] = &n.executor,
                                 [LADDER_OF_LOCKS] = &n.lock,
                                 [LADDER_OF_WORKS] = &n.work};
    const struct buf *work = of == LADDER_OF_WORKS ? &none : &n.work;
    const struct buf *lock = of == LADDER_OF_EXECUTORS ? &n.lock : &none, *name = names[of];
    w->memory = has_failed(&n) ? NULL : malloc(work->len + lock->len + name->len + 3);
    if (w->memory) {
        char *at = w->memory;
        w->work = at;
        w->lock = at = put(at, work);
        w->name = at = put(at, lock);
        put(at, name);
    }
    name_release(&n);
    return w->memory ? 0 : -1;
}

/* ---- Arranging ------------------------------------------------------------------------ */

/* They differ in nothing but what they do: its name is enough. */
static bool are_works_alone(const struct works *w)
{
    bool are_alike = true;
    for (size_t i = 1; i < w->cell_count && are_alike; i++) {
        const struct result_cell *a = w->cells[0].cell, *b = w->cells[i].cell;
        are_alike = !strcmp(a->executor, b->executor) && !strcmp(a->lock, b->lock) &&
                    a->tasks == b->tasks && a->workers == b->workers;
    }
    return are_alike;
}

/* One executor, and more locks than its row has columns for: none, and one more.  -1 without
 * memory. */
static int choose_rows(struct works *w)
{
    enum { COLUMNS = 2 };
    struct names seen[COLUMNS] = {0}; /* with locks that differ */
    size_t locks = 0;
    bool has_free = false, is_one = true, failed = false;
    for (size_t i = 0; i < w->cell_count && is_one && locks <= COLUMNS; i++) {
        struct names n = {0};
        bool is_new = true;
        name_cell(&n, w->cells[i].cell);
        failed |= has_failed(&n);
        for (size_t k = 0; k < locks; k++)
            is_new &= strcmp(buf_text(&seen[k].lock), buf_text(&n.lock)) != 0;
        is_one = !locks || !strcmp(buf_text(&seen[0].executor), buf_text(&n.executor));
        has_free |= !cell_is_locked(w->cells[i].cell);
        if (is_new && locks++ < COLUMNS)
            seen[locks - 1] = n;
        else
            name_release(&n);
    }
    for (size_t k = 0; k < COLUMNS; k++)
        name_release(&seen[k]);
    bool are_locks = is_one && locks > (has_free ? COLUMNS : COLUMNS - 1);
    w->of = are_locks ? LADDER_OF_LOCKS : LADDER_OF_EXECUTORS;
    return failed ? -1 : 0;
}

static int by_work(const struct worked *a, const struct worked *b)
{
    int order = strcmp(a->work, b->work);
    if (!order && a->work[0]) /* rows that are works differ in tasks as well */
        order = (a->cell->tasks > b->cell->tasks) - (a->cell->tasks < b->cell->tasks);
    return order ? order : strcmp(a->lock, b->lock);
}

static int compare(const void *a, const void *b)
{
    const struct worked *left = a, *right = b;
    int order = by_work(left, right);
    if (!order)
        order = strcmp(left->name, right->name);
    return order ? order : (left->order > right->order) - (left->order < right->order);
}

static void group(struct works *w)
{
    for (size_t from = 0, to; from < w->cell_count; from = to) {
        size_t order = w->cells[from].order;
        for (to = from + 1; to < w->cell_count && !by_work(&w->cells[from], &w->cells[to]); to++)
            order = w->cells[to].order < order ? w->cells[to].order : order;
        w->items[w->count++] = (struct work){&w->cells[from], to - from, order};
    }
}

static size_t cells_of(const struct ladder_source *source)
{
    size_t count = 0;
    for (size_t i = 0; i < source->count; i++)
        count += source->results[i].cell_count;
    return source->entries ? source->entry_count : count;
}

static void take(struct works *out, const struct result *r, const struct result_cell *c)
{
    if (strcmp(c->role, "control") != 0) {
        out->cells[out->cell_count] =
            (struct worked){.result = r, .cell = c, .order = out->cell_count};
        out->cell_count++;
    }
}

static void take_all(struct works *out, const struct ladder_source *source)
{
    for (size_t i = 0; source->entries && i < source->entry_count; i++)
        take(out, source->entries[i].result, source->entries[i].cell);
    for (size_t i = 0; !source->entries && i < source->count; i++)
        for (size_t k = 0; k < source->results[i].cell_count; k++)
            take(out, &source->results[i], &source->results[i].cells[k]);
}

int works_of(struct works *out, const struct ladder_source *source, bool are_rows, struct err *err)
{
    size_t most = cells_of(source);
    *out = (struct works){0};
    out->cells = calloc(most + 1, sizeof *out->cells);
    out->items = calloc(most + 1, sizeof *out->items);
    if (!out->cells || !out->items)
        return err_set(err, ERR_SYSTEM, "summary: no memory for %zu cells", most);
    take_all(out, source);
    out->of = LADDER_OF_WORKS;
    if (!are_rows && choose_rows(out))
        return err_set(err, ERR_SYSTEM, "summary: no memory for the names of %zu cells", most);
    bool with_ids = are_rows && !are_works_alone(out);
    for (size_t i = 0; i < out->cell_count; i++)
        if (keep_names(&out->cells[i], out->of, with_ids))
            return err_set(err, ERR_SYSTEM, "summary: no memory for the names of %zu cells", most);
    qsort(out->cells, out->cell_count, sizeof *out->cells, compare);
    group(out);
    return 0;
}

void works_release(struct works *w)
{
    for (size_t i = 0; w->cells && i < w->cell_count; i++)
        free(w->cells[i].memory);
    free(w->cells);
    free(w->items);
    *w = (struct works){0};
}

/* ---- Looking ---------------------------------------------------------------------------- */

const struct work *works_find(const struct works *w, const struct work *like, const char *lock,
                              int64_t tasks)
{
    size_t from = 0, to = w->count;
    struct result_cell wanted_cell = {.tasks = tasks};
    const struct worked wanted = {.cell = &wanted_cell, .work = like->cells->work, .lock = lock};
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = by_work(w->items[middle].cells, &wanted);
        if (order == 0)
            return &w->items[middle];
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return NULL;
}

const struct worked *work_cell(const struct work *w, const struct result *r, const char *name)
{
    size_t from = 0, to = w->count;
    while (from < to) { /* the first of that name */
        size_t middle = from + (to - from) / 2;
        if (strcmp(w->cells[middle].name, name) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    for (; from < w->count && !strcmp(w->cells[from].name, name); from++)
        if (w->cells[from].result == r)
            return &w->cells[from];
    return NULL;
}

size_t work_rows(const struct work *w, const char *metric, bool with_pools)
{
    size_t rows = 0;
    for (size_t i = 0; i < w->count; i++)
        rows += (with_pools || !w->cells[i].cell->workers) &&
                result_value_find(w->cells[i].cell, metric) != NULL;
    return rows;
}

static int by_name(const void *a, const void *b)
{
    const struct worked *const *left = a, *const *right = b;
    int order = strcmp((*left)->name, (*right)->name);
    return order ? order : ((*left)->order > (*right)->order) - ((*left)->order < (*right)->order);
}

static int by_order(const void *a, const void *b)
{
    const struct worked *const *left = a, *const *right = b;
    return ((*left)->order > (*right)->order) - ((*left)->order < (*right)->order);
}

const char **works_names(const struct works *w, size_t *count)
{
    const struct worked **sorted = calloc(w->cell_count + 1, sizeof *sorted);
    const char **names = calloc(w->cell_count + 1, sizeof *names);
    size_t kept = 0;
    *count = 0;
    if (!sorted || !names) {
        free(sorted);
        free(names);
        return NULL;
    }
    for (size_t i = 0; i < w->cell_count; i++)
        sorted[i] = &w->cells[i];
    qsort(sorted, w->cell_count, sizeof *sorted, by_name);
    for (size_t i = 0; i < w->cell_count; i++)
        if (!kept || strcmp(sorted[kept - 1]->name, sorted[i]->name) != 0)
            sorted[kept++] = sorted[i];
    qsort(sorted, kept, sizeof *sorted, by_order);
    for (size_t i = 0; i < kept; i++)
        names[i] = sorted[i]->name;
    free(sorted);
    *count = kept;
    return names;
}
