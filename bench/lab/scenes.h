/*
 * Scenes: what textbooks say of threads, processes, coroutines and an interpreter's lock, each as a
 * trace to be looked at.  A scene is one launch, or a contrast of two in the same time.
 */
#ifndef CONTEND_LAB_SCENES_H
#define CONTEND_LAB_SCENES_H

#include "bench/trace/trace.h"

#include <stddef.h>

struct scene;

/* The i-th name, NULL behind the last. */
const char *scene_name(size_t i);
/* One line. */
const char *scene_summary(size_t i);

/* NULL with ERR_USAGE. */
const struct scene *scene_named(const char *name, struct err *err);

/* Runs it; `for_ns` and `events` 0: as the scene has them. -1 with what went wrong. */
int scene_run(const struct scene *s, int64_t for_ns, int64_t events, struct trace *out,
              struct err *err);

#endif
