/*
 * process: a forked child for each task.  It shares the launch's mapping and nothing else.
 *
 * A child asks to be killed when its parent ends, so that nothing outlives a killed run; the
 * forking thread is the worker's main thread, which lives as long as the launch.
 */
#include "bench/base/err.h"
#include "bench/contend.h"
#include "bench/executors/create_error.h"
#include "bench/executors/kernel_verbs.h"
#include "bench/executors/process_runtime.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

struct state {
    pid_t parent;
    pid_t children[]; /* task_count */
};

static int open_(struct launch *l, struct err *err)
{
    struct state *s = calloc(1, sizeof *s + sizeof(pid_t) * l->task_count);
    if (!s)
        return err_set(err, ERR_LIMIT, "no memory for %u process ids", l->task_count);
    s->parent = getpid();
    l->executor_state = s;
    return 0;
}

static void close_(struct launch *l)
{
    free(l->executor_state);
    l->executor_state = NULL;
}

static _Noreturn void child(struct task *t, pid_t parent)
{
    /* Two calls, 6 us with what they touch, which an empty body does not live long enough to need.
     */
    if (!t->launch->is_empty) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(1); /* the parent went before the request could be made */
    }
    t->launch->body(t);
    /* Not exit(): the parent's buffered output must not be written twice. */
    _exit(0);
}

static int start(struct launch *l, struct err *err)
{
    struct state *s = l->executor_state;
    for (uint32_t i = 0; i < l->task_count; i++) {
        struct task *t = &l->tasks[i];
        t->create_ns = launch_stamp_ns(l);
        pid_t pid = fork();
        if (pid == 0)
            child(t, s->parent);
        if (pid < 0)
            return create_error("fork", i, errno, true, err);
        t->created_ns = launch_stamp_ns(l);
        s->children[i] = pid;
        l->live_count = i + 1;
    }
    return 0;
}

static int join(struct launch *l, struct err *err)
{
    struct state *s = l->executor_state;
    int rc = 0;
    for (uint32_t i = 0; i < l->live_count; i++) {
        int status = 0;
        pid_t got;
        while ((got = waitpid(s->children[i], &status, 0)) < 0 && errno == EINTR)
            ;
        l->tasks[i].joined_ns = launch_stamp_ns(l);
        if (got < 0)
            rc = err_set_sys(err, errno, "waitpid for task %u", i);
        else if (WIFSIGNALED(status))
            rc = err_set(err, ERR_FAILED, "the process of task %u was killed by signal %d (%s)", i,
                         WTERMSIG(status), strsignal(WTERMSIG(status)));
        else if (WEXITSTATUS(status))
            rc = err_set(err, ERR_FAILED, "the process of task %u ended with status %d", i,
                         WEXITSTATUS(status));
    }
    return rc;
}

const struct executor executor_process = {
    .name = "process",
    .summary = "a forked process for each task",
    .traits = EXECUTOR_PARALLEL | EXECUTOR_PREEMPTIVE | EXECUTOR_KERNEL_UNITS | EXECUTOR_TYPICAL,
    .open = open_,
    .start = start,
    .join = join,
    .close = close_,
    .sleep_until = kernel_sleep_until,
    .wait = kernel_wait,
    .wake = kernel_wake,
    .runtime = &process_runtime,
};
