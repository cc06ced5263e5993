/*
 * The loops of struct runtime, written once and compiled into each executor that includes this, so
 * that the compiler sees the runtime's verbs and no indirect call stands between them.
 *
 * Before the #include the executor defines, as static inline functions or macros:
 *
 *   rt_scope, rt_here()          what spawning needs to know; asked once by each body
 *   rt_task                      a child's handle: a word of at most 8 bytes
 *   RT_BODY(name)                begins a child's function; in it RT_ARG is its number and
 *   RT_RETURN(value)             ends it
 *   bool rt_spawn(rt_scope, body, uint64_t arg, bool eager, rt_task *)
 *   uint64_t rt_await(rt_task)   the value the child returned
 *
 * and for each further operation it has, RT_HAS_... as 1 with
 *
 *   RT_HAS_YIELD    void rt_yield(rt_scope)
 *   RT_HAS_EAGER    rt_spawn obeys `eager`
 *   RT_HAS_CANCEL   bool RT_SLEEP(ns) in a body: false when cancelled; void rt_cancel(rt_scope,
 *                   rt_task); void rt_settle(rt_scope): lets a new child come to its sleep
 *   RT_HAS_CHANNEL  rt_channel, rt_channel *rt_channel_new(rt_scope, uint32_t capacity),
 *                   void rt_send(rt_channel *, uint64_t), bool rt_receive(rt_channel *,
 *                   uint64_t *): false when closed and empty; void rt_channel_close(rt_channel *),
 *                   void rt_channel_free(rt_channel *)
 *   RT_HAS_TREE     nested spawning to any depth
 *   RT_HAS_FUTURE   future_loop(), as struct runtime's future
 *   RT_HAS_STOP     stop_loop(), as stop_loop.h makes it
 *
 * Children get their numbers by value: a compact stack must not be pointed into.
 */
#include "bench/contend.h"
#include "bench/executors/runtime_fail.h"

static_assert(sizeof(rt_task) <= sizeof(uint64_t), "handles fit the room the workload gives");

enum { RT_FAN = 10, RT_LEVEL_BITS = 4 };

RT_BODY(rt_return_number)
{
    RT_RETURN(RT_ARG);
}

static uint64_t rt_spawn_loop(struct task *t, uint64_t count, uint64_t *handles, uint64_t burst)
{
    rt_scope scope = rt_here();
    rt_task *children = (rt_task *)(void *)handles;
    uint64_t sum = 0;
    for (uint64_t done = 0; done < count;) {
        uint64_t wanted = count - done < burst ? count - done : burst, made = 0;
        while (made < wanted &&
               rt_spawn(scope, rt_return_number, done + made + 1, false, &children[made]))
            made++;
        for (uint64_t i = 0; i < made; i++)
            sum += rt_await(children[i]);
        if (made < wanted) {
            rt_fail(t, "spawn");
            return 0;
        }
        done += made;
    }
    return sum;
}

static uint64_t rt_await_loop(struct task *t, uint64_t count)
{
    rt_scope scope = rt_here();
    uint64_t sum = 0;
    for (uint64_t i = 1; i <= count; i++) {
        rt_task child;
        if (!rt_spawn(scope, rt_return_number, i, false, &child)) {
            rt_fail(t, "spawn");
            return 0;
        }
        sum += rt_await(child);
    }
    return sum;
}

#if RT_HAS_EAGER
static uint64_t rt_await_eager_loop(struct task *t, uint64_t count)
{
    rt_scope scope = rt_here();
    uint64_t sum = 0;
    for (uint64_t i = 1; i <= count; i++) {
        rt_task child;
        if (!rt_spawn(scope, rt_return_number, i, true, &child)) {
            rt_fail(t, "spawn");
            return 0;
        }
        sum += rt_await(child);
    }
    return sum;
}
#endif

