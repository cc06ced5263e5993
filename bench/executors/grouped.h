/*
 * Several units to a process: what the executors have in common that fork some processes and let
 * each carry its share of the tasks.  Task i lives in process i mod N, so that whatever the number,
 * no process has more than one task more than another.
 *
 * Each process is a runtime of its own: its units share an address space and, where a lock is one
 * for each runtime, that lock (launch_runtimes()).  What a process could not make, it says in the
 * launch's failure and ends; whoever waits for it finds that.
 */
#ifndef CONTEND_EXECUTORS_GROUPED_H
#define CONTEND_EXECUTORS_GROUPED_H

#include "bench/base/err.h"
#include "bench/contend.h"
#include "bench/executors/create_error.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of EXECUTOR_GROUPED this has to be the first parameter: launch_runtimes() reads it. */
#define GROUPED_PARAM                                                                              \
    {                                                                                              \
        .name = "processes", .unit = "count", .value = 2, .min = 1, .max = 4096,                   \
        .help = "processes that share the tasks; fewer where there are fewer tasks"                \
    }

enum { GROUPED_REFUSED = 3 }; /* exit status: a limit kept it from making its units */

struct grouped {
    pid_t parent;
    uint32_t made;    /* processes there are */
    void *own;        /* the executor's */
    pid_t children[]; /* launch_runtimes() */
};

static inline int grouped_open(struct launch *l, struct err *err)
{
    uint32_t count = launch_runtimes(l);
    struct grouped *s = calloc(1, sizeof *s + sizeof(pid_t) * count);
    if (!s)
        return err_set(err, ERR_LIMIT, "no memory for %u process ids", count);
    s->parent = getpid();
    l->executor_state = s;
    return 0;
}

static inline void grouped_close(struct launch *l)
{
    free(l->executor_state);
    l->executor_state = NULL;
}

/* In a process that cannot make its units: says why, and ends. */
static inline _Noreturn void grouped_refuse(struct launch *l, const char *why)
{
    if (!l->failure[0])
        snprintf(l->failure, sizeof l->failure, "%s", why);
    _exit(GROUPED_REFUSED);
}

/* Forks the processes; `live` is what each does with its tasks, and ends it. */
static inline int grouped_start(struct launch *l, void (*live)(struct launch *, uint32_t group),
                                struct err *err)
{
    struct grouped *s = l->executor_state;
    uint32_t count = launch_runtimes(l);
    s->made = 0;
    for (uint32_t group = 0; group < count; group++) {
        pid_t pid = fork();
        if (pid == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (getppid() != s->parent)
                _exit(1); /* the parent went before the request could be made */
            live(l, group);
            _exit(0); /* not exit(): the parent's buffered output must not be written twice */
        }
        if (pid < 0)
            return create_error("fork", group, errno, true, err);
        s->children[group] = pid;
        s->made = group + 1;
    }
    l->live_count = l->task_count;
    return 0;
}

static inline int grouped_end(const struct launch *l, uint32_t group, int status, struct err *err)
{
    if (WIFSIGNALED(status))
        return err_set(err, ERR_FAILED, "process %u of several units was killed by signal %d (%s)",
                       group, WTERMSIG(status), strsignal(WTERMSIG(status)));
    if (WEXITSTATUS(status) == GROUPED_REFUSED)
        return err_set(err, ERR_LIMIT, "%.*s", (int)sizeof l->failure, l->failure);
    if (WEXITSTATUS(status))
        return err_set(err, ERR_FAILED, "process %u of several units ended with status %d", group,
                       WEXITSTATUS(status));
    return 0;
}

static inline int grouped_join(struct launch *l, struct err *err)
{
    struct grouped *s = l->executor_state;
    uint32_t count = launch_runtimes(l);
    int rc = 0;
    for (uint32_t group = 0; group < s->made; group++) {
        int status = 0;
        pid_t got;
        while ((got = waitpid(s->children[group], &status, 0)) < 0 && errno == EINTR)
            ;
        uint64_t now_ns = launch_stamp_ns(l);
        for (uint32_t i = group; i < l->task_count; i += count)
            l->tasks[i].joined_ns = now_ns;
        if (got < 0)
            rc = err_set_sys(err, errno, "waitpid for process %u", group);
        else if (grouped_end(l, group, status, err))
            rc = -1;
    }
    return rc;
}

#endif
