/* All metrics a cell can have, in one list: the probes' in their order, then the workload's. */
#ifndef CONTEND_RUN_LAUNCH_METRICS_H
#define CONTEND_RUN_LAUNCH_METRICS_H

#include "bench/registry.h"

struct metric_list {
    const struct metric *metrics[METRICS_MAX];
    const char *owners[METRICS_MAX];      /* name of the probe or workload: its usual source */
    const void *descriptors[METRICS_MAX]; /* that probe or workload: two may share a name */
    enum role roles[METRICS_MAX];         /* ROLE_NONE: none */
    size_t count;
};

/* Every probe's metrics and those that the workload has with these parameters. */
void metric_list_of(const struct workload *w, const int64_t *params, struct metric_list *out);

/* Where the metrics of that probe or workload begin in the list; -1 if it has none. */
int metric_offset(const struct metric_list *list, const struct probe *p);
int metric_offset_own(const struct metric_list *list, const struct workload *w);
int metric_index(const struct metric_list *list, const char *name);
/* The first that has the role; -1: none has. */
int metric_with_role(const struct metric_list *list, enum role role);

#endif
