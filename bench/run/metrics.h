/* All metrics a cell can have, in one list: the probes' in their order, then the workload's. */
#ifndef CONTEND_RUN_METRICS_H
#define CONTEND_RUN_METRICS_H

#include "bench/registry.h"

struct metric_list {
    const struct metric *metrics[METRICS_MAX];
    const char *owners[METRICS_MAX];      /* name of the probe or workload: its usual source */
    const void *descriptors[METRICS_MAX]; /* that probe or workload: two may share a name */
    size_t count;
};

/* Every probe's metrics and those of the workload. */
void metric_list_of(const struct workload *w, struct metric_list *out);

/* Where the metrics of that probe or workload begin in the list; -1 if it has none. */
int metric_offset(const struct metric_list *list, const struct probe *p);
int metric_offset_own(const struct metric_list *list, const struct workload *w);
int metric_index(const struct metric_list *list, const char *name);

#endif
