/*
 * tbb: tasks as tasks of oneTBB, a group of them in an arena of worker_count threads.  The caller
 * is one of the threads and runs tasks while it waits, so that with one worker nothing is parallel.
 * oneTBB is meant for tasks that compute: one that sleeps keeps its thread.
 *
 * The library has an interface in C++ alone, so this has a half in it (tbb.cpp), through which each
 * call goes; a task is a function and a pointer there.
 */
#include "bench/base/err.h"
#include "bench/child/peer.h"
#include "bench/contend.h"
#include "bench/executors/futex_verbs.h"
#include "bench/executors/muster.h"

#ifdef CONTEND_TBB_FILE
#include "bench/executors/tbb.h"

IMAGE_EMBED(tbb_image, CONTEND_TBB_FILE);

static const struct image image = {"tbb", tbb_image, tbb_image_end};

/* Loaded by the first open(), the same from then on. */
static const struct tbb_half *half;

static void come_to_muster(void *muster)
{
    muster_come(muster);
}

static void call_all_to_muster(void *group, void *context)
{
    struct muster *m = context;
    for (uint32_t i = 0; i < m->expected; i++)
        half->spawn(group, come_to_muster, m);
}

static void hold_muster(void *muster)
{
    half->scope(call_all_to_muster, muster);
}

static int open_(struct launch *l, struct err *err)
{
    if (!half && !(half = peer_load_half(&image, "contend_tbb", err)))
        return -1;
    void *pool = half->open(l->worker_count);
    if (!pool)
        return err_set(err, ERR_LIMIT, "oneTBB could not make an arena of %u threads",
                       l->worker_count);
    l->executor_state = pool;
    struct muster muster = muster_of(l);
    half->enter(pool, hold_muster, &muster);
    return 0;
}

static void close_(struct launch *l)
{
    half->close(l->executor_state);
    l->executor_state = NULL;
}

static int start(struct launch *l, struct err *err)
{
    (void)err;
    l->live_count = l->task_count;
    return 0;
}

static void run_task(void *task)
{
    struct task *t = task;
    t->launch->body(t);
}

static void make_all(void *group, void *context)
{
    struct launch *l = context;
    for (uint32_t i = 0; i < l->live_count; i++) {
        struct task *t = &l->tasks[i];
        t->create_ns = launch_stamp_ns(l);
        half->spawn(group, run_task, t);
        t->created_ns = launch_stamp_ns(l);
    }
}

static void run_all(void *launch)
{
    half->scope(make_all, launch);
}

/* The group's end is the join: of all tasks at once. */
static int join(struct launch *l, struct err *err)
{
    (void)err;
    half->enter(l->executor_state, run_all, l);
    uint64_t now_ns = launch_stamp_ns(l);
    for (uint32_t i = 0; i < l->live_count; i++)
        l->tasks[i].joined_ns = now_ns;
    return 0;
}

/* ---- Its own operations -------------------------------------------------------------- */

/* A child finds the number before its own and leaves its own. */
static void return_number(void *number)
{
    ++*(uint64_t *)number;
}

struct storm {
    uint64_t count, burst, sum;
    uint64_t *handles;
};

static void spawn_all(void *group, void *context)
{
    struct storm *s = context;
    for (uint64_t done = 0; done < s->count;) {
        uint64_t made = s->count - done < s->burst ? s->count - done : s->burst;
        for (uint64_t i = 0; i < made; i++) {
            s->handles[i] = done + i;
            half->spawn(group, return_number, &s->handles[i]);
        }
        half->wait(group);
        for (uint64_t i = 0; i < made; i++)
            s->sum += s->handles[i];
        done += made;
    }
}

static uint64_t spawn_loop(struct task *t, uint64_t count, uint64_t *handles, uint64_t burst)
{
    (void)t;
    struct storm s = {.count = count, .burst = burst, .handles = handles};
    half->scope(spawn_all, &s);
    return s.sum;
}

static uint64_t await_loop(struct task *t, uint64_t count)
{
    uint64_t handle;
    return spawn_loop(t, count, &handle, 1);
}

enum { FAN = 10 };

struct node {
    uint64_t number; /* counts nodes of its level from the left */
    uint64_t level;
    uint64_t sum;
};

static void add_up(void *node);

static void add_children_up(void *group, void *context)
{
    struct node *n = context, children[FAN];
    for (uint64_t i = 0; i < FAN; i++) {
        children[i] = (struct node){.number = n->number * FAN + i, .level = n->level - 1};
        half->spawn(group, add_up, &children[i]);
    }
    half->wait(group);
    n->sum = 0;
    for (uint64_t i = 0; i < FAN; i++)
        n->sum += children[i].sum;
}

static void add_up(void *node)
{
    struct node *n = node;
    n->sum = n->number;
    if (n->level > 0)
        half->scope(add_children_up, n);
}

static uint64_t tree_loop(struct task *t, uint32_t depth)
{
    (void)t;
    struct node root = {.level = depth};
    add_up(&root);
    return root.sum;
}

static const struct runtime runtime = {
    .spawn = spawn_loop,
    .await = await_loop,
    .tree = tree_loop,
};
#endif

static const char *unavailable(void)
{
#if defined(__SANITIZE_THREAD__)
    return PEER_NOT_FOR_TSAN;
#elif defined(CONTEND_TBB_FILE)
    static enum peer_verdict verdict;
    return peer_half_is_there(&image, &verdict) ? NULL : "oneTBB is missing: install libtbb12";
#else
    return "built without oneTBB: install libtbb-dev and g++ and build again";
#endif
}

const struct executor executor_tbb = {
    .name = "tbb",
    .summary = "oneTBB tasks in an arena of threads",
    .traits = EXECUTOR_PARALLEL | EXECUTOR_SHARED_HEAP | EXECUTOR_PREEMPTIVE | EXECUTOR_POOLED |
              EXECUTOR_KERNEL_UNITS | EXECUTOR_PEER,
    .unavailable = unavailable,
#ifdef CONTEND_TBB_FILE
    .open = open_,
    .start = start,
    .join = join,
    .close = close_,
    FUTEX_VERBS,
    .runtime = &runtime,
#endif
};
