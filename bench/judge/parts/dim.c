#include "bench/judge/parts/dim.h"

#include "bench/base/name_list.h"
#include "bench/base/suggest.h"
#include "bench/base/units.h"
#include "bench/base/vec.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const built_in[] = {"workload", "lock",      "executor", "tasks",
                                       "workers",  "placement", "host",     "result",
                                       "commit",   "role",      "status",   "id"};

enum { BUILT_IN = sizeof built_in / sizeof *built_in };

static bool set_text(struct dim_value *out, const char *text)
{
    out->word = text;
    return text[0] != '\0';
}

const char *dim_text(const struct dim_value *v)
{
    return v->word ? v->word : v->own;
}

static bool set_count(struct dim_value *out, int64_t count)
{
    snprintf(out->own, sizeof out->own, "%" PRId64, count);
    out->number = (double)count;
    out->is_number = true;
    return true;
}

static const char *commit_of(const struct result *r)
{
    const json_t *tool = json_object_get(json_object_get(r->json, "run"), "tool");
    const char *commit = json_string_value(json_object_get(tool, "commit"));
    return commit && commit[0] ? commit : "not stated";
}

static bool built_in_value(const struct entry *e, const char *dim, struct dim_value *out,
                           bool *is_known)
{
    const struct result_cell *c = e->cell;
    *is_known = true;
    if (!strcmp(dim, "workload"))
        return set_text(out, c->workload);
    if (!strcmp(dim, "lock"))
        return set_text(out, c->lock);
    if (!strcmp(dim, "executor"))
        return set_text(out, c->executor);
    if (!strcmp(dim, "tasks"))
        return set_count(out, c->tasks);
    if (!strcmp(dim, "workers"))
        return c->workers > 0 && set_count(out, c->workers);
    if (!strcmp(dim, "placement"))
        return set_text(out, c->placement);
    if (!strcmp(dim, "host"))
        return set_text(out, e->result->hostname[0] ? e->result->hostname : "not stated");
    if (!strcmp(dim, "result"))
        return set_text(out, e->result->label);
    if (!strcmp(dim, "commit"))
        return set_text(out, commit_of(e->result));
    if (!strcmp(dim, "role"))
        return set_text(out, c->role);
    if (!strcmp(dim, "status"))
        return set_text(out, cell_status_name(c->status));
    if (!strcmp(dim, "id"))
        return set_text(out, c->id);
    *is_known = false;
    return false;
}

/* The unit of "name", or of "owner.name": compared in place, since memory may not suffice for one.
 */
static const char *unit_of(const json_t *units, const char *owner, const char *name)
{
    size_t length = owner ? strlen(owner) : 0;
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)units, key, value)
    {
        bool is_owned = !owner || (!strncmp(key, owner, length) && key[length] == '.');
        if (is_owned && !strcmp(key + (owner ? length + 1 : 0), name))
            return json_string_value(value);
    }
    return NULL;
}

/* A parameter's value and unit: by its name alone, or as "plug-in.name". */
static const json_t *find_param(const struct result_cell *c, const char *dim, const char **unit)
{
    const struct {
        const char *owner;
        const json_t *params;
    } tables[] = {
        {c->workload, c->params}, {c->lock, c->lock_params}, {c->executor, c->executor_params}};
    const char *dot = strchr(dim, '.');
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        const char *name = dim;
        if (dot) {
            size_t length = (size_t)(dot - dim);
            if (strlen(tables[i].owner) != length || strncmp(tables[i].owner, dim, length))
                continue;
            name = dot + 1;
        }
        const json_t *found = json_object_get(tables[i].params, name);
        if (!found)
            continue;
        *unit = unit_of(c->param_units, i > 0 ? tables[i].owner : NULL, name);
        return found;
    }
    return NULL;
}

static bool param_value(const struct result_cell *c, const char *dim, struct dim_value *out)
{
    const char *unit = NULL;
    const json_t *value = find_param(c, dim, &unit);
    if (json_is_string(value))
        return set_text(out, json_string_value(value));
    if (json_is_boolean(value))
        return set_text(out, json_is_true(value) ? "true" : "false");
    if (!json_is_number(value))
        return false;
    out->is_number = true;
    out->number = json_number_value(value);
    if (json_is_integer(value))
        units_format_exact(out->own, sizeof out->own, json_integer_value(value),
                           unit ? unit : "count");
    else
        snprintf(out->own, sizeof out->own, "%g", out->number);
    return true;
}

bool dim_value_of(const struct entry *e, const char *dim, struct dim_value *out)
{
    *out = (struct dim_value){0};
    bool is_known = false;
    bool has = built_in_value(e, dim, out, &is_known);
    return is_known ? has : param_value(e->cell, dim, out);
}

bool dims_have(const struct dims *d, const char *name)
{
    for (size_t i = 0; i < d->count; i++)
        if (!strcmp(d->names[i], name))
            return true;
    return false;
}

void dims_add(struct dims *d, const char *name)
{
    if (dims_have(d, name))
        return;
    char *own = strdup(name);
    d->failed |= !own;
    d->names = vec_room(d->names, d->count, &d->capacity, sizeof *d->names, &d->failed);
    if (d->failed)
        free(own);
    else
        d->names[d->count++] = own;
}

void dims_add_all(struct dims *d, const struct dims *others)
{
    d->failed |= others->failed;
    for (size_t i = 0; i < others->count; i++)
        dims_add(d, others->names[i]);
}

