/*
 * Coroutines on one event loop: many tasks, one thread, cooperative; the C counterpart of asyncio's
 * core. Needs libc only.
 *
 *     static int body(void *arg, uint64_t *value) { *value = 42; return coro_sleep(1000); }
 *
 *     struct coro_loop *loop = coro_loop_new(NULL, &error);
 *     coro_spawn(loop, body, NULL, 0, NULL);
 *     coro_loop_run(loop, NULL);
 *     coro_loop_free(loop);
 *
 * What is here is what the executor, the workloads' loops and the spinner use, and no more
 * (docs/decisions/0043-only-what-is-used.md).
 *
 * A task runs until it suspends: in coro_yield, coro_sleep, coro_await, coro_wait, the channel and
 * descriptor verbs, and now and then in coro_spawn (so that a burst of spawns starves nobody).
 * Times are nanoseconds of CLOCK_MONOTONIC. Sleepers never wake early.
 *
 * Rules. A loop and its tasks belong to one thread at a time. A finished task keeps its handle
 * until somebody has awaited or released it; after that the handle means nothing. A descriptor that
 * was waited for stays open as long as the loop is there. Nothing that others point to may lie on
 * the stack of a CORO_COMPACT task. A program that handles signals on
 * the thread of a CORO_DENSE loop takes them on an alternate stack (SA_ONSTACK): a signal frame is
 * larger than a small stack.
 */
#ifndef CORO_H
#define CORO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct coro;      /* a task */
struct coro_loop; /* the tasks of one thread, their stacks, timers, queues */
struct coro_chan; /* a bounded queue between tasks */

/* Returned by every int function; 0 is success. A body's own errors are positive numbers. */
enum coro_error {
    CORO_OK = 0,
    CORO_CANCELLED = -1, /* somebody called coro_cancel on this task */
    CORO_TIMED_OUT = -2,
    CORO_CHANGED = -3,  /* coro_wait: the word no longer had the expected value */
    CORO_CLOSED = -4,   /* the channel is closed (and empty, for a receiver) */
    CORO_PAST = -5,     /* the deadline had passed at the call */
    CORO_FINISHED = -6, /* the task has finished: nothing to cancel */
    CORO_SELF = -7,     /* a task cannot await itself */
    CORO_OUTSIDE = -8,  /* only a task can suspend, and this is none */
    CORO_BUSY = -9,     /* somebody else is using it */
    CORO_BAD = -10,     /* an argument no call can mean: NULL body, capacity 0, unknown flag */
    CORO_SMALL = -11,   /* the stack is too small: see coro_stack_least() */
    CORO_NO_MEMORY = -12,
    CORO_SYSTEM = -13,  /* the system refused: errno says why */
    CORO_ON_STACK = -14 /* a pointer into a compact task's stack was to be shared */
};
const char *coro_strerror(int error); /* static text */

/* A task's work: returns 0 or an error, and *value (0 before) for whoever awaits it. */
typedef int coro_body(void *arg, uint64_t *value);

/* ---- the loop ---- */

enum coro_stack {
    CORO_GUARDED, /* whole pages behind a guard: an overflow faults (default) */
    CORO_DENSE,   /* a few hundred bytes to some KiB side by side, with a canary */
    CORO_COMPACT  /* all tasks run on one stack; suspended frames are copied out */
};

enum coro_lateness {
    CORO_DEFAULT,   /* the kernel's timer slack, normally 50 us */
    CORO_COALESCED, /* deadlines rounded up to the same ~1 ms: fewest wake-ups */
    CORO_PRECISE    /* slack 1 ns while the loop runs */
};

/* All zero is a good loop. */
struct coro_config {
    enum coro_stack stack;
    enum coro_lateness lateness;
    size_t stack_bytes;          /* usable by one task; 0: 14 KiB, 4 KiB, 256 KiB by kind */
    void (*before_wait)(void *); /* around each wait in the kernel, on the loop's stack */
    void (*after_wait)(void *);
    void *wait_context; /* what those two get */
    bool check;         /* for tests: look at canaries at each switch; slower */
};

/* NULL config: defaults. NULL with *error set when refused. */
struct coro_loop *coro_loop_new(const struct coro_config *config, int *error);
/* Ends the loop; tasks still alive are dropped where they stand. Not from inside its tasks. */
void coro_loop_free(struct coro_loop *loop);

