/*
 * The registries: what workloads, executors, locks and probes there are.
 *
 * Built-in ones come from the .def files, in that order; registry_load_plugin() adds outside
 * ones behind them.  Descriptors are borrowed for the life of the program.
 */
#ifndef CONTEND_REGISTRY_H
#define CONTEND_REGISTRY_H

#include "bench/base/err.h"
#include "bench/contend.h"

/* Most probes there can be, and most metrics of one cell: its probes' and its workload's.  A
 * plug-in that goes beyond is refused. */
enum { PROBES_MAX = 16, METRICS_MAX = 128 };

enum registry_kind { REGISTRY_WORKLOAD, REGISTRY_EXECUTOR, REGISTRY_LOCK, REGISTRY_PROBE };

/* "io", "cpu" ... */
const char *registry_kind_name(enum workload_kind kind);

/* The i-th of its kind, NULL behind the last. */
const struct workload *registry_workload(size_t i);
const struct executor *registry_executor(size_t i);
const struct lock *registry_lock(size_t i);
const struct probe *registry_probe(size_t i);

/* By name; NULL with ERR_USAGE that names the nearest known one. */
const struct workload *registry_find_workload(const char *name, struct err *err);
const struct executor *registry_find_executor(const char *name, struct err *err);
const struct lock *registry_find_lock(const char *name, struct err *err);
const struct probe *registry_find_probe(const char *name, struct err *err);

/* Loads a shared object and adds what it exports. A name that exists already is an error. */
int registry_load_plugin(const char *path, struct err *err);
/* Several, up to the first that cannot be. */
int registry_load_plugins(const char *const *paths, size_t count, struct err *err);

/* The plug-in that is being opened, whose constructors run; NULL at all other times. */
const char *registry_opening(void);

/* Whether code of others was ever loaded, also such as was refused. */
bool registry_has_plugins(void);
/* The i-th path that was loaded, as it was given; NULL behind the last. */
const char *registry_plugin_path(size_t i);

/* Rows of a parameter table; 0 for NULL. Rows of a metric table likewise. */
size_t param_count(const struct param *params);
size_t metric_count(const struct metric *metrics);
/* The values of its rows where nothing was said. */
void param_defaults(const struct param *params, int64_t *values);
/* Whether a workload's metrics with these parameters can stand beside the probes'. */
int registry_check_metrics(const struct workload *w, const int64_t *params, struct err *err);
/* The row of that name, or -1. */
int param_find(const struct param *params, const char *name);

#endif
