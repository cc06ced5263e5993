/*
 * What a program pays that does these things with POSIX threads, for the loops of
 * runtime_bodies.h: a thread a child, a flag and a condition to cancel a sleeper, and a queue
 * behind one mutex with two conditions.
 */
#include "bench/core/clock.h"

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

#include "bench/executors/runtime_bodies.h"
