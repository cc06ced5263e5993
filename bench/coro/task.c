/*
 * A task's life: begin, suspend, be cancelled, end. What is here runs on task stacks, the smallest
 * of which has less than 1 KiB, so it calls nothing that needs room except through loop_call.
 */
#include "bench/coro/loop.h"

#include <stdio.h>
#include <stdlib.h>

struct coro_top *loop_top(struct loop *loop, struct coro *self)
{
    return loop->config.stack == CORO_COMPACT ? loop->compact.top : coro_top_of(self);
}

int loop_call(struct loop *loop, int (*fn)(struct loop *, void *), void *arg)
{
#if defined(CORO_HOOKED) || defined(CORO_SWITCH_UCONTEXT)
    return fn(loop, arg); /* these builds have large stacks */
#else
    if (loop->hot.current == NULL || loop->on_valgrind)
        return fn(loop, arg);
    return coro_call_on(loop->hot.main, fn, loop, arg);
#endif
}

/* ---- begin and end ---- */

static inline void deliver_to(struct loop *loop, struct coro *waiter, uint64_t value, int error)
{
    loop_wake(loop, waiter, CORO_OK);
    waiter->got = value;
    waiter->error = error;
}

static CORO_SLOW void deliver_to_all(uint64_t value, int error)
{
    struct coro_loop *hot = coro_here;
    struct coro *self = hot->current, *waiter;
    while ((waiter = self->awaiters) != NULL) {
        coro_unlist(&self->awaiters, waiter);
        deliver_to(loop_of(hot), waiter, value, error);
    }
}

static int give_up(struct loop *loop, void *task)
{
    fprintf(stderr,
            "coro: stack overflow in task %u: its stack of %zu bytes was too small, the canary is "
            "overwritten\n",
            coro_id(task), loop_stack_bytes(loop));
    abort(); /* so are its neighbour's frames */
}

void loop_check_canary(struct loop *loop, struct coro *task)
{
    if (!slab_is_intact(&loop->slab, task))
        loop_call(loop, give_up, task); /* printing needs more room than a small stack has */
}

static CORO_SLOW void check_own_canary(struct coro_loop *hot)
{
    loop_check_canary(loop_of(hot), hot->current);
}

/* The task's last act: its result to whom it concerns, its stack to whoever comes next. Apart from
 * coro_begin, whose frame lies in every suspended stack and should be small. */
static _Noreturn CORO_SLOW void finish(uint64_t value, int error)
{
    struct coro_loop *hot = coro_here;
    struct coro *self = hot->current, *waiter = self->awaiters;
    hot->finished++;
    if (waiter == NULL && (self->flags & CORO_BIT_DETACHED) == 0) {
        self->state = CORO_STATE_FINISHED;
        self->value = value;
        self->error = error;
    } else {
        if (waiter != NULL && waiter->next == waiter) {
            self->awaiters = NULL;
            deliver_to(loop_of(hot), waiter, value, error);
        } else if (waiter != NULL) {
            deliver_to_all(value, error);
            hot = coro_here; /* so that nothing need be kept over the call */
            self = hot->current;
        }
        coro_recycle(hot, self);
    }
    coro_depart(hot);
    struct coro *next = NULL;
    struct coro_context *to = hot->main;
    if (CORO_LIKELY(hot->head != hot->tail && !coro_is_due(hot))) {
        next = coro_pop(hot);
        to = next->context;
    }
    hot->current = next;
    coro_leave(hot, to);
}

void coro_begin(void)
{
    struct coro *self = coro_here->current;
    coro_arrive(coro_here);
    uint64_t value = 0;
    int error = self->body(self->user, &value);
    if (CORO_RARE(coro_here->has_canaries))
        check_own_canary(coro_here);
    finish(value, error);
}

/* An eighth more at a time: cheap for many, little waste for few. */
static int grow_some(struct loop *loop, void *unused)
{
    (void)unused;
    enum { LEAST = 8, MOST = 256, MOST_BYTES = 64 * 1024 };
    uint32_t most = (uint32_t)(MOST_BYTES / loop->slab.stride);
    uint32_t count = loop->slab.carved / 8;
    most = most > MOST ? most : MOST;
    return loop_grow(loop, count < LEAST ? LEAST : count > most ? most : count);
}

int coro_spawn_slow(struct coro_loop *hot, coro_body *body, void *arg, unsigned flags,
                    struct coro **task)
{
    struct loop *loop = loop_of(hot);
    struct coro *self = hot->current;
    if (body == NULL || (flags & ~(unsigned)CORO_EAGER) != 0)
        return CORO_BAD;
    if (arg != NULL && self != NULL && compact_owns(&loop->compact, arg))
        return CORO_ON_STACK;
    if (hot->free == NULL) {
        int error = loop_call(loop, grow_some, NULL);
        if (error != CORO_OK)
            return error;
    }
    struct coro *child = coro_make(hot, body, arg, task != NULL ? 0 : CORO_BIT_DETACHED);
    if (loop->config.stack != CORO_COMPACT) /* those get theirs when the loop comes to them */
        coro_first_context(hot, coro_top_of(child), child);
    if (task != NULL)
        *task = child;

