/*
 * What a program pays that does these things with POSIX threads, for the loops of
 * runtime_bodies.h: a thread a child, a flag and a condition to cancel a sleeper, and a queue
 * behind one mutex with two conditions.
 */
#include "bench/base/clock.h"
#include "bench/executors/runtime_fail.h"
#include "bench/executors/stop_compute.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct thread_child {
    pthread_t thread;
    void (*body)(struct thread_child *self);
    uint64_t arg;
    uint64_t value;
    pthread_mutex_t mutex; /* guards is_cancelled */
    pthread_cond_t cancelled;
    bool is_cancelled;
};

typedef int rt_scope;
typedef struct thread_child *rt_task;

#define RT_BODY(name) static void name(struct thread_child *rt_self)
#define RT_ARG        (rt_self->arg)
#define RT_RETURN(x)                                                                               \
    do {                                                                                           \
        rt_self->value = (x);                                                                      \
        return;                                                                                    \
    } while (0)

#define RT_HAS_YIELD   0
#define RT_HAS_EAGER   0
#define RT_HAS_CANCEL  1
#define RT_HAS_CHANNEL 1
#define RT_HAS_TREE    0
#define RT_HAS_FUTURE  1
#define RT_HAS_STOP    1

static inline rt_scope rt_here(void)
{
    return 0;
}

static void *rt_entry(void *arg)
{
    struct thread_child *self = arg;
    self->body(self);
    return NULL;
}

static inline bool rt_spawn(rt_scope scope, void (*body)(struct thread_child *), uint64_t arg,
                            bool eager, rt_task *child)
{
    (void)scope;
    (void)eager;
    struct thread_child *c = malloc(sizeof *c);
    if (!c)
        return false;
    *c = (struct thread_child){.body = body,
                               .arg = arg,
                               .mutex = PTHREAD_MUTEX_INITIALIZER,
                               .cancelled = PTHREAD_COND_INITIALIZER};
    if (pthread_create(&c->thread, NULL, rt_entry, c)) {
        free(c);
        return false;
    }
    *child = c;
    return true;
}

static inline uint64_t rt_await(rt_task child)
{
    pthread_join(child->thread, NULL);
    uint64_t value = child->value;
    free(child);
    return value;
}

#define RT_SLEEP(ns) rt_sleep(rt_self, (ns))

static bool rt_sleep(struct thread_child *self, uint64_t ns)
{
    uint64_t due_ns = clock_now_ns() + ns;
    struct timespec due = {.tv_sec = (time_t)(due_ns / 1000000000),
                           .tv_nsec = (long)(due_ns % 1000000000)};
    int rc = 0;
    pthread_mutex_lock(&self->mutex);
    while (!self->is_cancelled && rc != ETIMEDOUT)
        rc = pthread_cond_clockwait(&self->cancelled, &self->mutex, CLOCK_MONOTONIC, &due);
    bool is_cancelled = self->is_cancelled;
    pthread_mutex_unlock(&self->mutex);
    return !is_cancelled;
}

static inline void rt_cancel(rt_scope scope, rt_task child)
{
    (void)scope;
    pthread_mutex_lock(&child->mutex);
    child->is_cancelled = true;
    pthread_cond_signal(&child->cancelled);
    pthread_mutex_unlock(&child->mutex);
}

/* The flag is seen whether the child sleeps already or not. */
static inline void rt_settle(rt_scope scope)
{
    (void)scope;
}

typedef struct {
    pthread_mutex_t mutex;
    pthread_cond_t has_item;
    pthread_cond_t has_room;
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
    pthread_mutex_init(&c->mutex, NULL);
    pthread_cond_init(&c->has_item, NULL);
    pthread_cond_init(&c->has_room, NULL);
    c->capacity = capacity;
    return c;
}

static inline void rt_send(rt_channel *c, uint64_t item)
{
    pthread_mutex_lock(&c->mutex);
    while (c->count == c->capacity)
        pthread_cond_wait(&c->has_room, &c->mutex);
    uint32_t at = c->head + c->count++;
    c->items[at >= c->capacity ? at - c->capacity : at] = item;
    pthread_cond_signal(&c->has_item);
    pthread_mutex_unlock(&c->mutex);
}

