/*
 * gnu_pth: tasks as threads of GNU Portable Threads, a cooperative scheduler in portable C.  It
 * looks through the list of all waiting threads at each turn of its scheduler, so that its cost
 * grows with the number of tasks; a thousand are already many.
 *
 * It offers no hook around its own wait in the kernel, so the lock stays with the loop while all
 * tasks wait.
 */
#include "bench/base/clock.h"
#include "bench/base/err.h"
#include "bench/child/peer.h"
#include "bench/contend.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#ifdef CONTEND_HAVE_PTH
#include <pth.h>

#define FUNCTIONS(X)                                                                               \
    X(pth_init)                                                                                    \
    X(pth_attr_new)                                                                                \
    X(pth_attr_set)                                                                                \
    X(pth_attr_destroy)                                                                            \
    X(pth_spawn)                                                                                   \
    X(pth_join)                                                                                    \
    X(pth_cancel)                                                                                  \
    X(pth_yield)                                                                                   \
    X(pth_nap)                                                                                     \
    X(pth_poll)                                                                                    \
    X(pth_timeout)                                                                                 \
    X(pth_event)                                                                                   \
    X(pth_event_concat)                                                                            \
    X(pth_event_free)                                                                              \
    X(pth_wait)                                                                                    \
    X(pth_msgport_create)                                                                          \
    X(pth_msgport_destroy)                                                                         \
    X(pth_msgport_put)                                                                             \
    X(pth_msgport_get)                                                                             \
    X(pth_mutex_init)                                                                              \
    X(pth_mutex_acquire)                                                                           \
    X(pth_mutex_release)                                                                           \
    X(pth_cond_init)                                                                               \
    X(pth_cond_await)                                                                              \
    X(pth_cond_notify)

/* Loaded by the first open(), the same from then on; the library itself has one state a process. */
static struct {
    FUNCTIONS(PEER_DECLARE)
} lib;

struct scheduler {
    pth_attr_t attributes;
};

/*
 * A message.  A condition would do, but notifying one gives control away, and the coordinator must
 * be able to wake units before it takes the lock in their name.
 */
struct unit_event {
    pth_message_t message;
    pth_msgport_t port;
};

typedef pth_t unit_handle;

static int scheduler_open(struct scheduler *own, size_t stack, struct err *err)
{
    own->attributes = lib.pth_attr_new();
    if (!own->attributes)
        return err_set(err, ERR_LIMIT, "no memory for what threads are made with");
    lib.pth_attr_set(own->attributes, PTH_ATTR_STACK_SIZE, (unsigned)stack);
    lib.pth_attr_set(own->attributes, PTH_ATTR_JOINABLE, TRUE);
    return 0;
}

static void scheduler_close(struct scheduler *own)
{
    lib.pth_attr_destroy(own->attributes);
}

static void *entry(void *arg)
{
    struct task *t = arg;
    t->launch->body(t);
    return NULL;
}

static pth_t unit_spawn(struct scheduler *own, struct task *t)
{
    return lib.pth_spawn(own->attributes, entry, t);
}

static bool unit_join(pth_t thread)
{
    return lib.pth_join(thread, NULL);
}

static bool event_open(struct unit_event *e)
{
    e->port = lib.pth_msgport_create(NULL);
    return e->port != NULL;
}

static void event_close(struct unit_event *e)
{
    lib.pth_msgport_destroy(e->port);
}

/* Up to its microseconds: what is cut off would be our own early wake-up. */
static uint64_t left_us(uint64_t deadline_ns)
{
    uint64_t now_ns = clock_now_ns();
    return deadline_ns > now_ns ? (deadline_ns - now_ns + 999) / 1000 : 0;
}

static void event_wait(struct unit_event *e, uint64_t deadline_ns)
{
    pth_event_t woken = lib.pth_event(PTH_EVENT_MSG, e->port), timeout = NULL;
    if (deadline_ns != UINT64_MAX) {
        uint64_t us = left_us(deadline_ns);
        timeout = lib.pth_event(PTH_EVENT_TIME,
                                lib.pth_timeout((long)(us / 1000000), (long)(us % 1000000)));
        lib.pth_event_concat(woken, timeout, NULL);
    }
    lib.pth_wait(woken);
    lib.pth_event_free(woken, PTH_FREE_ALL);
    lib.pth_msgport_get(e->port); /* there is none when the time ran out */
}

static void event_signal(struct unit_event *e)
{
    lib.pth_msgport_put(e->port, &e->message);
}

#include "bench/executors/scheduled.h"

static const struct param params[] = {SCHEDULED_STACK(16384), {0}};

static const char *const names[] = {"libpth.so.20", "libpth.so", NULL};

static int load(struct err *err)
{
    if (lib.pth_init)
        return 0;
    void *handle = peer_load(names, err);
    if (!handle)
        return -1;
    FUNCTIONS(PEER_FIND)
    return lib.pth_init() ? 0 : err_set_sys(err, errno, "pth_init");
}

static int open_(struct launch *l, struct err *err)
{
    return load(err) ? -1 : scheduled_open(l, err);
}

