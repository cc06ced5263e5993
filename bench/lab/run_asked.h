/* What `contend run` was asked for, and what has to be there before it is done: plug-ins, and of
 * --like the result whose cells are measured once more. */
#ifndef CONTEND_LAB_RUN_ASKED_H
#define CONTEND_LAB_RUN_ASKED_H

#include "bench/fleet/wishes.h"
#include "bench/judge/rerun/rerun.h"
#include "bench/run/run.h"

struct run_wishes {
    struct run_options run;
    struct opt_list plugins; /* loaded first */
    const char *shard;       /* "2/4"; NULL: all of it */
    const char *stack;       /* "guarded", "dense", "compact"; NULL: not said */
    const char *like;        /* a result; NULL */
    struct fleet_wishes fleet;
    bool is_dry;      /* nothing is measured */
    bool is_unjudged; /* the result's path is all that is wanted of it */
};

struct run_asked {
    struct buf assignment; /* of the stack, which the plan borrows */
    struct result earlier; /* of --like */
    json_t *suite;         /* its cells, which the plan borrows */
};

/* Looks whether wishes go together, and completes the plan in them.  -1 with err; released in both
 * cases. */
int run_asked_take(struct run_asked *a, struct run_wishes *w, struct err *err);
void run_asked_release(struct run_asked *a);

/* Whether what was measured into `path` is what was measured then: a page that this begins. */
int run_asked_again(const struct run_asked *a, const char *path, struct page *p, int *status,
                    struct err *err);

#endif
