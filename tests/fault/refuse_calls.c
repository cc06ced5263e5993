/*
 * Refuses the n-th system call of a kind, counted over a whole tree of processes, or counts all of
 * them.
 *
 *     refuse_calls RULE REPORT PROGRAM [ARGUMENT]...
 *
 *     RULE  openat:3:EMFILE        the 3rd openat of all processes together fails with EMFILE
 *           write+pwrite64:2+:ENOSPC   the 2nd of either, and all after it
 *           perf_event_open:1:HANG     is never answered
 *           count                  nothing is refused
 *     REPORT  a file: "NAME COUNT" a kind, and at the end "refused COUNT" and "loading COUNT": so
 *             many of these were the dynamic loader's, before the program had its C library
 *
 * The kernel asks this program about each call of the chosen kinds (seccomp user notification), so
 * what the C library calls inside itself is counted too, whatever made the process (clone, vfork,
 * exec).  Never counted: the exec of PROGRAM, and writes to descriptors 0 to 2, so that messages
 * can be read.  Exit status: the program's, 128 + the signal that killed it, 77 where no such
 * filter can be set, 99 for a rule that is none.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

enum { STATUS_CANNOT = 77, STATUS_USAGE = 99, KINDS_MOST = 128 };

/* What can be refused.  Not there: calls that cannot fail, and those that end a thread or a
 * process. */
static const struct kind {
    const char *name;
    int number;
} kinds[] = {
#define CALL(name)                                                                                 \
    {                                                                                              \
#name, SYS_##name                                                                          \
    }
    CALL(bind),
    CALL(clock_nanosleep),
    CALL(clone),
    CALL(clone3),
    CALL(close_range),
    CALL(connect),
    CALL(dup),
    CALL(epoll_create1),
    CALL(epoll_ctl),
    CALL(epoll_pwait),
    CALL(eventfd2),
    CALL(execve),
    CALL(faccessat),
    CALL(fallocate),
    CALL(fchdir),
    CALL(fchmod),
    CALL(fchown),
    CALL(fcntl),
    CALL(fdatasync),
    CALL(flock),
    CALL(fstat),
    CALL(fsync),
    CALL(ftruncate),
    CALL(futex),
    CALL(getdents64),
    CALL(getrandom),
    CALL(getrusage),
    CALL(io_uring_setup),
    CALL(ioctl),
    CALL(linkat),
    CALL(listen),
    CALL(lseek),
    CALL(madvise),
    CALL(memfd_create),
    CALL(mkdirat),
    CALL(mmap),
    CALL(mprotect),
    CALL(mremap),
    CALL(newfstatat),
    CALL(openat),
    CALL(perf_event_open),
    CALL(pidfd_open),
    CALL(pipe2),
    CALL(ppoll),
    CALL(prctl),
    CALL(pread64),
    CALL(prlimit64),
    CALL(pwrite64),
    CALL(read),
    CALL(readlinkat),
    CALL(recvfrom),
    CALL(renameat2),
    CALL(rt_sigaction),
    CALL(rt_sigprocmask),
    CALL(sched_getaffinity),
    CALL(sched_setaffinity),
    CALL(sched_setscheduler),
    CALL(sendfile),
    CALL(sendto),
    CALL(setpgid),
    CALL(setpriority),
    CALL(setsid),
    CALL(socket),
    CALL(socketpair),
    CALL(statx),
    CALL(sysinfo),
    CALL(timerfd_create),
    CALL(timerfd_settime),
    CALL(uname),
    CALL(unlinkat),
    CALL(wait4),
    CALL(waitid),
    CALL(write),
    CALL(writev),
#ifdef __x86_64__
    CALL(access),
    CALL(dup2),
    CALL(epoll_wait),
    CALL(fork),
    CALL(getdents),
    CALL(mkdir),
    CALL(open),
    CALL(poll),
    CALL(readlink),
    CALL(rename),
    CALL(stat),
    CALL(unlink),
    CALL(vfork),
#endif
#undef CALL
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };
static_assert((int)KINDS <= (int)KINDS_MOST, "a jump of the filter has 8 bits");

