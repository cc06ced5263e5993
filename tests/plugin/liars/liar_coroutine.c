/*
 * liar_coroutine: says that its tasks share one thread, and gives each a hidden one.
 *
 * It is no parallel executor by its traits, so its event loop alone takes the lock: computing
 * tasks run beside each other under it, and one that blocks stops nobody.
 */
#include "bench/contend.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct state {
    uint32_t count;
    pthread_t threads[]; /* task_count */
};

static int open_(struct launch *l, struct err *err)
{
    (void)err;
    struct state *s = calloc(1, sizeof *s + sizeof(pthread_t) * l->task_count);
    l->executor_state = s;
    return s ? 0 : -1;
}

static void close_(struct launch *l)
{
    free(l->executor_state);
    l->executor_state = NULL;
}

static void *entry(void *arg)
{
    struct task *t = arg;
    t->launch->body(t);
    return NULL;
}

static int start(struct launch *l, struct err *err)
{
    (void)err;
    struct state *s = l->executor_state;
    for (uint32_t i = 0; i < l->task_count; i++) {
        struct task *t = &l->tasks[i];
        t->create_ns = launch_stamp_ns(l);
        if (pthread_create(&s->threads[i], NULL, entry, t))
            return -1;
        t->created_ns = launch_stamp_ns(l);
        l->live_count = i + 1;
    }
    return 0;
}

static int join(struct launch *l, struct err *err)
{
    (void)err;
    struct state *s = l->executor_state;
    bool with_lock = !l->is_empty;
    if (with_lock)
        task_acquire(l->coordinator);
    for (uint32_t i = 0; i < l->live_count; i++) {
        pthread_join(s->threads[i], NULL);
        l->tasks[i].joined_ns = launch_stamp_ns(l);
    }
    if (with_lock)
        task_release(l->coordinator);
    return 0;
}

static struct timespec at(uint64_t ns)
{
    return (struct timespec){.tv_sec = (time_t)(ns / 1000000000u),
                             .tv_nsec = (long)(ns % 1000000000u)};
}

static void sleep_until(struct task *t, uint64_t deadline_ns)
{
    (void)t;
    struct timespec until = at(deadline_ns);
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
        ;
}

static bool wait(struct task *t, _Atomic uint32_t *word, uint32_t expected, uint64_t deadline_ns)
{
    (void)t;
    struct timespec until = at(deadline_ns);
    long rc = syscall(SYS_futex, word, FUTEX_WAIT_BITSET, expected,
                      deadline_ns == UINT64_MAX ? NULL : &until, NULL, FUTEX_BITSET_MATCH_ANY);
    return !(rc < 0 && errno == ETIMEDOUT);
}

static void wake(struct task *t, _Atomic uint32_t *word, uint32_t count)
{
    (void)t;
    syscall(SYS_futex, word, FUTEX_WAKE, count > INT32_MAX ? INT32_MAX : (int)count, NULL, NULL, 0);
}

static void yield(struct task *t)
{
    (void)t;
    sched_yield();
}

const struct executor executor_liar_coroutine = {
    .name = "liar_coroutine",
    .summary = "coroutines that have a hidden thread each",
    .traits = EXECUTOR_SHARED_HEAP,
    .open = open_,
    .start = start,
    .join = join,
    .close = close_,
    .sleep_until = sleep_until,
    .wait = wait,
    .wake = wake,
    .yield = yield,
};
