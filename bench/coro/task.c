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

/* Returns the loop, so that its caller need not keep it. */
static CORO_SLOW struct coro_loop *deliver_to_all(struct coro *self, uint64_t value, int error)
{
    struct coro_loop *hot = coro_here;
    struct coro *waiter;
    while ((waiter = self->awaiters) != NULL) {
        coro_unlist(&self->awaiters, waiter);
        loop_wake(loop_of(hot), waiter, CORO_OK);
        waiter->got = value;
        waiter->error = error;
    }
    return hot;
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

static CORO_SLOW struct coro_loop *check_own_canary(struct coro *self)
{
    struct coro_loop *hot = coro_here;
    loop_check_canary(loop_of(hot), self);
    return hot;
}

/*
 * A task's first frame: all of its life.  It lies in every suspended stack and should be small, so
 * little is kept over calls.  And it never returns, so it is inlined where it begins and calls
 * nothing that does not return either: a processor that foretells returns from a record of calls is
 * wrong about later ones for each call that is never returned from.
 */
CORO_INLINE _Noreturn void live(struct coro *self)
{
    __asm__("" : "+r"(self)); /* one register, however it was worked out */
    coro_arrive(coro_here);
    struct coro_result result = {.value = 0};
    result.error = self->body(self->user, &result.value);
    __asm__("" : "+m"(result)); /* not in registers that would have to be saved */
    struct coro_loop *hot = coro_here;
    if (CORO_RARE(hot->has_canaries))
        hot = check_own_canary(self);

    /* Its last act: its result to whom it concerns, its stack to whoever comes next. */
    struct coro *waiter = self->awaiters;
    struct coro_turn next = {NULL, hot->main};
    bool is_free = !coro_is_due(hot); /* to go on without the loop */
    hot->finished++;
    if (CORO_HAS(CANCEL) && CORO_RARE((self->flags & CORO_BIT_CANCEL) != 0))
        hot->cancels--; /* too late for it */
    if (waiter == NULL && (self->flags & CORO_BIT_DETACHED) == 0) {
        self->state = CORO_STATE_FINISHED;
        self->value = result.value;
        self->error = result.error;
    } else if (waiter != NULL && (!CORO_HAS(WAITERS) || waiter->next == waiter) && is_free &&
               hot->head == hot->tail) {
        /* One waits for it and nobody else runs: not by way of the ring, but a switch all the same.
         */
        self->awaiters = NULL;
        loop_unpark(loop_of(hot), waiter, CORO_OK);
        waiter->got = result.value;
        waiter->error = result.error;
        next = (struct coro_turn){waiter, waiter->context};
        if (CORO_HAS(FAIRNESS))
            hot->limit -= CORO_TURN;
        coro_recycle(hot, self);
        is_free = false;
    } else {
        if (waiter != NULL)
            hot = deliver_to_all(self, result.value, result.error);
        coro_recycle(hot, self);
    }
    coro_depart(hot);
    if (CORO_LIKELY(is_free && hot->head != hot->tail))
        next = coro_pop(hot);
    hot->current = next.task;
    coro_leave(hot, next.context);
}

void coro_begin(void)
{
    live(coro_here->current);
}

void coro_begin_below(struct coro_context **save, struct coro_context *context)
{
    (void)save;
#if defined(CORO_SWITCH_X86_64)
    live((struct coro *)(void *)((struct coro_top *)(void *)(context + 1) + 1));
#elif defined(CORO_SWITCH_AARCH64)
    live((struct coro *)(void *)((char *)(context + 1) + 8 + sizeof(struct coro_top)));
#else
    (void)context;
    live(coro_here->current);
#endif
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
    struct coro_context **save;
    if ((flags & CORO_EAGER) != 0) {
        save = &coro_push_front(hot, self)->context;
        coro_push_front(hot, child)->context = child->context;
    } else {
        coro_push(hot, child);
        save = coro_push_self(hot, self);
    }
    /* When the present tick is over, timers and descriptors are served first. */
    if (is_over)
        loop->hops_left = 0;
    coro_suspend_slow(hot, hot->careful ? &self->context : save);
    return CORO_OK;
}

/* ---- suspending ---- */

void coro_suspend_slow(struct coro_loop *hot, struct coro_context **save)
{
    hot->current = NULL;
    coro_jump(hot, save, hot->main);
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
    struct coro_turn next = coro_pop(hot);
    hot->current = next.task;
    coro_jump(hot, &self->context, next.context);
    return coro_here->current->wake;
}

int loop_interrupted(struct coro *self)
{
    if (!CORO_HAS(CANCEL) || (self->flags & CORO_BIT_CANCEL) == 0)
        return CORO_OK;
    self->flags &= (uint8_t)~CORO_BIT_CANCEL;
    coro_here->cancels--;
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
    struct coro_loop *hot = &loop->hot;
    struct coro_context **save = coro_push_self(hot, self);
    if (!coro_is_due(hot)) {
        /* Somebody else has been cancelled. */
        struct coro_turn next = coro_pop(hot);
        if (next.task != self) {
            hot->current = next.task;
            coro_jump(hot, save, next.context);
        }
        return CORO_OK;
    }
    coro_suspend_slow(hot, hot->careful ? &self->context : save);
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