static const struct {
    const char *name;
    int value;
} errors[] = {
#define ERROR(name)                                                                                \
    {                                                                                              \
#name, name                                                                                \
    }
    ERROR(EACCES), ERROR(EAGAIN), ERROR(EBADF),        ERROR(EBUSY),       ERROR(ECHILD),
    ERROR(EDQUOT), ERROR(EINTR),  ERROR(EINVAL),       ERROR(EIO),         ERROR(ELOOP),
    ERROR(EMFILE), ERROR(ENFILE), ERROR(ENODEV),       ERROR(ENOENT),      ERROR(ENOLCK),
    ERROR(ENOMEM), ERROR(ENOSPC), ERROR(ENOSYS),       ERROR(ENXIO),       ERROR(EOPNOTSUPP),
    ERROR(EPERM),  ERROR(EROFS),  ERROR(ECONNREFUSED), ERROR(ENETUNREACH),
#undef ERROR
};

static struct {
    bool is_chosen[KINDS];
    unsigned long nth; /* 0: none is refused */
    bool and_later;
    int error; /* 0: it is never answered */
} rule;

static unsigned long counts[KINDS], refused, loading;

/* ---- The rule ------------------------------------------------------------------------------- */

static int index_of(const char *name, size_t length)
{
    for (int i = 0; i < (int)KINDS; i++)
        if (strlen(kinds[i].name) == length && !strncmp(kinds[i].name, name, length))
            return i;
    return -1;
}

/* Calls that this machine does not have are left out; one of them must be there. */
static bool choose(const char *names, size_t length)
{
    bool any = false;
    for (size_t at = 0; at < length;) {
        size_t word = strcspn(names + at, "+:");
        int found = index_of(names + at, word);
        if (found >= 0)
            any = rule.is_chosen[found] = true;
        at += word + 1;
    }
    return any;
}

static bool read_rule(const char *text)
{
    if (!strcmp(text, "count")) {
        memset(rule.is_chosen, true, sizeof rule.is_chosen);
        return true;
    }
    const char *colon = strchr(text, ':');
    char *end;
    if (!colon || !choose(text, (size_t)(colon - text)))
        return false;
    rule.nth = strtoul(colon + 1, &end, 10);
    rule.and_later = *end == '+';
    end += rule.and_later;
    if (!rule.nth || *end != ':')
        return false;
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        if (!strcmp(end + 1, errors[i].name))
            rule.error = errors[i].value;
    return rule.error || !strcmp(end + 1, "HANG");
}

/* ---- The program ---------------------------------------------------------------------------- */

/* What both sides see: the listener's number in the child, and when it was taken. */
struct handshake {
    _Atomic int listener; /* 0: not yet; below 0: an errno */
    atomic_bool is_taken;
};

