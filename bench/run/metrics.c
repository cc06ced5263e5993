#include "bench/run/metrics.h"

#include "bench/registry.h"

#include <assert.h>
#include <string.h>

static void add(struct metric_list *list, const struct metric *table, const char *owner)
{
    for (size_t i = 0; i < metric_count(table); i++) {
        assert(list->count < METRICS_MAX);
        list->owners[list->count] = owner;
        list->metrics[list->count++] = &table[i];
    }
}

void metric_list_of(const struct workload *w, struct metric_list *out)
{
    out->count = 0;
    const struct probe *p;
    for (size_t i = 0; (p = registry_probe(i)) != NULL; i++)
        add(out, p->metrics, p->name);
    add(out, w->metrics, w->name);
}

int metric_offset(const struct metric_list *list, const char *owner)
{
    for (size_t i = 0; i < list->count; i++)
        if (!strcmp(list->owners[i], owner))
            return (int)i;
    return -1;
}

int metric_index(const struct metric_list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++)
        if (!strcmp(list->metrics[i]->name, name))
            return (int)i;
    return -1;
}
