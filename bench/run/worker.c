#include "bench/run/worker.h"

#include "bench/core/clock.h"
#include "bench/core/image.h"
#include "bench/registry.h"
#include "bench/run/surroundings.h"
#include "bench/run/worker_image.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- Its life -------------------------------------------------------------------------- */

void worker_begin(pid_t parent)
{
    /* A group of its own: one kill reaches all it made, and the terminal's Ctrl-C does not. */
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_DFL);
}

/* Waits until the worker ended, its time is over or the run is interrupted. True: it ended. */
static bool wait_for(pid_t pid, uint64_t deadline_ns, const volatile bool *interrupted)
{
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    for (;;) {
        uint64_t now_ns = clock_now_ns();
        if (*interrupted || now_ns >= deadline_ns)
            break;
        uint64_t left_ms = (deadline_ns - now_ns) / 1000000 + 1;
        if (fd >= 0) {
            struct pollfd pfd = {.fd = fd, .events = POLLIN};
            if (poll(&pfd, 1, left_ms > 60000 ? 60000 : (int)left_ms) > 0) {
                close(fd);
                return true;
            }
        } else {
            /* Before Linux 5.3: look every few milliseconds. */
            siginfo_t info = {0};
            if (!waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) && info.si_pid)
                return true;
            clock_sleep_until_ns(now_ns + 5000000);
        }
    }
    if (fd >= 0)
        close(fd);
    return false;
}

struct worker_end worker_wait(pid_t pid, uint64_t deadline_ns, const volatile bool *interrupted)
{
    struct worker_end end = {0};
    setpgid(pid, pid);
    end.in_time = wait_for(pid, deadline_ns, interrupted);
    /* Units that outlived their worker, or all of them when it must stop. */
    kill(-pid, SIGKILL);
    while (waitpid(pid, &end.status, 0) < 0 && errno == EINTR)
        ;
    /* Our children's orphans come to us when we are their subreaper. */
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
    return end;
}

/* ---- Its program ----------------------------------------------------------------------- */

/* contend worker [PLUGIN]... */
enum { PROGRAM, COMMAND, PLUGINS, PLUGINS_MAX = 128 };

/* All that exec wants, made before the fork: a child of vfork() must not allocate. */
struct start {
    int image, mailbox;
    char *argv[PLUGINS + PLUGINS_MAX + 1];
    size_t plugins;
    char **environment;
};

static void start_release(struct start *s)
{
    for (size_t i = 0; i < s->plugins; i++)
        free(s->argv[PLUGINS + i]);
    free(s->environment);
}

static int start_init(struct start *s, struct mailbox *m, pid_t parent, struct err *err)
{
    static char program[] = "contend", command[] = "worker";
    *s = (struct start){.mailbox = m->fd};
    if ((s->image = worker_image(err)) < 0)
        return -1;
    m->job.parent = parent;
    s->argv[PROGRAM] = program;
    s->argv[COMMAND] = command;
    /* Whole paths: a worker has a directory of its own. */
    for (const char *path; (path = registry_plugin_path(s->plugins)) != NULL; s->plugins++) {
        char *whole = s->plugins < PLUGINS_MAX ? realpath(path, NULL) : NULL;
        if (!whole) {
            err_set_sys(err, errno, "--plugin: %s", path);
            start_release(s);
            return -1;
        }
        s->argv[PLUGINS + s->plugins] = whole;
    }
    s->environment = surroundings_environment(environ, m->job.keeps_surroundings);
    if (s->environment)
        return 0;
    start_release(s);
    return err_set(err, ERR_SYSTEM, "no memory for the environment of a worker");
}

/* In the process that becomes it. Returns errno. */
static int start_exec(const struct start *s)
{
    /* From a descriptor onto itself would leave it to be closed. */
    if (s->mailbox == WORKER_MAILBOX_FD ? fcntl(s->mailbox, F_SETFD, 0) < 0
                                        : dup2(s->mailbox, WORKER_MAILBOX_FD) < 0)
        return errno;
    image_exec(s->image, s->argv, s->environment);
    return errno;
}

int worker_become(struct mailbox *m, struct err *err)
{
    struct start s;
    if (start_init(&s, m, 0, err))
        return -1;
    fflush(NULL);
    int error = start_exec(&s);
    start_release(&s);
    return err_set_sys(err, error, "starting the worker's program");
}

static pid_t spawn(const struct start *s, struct err *err)
{
    volatile int error = 0;
    pid_t pid = vfork();
    if (pid == 0) {
        /* A group of its own: one kill reaches all it made, and the terminal's Ctrl-C does not. */
        setpgid(0, 0);
        error = start_exec(s);
        _exit(127);
    }
    if (pid < 0)
        return err_set_sys(err, errno, "fork of a worker");
    if (error) {
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
            ;
        return err_set_sys(err, error, "starting the worker's program");
    }
    return pid;
}

int worker_run(struct mailbox *m, uint64_t deadline_ns, const volatile bool *interrupted,
               struct err *err)
{
    struct start s;
    m->is_done = false;
    if (start_init(&s, m, getpid(), err))
        return -1;
    pid_t pid = spawn(&s, err);
    start_release(&s);
    if (pid < 0)
        return -1;
    struct worker_end end = worker_wait(pid, deadline_ns, interrupted);
    int status = end.status;
    if (*interrupted)
        return err_set(err, ERR_FAILED, "interrupted");
    if (!end.in_time)
        err_set(&m->err, ERR_FAILED, "it did not end in time and was stopped (--timeout)");
    else if (WIFSIGNALED(status))
        err_set(&m->err, ERR_FAILED, "its worker was killed by signal %d (%s)", WTERMSIG(status),
                strsignal(WTERMSIG(status)));
    else if (!m->is_done)
        err_set(&m->err, ERR_FAILED, "its worker ended early with status %d", WEXITSTATUS(status));
    return 0;
}
