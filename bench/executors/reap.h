/* Waits for a task's process, stamps that, and says what became of it. */
#ifndef CONTEND_EXECUTORS_REAP_H
#define CONTEND_EXECUTORS_REAP_H

#include "bench/base/err.h"
#include "bench/contend.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

static inline int reap(struct task *t, pid_t pid, struct err *err)
{
    int status = 0;
    pid_t got;
    while ((got = waitpid(pid, &status, 0)) < 0 && errno == EINTR)
        ;
    t->joined_ns = launch_stamp_ns(t->launch);
    if (got < 0)
        return err_set_sys(err, errno, "waitpid for task %u", t->index);
    if (WIFSIGNALED(status))
        return err_set(err, ERR_FAILED, "the process of task %u was killed by signal %d (%s)",
                       t->index, WTERMSIG(status), strsignal(WTERMSIG(status)));
    if (WEXITSTATUS(status))
        return err_set(err, ERR_FAILED, "the process of task %u ended with status %d", t->index,
                       WEXITSTATUS(status));
    return 0;
}

#endif
