/* What coordinator and worker share: the assignment one way, what was found the other. */
#ifndef CONTEND_RUN_LAUNCH_MAILBOX_H
#define CONTEND_RUN_LAUNCH_MAILBOX_H

#include "bench/base/err.h"
#include "bench/machine/noise.h"
#include "bench/run/launch/assignment.h"
#include "bench/run/launch/metrics.h"
#include "bench/run/launch/overhead_pairs.h"
#include "bench/stats/histogram.h"

enum { LAUNCHES_MAX = 16, TEXT_MAX = 160 };

/* One metric's findings of one visit. */
struct found {
    double values[LAUNCHES_MAX]; /* NAN: this launch has none */
    char reason[TEXT_MAX];       /* why there are none; "" if nothing was said */
    char source[64];             /* "" for the owner's name */
    bool is_failed;              /* a launch of its own went wrong, for that reason */
    bool has_histogram;          /* mailbox.histograms has one */
};

struct mailbox {
    struct assignment job;
    int fd;         /* the coordinator's, of the memory this lies in */
    bool is_done;   /* the worker came to its end, with or without an error */
    struct err err; /* the cell failed or was skipped for this */
    double op_ns, slowdown;
    struct overhead overhead;
    size_t room_bytes; /* behind this, for what has no bound known here; 0: none */
    uint32_t launch_count;
    struct noise_delta noise[LAUNCHES_MAX];
    char excluded[LAUNCHES_MAX][TEXT_MAX]; /* why nothing of that launch is used; "": it is */
    struct found found[METRICS_MAX];
    /* Apart, and nothing is written to them before there is one: of 2 MiB a visit touches a few
     * pages. */
    struct histogram histograms[METRICS_MAX];
};

/* In memory that workers share; NULL with ERR_SYSTEM. */
struct mailbox *mailbox_new(struct err *err);
void mailbox_free(struct mailbox *m);

/* Empties what is found, not the assignment. */
void mailbox_clear(struct mailbox *m);

/*
 * Makes room behind it, zeroed, for a worker that is started afterwards; *room is where this
 * process sees it, until mailbox_free_room().  -1 with ERR_LIMIT.  One room at most.
 */
int mailbox_make_room(struct mailbox *m, size_t bytes, void **room, struct err *err);
void mailbox_free_room(struct mailbox *m, void *room);

/* The same in the worker, who has m->room_bytes of it; NULL: none. */
void *mailbox_room(struct mailbox *m);

/* In the worker: the mailbox behind that descriptor, which may be closed afterwards. */
struct mailbox *mailbox_attach(int fd, struct err *err);

/* The same where it could not be attached: its owner finds `err` in it.  False: nobody does. */
bool mailbox_tell_unmapped(int fd, const struct err *err);

#endif