static int set_filter(void)
{
    struct sock_filter code[2 * KINDS_MOST + 2];
    unsigned short length = 0;
    code[length++] =
        (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (size_t i = 0; i < KINDS; i++) {
        if (!rule.is_chosen[i])
            continue;
        code[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
                                                      (uint32_t)kinds[i].number, 0, 1);
        code[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
    }
    code[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    const struct sock_fprog program = {length, code};
    unsigned long flags = SECCOMP_FILTER_FLAG_NEW_LISTENER;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        return -errno;
    /* With it a signal does not make the kernel ask twice about one call. */
    long fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                      flags | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, &program);
    if (fd < 0 && errno == EINVAL)
        fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
    return fd < 0 ? -errno : (int)fd;
}

/* From the filter on no call is made but the exec: nobody answers yet. */
static _Noreturn void become(struct handshake *h, char **argv)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int fd = set_filter();
    atomic_store(&h->listener, fd);
    while (fd > 0 && !atomic_load(&h->is_taken))
        ;
    if (fd > 0)
        execvp(argv[0], argv); /* closes the listener */
    _exit(fd > 0 ? 127 : STATUS_CANNOT);
}

/* The listener, in our own table; below 0: there is none. */
static int take_listener(struct handshake *h, pid_t pid)
{
    int theirs, ours = -1;
    while ((theirs = atomic_load(&h->listener)) == 0)
        sched_yield();
    int process = theirs > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
    if (process >= 0) {
        ours = (int)syscall(SYS_pidfd_getfd, process, theirs, 0);
        close(process);
    }
    if (ours < 0)
        kill(pid, SIGKILL);
    atomic_store(&h->is_taken, true);
    return ours;
}

/* ---- The calls ------------------------------------------------------------------------------ */

static int kind_of(int number)
{
    for (int i = 0; i < (int)KINDS; i++)
        if (kinds[i].number == number)
            return i;
    return -1;
}

static bool is_spoken(const struct seccomp_data *call)
{
    return (call->nr == SYS_write || call->nr == SYS_writev) && call->args[0] <= STDERR_FILENO;
}

/* A wait on a futex may be interrupted or come too late. A wake cannot fail: the C library ends a
 * program for it. */
static bool cannot_fail(const struct seccomp_data *call)
{
    int command = (int)call->args[1] & FUTEX_CMD_MASK;
    return call->nr == SYS_futex && command != FUTEX_WAIT && command != FUTEX_WAIT_BITSET;
}

/* What is answered: 0 it is let through, an errno, or -1 for nothing at all. */
static int judge(const struct seccomp_data *call)
{
    static bool has_begun;
    int kind = kind_of(call->nr);
    if (call->nr == SYS_execve && !has_begun) {
        has_begun = true;
        return 0;
    }
    if (kind < 0 || is_spoken(call) || cannot_fail(call))
        return 0;
    unsigned long sum = 0;
    counts[kind]++;
    for (size_t i = 0; i < KINDS; i++)
        sum += counts[i];
    if (!rule.nth || (rule.and_later ? sum < rule.nth : sum != rule.nth))
        return 0;
    refused++;
    return rule.error ? rule.error : -1;
}

/* Whether the program of that process has no C library yet: it is being loaded. */
static bool is_loading(pid_t pid)
{
    char path[64], *line = NULL;
    size_t size = 0;
    bool has_library = false;
    snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
    FILE *maps = fopen(path, "re");
    while (maps && !has_library && getline(&line, &size, maps) >= 0)
        has_library = strstr(line, "/libc.so") || strstr(line, "/libc-");
    free(line);
    if (maps)
        fclose(maps);
    return maps && !has_library;
}

static void answer(int listener, struct seccomp_notif *asked,
                   const struct seccomp_notif_sizes *sizes, struct seccomp_notif_resp *reply)
{
    memset(asked, 0, sizes->seccomp_notif);
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, asked))
        return; /* who asked is gone */
    int error = judge(&asked->data);
    if (error && is_loading((pid_t)asked->pid))
        loading++;
    if (error < 0)
        return;
    memset(reply, 0, sizes->seccomp_notif_resp);
    reply->id = asked->id;
    reply->error = -error;
    reply->flags = error ? 0 : (uint32_t)SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, reply);
}

/* Until nobody is left who could ask; those that outlive the program are answered for a while yet.
 */
static int serve(int listener, pid_t pid, int *status)
{
    enum { LOOK_MS = 50, AFTERWARDS = 60 /* looks: 3 s */ };
    struct seccomp_notif_sizes sizes;
    if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes))
        return -1;
    struct seccomp_notif *asked = calloc(1, sizes.seccomp_notif);
    struct seccomp_notif_resp *reply = calloc(1, sizes.seccomp_notif_resp);
    struct pollfd polled = {.fd = listener, .events = POLLIN};
    bool has_ended = false;
    for (int looks = 0; asked && reply && looks < AFTERWARDS && !(polled.revents & POLLHUP);) {
        int ready = poll(&polled, 1, LOOK_MS);
        if (ready > 0 && polled.revents & POLLIN)
            answer(listener, asked, &sizes, reply);
        /* A filter may live as long as the zombie it belonged to. */
        has_ended = has_ended || waitpid(pid, status, WNOHANG) == pid;
        looks += has_ended && ready == 0;
    }
    free(asked);
    free(reply);
    return has_ended ? 0 : -1;
}

static void write_report(const char *path)
{
    FILE *out = fopen(path, "we");
    for (size_t i = 0; out && i < KINDS; i++)
        if (counts[i])
            fprintf(out, "%s %lu\n", kinds[i].name, counts[i]);
    if (out) {
        fprintf(out, "refused %lu\nloading %lu\n", refused, loading);
        fclose(out);
    }
}

int main(int argc, char **argv)
{
    if (argc < 4 || !read_rule(argv[1])) {
        fprintf(stderr,
                "refuse_calls: expected CALL[+CALL]:N[+]:ERRNO or count, REPORT, PROGRAM\n");
        return STATUS_USAGE;
    }
    struct handshake *h =
        mmap(NULL, sizeof *h, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t pid = h == MAP_FAILED ? -1 : fork();
    if (pid < 0)
        return STATUS_CANNOT;
    if (pid == 0)
        become(h, argv + 3);
    int listener = take_listener(h, pid), status = 0;
    /* The terminal's signals are the program's, not ours. */
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    if (listener < 0 || serve(listener, pid, &status))
        waitpid(pid, &status, 0);
    write_report(argv[2]);
    if (listener < 0)
        return STATUS_CANNOT;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
