#include "bench/result/result.h"

#include "bench/result/cell_read.h"

#include <stdlib.h>
#include <string.h>

static const char *const statuses[] = {"ok", "skipped", "failed"};

const char *cell_status_name(enum cell_status s)
{
    return statuses[s];
}

const struct result_metric *result_metric_find(const struct result_cell *c, const char *name)
{
    for (size_t i = 0; i < c->metric_count; i++)
        if (!strcmp(c->metrics[i].name, name))
            return &c->metrics[i];
    return NULL;
}

const struct result_metric *result_value_find(const struct result_cell *c, const char *name)
{
    const struct result_metric *m = result_metric_find(c, name);
    return m && m->summary.n > 0 && c->status == CELL_OK ? m : NULL;
}

const struct result_metric *result_role_find(const struct result_cell *c, enum role role)
{
    for (size_t i = 0; i < c->metric_count; i++)
        if (c->metrics[i].role == role)
            return &c->metrics[i];
    return NULL;
}

const struct result_metric *result_role_value(const struct result_cell *c, enum role role)
{
    const struct result_metric *m = result_role_find(c, role);
    return m && m->summary.n > 0 && c->status == CELL_OK ? m : NULL;
}

size_t result_round(const struct result_cell *c, const struct result_metric *m, size_t i)
{
    size_t launch = m->launches ? m->launches[i] : i;
    return c->rounds && launch < c->launch_count ? c->rounds[launch] : launch;
}

void result_empty(struct result *r)
{
    for (size_t i = 0; i < r->cell_count; i++)
        cell_unload(&r->cells[i]);
    free(r->cells);
    heads_free(r->heads);
    free(r->warnings);
    json_decref(r->json);
    *r = (struct result){.path = r->path, .label = r->label};
}

void result_unload(struct result *r)
{
    result_empty(r);
    free(r->path);
    free(r->label);
    *r = (struct result){0};
}

struct result_cell *result_cell_new(struct result *r)
{
    if (r->cell_count == r->cell_capacity) {
        size_t more = r->cell_capacity ? 2 * r->cell_capacity : 64;
        struct result_cell *cells = realloc(r->cells, more * sizeof *cells);
        if (!cells)
            return NULL;
        r->cells = cells;
        r->cell_capacity = more;
    }
    r->cells[r->cell_count] = (struct result_cell){0};
    return &r->cells[r->cell_count++];
}