    bool is_over = hot->careful ? loop->hops_left-- <= 1 : coro_is_due(hot);
    if (self == NULL || ((flags & CORO_EAGER) == 0 && !is_over)) {
        coro_push(hot, child);
        return CORO_OK;
    }
    if ((flags & CORO_EAGER) != 0) {
        coro_push_front(hot, self);
        coro_push_front(hot, child);
    } else {
        coro_push(hot, child);
        coro_push(hot, self);
    }
    /* When the present tick is over, timers and descriptors are served first. */
    if (is_over)
        loop->hops_left = 0;
    coro_suspend_slow(hot, self);
    return CORO_OK;
}

/* ---- suspending ---- */

void coro_suspend_slow(struct coro_loop *hot, struct coro *self)
{
    hot->current = NULL;
    coro_jump(hot, &self->context, hot->main);
}

/* The same as loop_park's last call, so that no frame of ours but this one stays on the stack. */
static CORO_SLOW int suspend_till_woken(struct coro_loop *hot, struct coro *self)
{
    hot->current = NULL;
    coro_jump(hot, &self->context, hot->main);
    return coro_here->current->wake;
}

static CORO_SLOW int hand_over_till_woken(struct coro_loop *hot, struct coro *self)
{
    struct coro *next = coro_pop(hot);
    hot->current = next;
    coro_jump(hot, &self->context, next->context);
    return coro_here->current->wake;
}

int loop_interrupted(struct coro *self)
{
    if ((self->flags & CORO_BIT_CANCEL) == 0)
        return CORO_OK;
    self->flags &= (uint8_t)~CORO_BIT_CANCEL;
    return CORO_CANCELLED;
}

static int settle_timers(struct loop *loop, void *unused)
{
    (void)unused;
    return timers_settle(&loop->timers);
}

static uint64_t coalesce(uint64_t deadline_ns)
{
    const uint64_t grid_ns = UINT64_C(1)
                             << 20; /* about a millisecond, and a few bits for the heap */
    return deadline_ns > UINT64_MAX - grid_ns ? deadline_ns
                                              : (deadline_ns + grid_ns - 1) & ~(grid_ns - 1);
}

int loop_park(struct loop *loop, struct coro *self, uint64_t deadline_ns)
{
    if (deadline_ns != 0 && deadline_ns != UINT64_MAX) {
        if (loop->config.lateness == CORO_COALESCED)
            deadline_ns = coalesce(deadline_ns);
        if (loop->timers.armed == 0)
            loop_shorten(loop);
        if (!timers_add(&loop->timers, self, deadline_ns)) {
            int error = loop_call(loop, settle_timers, NULL);
            if (error != CORO_OK) {
                loop_detach(loop, self);
                self->state = CORO_STATE_READY;
                return error;
            }
            timers_add(&loop->timers, self, deadline_ns);
        }
    }
    struct coro_loop *hot = &loop->hot;
    if (hot->head == hot->tail || coro_is_due(hot))
        return suspend_till_woken(hot, self);
    return hand_over_till_woken(hot, self);
}

int coro_yield_slow(void)
{
    struct loop *loop;
    struct coro *self;
    if (loop_enter(&loop, &self) != CORO_OK)
        return CORO_OUTSIDE;
    int error = loop_interrupted(self);
    if (error != CORO_OK)
        return error;
    coro_push(&loop->hot, self);
    coro_suspend_slow(&loop->hot, self);
    return CORO_OK;
}

static int sleep_until(struct loop *loop, struct coro *self, uint64_t deadline_ns)
{
    int error = loop_interrupted(self);
    if (error != CORO_OK)
        return error;
    self->state = CORO_STATE_SLEEP;
    return loop_park(loop, self, deadline_ns);
}

int coro_sleep(uint64_t ns)
{
    struct loop *loop;
    struct coro *self;
    if (ns == 0)
        return coro_yield();
    if (loop_enter(&loop, &self) != CORO_OK)
        return CORO_OUTSIDE;
    return sleep_until(loop, self, loop_after(coro_now(), ns));
}

int coro_sleep_until(uint64_t deadline_ns)
{
    struct loop *loop;
    struct coro *self;
    if (loop_enter(&loop, &self) != CORO_OK)
        return CORO_OUTSIDE;
    if (deadline_ns <= coro_now())
        return CORO_PAST;
    return sleep_until(loop, self, deadline_ns);
}

int coro_await_slow(struct coro *task, struct coro_result *result)
{
    struct loop *loop;
    struct coro *self;
    if (loop_enter(&loop, &self) != CORO_OK)
        return CORO_OUTSIDE;
    if (task == NULL || task->state == CORO_STATE_FREE)
        return CORO_BAD;
    if (task == self)
        return CORO_SELF;
    if (task->state == CORO_STATE_FINISHED)
        return coro_await(task, result);
    int error = loop_interrupted(self);
    if (error != CORO_OK)
        return error;
    coro_enlist(&task->awaiters, self);
    self->on = task;
    self->state = CORO_STATE_AWAIT;
    error = loop_park(loop, self, 0);
    if (error == CORO_OK && result != NULL)
        *result = (struct coro_result){.value = self->got, .error = self->error};
    return error;
}
