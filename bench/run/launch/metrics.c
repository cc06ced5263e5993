#include "bench/run/launch/metrics.h"

#include "bench/registry.h"

#include <assert.h>
#include <string.h>

static enum role role_of(const struct metric_role *roles, size_t metric)
{
    while (roles && roles->role != ROLE_NONE && (size_t)roles->metric != metric)
        roles++;
    return roles ? roles->role : ROLE_NONE;
}

static void add(struct metric_list *list, const struct metric *table,
                const struct metric_role *roles, const char *owner, const void *descriptor)
{
    for (size_t i = 0; i < metric_count(table); i++) {
        assert(list->count < METRICS_MAX);
        list->owners[list->count] = owner;
        list->descriptors[list->count] = descriptor;
        list->roles[list->count] = role_of(roles, i);
        list->metrics[list->count++] = &table[i];
    }
}

void metric_list_of(const struct workload *w, const int64_t *params, struct metric_list *out)
{
    out->count = 0;
    const struct probe *p;
    for (size_t i = 0; (p = registry_probe(i)) != NULL; i++)
        add(out, p->metrics, p->roles, p->name, p);
    add(out, workload_metrics(w, params), w->roles, w->name, w);
}

static int offset_of(const struct metric_list *list, const void *descriptor)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->descriptors[i] == descriptor)
            return (int)i;
    return -1;
}

int metric_offset(const struct metric_list *list, const struct probe *p)
{
    return offset_of(list, p);
}

int metric_offset_own(const struct metric_list *list, const struct workload *w)
{
    return offset_of(list, w);
}

int metric_index(const struct metric_list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++)
        if (!strcmp(list->metrics[i]->name, name))
            return (int)i;
    return -1;
}

int metric_with_role(const struct metric_list *list, enum role role)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->roles[i] == role)
            return (int)i;
    return -1;
}
