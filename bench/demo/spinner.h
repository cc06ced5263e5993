/*
 * One spinner from beginning to end: a worker process runs it through the executors and locks that
 * everything else is measured with, and this side draws what it shows.
 *
 * The units print nothing.  They put frames into shared memory, and whoever draws looks there a
 * hundred times a second, so one process alone knows the terminal: an interrupt, a pipe that breaks
 * or a terminal that goes away ends the worker with all it made, and the terminal is as it was.
 */
#ifndef CONTEND_DEMO_SPINNER_H
#define CONTEND_DEMO_SPINNER_H

#include "bench/base/err.h"
#include "bench/contend.h"
#include "workloads/slow_work.h"

enum spinner_model { SPINNER_THREAD, SPINNER_PROCESS, SPINNER_COROUTINE };

struct spinner_request {
    enum spinner_model model;
    enum slow_kind work;
    const struct lock *lock;
    uint64_t duration_ns; /* how long the slow function works */
};

struct spinner_outcome {
    uint64_t answer;
    uint64_t work_ns; /* what the slow function really took */
    uint64_t shown;   /* frames shown that were due */
    uint64_t due;
    uint64_t frames;    /* all frames shown */
    uint64_t worst_ns;  /* lateness; of no meaning while `frames` is 0 */
    uint64_t median_ns; /* ... likewise */
};

/* How it is drawn; the members are called in the order of what happens. */
struct spinner_screen {
    void *context;
    int (*object)(void *context, const char *text, struct err *err); /* it has been made */
    /* The number of the frame from 0 on, and how long after the first look it was shown. */
    int (*frame)(void *context, uint64_t number, uint64_t at_ns, struct err *err);
    int (*clear)(void *context, struct err *err); /* it is over */
    int (*check)(void *context, struct err *err); /* is there still somebody to draw for? */
};

/* "thread", "process", "coroutine", NULL; and "sleep", "cpu", "block", "nap", NULL. */
extern const char *const spinner_models[];
extern const char *const spinner_works[];

/* The request of these words, which are among those above; `work` NULL: sleep. */
struct spinner_request spinner_request_of(const char *model, const char *work,
                                          const struct lock *lock, uint64_t duration_ns);

/* --seconds: "3", "0.5" or any time: "500ms". -1 with ERR_USAGE. */
int spinner_duration(const char *text, uint64_t *out_ns, struct err *err);

/*
 * Runs one; screen may be NULL.  *interrupted, when it becomes true, ends it: returns 1.
 * 0: done, outcome filled; -1: it could not be done, or a member of the screen failed.
 */
int spinner_run(const struct spinner_request *r, const struct spinner_screen *screen,
                const volatile bool *interrupted, struct spinner_outcome *outcome, struct err *err);

#endif
