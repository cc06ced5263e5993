/*
 * openmp: tasks as OpenMP tasks of GCC's runtime, libgomp.  One thread of a team makes them, all
 * run them, and the caller is a member of the team, so that with one worker nothing is parallel.
 * When many tasks wait libgomp runs a new one at once in place of queueing it: then the call that
 * creates it contains it.
 *
 * What the compiler would make of "#pragma omp" is written out here as the calls of libgomp's
 * interface, so that the library can be loaded when it is wanted and need not be linked.
 */
#include "bench/base/err.h"
#include "bench/child/peer.h"
#include "bench/contend.h"
#include "bench/executors/futex_verbs.h"
#include "bench/executors/muster.h"

#include <stdlib.h>

/* As libgomp_g.h and omp.h declare them; the version numbers are their symbols'. */
void GOMP_parallel(void (*fn)(void *), void *data, unsigned threads, unsigned flags); /* 4.0 */
void GOMP_task(void (*fn)(void *), void *data, void (*copy)(void *, void *), long bytes,
               long alignment, bool is_deferrable, unsigned flags, void **depend, int priority,
               void *detach); /* 2.0; the last two came later and are ignored by older ones */
void GOMP_taskwait(void);     /* 2.0 */
int omp_get_thread_num(void); /* 1.0 */
int omp_pause_resource_all(int kind); /* OMP 5.0: ends the team's threads */

#define FUNCTIONS(X)                                                                               \
    X(GOMP_parallel)                                                                               \
    X(GOMP_task)                                                                                   \
    X(GOMP_taskwait)                                                                               \
    X(omp_get_thread_num)                                                                          \
    X(omp_pause_resource_all)

/* Loaded by the first open(), the same from then on. */
static struct {
    FUNCTIONS(PEER_DECLARE)
} lib;

static const char *const names[] = {"libgomp.so.1", NULL};

enum { PAUSE_HARD = 2 };

static int load(struct err *err)
{
    if (lib.GOMP_parallel)
        return 0;
    void *handle = peer_load(names, err);
    if (!handle)
        return -1;
    FUNCTIONS(PEER_FIND)
    return 0;
}

/* #pragma omp task firstprivate(*data) */
static void make_task(void (*fn)(void *), void *data, size_t bytes)
{
    lib.GOMP_task(fn, data, NULL, (long)bytes, (long)_Alignof(uint64_t), true, 0, NULL, 0, NULL);
}

static void come_to_muster(void *data)
{
    muster_come(data);
}

static int open_(struct launch *l, struct err *err)
{
    if (load(err))
        return -1;
    /* The team's threads stay for the next region of the same size. */
    struct muster muster = muster_of(l);
    lib.GOMP_parallel(come_to_muster, &muster, l->worker_count, 0);
    if (atomic_load(&muster.arrived) != l->worker_count)
        return err_set(err, ERR_LIMIT, "OpenMP made %u threads instead of %u",
                       atomic_load(&muster.arrived), l->worker_count);
    return 0;
}

static void close_(struct launch *l)
{
    (void)l;
    lib.omp_pause_resource_all(PAUSE_HARD);
}

static int start(struct launch *l, struct err *err)
{
    (void)err;
    l->live_count = l->task_count;
    return 0;
}

static void run_task(void *data)
{
    struct task *t = *(struct task **)data;
    t->launch->body(t);
}

static void make_all(void *data)
{
    struct launch *l = data;
    if (lib.omp_get_thread_num() != 0)
        return; /* to the barrier at the region's end, where tasks are run */
    for (uint32_t i = 0; i < l->live_count; i++) {
        struct task *t = &l->tasks[i];
        t->create_ns = launch_stamp_ns(l);
        make_task(run_task, &t, sizeof(struct task *));
        t->created_ns = launch_stamp_ns(l);
    }
}

/* The region's end is the join: of all tasks at once. */
static int join(struct launch *l, struct err *err)
{
    (void)err;
    lib.GOMP_parallel(make_all, l, l->worker_count, 0);
    uint64_t now_ns = launch_stamp_ns(l);
    for (uint32_t i = 0; i < l->live_count; i++)
        l->tasks[i].joined_ns = now_ns;
    return 0;
}

/* ---- Its own operations -------------------------------------------------------------- */

/* Children have no handles: they leave their number where they are told, and are awaited together.
 */
struct child {
    uint64_t number;
    uint64_t *result;
};

static void return_number(void *data)
{
    const struct child *c = data;
    *c->result = c->number;
}

static uint64_t spawn_loop(struct task *t, uint64_t count, uint64_t *handles, uint64_t burst)
{
    (void)t;
    uint64_t sum = 0;
    for (uint64_t done = 0; done < count;) {
        uint64_t made = count - done < burst ? count - done : burst;
        for (uint64_t i = 0; i < made; i++) {
            struct child c = {done + i + 1, &handles[i]};
            make_task(return_number, &c, sizeof c);
        }
        lib.GOMP_taskwait();
        for (uint64_t i = 0; i < made; i++)
            sum += handles[i];
        done += made;
    }
    return sum;
}

static uint64_t await_loop(struct task *t, uint64_t count)
{
    uint64_t result;
    return spawn_loop(t, count, &result, 1);
}

enum { FAN = 10 };

struct node {
    uint64_t number; /* counts nodes of its level from the left */
    uint64_t level;
    uint64_t *result;
};

static void add_up(void *data)
{
    const struct node *n = data;
    uint64_t sums[FAN], sum = n->number;
    if (n->level > 0) {
        for (uint64_t i = 0; i < FAN; i++) {
            struct node child = {n->number * FAN + i, n->level - 1, &sums[i]};
            make_task(add_up, &child, sizeof child);
        }
        lib.GOMP_taskwait();
        sum = 0;
        for (uint64_t i = 0; i < FAN; i++)
            sum += sums[i];
    }
    *n->result = sum;
}

static uint64_t tree_loop(struct task *t, uint32_t depth)
{
    (void)t;
    uint64_t sum = 0;
    struct node root = {0, depth, &sum};
    add_up(&root);
    return sum;
}

static const struct runtime runtime = {
    .spawn = spawn_loop,
    .await = await_loop,
    .tree = tree_loop,
};

static const char *unavailable(void)
{
#ifdef __SANITIZE_THREAD__
    return PEER_NOT_FOR_TSAN;
#else
    static enum peer_verdict verdict;
    if (PEER_UNSEEN)
        return PEER_NO_TSAN;
    return peer_is_there(names, &verdict) ? NULL : "GCC's OpenMP is missing: install libgomp1";
#endif
}

const struct executor executor_openmp = {
    .name = "openmp",
    .summary = "OpenMP tasks of GCC's runtime",
    .traits = EXECUTOR_PARALLEL | EXECUTOR_SHARED_HEAP | EXECUTOR_PREEMPTIVE | EXECUTOR_POOLED |
              EXECUTOR_KERNEL_UNITS | EXECUTOR_PEER,
    .unavailable = unavailable,
    .open = open_,
    .start = start,
    .join = join,
    .close = close_,
    FUTEX_VERBS,
    .runtime = &runtime,
};
