/*
 * An event loop as small as one can be and still be fair, around somebody else's context switch:
 * run queue, timers, words, awaiting, cancelling.  The file that includes it defines
 * before, for its library:
 *
 *     fiber_context                    what a suspended stack is known by
 *     fiber_make(f, bytes)             f->context shall begin in fiber_main(); the stack lies
 *                                      below f
 *     fiber_switch(from, to)           from->context is where we stop, to->context where we go on
 *
 * Task goes to task directly; through the loop only when nobody else can run, or after LOOK_EVERY
 * switches, for the timers.  Stacks lie in slabs without guard pages, one line longer than a
 * multiple of a page, so that their tops do not share a cache set.
 */
#ifndef CONTEND_EXECUTORS_FIBER_LOOP_H
#define CONTEND_EXECUTORS_FIBER_LOOP_H

#include "bench/base/clock.h"
#include "bench/contend.h"
#include "bench/executors/parking.h"
#include "bench/executors/timer_heap.h"

#include <stdlib.h>
#include <sys/mman.h>

enum { LOOK_EVERY = 512, SLAB_STACKS = 1024, STACK_LINE = 64 };

struct fiber;
typedef uint64_t fiber_body(uint64_t arg);

/* Lies at the top of its own stack. */
struct fiber {
    fiber_context context;
    struct fiber *next; /* in the run queue, a channel's queue or the free list */
    struct fiber *awaiter;
    fiber_body *body;
    uint64_t arg;
    uint64_t value;       /* what the body returned */
    uint64_t deadline_ns; /* its timer; 0: none */
    struct parked parked; /* on a word */
    bool is_finished;
    bool is_cancelled;
};

struct fiber_queue {
    struct fiber *first;
    struct fiber *last;
};

struct slab {
    struct slab *next;
    size_t bytes; /* of the mapping, this header included */
};

struct fiber_loop {
    struct launch *launch;
    struct fiber *current;
    struct fiber_queue ready;
    struct fiber *free; /* stacks used before, the warmest first */
    char *unused;       /* stacks never used: up to unused_end */
    char *unused_end;
    struct fiber main; /* the coordinator: its context alone is used */
    bool is_main_ready;
    bool holds_lock;  /* the lock is ours to let go around a wait */
    uint32_t hops;    /* since the timers were looked at */
    uint32_t started; /* harness tasks that have a fiber */
    size_t stride;    /* from stack to stack */
    struct slab *slabs;
    struct timer_heap timers;
    struct parking parking;
    struct fiber *tasks[]; /* task_count */
};

/* The loop that runs on this thread: a context's entry function has no other way to know. */
static _Thread_local struct fiber_loop *fiber_here;

static inline void fiber_push(struct fiber_queue *q, struct fiber *f)
{
    f->next = NULL;
    if (q->first)
        q->last->next = f;
    else
        q->first = f;
    q->last = f;
}

static inline void fiber_push_front(struct fiber_queue *q, struct fiber *f)
{
    f->next = q->first;
    if (!q->first)
        q->last = f;
    q->first = f;
}

static inline struct fiber *fiber_pop(struct fiber_queue *q)
{
    struct fiber *f = q->first;
    if (f)
        q->first = f->next;
    return f;
}

static inline void fiber_go_to(struct fiber_loop *loop, struct fiber *next)
{
    struct fiber *self = loop->current;
    loop->current = next;
    fiber_switch(self, next);
}

/* The caller stands in some queue, or nobody will come back to it. */
static inline void fiber_suspend(struct fiber_loop *loop)
{
    bool is_time = ++loop->hops >= LOOK_EVERY && !loop->is_main_ready;
    struct fiber *next = is_time ? NULL : fiber_pop(&loop->ready);
    next = next ? next : &loop->main;
    if (next == &loop->main)
        loop->is_main_ready = false;
    if (next != loop->current)
        fiber_go_to(loop, next);
}

/* Every fiber begins here and never returns. */
static void fiber_main(void)
{
    struct fiber_loop *loop = fiber_here;
    struct fiber *self = loop->current;
    self->value = self->body(self->arg);
    self->is_finished = true;
    if (self->awaiter)
        fiber_push(&loop->ready, self->awaiter);
    fiber_suspend(loop);
    abort(); /* it is in no queue */
}

