#include "bench/duel/sample.h"

#include "bench/core/affinity.h"
#include "bench/core/clock.h"
#include "bench/core/file.h"
#include "bench/duel/threads.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CPUS_MAX = 1024, OUTPUT_MAX = 1 << 20, PADDING_MAX = 1 << 16, LOOK_UP_NS = 250000000 };

/* What the child says before its image is gone. */
struct stamp {
    uint64_t exec_ns;
    int exec_errno; /* 0 while the image could be executed */
};

struct sampler {
    const volatile bool *interrupted;
    int null_fd, out_fd, err_fd;
    struct stamp *stamp; /* shared with the child */
    char *output;        /* owned; OUTPUT_MAX + 1 */
    char *padding;       /* owned; "NAME=xxx.." */
    int cpus[CPUS_MAX];
    int cpu_count;
};

extern char **environ;

struct sampler *sampler_open(const volatile bool *interrupted, struct err *err)
{
    struct sampler *s = calloc(1, sizeof *s);
    if (!s) {
        err_set(err, ERR_SYSTEM, "no memory for a sampler");
        return NULL;
    }
    s->interrupted = interrupted;
    s->null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    s->out_fd = memfd_create("contend-stdout", MFD_CLOEXEC);
    s->err_fd = memfd_create("contend-stderr", MFD_CLOEXEC);
    s->stamp =
        mmap(NULL, sizeof *s->stamp, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    s->output = malloc(OUTPUT_MAX + 1);
    s->padding = malloc(PADDING_MAX + 64);
    s->cpu_count = affinity_allowed(s->cpus, CPUS_MAX);
    /* What a sample leaves behind comes to us. */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    if (s->null_fd >= 0 && s->out_fd >= 0 && s->err_fd >= 0 && s->stamp != MAP_FAILED &&
        s->output && s->padding)
        return s;
    err_set_sys(err, errno, "files in memory for a sample");
    sampler_close(s);
    return NULL;
}

void sampler_close(struct sampler *s)
{
    if (!s)
        return;
    const int fds[] = {s->null_fd, s->out_fd, s->err_fd};
    for (size_t i = 0; i < 3; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    if (s->stamp && s->stamp != MAP_FAILED)
        munmap(s->stamp, sizeof *s->stamp);
    free(s->output);
    free(s->padding);
    free(s);
}

/* The environment with one more variable; the list is the caller's to free. */
static char **environment(struct sampler *s, size_t padding_bytes)
{
    size_t count = 0;
    while (environ[count])
        count++;
    char **list = malloc((count + 2) * sizeof *list);
    if (!list)
        return NULL;
    memcpy(list, environ, count * sizeof *list);
    if (padding_bytes) {
        size_t bytes = padding_bytes < PADDING_MAX ? padding_bytes : PADDING_MAX;
        int head = sprintf(s->padding, "CONTEND_PADDING=");
        memset(s->padding + head, 'x', bytes);
        s->padding[(size_t)head + bytes] = '\0';
        list[count++] = s->padding;
    }
    list[count] = NULL;
    return list;
}

static void restrict_cpus(const struct sampler *s, const struct sample_place *place)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    for (unsigned i = 0; i < place->cpus; i++)
        CPU_SET((size_t)s->cpus[(place->first + i) % (unsigned)s->cpu_count], &set);
    if (place->cpus && s->cpu_count > 0)
        sched_setaffinity(0, sizeof set, &set);
}

static _Noreturn void child(struct sampler *s, const struct sample_request *r, char **list,
                            pid_t parent)
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    const int defaults[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
    for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
        signal(defaults[i], SIG_DFL);
    dup2(s->null_fd, STDIN_FILENO);
    dup2(s->out_fd, STDOUT_FILENO);
    dup2(s->err_fd, STDERR_FILENO);
    restrict_cpus(s, &r->place);
    s->stamp->exec_ns = clock_now_ns();
    execvpe(r->program, (char *const *)(uintptr_t)r->argv, list);
    s->stamp->exec_errno = errno;
    _exit(127);
}

/* Waits for the end, the deadline or an interruption. True: it ended by itself. */
static bool wait_for_end(struct sampler *s, const struct sample_request *r, pid_t pid, int fd)
{
    uint64_t deadline_ns = clock_now_ns() + r->timeout_ns;
    struct thread_watch watch = {.pid = pid};
    bool is_watching = r->place.spread_threads && s->cpu_count > 0;
    while (!*s->interrupted) {
        uint64_t now_ns = clock_now_ns();
        if (now_ns >= deadline_ns)
            return false;
        /* A signal that came just before the wait is seen after it. */
        uint64_t left_ns = deadline_ns - now_ns;
        left_ns = left_ns < LOOK_UP_NS ? left_ns : LOOK_UP_NS;
        if (is_watching) {
            uint64_t pause_ns =
                threads_spread(&watch, s->cpus, (unsigned)s->cpu_count, r->place.first);
            left_ns = pause_ns < left_ns ? pause_ns : left_ns;
        }
        struct timespec left = {.tv_sec = (time_t)(left_ns / 1000000000u),
                                .tv_nsec = (long)(left_ns % 1000000000u)};
        struct pollfd pfd = {.fd = fd, .events = POLLIN};
        if (ppoll(&pfd, 1, &left, NULL) > 0)
            return true;
    }
    return false;
}

/* Whatever left the group of its process came to us when that ended. */
static void kill_strays(void)
{
    char path[64], text[4096];
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    while (waitpid(-1, NULL, WNOHANG) >= 0) {
        if (file_read_small(path, text, sizeof text) <= 0)
            return;
        for (char *at = text, *end; *at; at = end) {
            long pid = strtol(at, &end, 10);
            if (end == at)
                break;
            kill((pid_t)pid, SIGKILL);
            while (waitpid((pid_t)pid, NULL, 0) < 0 && errno == EINTR)
                ;
        }
    }
}

static const char *read_back(struct sampler *s, int fd)
{
    ssize_t got = pread(fd, s->output, OUTPUT_MAX, 0);
    s->output[got > 0 ? got : 0] = '\0';
    return s->output;
}

/* The last line that is not empty, at most `size`, without what a terminal would obey. */
static const char *last_line(struct sampler *s, char *out, size_t size)
{
    char *text = s->output;
    read_back(s, s->err_fd);
    size_t end = strlen(text);
    while (end && (unsigned char)text[end - 1] <= ' ')
        end--;
    size_t begin = end;
    while (begin && text[begin - 1] != '\n')
        begin--;
    /* Of this program's own complaints the complaint alone. */
    static const char prefix[] = "contend: error: ";
    if (!strncmp(text + begin, prefix, sizeof prefix - 1) && end - begin >= sizeof prefix)
        begin += sizeof prefix - 1;
    snprintf(out, size, "%.*s", (int)(end - begin), text + begin);
    for (char *p = out; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 127)
            *p = '?';
    return out;
}

static int judge_end(struct sampler *s, const struct sample_request *r, int status, bool in_time,
                     struct err *err)
{
    char line[160];
    if (*s->interrupted)
        return err_set(err, ERR_FAILED, "interrupted");
    if (s->stamp->exec_errno) {
        errno = s->stamp->exec_errno;
        return err_set(err, ERR_UNAVAILABLE, "%s: %s cannot be executed: %s", r->name, r->program,
                       strerror(errno));
    }
    if (!in_time)
        return err_set(err, ERR_FAILED, "%s did not end within %.3g s and was killed (--timeout)",
                       r->name, (double)r->timeout_ns * 1e-9);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    last_line(s, line, sizeof line);
    const char *said = *line ? "; it said: " : " and said nothing on stderr";
    if (WIFSIGNALED(status))
        return err_set(err, ERR_FAILED, "%s was killed by signal %d (%s)%s%s", r->name,
                       WTERMSIG(status), strsignal(WTERMSIG(status)), said, line);
    return err_set(err, ERR_FAILED, "%s ended with status %d%s%s", r->name, WEXITSTATUS(status),
                   said, line);
}

/* Empties the file and puts its offset, which the child shares, to the start. */
static void rewind_file(int fd)
{
    if (ftruncate(fd, 0) == 0)
        lseek(fd, 0, SEEK_SET);
}

int sampler_run(struct sampler *s, const struct sample_request *r, struct sample *out,
                struct err *err)
{
    char **list = environment(s, r->padding_bytes);
    *out = (struct sample){.exit_status = -1};
    if (!list)
        return err_set(err, ERR_SYSTEM, "no memory for an environment");
    rewind_file(s->out_fd);
    rewind_file(s->err_fd);
    *s->stamp = (struct stamp){0};
    pid_t parent = getpid(), pid = fork();
    if (pid == 0)
        child(s, r, list, parent);
    free(list);
    if (pid < 0)
        return err_set_sys(err, errno, "fork for %s", r->name);
    setpgid(pid, pid);
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    bool in_time = fd >= 0 && wait_for_end(s, r, pid, fd);
    uint64_t end_ns = clock_now_ns();
    if (fd >= 0)
        close(fd);
    else
        err_set_sys(err, errno, "watching %s (pidfd_open, Linux 5.3)", r->name);
    /* Its units that outlived it, or all of them when it must stop. */
    kill(-pid, SIGKILL);
    struct rusage usage;
    int status = 0;
    while (wait4(pid, &status, 0, &usage) < 0 && errno == EINTR)
        ;
    kill_strays();
    int exit_status = in_time && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    *out = (struct sample){.exit_status = exit_status};
    if (fd < 0 || judge_end(s, r, status, in_time, err))
        return -1;
    *out = (struct sample){
        .exit_status = exit_status,
        .wall_ns = (double)(end_ns - s->stamp->exec_ns),
        .cpu_ns = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e9 +
                  (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e3,
        .memory_bytes = (double)usage.ru_maxrss * 1024,
        .output = read_back(s, s->out_fd),
    };
    return 0;
}
