/* The coroutine runtime's own operations, for the loops of runtime_bodies.h. */
#include "bench/coro/coro.h"
#include "bench/executors/runtime_fail.h"
#include "bench/executors/stop_compute.h"

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
#define RT_HAS_FUTURE  1
#define RT_HAS_STOP    1

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
    return coro_chan_new(scope, capacity, NULL);
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

/* ---- A value or an error: await returns either ------------------------------------- */

static int future_value(void *arg, uint64_t *value)
{
    *value = (uint64_t)(uintptr_t)arg;
    return CORO_OK;
}

static int future_error(void *arg, uint64_t *value)
{
    (void)value;
    return runtime_error((uint64_t)(uintptr_t)arg);
}

/* Two operations: start it, await it. */
static uint64_t future_loop(struct task *t, uint64_t count, bool is_error, uint64_t *steps)
{
    struct coro_loop *loop = coro_loop_self();
    coro_body *body = is_error ? future_error : future_value;
    uint64_t sum = 0, done = 0;
    for (uint64_t i = 1; i <= count; i++) {
        struct coro *child;
        struct coro_result result = {0};
        done++;
        int failed = coro_spawn(loop, body, (void *)(uintptr_t)i, 0, &child);
        if (!failed) {
            done++;
            failed = coro_await(child, &result);
        }
        if (failed || (result.error != 0) != is_error) {
            rt_fail(t, "a coroutine and its result");
            return 0;
        }
        sum += is_error ? (uint64_t)result.error : result.value;
    }
    *steps += done;
    return sum;
}

/* ---- Stopping: its next suspension tells it ----------------------------------------- */

typedef struct coro *stop_child;

static int stop_body(void *arg, uint64_t *value)
{
    do
        stop_compute((uint64_t)(uintptr_t)arg);
    while (coro_yield() == CORO_OK);
    *value = 1;
    return CORO_OK;
}

static bool stop_start(uint64_t turns, stop_child *child)
{
    return coro_spawn(coro_loop_self(), stop_body, (void *)(uintptr_t)turns, CORO_EAGER, child) ==
           CORO_OK;
}

/* Not by a timer: the loop looks at those once in many switches, and the question here is when
 * whoever asks gets a turn at all. */
static void stop_wait_until(uint64_t deadline_ns)
{
    while (coro_now() < deadline_ns)
        coro_yield();
}

static void stop_ask(stop_child child)
{
    coro_cancel(coro_loop_self(), child);
}

static bool stop_join(stop_child child)
{
    struct coro_result result = {0};
    return coro_await(child, &result) == CORO_OK && result.value == 1;
}

#include "bench/executors/stop_loop.h"

#include "bench/executors/runtime_bodies.h"
