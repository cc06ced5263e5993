/*
 * glib_pool: tasks through a GThreadPool with threads of its own.  It has no word for "this task
 * has ended": a counter says when all have, and joined_ns is that moment for each of them.
 */
#include "bench/base/err.h"
#include "bench/child/peer.h"
#include "bench/contend.h"
#include "bench/executors/futex_verbs.h"
#include "bench/executors/muster.h"

#include <stdlib.h>

#ifdef CONTEND_HAVE_GLIB
#include <glib.h>

#define FUNCTIONS(X)                                                                               \
    X(g_thread_pool_new)                                                                           \
    X(g_thread_pool_push)                                                                          \
    X(g_thread_pool_free)

/* Loaded by the first open(), the same from then on. */
static struct {
    FUNCTIONS(PEER_DECLARE)
} lib;

static const char *const names[] = {"libglib-2.0.so.0", NULL};

struct state {
    GThreadPool *pool;
    struct muster muster;
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint32_t left; /* tasks not ended */
};

static int load(struct err *err)
{
    if (lib.g_thread_pool_new)
        return 0;
    void *handle = peer_load(names, err);
    if (!handle)
        return -1;
    FUNCTIONS(PEER_FIND)
    return 0;
}

/* The pool's one function: a job is a task, or the muster. */
static void work(gpointer job, gpointer context)
{
    struct state *s = context;
    if (job == &s->muster) {
        muster_come(&s->muster);
    } else {
        struct task *t = job;
        t->launch->body(t);
    }
    if (atomic_fetch_sub_explicit(&s->left, 1, memory_order_acq_rel) == 1)
        futex_wake(&s->left, 1, false);
}

static void wait_for_all(struct state *s)
{
    uint32_t left;
    while ((left = atomic_load_explicit(&s->left, memory_order_acquire)) > 0)
        futex_wait(&s->left, left, UINT64_MAX, false);
}

static int open_(struct launch *l, struct err *err)
{
    if (load(err))
        return -1;
    struct state *s = aligned_alloc(CONTEND_LINE_BYTES, sizeof *s);
    if (!s)
        return err_set(err, ERR_LIMIT, "no memory for a pool");
    *s = (struct state){.muster = muster_of(l)};
    /* Exclusive: all threads are made at once and serve no other pool. */
    s->pool = lib.g_thread_pool_new(work, s, (gint)l->worker_count, TRUE, NULL);
    if (!s->pool) {
        free(s);
        return err_set(err, ERR_LIMIT, "g_thread_pool_new could not make %u threads",
                       l->worker_count);
    }
    l->executor_state = s;
    atomic_store(&s->left, l->worker_count);
    for (uint32_t i = 0; i < l->worker_count; i++)
        lib.g_thread_pool_push(s->pool, &s->muster, NULL);
    wait_for_all(s);
    return 0;
}

static void close_(struct launch *l)
{
    struct state *s = l->executor_state;
    lib.g_thread_pool_free(s->pool, FALSE, TRUE);
    free(s);
    l->executor_state = NULL;
}

static int start(struct launch *l, struct err *err)
{
    (void)err;
    l->live_count = l->task_count;
    return 0;
}

static int join(struct launch *l, struct err *err)
{
    (void)err;
    struct state *s = l->executor_state;
    atomic_store_explicit(&s->left, l->live_count, memory_order_relaxed);
    for (uint32_t i = 0; i < l->live_count; i++) {
        struct task *t = &l->tasks[i];
        t->create_ns = launch_stamp_ns(l);
        lib.g_thread_pool_push(s->pool, t, NULL);
        t->created_ns = launch_stamp_ns(l);
    }
    wait_for_all(s);
    uint64_t now_ns = launch_stamp_ns(l);
    for (uint32_t i = 0; i < l->live_count; i++)
        l->tasks[i].joined_ns = now_ns;
    return 0;
}
#endif

static const char *unavailable(void)
{
#if defined(__SANITIZE_THREAD__)
    return PEER_NOT_FOR_TSAN;
#elif defined(CONTEND_HAVE_GLIB)
    static enum peer_verdict verdict;
    if (PEER_UNSEEN)
        return PEER_NO_TSAN;
    return peer_is_there(names, &verdict) ? NULL : "GLib is missing: install libglib2.0-0";
#else
    return "built without GLib: install libglib2.0-dev and build again";
#endif
}

const struct executor executor_glib_pool = {
    .name = "glib_pool",
    .summary = "GLib's thread pool",
    .traits = EXECUTOR_PARALLEL | EXECUTOR_SHARED_HEAP | EXECUTOR_PREEMPTIVE | EXECUTOR_POOLED |
              EXECUTOR_KERNEL_UNITS | EXECUTOR_PEER,
    .unavailable = unavailable,
#ifdef CONTEND_HAVE_GLIB
    .open = open_,
    .start = start,
    .join = join,
    .close = close_,
    FUTEX_VERBS,
#endif
};
