/*
 * What a descriptor must be before anything relies on it: asked of each outside plug-in when it is
 * loaded, and of the built-in ones by the contract test, so that both are held to one rule.  Hooks
 * that are called outside of workers are called here once: a plug-in is tried in a child first, so
 * that one that crashes or hangs in them does so there.
 */
#ifndef CONTEND_REGISTRY_CHECK_H
#define CONTEND_REGISTRY_CHECK_H

#include "bench/base/err.h"
#include "bench/contend.h"

enum { SUMMARY_COLUMNS = 60 };

/* Each returns 0, or -1 with ERR_INPUT that names the descriptor and what is wrong with it. */
int workload_check(const struct workload *w, struct err *err);
int executor_check(const struct executor *x, struct err *err);
int lock_check(const struct lock *k, struct err *err);
int probe_check(const struct probe *p, struct err *err);

/* The same of the metrics that a workload has with these parameters. */
int workload_check_metrics(const struct workload *w, const int64_t *params, struct err *err);

#endif
