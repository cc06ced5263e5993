/* What coordinator and worker share: the assignment one way, what was found the other. */
#ifndef CONTEND_RUN_MAILBOX_H
#define CONTEND_RUN_MAILBOX_H

#include "bench/core/err.h"
#include "bench/core/noise.h"
#include "bench/run/assignment.h"
#include "bench/run/metrics.h"
#include "bench/run/overhead.h"
#include "bench/stats/histogram.h"

enum { LAUNCHES_MAX = 16, TEXT_MAX = 160 };

/* One metric's findings of one visit. */
struct found {
    double values[LAUNCHES_MAX]; /* NAN: this launch has none */
    char reason[TEXT_MAX];       /* why there are none; "" if nothing was said */
    char source[64];             /* "" for the owner's name */
    bool is_failed;              /* a launch of its own went wrong, for that reason */
    bool has_histogram;
    struct histogram histogram;
};

struct mailbox {
    struct assignment job;
    int fd;         /* the coordinator's, of the memory this lies in */
    bool is_done;   /* the worker came to its end, with or without an error */
    struct err err; /* the cell failed or was skipped for this */
    double op_ns, slowdown;
    struct overhead overhead;
    uint32_t launch_count;
    struct noise_delta noise[LAUNCHES_MAX];
    char excluded[LAUNCHES_MAX][TEXT_MAX]; /* why nothing of that launch is used; "": it is */
    struct found found[METRICS_MAX];
};

struct mailbox *mailbox_new(struct err *err);
void mailbox_free(struct mailbox *m);

/* Empties what is found, not the assignment. */
void mailbox_clear(struct mailbox *m);

/* In the worker: the mailbox behind that descriptor, which may be closed afterwards. */
struct mailbox *mailbox_attach(int fd, struct err *err);

#endif
