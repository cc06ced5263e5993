/*
 * thread_pool: W threads, made once, share all tasks.  bench/executors/pool.h tells how tasks get
 * to them.
 *
 * open() ends when each worker has begun, so that no launch pays for another's start.  A
 * launch whose placement is "same" is pinned before, and the threads inherit that.
 */
#include "bench/base/clock.h"
#include "bench/base/err.h"
#include "bench/base/futex.h"
#include "bench/contend.h"
#include "bench/executors/create_error.h"
#include "bench/executors/pooled.h"
#include "bench/executors/spread.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

static const struct param params[] = {POOLED_PARAMS, {0}};

struct worker {
    const struct launch *launch;
    struct pool *pool;
    pthread_t thread;
    uint32_t index;
};

struct state {
    struct pool *pool;
    uint32_t made;           /* threads there are */
    struct worker workers[]; /* worker_count */
};

static void *entry(void *arg)
{
    const struct worker *w = arg;
    spread_out(w->launch, w->index);
    pool_work(w->pool, w->index);
    return NULL;
}

static void close_(struct launch *l)
{
    struct state *s = l->executor_state;
    pool_stop(s->pool);
    for (uint32_t i = 0; i < s->made; i++)
        pthread_join(s->workers[i].thread, NULL);
    pool_free(s->pool);
    free(s);
    l->executor_state = NULL;
}

static int open_(struct launch *l, struct err *err)
{
    struct state *s = calloc(1, sizeof *s + sizeof(struct worker) * l->worker_count);
    if (!s)
        return err_set(err, ERR_LIMIT, "no memory for %u workers", l->worker_count);
    struct pool_config config = pooled_config(l);
    s->pool = pool_new(&config, err);
    if (!s->pool) {
        free(s);
        return -1;
    }
    l->executor_state = s;
    for (uint32_t i = 0; i < l->worker_count; i++) {
        struct worker *w = &s->workers[i];
        *w = (struct worker){.launch = l, .pool = s->pool, .index = i};
        int failed = pthread_create(&w->thread, NULL, entry, w);
        if (failed) {
            create_error("pthread_create", i, failed, false, err);
            close_(l);
            return -1;
        }
        s->made = i + 1;
    }
    return pool_wait_ready(s->pool, s->made, err);
}

static int start(struct launch *l, struct err *err)
{
    (void)err;
    const struct state *s = l->executor_state;
    return pooled_start(l, s->pool);
}

static int join(struct launch *l, struct err *err)
{
    const struct state *s = l->executor_state;
    return pooled_join(l, s->pool, err);
}

static void sleep_until(struct task *t, uint64_t deadline_ns)
{
    (void)t;
    clock_sleep_until_ns(deadline_ns);
}

static bool wait_(struct task *t, _Atomic uint32_t *word, uint32_t expected, uint64_t deadline_ns)
{
    (void)t;
    return futex_wait(word, expected, deadline_ns, false);
}

static void wake(struct task *t, _Atomic uint32_t *word, uint32_t count)
{
    (void)t;
    futex_wake(word, count, false);
}

const struct executor executor_thread_pool = {
    .name = "thread_pool",
    .summary = "threads made once, which share all tasks",
    .traits = EXECUTOR_PARALLEL | EXECUTOR_SHARED_HEAP | EXECUTOR_PREEMPTIVE | EXECUTOR_POOLED |
              EXECUTOR_KERNEL_UNITS | EXECUTOR_TYPICAL,
    .params = params,
    .open = open_,
    .start = start,
    .join = join,
    .close = close_,
    .sleep_until = sleep_until,
    .wait = wait_,
    .wake = wake,
};
