#include "bench/run/metrics.h"

#include "bench/registry.h"

#include <assert.h>
#include <string.h>

static void add(struct metric_list *list, const struct metric *table, const char *owner,
                const void *descriptor)
{
    for (size_t i = 0; i < metric_count(table); i++) {
        assert(list->count < METRICS_MAX);
        list->owners[list->count] = owner;
        list->descriptors[list->count] = descriptor;
        list->metrics[list->count++] = &table[i];
    }
}

void metric_list_of(const struct workload *w, struct metric_list *out)
{
    out->count = 0;
    const struct probe *p;
    for (size_t i = 0; (p = registry_probe(i)) != NULL; i++)
        add(out, p->metrics, p->name, p);
    add(out, w->metrics, w->name, w);
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
