/* The start of a watched program, and waiting for its end. */
#include "bench/watch/session.h"

#include "bench/base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    PERIOD_NS = 50000000,      /* between two looks at all threads */
    FIRST_PERIOD_NS = 4000000, /* the first ones come sooner, for programs that are short */
    SHARE = 50,                /* looking takes at most a fiftieth of one CPU */
};

/* ---- Signals -----------------------------------------------------------------------------------
 */

static volatile sig_atomic_t watched_pid;

/*
 * What a terminal sends goes to all of its group, and the program has it already; what somebody
 * sends to us is meant for it.
 */
static void pass_on(int number, siginfo_t *info, void *context)
{
    (void)context;
    int error = errno;
    if (info->si_code <= 0 && watched_pid > 0)
        kill((pid_t)watched_pid, number);
    errno = error;
}

static const int passed_on[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2};
enum { PASSED_ON = sizeof passed_on / sizeof *passed_on };

static void catch_signals(struct sigaction before[PASSED_ON])
{
    const struct sigaction action = {.sa_sigaction = pass_on, .sa_flags = SA_SIGINFO | SA_RESTART};
    for (size_t i = 0; i < PASSED_ON; i++)
        sigaction(passed_on[i], &action, &before[i]);
}

/* As we found them, but for what this program itself did about them at its start. */
static void restore_signals(const struct sigaction before[PASSED_ON])
{
    for (size_t i = 0; i < PASSED_ON; i++)
        sigaction(passed_on[i], &before[i], NULL);
    signal(SIGXFSZ, SIG_DFL);
}

/* ---- The start ----------------------------------------------------------------------------------
 */

/* A path with a blank or a colon would be two to the dynamic linker. */
static int name_library(struct watch_session *s, const char *library, char *out, size_t size)
{
    if (!strpbrk(library, " :\t")) {
        snprintf(out, size, "%s", library);
        return 0;
    }
    s->library_fd = open(library, O_RDONLY | O_CLOEXEC);
    if (s->library_fd < 0)
        return -1;
    snprintf(out, size, "/proc/%d/fd/%d", (int)getpid(), s->library_fd);
    return 0;
}

/* A program that is built with one, and that the watched one starts, would refuse to run because
 * its library does not come first. */
static int allow_sanitizers(void)
{
    static const char name[] = "ASAN_OPTIONS", wish[] = "verify_asan_link_order=0";
    const char *before = getenv(name);
    char options[4096];
    int length = snprintf(options, sizeof options, "%s%s%s", before ? before : "",
                          before && *before ? ":" : "", wish);
    return length < 0 || (size_t)length >= sizeof options ? 0 : setenv(name, options, 1);
}

static int prepare_environment(struct watch_session *s, const struct watch_request *r,
                               struct err *err)
{
    char library[4200], list[16384], region[64];
    const char *before = getenv("LD_PRELOAD");
    if (name_library(s, r->library, library, sizeof library))
        return err_set_sys(err, errno, "%s", r->library);
    int length = snprintf(list, sizeof list, "%s%s%s", before ? before : "",
                          before && *before ? ":" : "", library);
    if (length < 0 || (size_t)length >= sizeof list)
        return err_set(err, ERR_USAGE, "LD_PRELOAD holds more than %zu bytes", sizeof list);
    snprintf(region, sizeof region, "/proc/%d/fd/%d", (int)getpid(), s->fd);
    if (setenv("LD_PRELOAD", list, 1) || setenv(WATCH_VARIABLE, region, 1) || allow_sanitizers())
        return err_set_sys(err, errno, "the environment");
    return 0;
}

static _Noreturn void become(const struct watch_request *r, const struct sigaction *before,
                             int report)
{
    restore_signals(before);
    if (r->out_is_errors)
        dup2(STDERR_FILENO, STDOUT_FILENO);
    execv(r->path, r->argv);
    int error = errno;
    ssize_t wrote = write(report, &error, sizeof error);
    (void)wrote;
    _exit(127);
}

static pid_t start(const struct watch_request *r, const struct sigaction *before, struct err *err)
{
    int ends[2], error = 0;
    if (pipe2(ends, O_CLOEXEC))
        return err_set_sys(err, errno, "a pipe for \"%s\"", r->path);
    pid_t pid = fork();
    if (pid == 0)
        become(r, before, ends[1]);
    int failed = pid < 0 ? errno : 0;
    watched_pid = pid;
    close(ends[1]);
    ssize_t got = pid > 0 ? read(ends[0], &error, sizeof error) : 0;
    close(ends[0]);
    if (failed)
        return err_set_sys(err, failed, "fork of \"%s\"", r->path);
    if (got == (ssize_t)sizeof error) {
        waitpid(pid, NULL, 0);
        return err_set(err, ERR_USAGE, "\"%s\" cannot be executed: %s", r->path, strerror(error));
    }
    return pid;
}

/* ---- Its life ----------------------------------------------------------------------------- */

/* It is not reaped: until then its numbers can be read. */
static bool is_over(pid_t pid)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) || info.si_pid;
}

static void wait_a_while(int fd, uint64_t period_ns)
{
    const struct timespec t = {.tv_sec = (time_t)(period_ns / 1000000000u),
                               .tv_nsec = (long)(period_ns % 1000000000u)};
    struct pollfd end = {.fd = fd, .events = POLLIN};
    ppoll(&end, fd >= 0 ? 1 : 0, &t, NULL);
}

static void watch(struct watch_session *s, pid_t pid)
{
    /* A kernel without such descriptors is looked at more often. */
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    uint64_t period_ns = FIRST_PERIOD_NS;
    while (!is_over(pid)) {
        wait_a_while(fd, fd >= 0 ? period_ns : FIRST_PERIOD_NS);
        uint64_t took_ns = watch_sample_all(s);
        period_ns = period_ns * 2 < PERIOD_NS ? period_ns * 2 : PERIOD_NS;
        if (took_ns * SHARE > period_ns)
            period_ns = took_ns * SHARE;
        if (period_ns > s->sample_period_ns)
            s->sample_period_ns = period_ns;
    }
    if (fd >= 0)
        close(fd);
}

static void note_survivors(struct watch_session *s)
{
    const struct watch_region *r = s->region;
    uint32_t count = watch_process_count(r);
    for (uint32_t i = 0; i < count; i++) {
        int32_t pid = __atomic_load_n(&r->processes[i].pid, __ATOMIC_ACQUIRE);
        s->still_running += pid > 0 && !s->process_ends_ns[i] && !kill(pid, 0);
    }
}

int watch_session_run(struct watch_session *s, const struct watch_request *r, struct err *err)
{
    struct sigaction before[PASSED_ON];
    *s = (struct watch_session){.fd = -1, .library_fd = -1};
    if (watch_region_open(s, r, err) || prepare_environment(s, r, err))
        return -1;
    catch_signals(before);
    s->begin_ns = watch_now_ns(s->region);
    pid_t pid = start(r, before, err);
    if (pid > 0) {
        watch(s, pid);
        s->end_ns = watch_now_ns(s->region);
        s->pid = pid;
        waitpid(pid, &s->status, 0);
        watched_pid = 0;
        watch_sample_all(s);
        note_survivors(s);
    }
    for (size_t i = 0; i < PASSED_ON; i++)
        sigaction(passed_on[i], &before[i], NULL);
    return pid > 0 ? 0 : -1;
}
