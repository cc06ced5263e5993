/*
 * boost_fiber: tasks as fibers of Boost.Fiber in one thread, its scheduler's own order of turns
 * (round_robin), its condition variables, and stacks of malloc (fixedsize_stack).
 *
 * The loop's thread holds the lock in the name of all tasks and lets it go around its own wait. The
 * library has an interface in C++ alone, so this has a half in it (boost_fiber.cpp), through which
 * each call goes.  Stacks of fibers that have ended are freed by its dispatcher, which has a turn
 * when all others have had one; children that run at once and are over when they are awaited would
 * never let it, and their stacks pile up, so none is started like that here.  It has no cancelling,
 * and its buffered_channel holds powers of two less one, so channels are made of its conditions
 * here.
 */
#include "bench/base/err.h"
#include "bench/child/peer.h"
#include "bench/contend.h"

#include <stdlib.h>

#ifdef CONTEND_BOOST_FIBER_FILE
#include "bench/executors/boost_fiber.h"

IMAGE_EMBED(boost_fiber_image, CONTEND_BOOST_FIBER_FILE);

static const struct image image = {"boost_fiber", boost_fiber_image, boost_fiber_image_end};

/* Loaded by the first open(), the same from then on. */
static const struct boost_fiber_half *half;

struct scheduler {
    size_t stack;
};

struct unit_event {
    void *condition;
};

typedef void *unit_handle;

static int scheduler_open(struct scheduler *own, size_t stack, struct err *err)
{
    (void)err;
    own->stack = stack;
    return 0;
}

static void scheduler_close(struct scheduler *own)
{
    (void)own;
}

static uint64_t entry(uint64_t task)
{
    struct task *t = (struct task *)(uintptr_t)task;
    t->launch->body(t);
    return 0;
}

static void *unit_spawn(struct scheduler *own, struct task *t)
{
    return half->spawn(entry, (uint64_t)(uintptr_t)t, own->stack);
}

static bool unit_join(void *fiber)
{
    half->await(fiber);
    return true;
}

static bool event_open(struct unit_event *e)
{
    e->condition = half->condition_new();
    return e->condition != NULL;
}

static void event_close(struct unit_event *e)
{
    half->condition_free(e->condition);
}

static void event_wait(struct unit_event *e, uint64_t deadline_ns)
{
    half->condition_wait(e->condition, deadline_ns);
}

static void event_signal(struct unit_event *e)
{
    half->condition_signal(e->condition);
}

#include "bench/executors/scheduled.h"

static const struct param params[] = {SCHEDULED_STACK(8192), {0}};

static void idle(bool begins)
{
    if (!here || !here->holds_lock)
        return;
    if (begins)
        task_release(here->launch->coordinator);
    else
        task_acquire(here->launch->coordinator);
}

static int load(struct err *err)
{
    if (half)
        return 0;
    const struct boost_fiber_half *found = peer_load_half(&image, "contend_boost_fiber", err);
    if (!found)
        return -1;
    if (!found->prepare(idle))
        return err_set(err, ERR_LIMIT, "Boost.Fiber could not make its scheduler");
    half = found;
    return 0;
}

static int open_(struct launch *l, struct err *err)
{
    return load(err) ? -1 : scheduled_open(l, err);
}

static void sleep_until(struct task *t, uint64_t deadline_ns)
{
    (void)t;
    half->sleep_until(deadline_ns);
}

static void yield(struct task *t)
{
    (void)t;
    half->yield();
}

/* ---- Its own operations, for runtime_bodies.h --------------------------------------- */

typedef int rt_scope;
typedef void *rt_task;

#define RT_BODY(name) static uint64_t name(uint64_t rt_arg)
#define RT_ARG        rt_arg
#define RT_RETURN(x)  return (x)

#define RT_HAS_YIELD   1
#define RT_HAS_EAGER   0
#define RT_HAS_CANCEL  0
#define RT_HAS_CHANNEL 1
#define RT_HAS_TREE    1
#define RT_HAS_FUTURE  0
#define RT_HAS_STOP    0

#define rt_here()       0
#define rt_yield(scope) ((void)(scope), half->yield())
#define rt_await(child) half->await(child)
#define rt_spawn(scope, body, arg, eager, child)                                                   \
    ((void)(scope), (void)(eager), (*(child) = half->spawn((body), (arg), here->own.stack)) != NULL)

typedef struct {
    void *has_item, *has_room;
    uint32_t head;
    uint32_t count;
    uint32_t capacity;
    bool is_closed;
    uint64_t items[];
} rt_channel;

static void rt_channel_free(rt_channel *c)
{
    if (c->has_item)
        half->condition_free(c->has_item);
    if (c->has_room)
        half->condition_free(c->has_room);
    free(c);
}

static rt_channel *rt_channel_new(rt_scope scope, uint32_t capacity)
{
    (void)scope;
    rt_channel *c = calloc(1, sizeof *c + sizeof(uint64_t) * capacity);
    if (!c)
        return NULL;
    c->capacity = capacity;
    c->has_item = half->condition_new();
    c->has_room = half->condition_new();
    if (c->has_item && c->has_room)
        return c;
    rt_channel_free(c);
    return NULL;
}

static inline void rt_send(rt_channel *c, uint64_t item)
{
    while (c->count == c->capacity)
        half->condition_wait(c->has_room, UINT64_MAX);
    uint32_t at = c->head + c->count++;
    c->items[at >= c->capacity ? at - c->capacity : at] = item;
    half->condition_signal(c->has_item);
}

static inline bool rt_receive(rt_channel *c, uint64_t *item)
{
    while (c->count == 0) {
        if (c->is_closed)
            return false;
        half->condition_wait(c->has_item, UINT64_MAX);
    }
    *item = c->items[c->head];
    c->head = c->head + 1 == c->capacity ? 0 : c->head + 1;
    c->count--;
    half->condition_signal(c->has_room);
    return true;
}

static void rt_channel_close(rt_channel *c)
{
    c->is_closed = true;
    half->condition_broadcast(c->has_item);
}

#include "bench/executors/runtime_bodies.h"
#endif

static const char *unavailable(void)
{
#ifdef CONTEND_BOOST_FIBER_FILE
    static enum peer_verdict verdict;
    if (PEER_SANITIZED)
        return PEER_NO_SANITIZER;
    return peer_half_is_there(&image, &verdict)
               ? NULL
               : "Boost.Fiber as it was at build time is missing: install libboost-fiber-dev and "
                 "build again";
#else
    return "built without Boost.Fiber: install libboost-fiber-dev and g++ and build again";
#endif
}

const struct executor executor_boost_fiber = {
    .name = "boost_fiber",
    .summary = "fibers of Boost.Fiber in one thread",
    .traits = EXECUTOR_SHARED_HEAP | EXECUTOR_PEER,
    .unavailable = unavailable,
#ifdef CONTEND_BOOST_FIBER_FILE
    .params = params,
    .open = open_,
    SCHEDULED_HOOKS,
    .sleep_until = sleep_until,
    .yield = yield,
    .runtime = &rt_runtime,
#endif
};