void dims_release(struct dims *d)
{
    for (size_t i = 0; i < d->count; i++)
        free(d->names[i]);
    free(d->names);
    *d = (struct dims){0};
}

static void add_params(struct dims *out, const char *owner, const json_t *params)
{
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)params, name, value)
    {
        struct buf full = {0};
        buf_printf(&full, "%s%s%s", owner ? owner : "", owner ? "." : "", name);
        out->failed |= full.failed;
        dims_add(out, buf_text(&full));
        buf_release(&full);
    }
}

void dims_of_params(struct dims *out, const struct entry *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct result_cell *c = items[i].cell;
        add_params(out, NULL, c->params);
        add_params(out, c->lock, c->lock_params);
        add_params(out, c->executor, c->executor_params);
    }
}

static bool is_built_in(const char *dim)
{
    for (size_t i = 0; i < BUILT_IN; i++)
        if (!strcmp(built_in[i], dim))
            return true;
    return false;
}

void dims_of_entries(struct dims *out, const struct entries *all)
{
    for (size_t i = 0; i < BUILT_IN; i++)
        dims_add(out, built_in[i]);
    dims_of_params(out, all->items, all->count);
}

int dim_refuse_value(const char *option, const char *dim, const char *value,
                     const struct entries *all, struct err *err)
{
    struct dims values = {0}; /* each once, in their order */
    struct dim_value one;
    struct buf words = {0};
    for (size_t i = 0; i < all->count; i++)
        if (dim_value_of(&all->items[i], dim, &one))
            dims_add(&values, dim_text(&one));
    const char *const *there = (const char *const *)values.names;
    suggest_words(&words, suggest(value, there, values.count), there, values.count);
    err_set(err, ERR_USAGE, "%s: no cell has %s=%s%s", option, dim, value, buf_text(&words));
    buf_release(&words);
    dims_release(&values);
    return -1;
}

/* What there is, and what is nearest to what was typed. */
static int refuse_dim(const char *option, const char *dim, const struct entries *all,
                      struct err *err)
{
    struct dims names = {0};
    struct buf words = {0};
    dims_of_entries(&names, all);
    const char *const *there = (const char *const *)names.names;
    suggest_words(&words, suggest(dim, there, names.count), there, names.count);
    err_set(err, ERR_USAGE, "%s: \"%s\" is no dimension of these cells%s", option, dim,
            buf_text(&words));
    buf_release(&words);
    dims_release(&names);
    return -1;
}

int dim_check(const char *option, const char *dim, const struct entries *all, struct err *err)
{
    const char *unit = NULL;
    if (is_built_in(dim))
        return 0;
    for (size_t i = 0; i < all->count; i++)
        if (find_param(all->items[i].cell, dim, &unit))
            return 0;
    return refuse_dim(option, dim, all, err);
}

int dims_parse(struct dims *out, const char *option, const char *text, const struct entries *all,
               struct err *err)
{
    *out = (struct dims){0};
    if (!*text)
        return err_set(err, ERR_USAGE, "%s: needs a dimension, such as executor", option);
    if (name_list_check(option, text, err))
        return -1;
    while (*text) {
        size_t length = strcspn(text, ",");
        char *name = strndup(text, length);
        int failed = name ? dim_check(option, name, all, err) : 0;
        if (name && !failed)
            dims_add(out, name);
        free(name);
        if (!name || out->failed)
            return err_set(err, ERR_SYSTEM, "%s: out of memory", option);
        if (failed)
            return -1;
        text += length + (text[length] == ',');
    }
    return 0;
}

bool dim_varies(const char *dim, const struct entry *items, size_t count)
{
    struct dim_value first = {0}, value;
    bool has_first = false;
    for (size_t i = 0; i < count; i++) {
        if (!dim_value_of(&items[i], dim, &value))
            continue;
        if (has_first && strcmp(dim_text(&first), dim_text(&value)))
            return true;
        first = value;
        has_first = true;
    }
    return false;
}

/* Executors stand in one order in all tables, whichever a block happens to begin with. */
static int rank_executors(struct entries *e, struct err *err)
{
    struct {
        VEC(size_t);
    } first = {0};
    for (size_t i = 0; i < e->count; i++) {
        const char *executor = e->items[i].cell->executor;
        size_t k = 0;
        while (k < first.count && strcmp(e->items[first.items[k]].cell->executor, executor))
            k++;
        if (k == first.count && !vec_add(&first, i))
            break;
        e->items[i].executor_order = first.items[k];
    }
    int failed = first.failed ? err_set(err, ERR_SYSTEM, "%zu cells: out of memory", e->count) : 0;
    vec_release(&first);
    return failed;
}

static void add_entry(struct entries *e, const struct result *r, const struct result_cell *c)
{
    e->items[e->count] = (struct entry){.result = r, .cell = c, .order = e->count};
    e->count++;
}

int entries_of_results(struct entries *out, const struct result *results, size_t count,
                       struct err *err)
{
    size_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += results[i].cell_count;
    *out = (struct entries){.items = calloc(total ? total : 1, sizeof *out->items)};
    if (!out->items)
        return err_set(err, ERR_SYSTEM, "%zu cells: out of memory", total);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < results[i].cell_count; j++)
            add_entry(out, &results[i], &results[i].cells[j]);
    if (rank_executors(out, err)) {
        entries_release(out);
        return -1;
    }
    return 0;
}

void entries_release(struct entries *e)
{
    free(e->items);
    *e = (struct entries){0};
}
