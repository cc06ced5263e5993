/* From nothing to the first step of the program. */
#include "bench/child/internal.h"

#include "bench/base/image.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { STATUS_NO_PROGRAM = 127 }; /* as shells have it */

struct child *child_living;

/* ---- In the child: nothing here allocates, for it may share our memory -------------------- */

bool child_die_with(pid_t parent, int signal_number)
{
    prctl(PR_SET_PDEATHSIG, (unsigned long)signal_number);
    return getppid() == parent; /* it may have gone before the request could be made */
}

void child_be_first_victim(void)
{
    static const char most[] = "1000"; /* proc(5) */
    /* Upwards is always allowed; without /proc all are alike. */
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    ssize_t wrote = fd < 0 ? 0 : write(fd, most, sizeof most - 1);
    (void)wrote;
    if (fd >= 0)
        close(fd);
}

/* A sanitizer reports these from handlers of its own. */
static bool is_fault(int number)
{
    return number == SIGSEGV || number == SIGBUS || number == SIGFPE || number == SIGILL ||
           number == SIGABRT || number == SIGTRAP;
}

/* As a program expects them; an ignored hang-up alone is meant for all that is started (nohup). */
static void reset_signals(void)
{
    for (int number = 1; number < NSIG; number++) {
        const struct sigaction usual = {.sa_handler = SIG_DFL};
        struct sigaction action;
        if (sigaction(number, NULL, &action) || action.sa_handler == SIG_DFL ||
            (action.sa_handler == SIG_IGN ? number == SIGHUP : is_fault(number)))
            continue;
        sigaction(number, &usual, NULL);
    }
}

/* dup2() of one to itself would leave it to be closed. */
static int place(int fd, int wanted)
{
    return fd == wanted ? fcntl(fd, F_SETFD, 0) : dup2(fd, wanted);
}

static int set_streams(const struct child_request *r, int pipe_end)
{
    const int streams[] = {r->in, r->out, r->errors};
    int null = -1;
    for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++) {
        int fd = streams[i] == CHILD_PIPE ? pipe_end : streams[i];
        if (fd == CHILD_OURS)
            continue;
        if (fd == CHILD_NOTHING) {
            /* Not at its place: the other streams may come from there. */
            if (null < 0 && (null = open("/dev/null", O_RDWR | O_CLOEXEC)) < 0)
                return -1;
            fd = null;
        }
        if (place(fd, i) < 0)
            return -1;
    }
    return r->handed && place(r->handed, CHILD_HANDED_FD) < 0 ? -1 : 0;
}

static int prepare(const struct child_request *r, int pipe_end, pid_t parent)
{
    if (!r->is_part_of_us) {
        /* A group of its own: one kill reaches all it made, and the terminal's Ctrl-C does not. */
        setpgid(0, 0);
        reset_signals();
        child_be_first_victim();
    }
    if (!child_die_with(parent, r->death_signal ? r->death_signal : SIGKILL))
        _exit(STATUS_NO_PROGRAM);
    return set_streams(r, pipe_end);
}

static void unblock(const struct child_request *r, const sigset_t *ours)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, r->is_part_of_us ? ours : &none, NULL);
}

static _Noreturn void become(const struct child_request *r, struct child_report *report,
                             int pipe_end, pid_t parent, const sigset_t *mask)
{
    int error = prepare(r, pipe_end, parent) ? errno : 0;
    unblock(r, mask);
    if (!error && r->before)
        error = r->before(r->context);
    if (!error && r->body)
        _exit(r->body(r->context));
    if (!error) {
        char *const *environment = r->environment ? r->environment : environ;
        if (r->program)
            execvpe(r->program, r->argv, environment);
        else
            image_exec(r->image, r->argv, environment);
        error = errno;
    }
    report->error = error;
    _exit(STATUS_NO_PROGRAM);
}

/* ---- In the parent ------------------------------------------------------------------------ */

/*
 * A program that needs nothing but to be started borrows our memory until then: a fork would copy
 * page tables, the more the more there is to report.
 */
static pid_t borrow(const struct child_request *r, struct child_report *report, int pipe_end,
                    pid_t parent, const sigset_t *mask)
{
    pid_t pid = vfork();
    if (pid == 0)
        become(r, report, pipe_end, parent, mask);
    return pid;
}

/* -1 with errno. In the child only where the caller goes on there. */
static pid_t part(const struct child_request *r, struct child_report *report, int pipe_end,
                  const sigset_t *mask)
{
    pid_t parent = getpid();
    if (!r->before && !r->body && r->argv)
        return borrow(r, report, pipe_end, parent, mask);
    pid_t pid = fork();
    if (pid == 0 && (r->body || r->argv))
        become(r, report, pipe_end, parent, mask);
    if (pid == 0) {
        if (prepare(r, pipe_end, parent))
            _exit(STATUS_NO_PROGRAM);
        unblock(r, mask);
    }
    return pid;
}

static void note_streams(struct child *c, const struct child_request *r)
{
    c->files[0] = r->out > 0 ? r->out : -1;
    c->files[1] = r->errors > 0 ? r->errors : -1;
    c->output_most_bytes = r->output_most_bytes;
}

static bool wants_pipe(const struct child_request *r)
{
    return r->out == CHILD_PIPE || r->errors == CHILD_PIPE;
}

static void drop(struct child *c, int pipe_end)
{
    munmap(c->report, sizeof *c->report);
    if (pipe_end >= 0) {
        close(pipe_end);
        close(c->output);
    }
    *c = (struct child){.output = -1, .fd = -1};
}

int child_split(struct child *c, const struct child_request *r, struct err *err)
{
    sigset_t all, ours;
    int ends[2] = {-1, -1};
    *c = (struct child){.what = r->what, .is_part_of_us = r->is_part_of_us, .fd = -1, .output = -1};
    c->report =
        mmap(NULL, sizeof *c->report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (c->report == MAP_FAILED)
        return err_set_sys(err, errno, "memory for %s", r->what);
    if (wants_pipe(r) && pipe2(ends, O_CLOEXEC)) {
        int error = errno;
        drop(c, -1);
        return err_set_sys(err, error, "a pipe for %s", r->what);
    }
    c->output = ends[0];
    note_streams(c, r);
    c->memory_kills = r->watches_memory ? memory_kills() : -1;
    /* A handler of ours must not run in the child. */
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &ours);
    c->pid = part(r, c->report, ends[1], &ours);
    int error = errno;
    if (c->pid == 0) {
        child_living = NULL;
        return 1;
    }
    sigprocmask(SIG_SETMASK, &ours, NULL);
    if (c->pid < 0) {
        drop(c, ends[1]);
        return err_set_sys(err, error, "fork of %s", r->what);
    }
    if (ends[1] >= 0)
        close(ends[1]);
    if (!r->is_part_of_us)
        setpgid(c->pid, c->pid); /* whoever of the two comes first */
    c->fd = (int)syscall(SYS_pidfd_open, c->pid, 0);
    c->next = child_living;
    child_living = c;
    return 0;
}

int child_start(struct child *c, const struct child_request *request, struct err *err)
{
    return child_split(c, request, err);
}