static void sleep_until(struct task *t, uint64_t deadline_ns)
{
    (void)t;
    uint64_t us = left_us(deadline_ns);
    pth_time_t time = {.tv_sec = (time_t)(us / 1000000), .tv_usec = (suseconds_t)(us % 1000000)};
    if (us)
        lib.pth_nap(time);
}

static void yield(struct task *t)
{
    (void)t;
    lib.pth_yield(NULL);
}

static int wait_io(struct task *t, int descriptor, bool is_writing)
{
    (void)t;
    if (descriptor >= FD_SETSIZE) { /* it waits in select(2) */
        errno = EMFILE;
        return -1;
    }
    struct pollfd wanted = {.fd = descriptor, .events = is_writing ? POLLOUT : POLLIN};
    return lib.pth_poll(&wanted, 1, -1) < 0 ? -1 : 0;
}

/* ---- Its own operations, for runtime_bodies.h --------------------------------------- */

typedef int rt_scope;
typedef pth_t rt_task;

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

#define RT_SLEEP(ns)            rt_sleep(ns)
#define rt_here()               0
#define rt_yield(scope)         ((void)(scope), lib.pth_yield(NULL))
#define rt_settle(scope)        rt_yield(scope)
#define rt_cancel(scope, child) ((void)(scope), lib.pth_cancel(child))

/* A cancelled thread ends inside: it does not come back. */
static inline bool rt_sleep(uint64_t ns)
{
    pth_time_t time = {.tv_sec = (time_t)(ns / 1000000000),
                       .tv_usec = (suseconds_t)(ns % 1000000000 / 1000)};
    lib.pth_nap(time);
    return true;
}

static inline bool rt_spawn(rt_scope scope, void *(*body)(void *), uint64_t arg, bool eager,
                            rt_task *child)
{
    (void)scope;
    (void)eager;
    *child = lib.pth_spawn(PTH_ATTR_DEFAULT, body, (void *)(uintptr_t)arg);
    return *child != NULL;
}

static inline uint64_t rt_await(rt_task child)
{
    void *value = NULL;
    lib.pth_join(child, &value);
    return value == PTH_CANCELED ? 1 : (uint64_t)(uintptr_t)value;
}

typedef struct {
    pth_mutex_t mutex;
    pth_cond_t has_item;
    pth_cond_t has_room;
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
    lib.pth_mutex_init(&c->mutex);
    lib.pth_cond_init(&c->has_item);
    lib.pth_cond_init(&c->has_room);
    c->capacity = capacity;
    return c;
}

static inline void rt_send(rt_channel *c, uint64_t item)
{
    lib.pth_mutex_acquire(&c->mutex, FALSE, NULL);
    while (c->count == c->capacity)
        lib.pth_cond_await(&c->has_room, &c->mutex, NULL);
    uint32_t at = c->head + c->count++;
    c->items[at >= c->capacity ? at - c->capacity : at] = item;
    lib.pth_cond_notify(&c->has_item, FALSE);
    lib.pth_mutex_release(&c->mutex);
}

static inline bool rt_receive(rt_channel *c, uint64_t *item)
{
    lib.pth_mutex_acquire(&c->mutex, FALSE, NULL);
    while (c->count == 0 && !c->is_closed)
        lib.pth_cond_await(&c->has_item, &c->mutex, NULL);
    bool has_item = c->count > 0;
    if (has_item) {
        *item = c->items[c->head];
        c->head = c->head + 1 == c->capacity ? 0 : c->head + 1;
        c->count--;
        lib.pth_cond_notify(&c->has_room, FALSE);
    }
    lib.pth_mutex_release(&c->mutex);
    return has_item;
}

static void rt_channel_close(rt_channel *c)
{
    lib.pth_mutex_acquire(&c->mutex, FALSE, NULL);
    c->is_closed = true;
    lib.pth_cond_notify(&c->has_item, TRUE);
    lib.pth_mutex_release(&c->mutex);
}

static void rt_channel_free(rt_channel *c)
{
    free(c);
}

#include "bench/executors/runtime_bodies.h"
#endif

static const char *unavailable(void)
{
#ifdef CONTEND_HAVE_PTH
    static enum peer_verdict verdict;
    if (PEER_SANITIZED)
        return PEER_NO_SANITIZER;
    return peer_is_there(names, &verdict) ? NULL : "GNU Pth is missing: install libpth20";
#else
    return "built without GNU Pth: install libpth-dev and build again";
#endif
}

const struct executor executor_gnu_pth = {
    .name = "gnu_pth",
    .summary = "threads of GNU Portable Threads in one thread",
    .traits = EXECUTOR_SHARED_HEAP | EXECUTOR_PEER,
    .unavailable = unavailable,
#ifdef CONTEND_HAVE_PTH
    .params = params,
    .open = open_,
    SCHEDULED_HOOKS,
    .sleep_until = sleep_until,
    .yield = yield,
    .wait_io = wait_io,
    .runtime = &rt_runtime,
#endif
};
