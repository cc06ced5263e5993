/*
 * uv_pool: tasks through libuv's thread pool (uv_queue_work), as Node.js runs file operations.
 * Work is queued from and finished on the loop's thread, which is the coordinator's.
 *
 * libuv has one pool a process and reads its size once, from the environment: a process that has
 * had a pool of one size refuses another.
 */
#include "bench/base/err.h"
#include "bench/child/peer.h"
#include "bench/contend.h"
#include "bench/executors/futex_verbs.h"
#include "bench/executors/muster.h"

#include <stdio.h>
#include <stdlib.h>

#ifdef CONTEND_HAVE_UV
#include <uv.h>

#define FUNCTIONS(X)                                                                               \
    X(uv_loop_init)                                                                                \
    X(uv_loop_close)                                                                               \
    X(uv_queue_work)                                                                               \
    X(uv_run)                                                                                      \
    X(uv_strerror)

/* Loaded by the first open(), the same from then on; the pool's size belongs to the library. */
static struct {
    FUNCTIONS(PEER_DECLARE)
    uint32_t workers;
} lib;

static const char *const names[] = {"libuv.so.1", "libuv.so", NULL};

enum { WORKERS_MOST = 1024 }; /* libuv's own limit */

struct state {
    uv_loop_t loop;
    struct muster muster;
    uv_work_t requests[]; /* task_count, at least worker_count */
};

static int load(struct err *err)
{
    if (lib.uv_run)
        return 0;
    void *handle = peer_load(names, err);
    if (!handle)
        return -1;
    FUNCTIONS(PEER_FIND)
    return 0;
}

static int set_workers(uint32_t count, struct err *err)
{
    char text[16];
    if (count > WORKERS_MOST)
        return err_set(err, ERR_LIMIT, "libuv's pool has at most %d workers", WORKERS_MOST);
    if (lib.workers && lib.workers != count)
        return err_set(err, ERR_UNAVAILABLE, "libuv's pool of this process has %u workers already",
                       lib.workers);
    snprintf(text, sizeof text, "%u", count);
    setenv("UV_THREADPOOL_SIZE", text, 1);
    lib.workers = count;
    return 0;
}

static void muster(uv_work_t *request)
{
    muster_come(request->data);
}

static void run_task(uv_work_t *request)
{
    struct task *t = request->data;
    t->launch->body(t);
}

static void take_back(uv_work_t *request, int status)
{
    (void)status;
    struct task *t = request->data;
    t->joined_ns = launch_stamp_ns(t->launch);
}

static void close_(struct launch *l)
{
    struct state *s = l->executor_state;
    lib.uv_loop_close(&s->loop);
    free(s);
    l->executor_state = NULL;
}

static int open_(struct launch *l, struct err *err)
{
    if (load(err) || set_workers(l->worker_count, err))
        return -1;
    size_t count = l->task_count > l->worker_count ? l->task_count : l->worker_count;
    struct state *s = calloc(1, sizeof *s + sizeof(uv_work_t) * count);
    if (!s)
        return err_set(err, ERR_LIMIT, "no memory for %zu requests", count);
    int failed = lib.uv_loop_init(&s->loop);
    if (failed) {
        free(s);
        return err_set(err, ERR_LIMIT, "uv_loop_init: %s", lib.uv_strerror(failed));
    }
    l->executor_state = s;
    s->muster = muster_of(l);
    for (uint32_t i = 0; i < l->worker_count; i++) {
        s->requests[i].data = &s->muster;
        lib.uv_queue_work(&s->loop, &s->requests[i], muster, NULL);
    }
    lib.uv_run(&s->loop, UV_RUN_DEFAULT);
    return 0;
}

static int start(struct launch *l, struct err *err)
{
    (void)err;
    l->live_count = l->task_count;
    return 0;
}

static int join(struct launch *l, struct err *err)
{
    struct state *s = l->executor_state;
    int rc = 0;
    for (uint32_t i = 0; i < l->live_count; i++) {
        struct task *t = &l->tasks[i];
        s->requests[i].data = t;
        t->create_ns = launch_stamp_ns(l);
        int failed = lib.uv_queue_work(&s->loop, &s->requests[i], run_task, take_back);
        if (failed)
            rc =
                err_set(err, ERR_LIMIT, "uv_queue_work of task %u: %s", i, lib.uv_strerror(failed));
        t->created_ns = launch_stamp_ns(l);
    }
    lib.uv_run(&s->loop, UV_RUN_DEFAULT);
    return rc;
}
#endif

static const char *unavailable(void)
{
#ifdef CONTEND_HAVE_UV
    static enum peer_verdict verdict;
    return peer_is_there(names, &verdict) ? NULL : "libuv is missing: install libuv1";
#else
    return "built without libuv: install libuv1-dev and build again";
#endif
}

const struct executor executor_uv_pool = {
    .name = "uv_pool",
    .summary = "libuv's thread pool",
    .traits = EXECUTOR_PARALLEL | EXECUTOR_SHARED_HEAP | EXECUTOR_PREEMPTIVE | EXECUTOR_POOLED |
              EXECUTOR_KERNEL_UNITS | EXECUTOR_PEER,
    .unavailable = unavailable,
#ifdef CONTEND_HAVE_UV
    .open = open_,
    .start = start,
    .join = join,
    .close = close_,
    FUTEX_VERBS,
#endif
};