/* When coro_loop_run comes back although tasks are left. Unset members never stop it. */
struct coro_until {
    const uint32_t *word; /* ... once *word != value */
    uint32_t value;
    const struct coro *task; /* ... once this one has finished (keep the handle) */
    bool idle; /* ... once nothing is runnable: do not wait for timers and descriptors */
};
enum coro_stop {
    CORO_STOP_FINISHED, /* no task is alive */
    CORO_STOP_IDLE, /* all are parked, and (unless until->idle) no timer or descriptor can help */
    CORO_STOP_ASKED /* word or task */
};
/* Runs tasks; NULL until: to the end. Conditions are looked at whenever nothing is runnable and at
 * least every thousand switches. Returns enum coro_stop, or an error below 0. May be called again.
 */
int coro_loop_run(struct coro_loop *loop, const struct coro_until *until);

size_t coro_stack_least(enum coro_stack stack); /* smallest stack_bytes accepted */
const char *coro_switch_name(void);             /* "x86_64", "aarch64" or "ucontext" */

/* ---- tasks ---- */

enum coro_flags {
    CORO_EAGER = 1 /* run the child at once, the spawner next (outside a task: deferred) */
};
/* Starts a task. NULL task: detached, nobody awaits it. */
static inline int coro_spawn(struct coro_loop *loop, coro_body *body, void *arg, unsigned flags,
                             struct coro **task);

struct coro_result {
    uint64_t value;
    int error; /* what the body returned */
};
/* Waits for the end of the task and takes its result; the handle ends. Several may await one task:
 * all who wait at its end get the result. Returns the waiting's own fate: 0, CORO_CANCELLED (the
 * task goes on, the handle stays), CORO_SELF. result may be NULL.
 */
static inline int coro_await(struct coro *task, struct coro_result *result);
/* Nobody will await it: freed when (or as it has) finished. */
int coro_release(struct coro_loop *loop, struct coro *task);
/* The task's present or next suspension returns CORO_CANCELLED, once; it may clean up, and may even
 * go on. A task not yet begun begins, so that it can free what it was given. */
int coro_cancel(struct coro_loop *loop, struct coro *task);

static inline struct coro *coro_self(void);              /* NULL outside a task */
static inline uint32_t coro_id(const struct coro *task); /* 1, 2, 3 ... in order of spawning */
static inline struct coro_loop *coro_loop_self(void);    /* NULL outside coro_loop_run */

/* Lets the others run. 0 or CORO_CANCELLED. */
static inline int coro_yield(void);
int coro_sleep(uint64_t ns); /* 0: a yield */
int coro_sleep_until(uint64_t deadline_ns);
uint64_t coro_now(void);

/* Verbs that suspend find their loop themselves; those that may be called from outside take it. */

/* ---- words: what events, queues and barriers are made of ---- */

#define CORO_FOREVER UINT64_MAX
#define CORO_NO_WAIT 0
/* Parks while *word == expected, until woken: 0, CORO_CHANGED, CORO_TIMED_OUT, CORO_CANCELLED. */
int coro_wait(const uint32_t *word, uint32_t expected, uint64_t timeout_ns);
/* Wakes up to `count` tasks parked on word, oldest first; how many. Also from outside a task. */
uint32_t coro_wake(struct coro_loop *loop, const uint32_t *word, uint32_t count);

/* ---- channels of 64-bit items, first in first out ---- */

/* capacity 1 to 2^24, else CORO_BAD. The channel belongs to the loop's tasks. */
struct coro_chan *coro_chan_new(struct coro_loop *loop, uint32_t capacity, int *error);
/* CORO_BUSY while tasks wait on it. */
int coro_chan_free(struct coro_chan *chan);
/* Waits while the channel is full. 0, CORO_CLOSED, CORO_CANCELLED. Outside a task only what need
 * not wait is possible, else CORO_OUTSIDE. */
static inline int coro_send(struct coro_chan *chan, uint64_t item);
/* Waits while it is empty. CORO_CLOSED once it is closed and empty. */
static inline int coro_receive(struct coro_chan *chan, uint64_t *item);
/* Senders fail from now on; what is in it may still be received. CORO_CLOSED: it was. */
int coro_chan_close(struct coro_chan *chan);

/* ---- descriptors ---- */

enum coro_ready { CORO_READABLE = 1, CORO_WRITABLE = 2 };
/* Waits until fd may be ready for `ready` (one of the two, as an edge: try, and call this when the
 * call said EAGAIN). One waiter a direction: CORO_BUSY. A regular file is always ready. */
int coro_wait_fd(int fd, enum coro_ready ready, uint64_t timeout_ns);

#include "bench/coro/hot.h"

#endif