static bool fiber_add_slab(struct fiber_loop *loop, size_t count)
{
    size_t bytes = loop->stride * count + STACK_LINE;
    struct slab *slab = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (slab == MAP_FAILED)
        return false;
    /* A huge page would be touched whole for the one page at the top of each stack. */
    madvise(slab, bytes, MADV_NOHUGEPAGE);
    *slab = (struct slab){.next = loop->slabs, .bytes = bytes};
    loop->slabs = slab;
    loop->unused = (char *)slab + STACK_LINE;
    loop->unused_end = loop->unused + loop->stride * count;
    return true;
}

static inline struct fiber *fiber_take_stack(struct fiber_loop *loop)
{
    struct fiber *f = loop->free;
    if (f) {
        loop->free = f->next;
        return f;
    }
    if (loop->unused == loop->unused_end && !fiber_add_slab(loop, SLAB_STACKS))
        return NULL;
    loop->unused += loop->stride;
    return (struct fiber *)(void *)loop->unused - 1;
}

static inline struct fiber *fiber_new(struct fiber_loop *loop, fiber_body *body, uint64_t arg)
{
    struct fiber *f = fiber_take_stack(loop);
    if (!f)
        return NULL;
    f->awaiter = NULL;
    f->body = body;
    f->arg = arg;
    f->deadline_ns = 0;
    f->parked.word = NULL;
    f->is_finished = f->is_cancelled = false;
    fiber_make(f, loop->stride - sizeof *f);
    return f;
}

static inline struct fiber *fiber_spawn(struct fiber_loop *loop, fiber_body *body, uint64_t arg,
                                        bool eager)
{
    struct fiber *f = fiber_new(loop, body, arg);
    if (!f)
        return NULL;
    if (!eager) {
        fiber_push(&loop->ready, f);
        return f;
    }
    loop->is_main_ready |= loop->current == &loop->main;
    fiber_push_front(&loop->ready, loop->current);
    fiber_go_to(loop, f);
    return f;
}

static inline uint64_t fiber_await(struct fiber_loop *loop, struct fiber *f)
{
    if (!f->is_finished) {
        f->awaiter = loop->current;
        fiber_suspend(loop);
    }
    f->next = loop->free;
    loop->free = f;
    return f->value;
}

static inline void fiber_yield(struct fiber_loop *loop)
{
    fiber_push(&loop->ready, loop->current);
    fiber_suspend(loop);
}

/* False when cancelled. Without memory for its timer it comes back at once, too early. */
static inline bool fiber_sleep_until(struct fiber_loop *loop, uint64_t deadline_ns)
{
    struct fiber *self = loop->current;
    if (!self->is_cancelled && timer_heap_add(&loop->timers, &self->deadline_ns, deadline_ns))
        fiber_suspend(loop);
    return !self->is_cancelled;
}

static inline void fiber_cancel(struct fiber_loop *loop, struct fiber *f)
{
    f->is_cancelled = true;
    if (!f->deadline_ns)
        return;
    timer_heap_forget(&loop->timers, &f->deadline_ns);
    fiber_push(&loop->ready, f);
}

static void fiber_wake_due(struct fiber_loop *loop, uint64_t now_ns)
{
    uint64_t *owner;
    while ((owner = timer_heap_pop(&loop->timers, now_ns)) != NULL) {
        struct fiber *f =
            (struct fiber *)(void *)((char *)owner - offsetof(struct fiber, deadline_ns));
        if (f->parked.word)
            parking_remove(&f->parked);
        fiber_push(&loop->ready, f);
    }
}

static void fiber_wait_in_kernel(struct fiber_loop *loop, uint64_t deadline_ns)
{
    struct task *coordinator = loop->launch->coordinator;
    if (loop->holds_lock)
        task_release(coordinator);
    clock_sleep_until_ns(deadline_ns);
    if (loop->holds_lock)
        task_acquire(coordinator);
}

/*
 * In the coordinator: runs the others until *word is not `value`, or (may_wait) until nobody can
 * ever run again, or (not may_wait) until nobody can run now.
 */
static void fiber_run(struct fiber_loop *loop, const _Atomic uint32_t *word, uint32_t value,
                      bool may_wait)
{
    struct fiber *next;
    while (!word || atomic_load_explicit(word, memory_order_relaxed) == value) {
        loop->hops = 0;
        if (loop->timers.armed)
            fiber_wake_due(loop, clock_now_ns());
        if ((next = fiber_pop(&loop->ready)) != NULL)
            fiber_go_to(loop, next);
        else if (may_wait && loop->timers.armed)
            fiber_wait_in_kernel(loop, timer_heap_next(&loop->timers));
        else
            return;
    }
}

#endif
