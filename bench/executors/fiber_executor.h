/*
 * The loop of fiber_loop.h as an executor: the hooks, and the runtime's own operations.  For the
 * files that have included fiber_loop.h with a context switch of their own.
 *
 * The loop's thread holds the lock in the name of all tasks and lets it go around its own wait.
 */
#ifndef CONTEND_EXECUTORS_FIBER_EXECUTOR_H
#define CONTEND_EXECUTORS_FIBER_EXECUTOR_H

#include "bench/base/err.h"
#include "bench/executors/fiber_loop.h"

enum { FIBER_STACK };

static const struct param fiber_params[] = {
    {.name = "stack",
     .unit = "bytes",
     .value = 16384,
     .min = 8192,
     .max = 1073741824,
     .help = "stack of a task"},
    {0},
};

static void fiber_close(struct launch *l)
{
    struct fiber_loop *loop = l->executor_state;
    while (loop->slabs) {
        struct slab *slab = loop->slabs;
        loop->slabs = slab->next;
        munmap(slab, slab->bytes);
    }
    timer_heap_release(&loop->timers);
    free(loop);
    fiber_here = NULL;
    l->executor_state = NULL;
}

static int fiber_open(struct launch *l, struct err *err)
{
    struct fiber_loop *loop = calloc(1, sizeof *loop + sizeof(struct fiber *) * l->task_count);
    if (!loop)
        return err_set(err, ERR_LIMIT, "no memory for an event loop of %u tasks", l->task_count);
    size_t stack = (size_t)l->executor_params[FIBER_STACK];
    loop->launch = l;
    loop->current = &loop->main;
    loop->stride = (stack + STACK_LINE - 1) / STACK_LINE * STACK_LINE + STACK_LINE;
    parking_init(&loop->parking);
    l->executor_state = fiber_here = loop;
    /* One more for the fiber that joins the others. */
    if (!fiber_add_slab(loop, (size_t)l->task_count + 1) ||
        !timer_heap_reserve(&loop->timers, l->task_count)) {
        fiber_close(l);
        return err_set(err, ERR_LIMIT, "no memory for the stacks of %u tasks", l->task_count);
    }
    return 0;
}

static uint64_t fiber_task(uint64_t arg)
{
    struct task *t = (struct task *)(uintptr_t)arg;
    t->launch->body(t);
    return 0;
}

static int fiber_start(struct launch *l, struct err *err)
{
    struct fiber_loop *loop = l->executor_state;
    for (uint32_t i = 0; i < l->task_count; i++) {
        struct task *t = &l->tasks[i];
        t->create_ns = launch_stamp_ns(l);
        loop->tasks[i] = fiber_spawn(loop, fiber_task, (uint64_t)(uintptr_t)t, true);
        if (!loop->tasks[i])
            return err_set(err, ERR_LIMIT, "task %u could not be made: no memory for its stack", i);
        t->created_ns = launch_stamp_ns(l);
        l->live_count = i + 1;
    }
    return 0;
}

static uint64_t fiber_join_all(uint64_t arg)
{
    struct launch *l = (struct launch *)(uintptr_t)arg;
    struct fiber_loop *loop = l->executor_state;
    for (uint32_t i = 0; i < l->live_count; i++) {
        fiber_await(loop, loop->tasks[i]);
        l->tasks[i].joined_ns = launch_stamp_ns(l);
    }
    return 0;
}

static int fiber_join(struct launch *l, struct err *err)
{
    struct fiber_loop *loop = l->executor_state;
    bool with_lock = !l->is_empty;
    struct fiber *joiner = fiber_spawn(loop, fiber_join_all, (uint64_t)(uintptr_t)l, false);
    if (!joiner)
        return err_set(err, ERR_LIMIT, "no memory for the stack that joins the others");
    if (with_lock)
        task_acquire(l->coordinator);
    loop->holds_lock = with_lock;
    fiber_run(loop, NULL, 0, true);
    loop->holds_lock = false;
    if (with_lock)
        task_release(l->coordinator);
    if (!joiner->is_finished)
        return err_set(err, ERR_FAILED, "tasks wait for what nobody will do any more");
    fiber_await(loop, joiner);
    return 0;
}

static void fiber_sleep_verb(struct task *t, uint64_t deadline_ns)
{
    fiber_sleep_until(t->launch->executor_state, deadline_ns);
}

