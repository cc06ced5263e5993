/* The coroutine runtime's own operations, for the loops of runtime_bodies.h. */
#include "bench/coro/coro.h"

typedef struct coro_loop *rt_scope;
typedef struct coro *rt_task;
typedef struct coro_chan rt_channel;

#define RT_BODY(name)    static int name(void *rt_arg, uint64_t *rt_value)
#define RT_ARG           ((uint64_t)(uintptr_t)rt_arg)
#define RT_RETURN(value) return *rt_value = (value), 0

#define RT_HAS_YIELD   1
#define RT_HAS_EAGER   1
#define RT_HAS_CANCEL  1
#define RT_HAS_CHANNEL 1
#define RT_HAS_TREE    1

#define RT_SLEEP(ns) (coro_sleep(ns) == CORO_OK)

CORO_INLINE rt_scope rt_here(void)
{
    return coro_loop_self();
}

CORO_INLINE bool rt_spawn(rt_scope scope, coro_body *body, uint64_t arg, bool eager, rt_task *child)
{
    return coro_spawn(scope, body, (void *)(uintptr_t)arg, eager ? CORO_EAGER : 0, child) ==
           CORO_OK;
}

CORO_INLINE uint64_t rt_await(rt_task child)
{
    struct coro_result result = {0};
    coro_await(child, &result);
    return result.value;
}

CORO_INLINE void rt_yield(rt_scope scope)
{
    (void)scope;
    coro_yield();
}

/* An eager child is asleep as soon as its spawner goes on. */
CORO_INLINE void rt_settle(rt_scope scope)
{
    (void)scope;
}

CORO_INLINE void rt_cancel(rt_scope scope, rt_task child)
{
    coro_cancel(scope, child);
}

CORO_INLINE rt_channel *rt_channel_new(rt_scope scope, uint32_t capacity)
{
    return coro_chan_new(scope, CORO_FIFO, capacity, NULL);
}

CORO_INLINE void rt_send(rt_channel *channel, uint64_t item)
{
    coro_send(channel, item);
}

CORO_INLINE bool rt_receive(rt_channel *channel, uint64_t *item)
{
    return coro_receive(channel, item) == CORO_OK;
}

CORO_INLINE void rt_channel_close(rt_channel *channel)
{
    coro_chan_close(channel);
}

CORO_INLINE void rt_channel_free(rt_channel *channel)
{
    coro_chan_free(channel);
}

#include "bench/executors/runtime_bodies.h"
