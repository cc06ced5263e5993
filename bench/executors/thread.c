/*
 * thread: a POSIX thread for each task, as pthread_create() makes it.
 *
 * The stack is the system's default unless the parameter says otherwise; glibc keeps up to
 * 40 MB of stacks for reuse, so a second launch starts cheaper than the first.
 */
#include "bench/base/clock.h"
#include "bench/base/err.h"
#include "bench/base/futex.h"
#include "bench/contend.h"
#include "bench/executors/create_error.h"
#include "bench/executors/thread_runtime.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>

enum { STACK };

static const struct param params[] = {
    {.name = "stack",
     .unit = "bytes",
     .value = 0,
     .min = 0,
     .max = 1073741824,
     .help = "stack of a thread; 0 is the system's default"},
    {0},
};

struct state {
    pthread_attr_t attributes;
    pthread_t threads[]; /* task_count */
};

static int open_(struct launch *l, struct err *err)
{
    struct state *s = calloc(1, sizeof *s + sizeof(pthread_t) * l->task_count);
    if (!s)
        return err_set(err, ERR_LIMIT, "no memory for %u thread handles", l->task_count);
    pthread_attr_init(&s->attributes);
    size_t stack = (size_t)l->executor_params[STACK];
    if (stack && pthread_attr_setstacksize(&s->attributes, stack)) {
        pthread_attr_destroy(&s->attributes);
        free(s);
        return err_set(err, ERR_USAGE, "thread.stack: %zu bytes is too small (at least %ld)", stack,
                       sysconf(_SC_THREAD_STACK_MIN));
    }
    l->executor_state = s;
    return 0;
}

static void close_(struct launch *l)
{
    struct state *s = l->executor_state;
    pthread_attr_destroy(&s->attributes);
    free(s);
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
    struct state *s = l->executor_state;
    for (uint32_t i = 0; i < l->task_count; i++) {
        struct task *t = &l->tasks[i];
        t->create_ns = launch_stamp_ns(l);
        int failed = pthread_create(&s->threads[i], &s->attributes, entry, t);
        if (failed)
            return create_error("pthread_create", i, failed, false, err);
        t->created_ns = launch_stamp_ns(l);
        l->live_count = i + 1;
    }
    return 0;
}

static int join(struct launch *l, struct err *err)
{
    struct state *s = l->executor_state;
    int rc = 0;
    for (uint32_t i = 0; i < l->live_count; i++) {
        int failed = pthread_join(s->threads[i], NULL);
        if (failed)
            rc = err_set_sys(err, failed, "pthread_join of task %u", i);
        l->tasks[i].joined_ns = launch_stamp_ns(l);
    }
    return rc;
}

static void sleep_until(struct task *t, uint64_t deadline_ns)
{
    (void)t;
    clock_sleep_until_ns(deadline_ns);
}

static bool wait(struct task *t, _Atomic uint32_t *word, uint32_t expected, uint64_t deadline_ns)
{
    (void)t;
    return futex_wait(word, expected, deadline_ns, false);
}

static void wake(struct task *t, _Atomic uint32_t *word, uint32_t count)
{
    (void)t;
    futex_wake(word, count, false);
}

const struct executor executor_thread = {
    .name = "thread",
    .summary = "a POSIX thread for each task",
    .traits = EXECUTOR_PARALLEL | EXECUTOR_SHARED_HEAP | EXECUTOR_PREEMPTIVE |
              EXECUTOR_KERNEL_UNITS | EXECUTOR_TYPICAL,
    .params = params,
    .open = open_,
    .start = start,
    .join = join,
    .close = close_,
    .sleep_until = sleep_until,
    .wait = wait,
    .wake = wake,
    .runtime = &rt_runtime,
};
