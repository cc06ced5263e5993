/* Without a descriptor of the process: before Linux 5.3, or where a filter refuses the call. */
#include "bench/child/child.h"

#include "bench/base/clock.h"
#include "tests/test.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECONDS(n) ((uint64_t)(n)*1000000000)

static bool refuse_pidfd(int error)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pidfd_open, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ((uint32_t)error & SECCOMP_RET_DATA)),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};
    return !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
           !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

/* In a process of its own: a filter stays. Returns 0, or the line that was not so. */
static int watch_without(int error)
{
    static char sleep_name[] = "sleep", soon[] = "0.2", late[] = "60", sh[] = "sh", c[] = "-c",
                crash[] = "sleep 0.05; kill -SEGV $$";
    char *const short_argv[] = {sleep_name, soon, NULL},
                *const long_argv[] = {sleep_name, late, NULL},
                *const crash_argv[] = {sh, c, crash, NULL};
    const struct child_request quick = {.what = "q", .program = "sleep", .argv = short_argv};
    const struct child_request slow = {.what = "s", .program = "sleep", .argv = long_argv};
    const struct child_request bad = {.what = "c", .program = "sh", .argv = crash_argv};
    const struct child_watch patient = {.timeout_ns = SECONDS(50)};
    const struct child_watch hasty = {.timeout_ns = SECONDS(1) / 5};
    struct child_end end;
    if (!refuse_pidfd(error))
        return 77;
    if (syscall(SYS_pidfd_open, getpid(), 0) >= 0 || errno != error)
        return __LINE__;
    uint64_t begin_ns = clock_now_ns();
    if (child_run(&quick, &patient, &end, NULL) || !child_is_fine(&end))
        return __LINE__;
    if (end.ended_ns - begin_ns < SECONDS(1) / 5)
        return __LINE__;
    if (child_run(&slow, &hasty, &end, NULL) || end.in_time)
        return __LINE__;
    if (child_run(&bad, &patient, &end, NULL) || !end.in_time || !WIFSIGNALED(end.status))
        return __LINE__;
    struct child a, b;
    struct child *const both[] = {&a, &b};
    if (child_start(&a, &slow, NULL) || child_start(&b, &quick, NULL))
        return __LINE__;
    while (!a.has_ended && !b.has_ended)
        child_await(both, 2, NULL, UINT64_MAX, NULL);
    if (a.has_ended || child_end(&b, &end, NULL) || !child_is_fine(&end) ||
        child_end(&a, &end, NULL) || end.in_time)
        return __LINE__;
    struct sigaction now;
    /* What was set to be woken is put back. */
    return sigaction(SIGCHLD, NULL, &now) || now.sa_handler != SIG_DFL ? __LINE__ : 0;
}

static void check_refused(int error)
{
    int status = -1;
    pid_t pid = fork();
    if (pid == 0)
        _exit(watch_without(error) % 256);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        SKIP("no filter of system calls here");
    CHECK_EQ(status, 0);
}

static void a_kernel_without_it_is_enough(void)
{
    check_refused(ENOSYS);
}

static void a_filter_that_refuses_it_does_not_matter(void)
{
    check_refused(EPERM);
}

static const struct test tests[] = {
    {"a_kernel_without_it_is_enough", a_kernel_without_it_is_enough},
    {"a_filter_that_refuses_it_does_not_matter", a_filter_that_refuses_it_does_not_matter},
    {0},
};
TEST_MAIN(tests)
