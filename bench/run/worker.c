#include "bench/run/worker.h"

#include "bench/core/clock.h"
#include "bench/run/visit.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct mailbox *mailbox_new(struct err *err)
{
    void *map = mmap(NULL, sizeof(struct mailbox), PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED) {
        err_set_sys(err, errno, "mapping the mailbox");
        return NULL;
    }
    return map;
}

void mailbox_free(struct mailbox *m)
{
    if (m)
        munmap(m, sizeof *m);
}

static void clear(struct mailbox *m)
{
    m->is_done = false;
    m->err = (struct err){0};
    m->launch_count = 0;
    for (size_t i = 0; i < METRICS_MAX; i++) {
        struct found *f = &m->found[i];
        for (size_t j = 0; j < LAUNCHES_MAX; j++)
            f->values[j] = NAN;
        f->reason[0] = f->source[0] = '\0';
        f->has_histogram = false;
    }
}

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

static _Noreturn void worker(const struct visit *v, struct mailbox *m, pid_t parent)
{
    worker_begin(parent);
    visit_measure(v, m);
    _exit(0);
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

int visit_run(const struct visit *v, struct mailbox *m, const volatile bool *interrupted,
              struct err *err)
{
    clear(m);
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0)
        worker(v, m, parent);
    if (pid < 0)
        return err_set_sys(err, errno, "fork of a worker");
    struct worker_end end = worker_wait(pid, v->deadline_ns, interrupted);
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
