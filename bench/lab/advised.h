/* Advice: from what `contend advise` was asked for to what there is to be shown. */
#ifndef CONTEND_LAB_ADVISED_H
#define CONTEND_LAB_ADVISED_H

#include "bench/base/command.h"
#include "bench/lab/advise_run.h"

struct advise_wishes {
    int64_t cpu_ns, wait_ns; /* of a request; 0, -1: not said */
    int64_t concurrency, rate_per_s, memory_bytes, payload_bytes, image_bytes;
    const char *lock; /* "none", "gil"; NULL: not said */
    const char *slo;  /* "p99=50ms"; NULL */
    const char *from; /* a file of contend watch, for what is not said; NULL */
    int64_t requests; /* that were served meanwhile; 0: not said */
    int64_t budget_ns, timeout_ns;
    int64_t seed; /* -1: drawn */
    int64_t cpus; /* of another machine; 0 */
    const char *reference, *python;
    bool verifies, is_exhaustive;
};

struct advised {
    struct advise_request request;
    struct buf from; /* the file the description comes from, and how, in words */
    struct advise_found found;
};

/* Whether it can be done, and measures nothing.  -1 with err; advised_release() in both cases. */
int advised_look(struct advised *a, const struct advise_wishes *wishes, struct err *err);
void advised_release(struct advised *a);

/*
 * Measures until an interrupt, onto a page that this begins, for that format; there is none where
 * the status is that it was interrupted.  -1 with err.
 */
int advised_run(struct advised *a, const char *format, struct page *p, int *status,
                struct err *err);

#endif
