/*
 * process_thread: some forked processes, and in each a POSIX thread for each of its tasks: what
 * servers call workers and threads.  bench/executors/grouped.h tells which task lives where.
 */
#include "bench/executors/grouped.h"
#include "bench/executors/kernel_verbs.h"

#include <pthread.h>

static const struct param params[] = {GROUPED_PARAM, {0}};

static void *entry(void *arg)
{
    struct task *t = arg;
    t->launch->body(t);
    return NULL;
}

static void live(struct launch *l, uint32_t group)
{
    uint32_t step = launch_runtimes(l), made = 0;
    pthread_t *threads = malloc(sizeof *threads * (l->task_count / step + 1));
    if (!threads)
        grouped_refuse(l, "no memory for thread handles");
    for (uint32_t i = group; i < l->task_count; i += step) {
        struct task *t = &l->tasks[i];
        t->create_ns = launch_stamp_ns(l);
        int failed = pthread_create(&threads[made], NULL, entry, t);
        if (failed) {
            struct err err = {0};
            create_error("pthread_create", made, failed, false, &err);
            grouped_refuse(l, err.text);
        }
        t->created_ns = launch_stamp_ns(l);
        made++;
    }
    for (uint32_t i = 0; i < made; i++)
        pthread_join(threads[i], NULL);
    free(threads);
}

static int start(struct launch *l, struct err *err)
{
    return grouped_start(l, live, err);
}

#ifdef __SANITIZE_THREAD__
/* Its processes are forked from one that has threads, and have more than one unit. */
static const char *unavailable(void)
{
    return "ThreadSanitizer does not follow units of a process that was forked beside threads";
}
#endif

const struct executor executor_process_thread = {
    .name = "process_thread",
    .summary = "some processes, in each a thread for each of its tasks",
    .traits = EXECUTOR_PARALLEL | EXECUTOR_PREEMPTIVE | EXECUTOR_KERNEL_UNITS | EXECUTOR_GROUPED,
#ifdef __SANITIZE_THREAD__
    .unavailable = unavailable,
#endif
    .params = params,
    .open = grouped_open,
    .start = start,
    .join = grouped_join,
    .close = grouped_close,
    .sleep_until = kernel_sleep_until,
    .wait = kernel_wait,
    .wake = kernel_wake,
};
