/* What `contend trace` was asked for, as one trace: of a cell, or of a scene. */
#ifndef CONTEND_LAB_TRACING_H
#define CONTEND_LAB_TRACING_H

#include "bench/base/command.h"
#include "bench/lab/scenes.h"
#include "bench/page/page.h"
#include "bench/run/trace.h"

struct tracing {
    struct trace_request cell;
    const char *scene_name; /* NULL: the cell */
    const struct scene *scene;
    struct opt_list plugins; /* loaded first */
    const struct call *call; /* as typed, for the trace's head */
};

/*
 * Loads the plug-ins, and finds the scene, or fills in what was not said of the cell: two threads
 * under an interpreter's lock.  -1 with ERR_USAGE.
 */
int tracing_check(struct tracing *t, struct err *err);

/* Runs it; trace_release() in any case. */
int tracing_run(const struct tracing *t, struct trace *out, struct err *err);

/* The scenes, on a page that this begins. */
void tracing_list_page(struct page *p);

#endif
