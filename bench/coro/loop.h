/*
 * The whole loop, for the files of this folder. Who parks a task, who wakes it, and how work that
 * needs room gets off the small stacks.
 */
#ifndef CORO_LOOP_H
#define CORO_LOOP_H

#include "bench/coro/compact.h"
#include "bench/coro/coro.h"
#include "bench/coro/poll.h"
#include "bench/coro/slab.h"
#include "bench/coro/timer.h"
#include "bench/coro/word.h"

enum {
    LOOP_MOST_HOPS = 1024, /* switches between two looks at the clock, at most */
    LOOP_LEAST_HOPS = 8,
    LOOP_LONG_TICK_NS = 50000, /* a tick this long halves the hops ... */
    LOOP_SHORT_TICK_NS = 15000 /* ... a short one doubles them */
};

struct loop {
    struct coro_loop hot; /* first: the public pointer is this one */
    struct coro_config config;
    struct slab slab;
    struct compact compact; /* all zero unless that is the kind */
    struct timers timers;
    uint32_t hops;      /* of the present ticks */
    uint32_t hops_left; /* careful loops count down instead of comparing head and limit */
    uint64_t tick_ns;   /* when the present tick began; 0 unknown */
    struct words words;
    struct poller poller;
    bool running;
    bool on_valgrind; /* which takes what lies below a suspended stack's pointer for no memory */
#ifdef CORO_HOOKED
    const void *main_bottom; /* the stack coro_loop_run was called on */
    size_t main_bytes;
    void *main_fiber;
#endif
};

static inline struct loop *loop_of(struct coro_loop *hot)
{
    return (struct loop *)(void *)hot;
}

/* How far a limit lies that is always passed, or never reached, whatever is pushed in front; and in
 * switches. */
enum { LOOP_FAR = 1 << 30, LOOP_NO_END = LOOP_FAR / CORO_TURN };

static inline void loop_set_limit(struct loop *loop, uint32_t hops)
{
    struct coro_loop *hot = &loop->hot;
    loop->hops_left = hops;
    hot->limit = hot->careful ? hot->head - LOOP_FAR : hot->head + hops * CORO_TURN;
}

/* There is a timer or a descriptor to look at now: the tick ends as soon as others would. */
static inline void loop_shorten(struct loop *loop)
{
    struct coro_loop *hot = &loop->hot;
    uint32_t soon = hot->head + loop->hops * CORO_TURN;
    if (loop->hops_left > loop->hops)
        loop->hops_left = loop->hops;
    if ((int32_t)(hot->limit - soon) > 0)
        hot->limit = soon;
}

static inline uint32_t loop_alive(const struct coro_loop *hot)
{
    return hot->last_id - hot->finished;
}

/* The loop and the running task; CORO_OUTSIDE when there is none. */
static inline int loop_enter(struct loop **loop, struct coro **self)
{
    struct coro_loop *hot = coro_here;
    if (hot->current == NULL)
        return CORO_OUTSIDE;
    *loop = loop_of(hot);
    *self = hot->current;
    return CORO_OK;
}

static inline void loop_disarm(struct loop *loop, struct coro *task)
{
    if (!CORO_HAS(DEADLINES) || task->deadline_ns == 0)
        return;
    task->deadline_ns = 0;
    loop->timers.armed--;
}

/* The task has been taken off what it waited for; its suspension will return `code`. */
static inline void loop_unpark(struct loop *loop, struct coro *task, int code)
{
    loop_disarm(loop, task);
    task->wake = code;
    task->state = CORO_STATE_READY;
}

/* ... when its turn comes. */
static inline void loop_wake(struct loop *loop, struct coro *task, int code)
{
    loop_unpark(loop, task, code);
    coro_push(&loop->hot, task);
}

static inline uint64_t loop_after(uint64_t now_ns, uint64_t ns)
{
    return ns > UINT64_MAX - now_ns ? UINT64_MAX : now_ns + ns;
}

/* A variable on the stack of a suspended task. */
static inline void *loop_see(struct loop *loop, const struct coro *task, void *variable)
{
    return loop->config.stack == CORO_COMPACT && task != loop->hot.current
               ? compact_see(&loop->compact, task, variable)
               : variable;
}

/* Before a suspension: a cancellation waiting to be delivered. */
int loop_interrupted(struct coro *self);
/* Parks self, whose state, `on` and list are set, until woken; not after deadline_ns (0: none).
 * Returns the wake-up's code, or CORO_NO_MEMORY at once: then all is undone.
 */
int loop_park(struct loop *loop, struct coro *self, uint64_t deadline_ns);
/* Takes a parked task off the list it waits on. */
void loop_detach(struct loop *loop, struct coro *task);
/* The room above the running task's first frame. */
struct coro_top *loop_top(struct loop *loop, struct coro *self);
/* Usable by one task, from below its descriptor (or the run stack's end). */
static inline size_t loop_stack_bytes(const struct loop *loop)
{
    return loop->config.stack == CORO_COMPACT
               ? (size_t)((char *)(loop->compact.top + 1) - loop->compact.low)
               : loop->slab.usable;
}
/* Makes `count` further stacks. */
int loop_grow(struct loop *loop, uint32_t count);
/* Calls fn where there is room: on the loop's own stack when a task runs. */
int loop_call(struct loop *loop, int (*fn)(struct loop *, void *), void *arg);
/* Ends the program, with a report, when the task has overrun its stack. */
void loop_check_canary(struct loop *loop, struct coro *task);

/* switch.c */
int coro_call_on(void *stack, int (*fn)(struct loop *, void *), struct loop *loop, void *arg);
#ifdef CORO_HOOKED
void coro_run_begins(struct coro_loop *loop);
void coro_arrive(struct coro_loop *loop); /* first thing on a new stack */
void coro_depart(struct coro_loop *loop); /* last thing before leaving one for good */
#else
#define coro_run_begins(loop) ((void)(loop))
#define coro_arrive(loop)     ((void)(loop))
#define coro_depart(loop)     ((void)(loop))
#endif
#endif
