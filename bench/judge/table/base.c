#include "bench/judge/table/base.h"

#include <stdlib.h>
#include <string.h>

/* Dimensions in which whole results differ: cells of two of them have the same ids. */
static bool is_of_results(const char *dim)
{
    static const char *const dims[] = {"result", "host", "commit"};
    for (size_t i = 0; i < sizeof dims / sizeof *dims; i++)
        if (!strcmp(dim, dims[i]))
            return true;
    return false;
}

/* Whether what stands before the dot of "gil.interval" is that plug-in; "" is the workload's own.
 */
static bool is_owned(const char *param, const char *owner)
{
    size_t length = strlen(owner);
    return length ? !strncmp(param, owner, length) && param[length] == '.' : !strchr(param, '.');
}

/* Whether the parameter changes with the dimension. */
static bool goes_with(const char *param, const char *dim, const struct result_cell *c)
{
    const char *dot = strchr(param, '.');
    if (!strcmp(dim, "executor"))
        return is_owned(param, c->executor);
    if (!strcmp(dim, "lock"))
        return is_owned(param, c->lock);
    if (!strcmp(dim, "workload"))
        return is_owned(param, "");
    return !strcmp(dim, param) || (dot && !strcmp(dim, dot + 1));
}

static void add_value(struct buf *out, const struct entry *e, const char *dim)
{
    struct dim_value value;
    if (dim_value_of(e, dim, &value))
        buf_printf(out, "%s=%s\n", dim, dim_text(&value));
}

/* All of the cell but the dimension. */
static void add_key(struct buf *out, const struct entry *e, const char *dim)
{
    static const char *const dims[] = {"workload", "lock",    "executor",
                                       "tasks",    "workers", "placement"};
    struct dims params = {0};
    if (is_of_results(dim)) {
        buf_add(out, e->cell->id);
        return;
    }
    buf_printf(out, "%p\n", (const void *)e->result);
    for (size_t i = 0; i < sizeof dims / sizeof *dims; i++) {
        bool is_worker_s = !strcmp(dims[i], "workers") && !strcmp(dim, "executor");
        if (strcmp(dims[i], dim) != 0 && !is_worker_s)
            add_value(out, e, dims[i]);
    }
    dims_of_params(&params, e, 1);
    for (size_t i = 0; i < params.count; i++)
        if (!goes_with(params.names[i], dim, e->cell))
            add_value(out, e, params.names[i]);
    out->failed |= params.failed;
    dims_release(&params);
}

static bool has_value(const struct entry *e, const char *dim, const char *wanted)
{
    struct dim_value value;
    dim_value_of(e, dim, &value);
    return !strcmp(dim_text(&value), wanted);
}

static int by_key(const void *a, const void *b)
{
    const struct base *left = a, *right = b;
    int order = strcmp(left->key, right->key);
    return order ? order
                 : (left->entry.order > right->entry.order) -
                       (left->entry.order < right->entry.order);
}

int bases_of(struct bases *out, const char *option, const char *dim, const char *value,
             const struct entries *all, struct err *err)
{
    *out = (struct bases){0};
    if (dim_check(option, dim, all, err))
        return -1;
    out->dim = strdup(dim);
    out->value = strdup(value);
    out->items = calloc(all->count + 1, sizeof *out->items);
    if (!out->dim || !out->value || !out->items)
        return err_set(err, ERR_SYSTEM, "%s: out of memory", option);
    for (size_t i = 0; i < all->count; i++) {
        struct buf key = {0};
        if (!has_value(&all->items[i], dim, value))
            continue;
        add_key(&key, &all->items[i], dim);
        char *text = buf_steal(&key);
        if (!text)
            return err_set(err, ERR_SYSTEM, "%s: out of memory", option);
        out->items[out->count++] = (struct base){text, all->items[i]};
    }
    if (!out->count)
        return dim_refuse_value(option, dim, value, all, err);
    qsort(out->items, out->count, sizeof *out->items, by_key);
    return 0;
}

int bases_parse(struct bases *out, const char *option, const char *text, const struct entries *all,
                struct err *err)
{
    const char *sign = strchr(text, '=');
    *out = (struct bases){0};
    if (!sign || sign == text || !sign[1])
        return err_set(err, ERR_USAGE, "%s: \"%s\" is not DIM=VALUE, such as executor=thread",
                       option, text);
    char *dim = strndup(text, (size_t)(sign - text));
    int status = dim ? bases_of(out, option, dim, sign + 1, all, err)
                     : err_set(err, ERR_SYSTEM, "%s: out of memory", option);
    free(dim);
    return status;
}

void bases_release(struct bases *b)
{
    for (size_t i = 0; i < b->count; i++)
        free(b->items[i].key);
    free(b->items);
    free(b->dim);
    free(b->value);
    *b = (struct bases){0};
}

const struct entry *bases_find(const struct bases *b, const struct entry *e, bool *failed)
{
    struct buf key = {0};
    const struct entry *found = NULL;
    add_key(&key, e, b->dim);
    for (size_t from = 0, to = b->count; from < to && !key.failed;) {
        size_t middle = from + (to - from) / 2;
        int order = strcmp(b->items[middle].key, buf_text(&key));
        if (order == 0) /* the first of equal ones */
            found = &b->items[middle].entry;
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    *failed |= key.failed;
    buf_release(&key);
    return found;
}
