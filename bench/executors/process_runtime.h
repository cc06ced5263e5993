/*
 * What a program pays that starts, awaits and cancels with processes.
 *
 * A result comes through a pipe, an error as the exit status: a process shares nothing and returns
 * eight bits.  Cancelling is SIGTERM, which the child need not know of.
 */
#ifndef CONTEND_EXECUTORS_PROCESS_RUNTIME_H
#define CONTEND_EXECUTORS_PROCESS_RUNTIME_H

#include "bench/base/clock.h"
#include "bench/contend.h"
#include "bench/executors/runtime_fail.h"
#include "bench/executors/stop_compute.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Returns in both, as fork() does; the child ends when its parent does. */
static pid_t child_fork(void)
{
    pid_t parent = getpid(), pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(1); /* the parent went before the request could be made */
    }
    return pid;
}

/* Its wait status, -1 when there is none. */
static int child_join(pid_t pid)
{
    int status;
    pid_t got;
    while ((got = waitpid(pid, &status, 0)) < 0 && errno == EINTR)
        ;
    return got == pid ? status : -1;
}

/* ---- A value or an error ------------------------------------------------------------ */

static _Noreturn void future_child(int fd, uint64_t number, bool is_error)
{
    if (is_error)
        _exit(runtime_error(number));
    _exit(write(fd, &number, sizeof number) == (ssize_t)sizeof number ? 0 : EXIT_FAILURE);
}

/*
 * pipe, fork, close the child's end, read, close, waitpid: six operations, of which each is needed
 * for a value and for an error alike, because which of both it will be is not known before.
 */
static bool future_get(uint64_t number, bool is_error, uint64_t *result, uint64_t *steps)
{
    int fds[2];
    uint64_t value = 0;
    ++*steps;
    if (pipe2(fds, O_CLOEXEC))
        return false;
    ++*steps;
    pid_t pid = child_fork();
    if (pid == 0)
        future_child(fds[1], number, is_error);
    ++*steps;
    close(fds[1]);
    ++*steps;
    ssize_t got;
    while ((got = read(fds[0], &value, sizeof value)) < 0 && errno == EINTR)
        ;
    ++*steps;
    close(fds[0]);
    if (pid < 0)
        return false;
    ++*steps;
    int status = child_join(pid);
    if (status < 0 || !WIFEXITED(status))
        return false;
    int error = WEXITSTATUS(status);
    *result = error ? (uint64_t)error : value;
    return (error != 0) == is_error && (is_error || got == (ssize_t)sizeof value);
}

static uint64_t future_loop(struct task *t, uint64_t count, bool is_error, uint64_t *steps)
{
    uint64_t sum = 0;
    for (uint64_t i = 1; i <= count; i++) {
        uint64_t result;
        if (!future_get(i, is_error, &result, steps)) {
            rt_fail(t, "a process and its result");
            return 0;
        }
        sum += result;
    }
    return sum;
}

/* ---- Stopping ----------------------------------------------------------------------- */

typedef pid_t stop_child;

/* 0 turns: it sleeps. */
static bool stop_start(uint64_t turns, stop_child *child)
{
    *child = child_fork();
    if (*child == 0) {
        signal(SIGTERM, SIG_DFL);
        for (;;)
            if (turns)
                stop_compute(turns);
            else
                pause();
    }
    return *child > 0;
}

static void stop_wait_until(uint64_t deadline_ns)
{
    clock_sleep_until_ns(deadline_ns);
}

static void stop_ask(stop_child child)
{
    kill(child, SIGTERM);
}

static bool stop_join(stop_child child)
{
    int status = child_join(child);
    return status >= 0 && WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM;
}

static uint64_t cancel_loop(struct task *t, uint64_t count)
{
    uint64_t cancelled = 0;
    for (uint64_t i = 0; i < count; i++) {
        stop_child child;
        if (!stop_start(0, &child)) {
            rt_fail(t, "fork");
            return 0;
        }
        stop_ask(child);
        cancelled += stop_join(child);
    }
    return cancelled;
}

#include "bench/executors/stop_loop.h"

static const struct runtime process_runtime = {
    .cancel = cancel_loop,
    .future = future_loop,
    .stop = stop_loop,
};

#endif
