/* All metrics a cell can have, in one list: the probes' in their order, then the workload's. */
#ifndef CONTEND_RUN_METRICS_H
#define CONTEND_RUN_METRICS_H

#include "bench/contend.h"

enum { METRICS_MAX = 128 };

struct metric_list {
    const struct metric *metrics[METRICS_MAX];
    const char *owners[METRICS_MAX]; /* probe or workload it belongs to: its usual source */
    size_t count;
};

/* Every probe's metrics and those of the workload. */
void metric_list_of(const struct workload *w, struct metric_list *out);

/* Where the metrics of that owner begin in the list; -1 if it has none. */
int metric_offset(const struct metric_list *list, const char *owner);
int metric_index(const struct metric_list *list, const char *name);

#endif
