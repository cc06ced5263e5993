/*
 * state_threads: tasks as threads of the State Threads library (SGI, 2000), a cooperative
 * scheduler for servers.
 *
 * Two things to know when reading its figures.  It computes deadlines from the time it last looked
 * at the clock, which was before the present task began to run, so sleepers wake early; the sleep
 * workload counts them.  And it offers no hook around its own wait in the kernel, so the lock stays
 * with the loop while all tasks wait.
 */
#include "bench/base/clock.h"
#include "bench/base/err.h"
#include "bench/child/peer.h"
#include "bench/contend.h"

#include <poll.h>
#include <stdlib.h>

#ifdef CONTEND_HAVE_ST
#include <st.h>

#define FUNCTIONS(X)                                                                               \
    X(st_set_eventsys)                                                                             \
    X(st_init)                                                                                     \
    X(st_thread_create)                                                                            \
    X(st_thread_join)                                                                              \
    X(st_thread_interrupt)                                                                         \
    X(st_usleep)                                                                                   \
    X(st_poll)                                                                                     \
    X(st_cond_new)                                                                                 \
    X(st_cond_destroy)                                                                             \
    X(st_cond_wait)                                                                                \
    X(st_cond_timedwait)                                                                           \
    X(st_cond_signal)                                                                              \
    X(st_cond_broadcast)

/* Loaded by the first open(), the same from then on; the library itself has one state a process. */
static struct {
    FUNCTIONS(PEER_DECLARE)
} lib;

struct scheduler {
    int stack;
};

struct unit_event {
    st_cond_t condition;
};

typedef st_thread_t unit_handle;

static int scheduler_open(struct scheduler *own, size_t stack, struct err *err)
{
    (void)err;
    own->stack = (int)stack;
    return 0;
}

static void scheduler_close(struct scheduler *own)
{
    (void)own;
}

static void *entry(void *arg)
{
    struct task *t = arg;
    t->launch->body(t);
    return NULL;
}

static st_thread_t unit_spawn(struct scheduler *own, struct task *t)
{
    return lib.st_thread_create(entry, t, 1, own->stack);
}

static bool unit_join(st_thread_t thread)
{
    return lib.st_thread_join(thread, NULL) == 0;
}

static bool event_open(struct unit_event *e)
{
    e->condition = lib.st_cond_new();
    return e->condition != NULL;
}

static void event_close(struct unit_event *e)
{
    lib.st_cond_destroy(e->condition);
}

/* Up: what is cut off would be our own early wake-up, not the library's. */
static st_utime_t to_us(uint64_t deadline_ns)
{
    uint64_t now_ns = clock_now_ns();
    return deadline_ns > now_ns ? (deadline_ns - now_ns + 999) / 1000 : 0;
}

static void event_wait(struct unit_event *e, uint64_t deadline_ns)
{
    if (deadline_ns == UINT64_MAX)
        lib.st_cond_wait(e->condition);
    else
        lib.st_cond_timedwait(e->condition, to_us(deadline_ns));
}

static void event_signal(struct unit_event *e)
{
    lib.st_cond_signal(e->condition);
}

#include "bench/executors/scheduled.h"

static const struct param params[] = {SCHEDULED_STACK(8192), {0}};

static const char *const names[] = {"libst.so.1", "libst.so", NULL};

static int load(struct err *err)
{
    if (lib.st_init)
        return 0;
    void *handle = peer_load(names, err);
    if (!handle)
        return -1;
    FUNCTIONS(PEER_FIND)
    lib.st_set_eventsys(ST_EVENTSYS_ALT); /* epoll */
    return lib.st_init() ? err_set_sys(err, errno, "st_init") : 0;
}

static int open_(struct launch *l, struct err *err)
{
    return load(err) ? -1 : scheduled_open(l, err);
}

static void sleep_until(struct task *t, uint64_t deadline_ns)
{
    (void)t;
    lib.st_usleep(to_us(deadline_ns));
}

static void yield(struct task *t)
{
    (void)t;
    lib.st_usleep(0);
}

static int wait_io(struct task *t, int descriptor, bool is_writing)
{
    (void)t;
    struct pollfd wanted = {.fd = descriptor, .events = is_writing ? POLLOUT : POLLIN};
    return lib.st_poll(&wanted, 1, ST_UTIME_NO_TIMEOUT) < 0 ? -1 : 0;
}