static bool fiber_wait_verb(struct task *t, _Atomic uint32_t *word, uint32_t expected,
                            uint64_t deadline_ns)
{
    struct fiber_loop *loop = t->launch->executor_state;
    struct fiber *self = loop->current;
    if (self == &loop->main) {
        fiber_run(loop, word, expected, false);
        return atomic_load(word) != expected;
    }
    if (atomic_load(word) != expected)
        return true;
    if (deadline_ns != UINT64_MAX &&
        !timer_heap_add(&loop->timers, &self->deadline_ns, deadline_ns))
        return true; /* early, which is allowed */
    parking_add(&loop->parking, &self->parked, word);
    fiber_suspend(loop);
    return deadline_ns == UINT64_MAX || clock_now_ns() < deadline_ns;
}

static void fiber_wake_verb(struct task *t, _Atomic uint32_t *word, uint32_t count)
{
    struct fiber_loop *loop = t->launch->executor_state;
    struct parked *unit;
    while (count-- > 0 && (unit = parking_take(&loop->parking, word)) != NULL) {
        struct fiber *f = (struct fiber *)(void *)((char *)unit - offsetof(struct fiber, parked));
        timer_heap_forget(&loop->timers, &f->deadline_ns);
        fiber_push(&loop->ready, f);
    }
}

static void fiber_yield_verb(struct task *t)
{
    fiber_yield(t->launch->executor_state);
}

/* ---- Its own operations, for runtime_bodies.h --------------------------------------- */

typedef struct fiber_loop *rt_scope;
typedef struct fiber *rt_task;

#define RT_BODY(name) static uint64_t name(uint64_t rt_arg)
#define RT_ARG        rt_arg
#define RT_RETURN(x)  return (x)

#define RT_HAS_YIELD   1
#define RT_HAS_EAGER   1
#define RT_HAS_CANCEL  1
#define RT_HAS_CHANNEL 1
#define RT_HAS_TREE    1
#define RT_HAS_FUTURE  0
#define RT_HAS_STOP    0

#define RT_SLEEP(ns)           fiber_sleep_until(fiber_here, clock_now_ns() + (ns))
#define rt_here()              fiber_here
#define rt_yield(loop)         fiber_yield(loop)
#define rt_await(child)        fiber_await(fiber_here, (child))
#define rt_cancel(loop, child) fiber_cancel((loop), (child))
#define rt_settle(loop)        ((void)(loop))
#define rt_spawn(loop, body, arg, eager, child)                                                    \
    ((*(child) = fiber_spawn((loop), (body), (arg), (eager))) != NULL)

typedef struct {
    struct fiber_loop *loop;
    struct fiber_queue senders;
    struct fiber_queue receivers;
    uint32_t head;
    uint32_t count;
    uint32_t capacity;
    bool is_closed;
    uint64_t items[];
} rt_channel;

static rt_channel *rt_channel_new(struct fiber_loop *loop, uint32_t capacity)
{
    rt_channel *c = calloc(1, sizeof *c + sizeof(uint64_t) * capacity);
    if (c) {
        c->loop = loop;
        c->capacity = capacity;
    }
    return c;
}

static inline void rt_wake_one(rt_channel *c, struct fiber_queue *q)
{
    if (q->first)
        fiber_push(&c->loop->ready, fiber_pop(q));
}

static inline void rt_send(rt_channel *c, uint64_t item)
{
    while (c->count == c->capacity) {
        fiber_push(&c->senders, c->loop->current);
        fiber_suspend(c->loop);
    }
    uint32_t at = c->head + c->count++;
    c->items[at >= c->capacity ? at - c->capacity : at] = item;
    rt_wake_one(c, &c->receivers);
}

static inline bool rt_receive(rt_channel *c, uint64_t *item)
{
    while (c->count == 0) {
        if (c->is_closed)
            return false;
        fiber_push(&c->receivers, c->loop->current);
        fiber_suspend(c->loop);
    }
    *item = c->items[c->head];
    c->head = c->head + 1 == c->capacity ? 0 : c->head + 1;
    c->count--;
    rt_wake_one(c, &c->senders);
    return true;
}

static void rt_channel_close(rt_channel *c)
{
    c->is_closed = true;
    while (c->receivers.first)
        rt_wake_one(c, &c->receivers);
}

static void rt_channel_free(rt_channel *c)
{
    free(c);
}

#include "bench/executors/runtime_bodies.h"

#define FIBER_TRAITS (EXECUTOR_SHARED_HEAP | EXECUTOR_PEER)
/* All but open(), which may have a library to load first. */
#define FIBER_HOOKS                                                                                \
    .params = fiber_params, .start = fiber_start, .join = fiber_join, .close = fiber_close,        \
    .sleep_until = fiber_sleep_verb, .wait = fiber_wait_verb, .wake = fiber_wake_verb,             \
    .yield = fiber_yield_verb, .runtime = &rt_runtime

#endif