#if RT_HAS_YIELD
static uint64_t rt_yield_loop(struct task *t, uint64_t count)
{
    (void)t;
    rt_scope scope = rt_here();
    for (uint64_t i = 0; i < count; i++)
        rt_yield(scope);
    return count;
}
#endif

#if RT_HAS_CANCEL
RT_BODY(rt_sleep_long)
{
    RT_RETURN(RT_SLEEP(RT_ARG) ? 0 : 1);
}

static uint64_t rt_cancel_loop(struct task *t, uint64_t count)
{
    const uint64_t hour_ns = UINT64_C(3600000000000);
    rt_scope scope = rt_here();
    uint64_t cancelled = 0;
    for (uint64_t i = 0; i < count; i++) {
        rt_task child;
        if (!rt_spawn(scope, rt_sleep_long, hour_ns, RT_HAS_EAGER, &child)) {
            rt_fail(t, "spawn");
            return 0;
        }
        rt_settle(scope);
        rt_cancel(scope, child);
        cancelled += rt_await(child);
    }
    return cancelled;
}
#endif

#if RT_HAS_CHANNEL
RT_BODY(rt_consume)
{
    rt_channel *channel = (rt_channel *)(uintptr_t)RT_ARG;
    uint64_t sum = 0, item;
    while (rt_receive(channel, &item))
        sum += item;
    RT_RETURN(sum);
}

static uint64_t rt_channel_loop(struct task *t, uint64_t count, uint32_t capacity)
{
    rt_scope scope = rt_here();
    rt_channel *channel = rt_channel_new(scope, capacity);
    rt_task child;
    if (!channel) {
        rt_fail(t, "making a channel");
        return 0;
    }
    if (!rt_spawn(scope, rt_consume, (uint64_t)(uintptr_t)channel, false, &child)) {
        rt_channel_free(channel);
        rt_fail(t, "spawn");
        return 0;
    }
    for (uint64_t i = 1; i <= count; i++)
        rt_send(channel, i);
    rt_channel_close(channel);
    uint64_t sum = rt_await(child);
    rt_channel_free(channel);
    return sum;
}
#endif

#if RT_HAS_TREE
/* Its number counts nodes of its level from the left; leaves return theirs. */
RT_BODY(rt_node)
{
    uint64_t level = RT_ARG & ((1 << RT_LEVEL_BITS) - 1), number = RT_ARG >> RT_LEVEL_BITS;
    if (level == 0)
        RT_RETURN(number);
    rt_scope scope = rt_here();
    rt_task children[RT_FAN];
    uint64_t made = 0, sum = 0;
    while (made < RT_FAN &&
           rt_spawn(scope, rt_node, (number * RT_FAN + made) << RT_LEVEL_BITS | (level - 1),
                    RT_HAS_EAGER, &children[made]))
        made++;
    for (uint64_t i = 0; i < made; i++)
        sum += rt_await(children[i]);
    /* Wrong on purpose when a child could not be made: nothing is added to a sum like this. */
    RT_RETURN(made == RT_FAN ? sum : UINT64_C(1) << 63);
}

static uint64_t rt_tree_loop(struct task *t, uint32_t depth)
{
    rt_task root;
    if (!rt_spawn(rt_here(), rt_node, depth, false, &root)) {
        rt_fail(t, "spawn");
        return 0;
    }
    return rt_await(root);
}
#endif

static const struct runtime rt_runtime = {
    .spawn = rt_spawn_loop,
    .await = rt_await_loop,
#if RT_HAS_YIELD
    .yield = rt_yield_loop,
#endif
#if RT_HAS_EAGER
    .await_eager = rt_await_eager_loop,
#endif
#if RT_HAS_CANCEL
    .cancel = rt_cancel_loop,
#endif
#if RT_HAS_CHANNEL
    .channel = rt_channel_loop,
#endif
#if RT_HAS_TREE
    .tree = rt_tree_loop,
#endif
#if RT_HAS_FUTURE
    .future = future_loop,
#endif
#if RT_HAS_STOP
    .stop = stop_loop,
#endif
};
