/*
 * A program that runs under the eyes of contend-watch.so: its memory, its start, its end.
 *
 * It stays what it was: it is in our process group and session, has our standard streams, and
 * signals go to it.  What is seen lies in a region (preload/layout.h) that outlives all its
 * processes.
 */
#ifndef CONTEND_WATCH_SESSION_H
#define CONTEND_WATCH_SESSION_H

#include "bench/base/err.h"
#include "bench/base/vec.h"
#include "bench/watch/preload/layout.h"

#include <stdbool.h>
#include <stdint.h>

struct watch_request {
    const char *library; /* contend-watch.so */
    const char *path;    /* of the program */
    char *const *argv;   /* ended by NULL */
    bool out_is_errors;  /* its standard output goes where ours for errors goes */
    bool times_all_holds, with_stacks, with_turns, is_children_off;
};

/* What the kernel said of a thread while it lived. */
struct watch_sample {
    uint64_t ran_ns, runnable_ns, at_ns;
    unsigned looks;
    char name[16];
};

struct watch_session {
    struct watch_region *region;  /* to be looked at; NULL */
    uint64_t begin_ns, end_ns;    /* on the region's clock */
    int pid, status;              /* of the program; as of waitpid(2) */
    struct watch_sample *samples; /* a thread of the region each */
    uint64_t *process_ends_ns;    /* when a process was seen no more; 0: never missed */
    uint64_t sample_period_ns;    /* the longest there was between two looks */
    unsigned still_running;       /* processes that outlive the program */
    /* The rest is session's own. */
    uint32_t processes_seen;
    int fd, library_fd;
};

/*
 * Runs it to its end.  0, or -1 with ERR_SYSTEM or, where it cannot be executed, ERR_USAGE. Signals
 * that come to us go to it.  watch_session_close() in both cases.
 */
int watch_session_run(struct watch_session *s, const struct watch_request *request,
                      struct err *err);
void watch_session_close(struct watch_session *s);

/* ---- Its parts ------------------------------------------------------------------------------- */

int watch_region_open(struct watch_session *s, const struct watch_request *r, struct err *err);
uint64_t watch_now_ns(const struct watch_region *r);

/* Looks at all threads that live; how long that took, ns. */
uint64_t watch_sample_all(struct watch_session *s);

#endif