static inline bool rt_receive(rt_channel *c, uint64_t *item)
{
    pthread_mutex_lock(&c->mutex);
    while (c->count == 0 && !c->is_closed)
        pthread_cond_wait(&c->has_item, &c->mutex);
    bool has_item = c->count > 0;
    if (has_item) {
        *item = c->items[c->head];
        c->head = c->head + 1 == c->capacity ? 0 : c->head + 1;
        c->count--;
        pthread_cond_signal(&c->has_room);
    }
    pthread_mutex_unlock(&c->mutex);
    return has_item;
}

static void rt_channel_close(rt_channel *c)
{
    pthread_mutex_lock(&c->mutex);
    c->is_closed = true;
    pthread_cond_broadcast(&c->has_item);
    pthread_mutex_unlock(&c->mutex);
}

static void rt_channel_free(rt_channel *c)
{
    pthread_cond_destroy(&c->has_room);
    pthread_cond_destroy(&c->has_item);
    pthread_mutex_destroy(&c->mutex);
    free(c);
}

/* ---- A value or an error: through a place that both know ---------------------------- */

struct future {
    uint64_t number;
    bool is_error;
    uint64_t value;
    int error;
};

static void *future_entry(void *arg)
{
    struct future *f = arg;
    if (f->is_error)
        f->error = runtime_error(f->number);
    else
        f->value = f->number;
    return NULL;
}

/* Make the place, create, join, look into the place, free it: five operations. */
static bool future_get(uint64_t number, bool is_error, uint64_t *result, uint64_t *steps)
{
    pthread_t thread;
    ++*steps;
    struct future *f = malloc(sizeof *f);
    if (!f)
        return false;
    *f = (struct future){.number = number, .is_error = is_error};
    ++*steps;
    int failed = pthread_create(&thread, NULL, future_entry, f);
    if (!failed) {
        ++*steps;
        failed = pthread_join(thread, NULL);
    }
    ++*steps;
    *result = f->error ? (uint64_t)f->error : f->value;
    bool is_right = !failed && (f->error != 0) == is_error;
    ++*steps;
    free(f);
    return is_right;
}

static uint64_t future_loop(struct task *t, uint64_t count, bool is_error, uint64_t *steps)
{
    uint64_t sum = 0;
    for (uint64_t i = 1; i <= count; i++) {
        uint64_t result;
        if (!future_get(i, is_error, &result, steps)) {
            rt_fail(t, "a thread and its result");
            return 0;
        }
        sum += result;
    }
    return sum;
}

/* ---- Stopping: a flag, which the thread has to look at ------------------------------ */

struct stop_thread {
    pthread_t thread;
    uint64_t turns;
    atomic_bool is_asked;
    bool has_seen;
};

typedef struct stop_thread *stop_child;

static void *stop_entry(void *arg)
{
    struct stop_thread *self = arg;
    do
        stop_compute(self->turns);
    while (!atomic_load_explicit(&self->is_asked, memory_order_acquire));
    self->has_seen = true;
    return NULL;
}

static bool stop_start(uint64_t turns, stop_child *child)
{
    struct stop_thread *self = calloc(1, sizeof *self);
    if (!self)
        return false;
    self->turns = turns;
    if (pthread_create(&self->thread, NULL, stop_entry, self)) {
        free(self);
        return false;
    }
    *child = self;
    return true;
}

static void stop_wait_until(uint64_t deadline_ns)
{
    clock_sleep_until_ns(deadline_ns);
}

static void stop_ask(stop_child child)
{
    atomic_store_explicit(&child->is_asked, true, memory_order_release);
}

static bool stop_join(stop_child child)
{
    pthread_join(child->thread, NULL);
    bool has_seen = child->has_seen;
    free(child);
    return has_seen;
}

#include "bench/executors/stop_loop.h"

#include "bench/executors/runtime_bodies.h"