/* ---- Its own operations, for runtime_bodies.h --------------------------------------- */

typedef int rt_scope;
typedef st_thread_t rt_task;

#define RT_BODY(name) static void *name(void *rt_arg)
#define RT_ARG        ((uint64_t)(uintptr_t)rt_arg)
#define RT_RETURN(x)  return (void *)(uintptr_t)(x)

#define RT_HAS_YIELD   1
#define RT_HAS_EAGER   0
#define RT_HAS_CANCEL  1
#define RT_HAS_CHANNEL 1
#define RT_HAS_TREE    1
#define RT_HAS_FUTURE  0
#define RT_HAS_STOP    0

#define RT_SLEEP(ns)            (lib.st_usleep((ns) / 1000) == 0)
#define rt_here()               0
#define rt_yield(scope)         ((void)(scope), lib.st_usleep(0))
#define rt_settle(scope)        rt_yield(scope)
#define rt_cancel(scope, child) ((void)(scope), lib.st_thread_interrupt(child))

static inline bool rt_spawn(rt_scope scope, void *(*body)(void *), uint64_t arg, bool eager,
                            rt_task *child)
{
    (void)scope;
    (void)eager;
    *child = lib.st_thread_create(body, (void *)(uintptr_t)arg, 1, 0);
    return *child != NULL;
}

static inline uint64_t rt_await(rt_task child)
{
    void *value = NULL;
    lib.st_thread_join(child, &value);
    return (uint64_t)(uintptr_t)value;
}

typedef struct {
    st_cond_t has_item;
    st_cond_t has_room;
    uint32_t head;
    uint32_t count;
    uint32_t capacity;
    bool is_closed;
    uint64_t items[];
} rt_channel;

static rt_channel *rt_channel_new(rt_scope scope, uint32_t capacity)
{
    (void)scope;
    rt_channel *c = calloc(1, sizeof *c + sizeof(uint64_t) * capacity);
    if (!c)
        return NULL;
    c->has_item = lib.st_cond_new();
    c->has_room = lib.st_cond_new();
    c->capacity = capacity;
    return c;
}

static inline void rt_send(rt_channel *c, uint64_t item)
{
    while (c->count == c->capacity)
        lib.st_cond_wait(c->has_room);
    uint32_t at = c->head + c->count++;
    c->items[at >= c->capacity ? at - c->capacity : at] = item;
    lib.st_cond_signal(c->has_item);
}

static inline bool rt_receive(rt_channel *c, uint64_t *item)
{
    while (c->count == 0) {
        if (c->is_closed)
            return false;
        lib.st_cond_wait(c->has_item);
    }
    *item = c->items[c->head];
    c->head = c->head + 1 == c->capacity ? 0 : c->head + 1;
    c->count--;
    lib.st_cond_signal(c->has_room);
    return true;
}

static void rt_channel_close(rt_channel *c)
{
    c->is_closed = true;
    lib.st_cond_broadcast(c->has_item);
}

static void rt_channel_free(rt_channel *c)
{
    lib.st_cond_destroy(c->has_room);
    lib.st_cond_destroy(c->has_item);
    free(c);
}

#include "bench/executors/runtime_bodies.h"
#endif

static const char *unavailable(void)
{
#ifdef CONTEND_HAVE_ST
    static enum peer_verdict verdict;
    if (PEER_SANITIZED)
        return PEER_NO_SANITIZER;
    return peer_is_there(names, &verdict) ? NULL : "State Threads is missing: install libst1";
#else
    return "built without State Threads: install libst-dev and build again";
#endif
}

const struct executor executor_state_threads = {
    .name = "state_threads",
    .summary = "threads of the State Threads library in one thread",
    .traits = EXECUTOR_SHARED_HEAP | EXECUTOR_PEER,
    .unavailable = unavailable,
#ifdef CONTEND_HAVE_ST
    .params = params,
    .open = open_,
    SCHEDULED_HOOKS,
    .sleep_until = sleep_until,
    .yield = yield,
    .wait_io = wait_io,
    .runtime = &rt_runtime,
#endif
};
