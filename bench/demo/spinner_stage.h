/*
 * What a spinner is played on: memory that the worker, its units and the process that draws share;
 * and the worker's side of it.
 */
#ifndef CONTEND_DEMO_SPINNER_STAGE_H
#define CONTEND_DEMO_SPINNER_STAGE_H

#include "bench/demo/spinner.h"
#include "workloads/spinner_roles.h"

enum { SPINNER_OBJECT_MAX = 96 };

/* Shared by the worker, its units, and the process that draws. */
struct spinner_stage {
    struct spinner_board board;
    struct spinner spinner;
    struct latency_ring lateness;
    _Atomic bool has_object;
    char object[SPINNER_OBJECT_MAX];
    uint64_t answer;
    bool is_done; /* the worker came to its end */
    struct err err;
};

/* The worker, in a process of its own: runs the request as a launch; what failed is in s->err. */
void spinner_perform(struct spinner_stage *s, const struct spinner_request *r);

#endif
