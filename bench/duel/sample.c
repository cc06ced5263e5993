#include "bench/duel/sample.h"

#include "bench/core/affinity.h"
#include "bench/core/clock.h"
#include "bench/core/file.h"
#include "bench/core/priority.h"
#include "bench/duel/net_time.h"
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
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CPUS_MAX = 1024, OUTPUT_MAX = 1 << 20, PADDING_MAX = 1 << 16, LOOK_UP_NS = 50000000 };

/* More than that of either stream is a side that runs wild. */
enum { FLOOD_BYTES = 16 << 20 };

/* What the child says before its image is gone. */
struct stamp {
    struct net_mark mark;
    uint64_t exec_ns;
    int exec_errno; /* 0 while the image could be executed */
};

/* One of the samples that run at the same time. */
struct lane {
    const struct sample_request *request;
    int out_fd, err_fd;
    struct stamp *stamp; /* shared with the child */
    char *output;        /* owned; OUTPUT_MAX + 1 */
    pid_t pid;           /* 0: it could not be started */
    int fd;              /* of the process; -1: it has ended, or none could be had */
    bool in_time;        /* it ended by itself */
    bool has_flooded;    /* it wrote more than anybody reads */
    uint64_t end_ns;
    int64_t late_ns; /* of end_ns: what this process waited for a CPU to see it */
    struct thread_watch watch;
};

struct sampler {
    const volatile bool *interrupted;
    int null_fd;
    int sched_fd; /* what this thread waited for a CPU; -1: not known */
    struct lane lanes[SAMPLES_AT_ONCE];
    char *padding; /* owned; "NAME=xxx.." */
    int cpus[CPUS_MAX];
    int cpu_count, core_count;
    int nice;         /* of samples */
    bool is_realtime; /* this process, so that it is not kept waiting by those it watches */
};

extern char **environ;

static bool lane_open(struct lane *l)
{
    l->fd = -1;
    l->out_fd = memfd_create("contend-stdout", MFD_CLOEXEC);
    l->err_fd = memfd_create("contend-stderr", MFD_CLOEXEC);
    l->stamp =
        mmap(NULL, sizeof *l->stamp, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    l->output = malloc(OUTPUT_MAX + 1);
    return l->out_fd >= 0 && l->err_fd >= 0 && l->stamp != MAP_FAILED && l->output;
}

static void lane_close(struct lane *l)
{
    if (l->out_fd >= 0)
        close(l->out_fd);
    if (l->err_fd >= 0)
        close(l->err_fd);
    if (l->stamp && l->stamp != MAP_FAILED)
        munmap(l->stamp, sizeof *l->stamp);
    free(l->output);
}

struct sampler *sampler_open(const volatile bool *interrupted, struct err *err)
{
    struct sampler *s = calloc(1, sizeof *s);
    if (!s) {
        err_set(err, ERR_SYSTEM, "no memory for a sampler");
        return NULL;
    }
    s->interrupted = interrupted;
    s->null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    s->sched_fd = schedstat_open();
    s->nice = priority_nice();
    s->padding = malloc(PADDING_MAX + 64);
    s->cpu_count = affinity_allowed(s->cpus, CPUS_MAX);
    s->core_count = affinity_by_core(s->cpus, s->cpu_count);
    /* What a sample leaves behind comes to us. */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    bool is_open = s->null_fd >= 0 && s->padding;
    for (size_t i = 0; i < SAMPLES_AT_ONCE; i++)
        is_open &= lane_open(&s->lanes[i]);
    if (is_open)
        return s;
    err_set_sys(err, errno, "files in memory for a sample");
    sampler_close(s);
    return NULL;
}

void sampler_close(struct sampler *s)
{
    if (!s)
        return;
    if (s->is_realtime)
        priority_be_ordinary();
    if (s->null_fd >= 0)
        close(s->null_fd);
    if (s->sched_fd >= 0)
        close(s->sched_fd);
    for (size_t i = 0; i < SAMPLES_AT_ONCE; i++)
        lane_close(&s->lanes[i]);
    free(s->padding);
    free(s);
}

int sampler_cores(const struct sampler *s)
{
    return s->core_count;
}

int sampler_cpus(const struct sampler *s)
{
    return s->cpu_count;
}

bool sampler_may_go_realtime(struct sampler *s)
{
    s->is_realtime = s->is_realtime || priority_conduct();
    return s->is_realtime;
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

/*
 * The mark and the clock of one moment: who loses the CPU between them has waited by the mark and
 * not by the clock.
 */
static void stamp_start(struct stamp *stamp)
{
    struct rusage usage;
    int tries = 0;
    do {
        stamp->mark = net_mark_now();
        stamp->exec_ns = clock_now_ns();
    } while (stamp->mark.is_known && !getrusage(RUSAGE_THREAD, &usage) &&
             usage.ru_nivcsw != stamp->mark.preemptions && ++tries < 5);
}

static _Noreturn void child(struct sampler *s, struct lane *l, char **list, pid_t parent)
{
    const struct sample_request *r = l->request;
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    /* Handlers of ours are gone with the image; what was ignored from the start stays ignored. */
    signal(SIGPIPE, SIG_DFL);
    const int streams[] = {s->null_fd, r->is_read ? l->out_fd : s->null_fd, l->err_fd};
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (dup2(streams[fd], fd) == fd)
            fcntl(fd, F_SETFD, 0); /* dup2() of one to itself leaves it to be closed */
    restrict_cpus(s, &r->place);
    if (s->is_realtime) /* not inherited from a conductor, and neither is nice */
        setpriority(PRIO_PROCESS, 0, s->nice);
    if (r->place.is_realtime && !priority_perform()) {
        l->stamp->exec_errno = errno;
        _exit(127);
    }
    stamp_start(l->stamp);
    execvpe(r->program, (char *const *)(uintptr_t)r->argv, list);
    l->stamp->exec_errno = errno;
    _exit(127);
}

/* ---- Waiting ----------------------------------------------------------------------------- */

/* The earliest moment at which something must be done though none has ended. */
static uint64_t wake_at(struct sampler *s, size_t count, uint64_t begin_ns, uint64_t now_ns)
{
    uint64_t at_ns = now_ns + LOOK_UP_NS; /* a signal that came just before the wait */
    for (size_t i = 0; i < count; i++) {
        struct lane *l = &s->lanes[i];
        uint64_t deadline_ns = begin_ns + l->request->timeout_ns;
        if (l->fd < 0)
            continue;
        at_ns = deadline_ns < at_ns ? deadline_ns : at_ns;
        if (l->request->place.spread_threads && s->cpu_count > 0) {
            uint64_t pause_ns =
                threads_spread(&l->watch, s->cpus, (unsigned)s->cpu_count, l->request->place.first);
            at_ns = now_ns + pause_ns < at_ns ? now_ns + pause_ns : at_ns;
        }
    }
    return at_ns;
}

static void note_end(struct lane *l, bool in_time, uint64_t now_ns, int64_t late_ns)
{
    l->in_time = in_time;
    l->end_ns = now_ns;
    l->late_ns = late_ns;
    close(l->fd);
    l->fd = -1;
}

static bool is_flooded(const struct lane *l)
{
    struct stat out, err;
    return !fstat(l->out_fd, &out) && !fstat(l->err_fd, &err) &&
           (out.st_size > FLOOD_BYTES || err.st_size > FLOOD_BYTES);
}

static size_t still_running(const struct sampler *s, size_t count)
{
    size_t running = 0;
    for (size_t i = 0; i < count; i++)
        running += s->lanes[i].fd >= 0;
    return running;
}

/* What this thread has waited for a CPU so far, and how often it lost one. */
struct own_waits {
    bool is_known;
    struct schedstat sched;
    int64_t preemptions;
};

static struct own_waits own_waits_now(const struct sampler *s)
{
    struct own_waits w = {0};
    struct rusage usage;
    w.is_known = schedstat_read(s->sched_fd, &w.sched) && !getrusage(RUSAGE_THREAD, &usage);
    if (w.is_known)
        w.preemptions = usage.ru_nivcsw;
    return w;
}

/*
 * How late a sleep in between was noticed to be over; -1: not known.  Who lost the CPU before going
 * to sleep waited, too, while the sample went on: then none of it is taken for lateness.
 */
static int64_t late_between(const struct own_waits *before, const struct own_waits *after)
{
    if (!before->is_known || !after->is_known)
        return -1;
    return after->preemptions == before->preemptions ? after->sched.wait_ns - before->sched.wait_ns
                                                     : 0;
}

/* Waits for all ends, deadlines or an interruption. */
static void wait_for_ends(struct sampler *s, size_t count)
{
    uint64_t begin_ns = clock_now_ns();
    while (still_running(s, count)) {
        struct pollfd polled[SAMPLES_AT_ONCE];
        for (size_t i = 0; i < count; i++) /* poll() leaves out what is below 0 */
            polled[i] = (struct pollfd){.fd = s->lanes[i].fd, .events = POLLIN};
        uint64_t now_ns = clock_now_ns(), wake_ns = wake_at(s, count, begin_ns, now_ns);
        uint64_t left_ns = wake_ns > now_ns ? wake_ns - now_ns : 0;
        struct timespec left = {.tv_sec = (time_t)(left_ns / 1000000000u),
                                .tv_nsec = (long)(left_ns % 1000000000u)};
        struct own_waits before = own_waits_now(s);
        int ready = ppoll(polled, count, &left, NULL);
        now_ns = clock_now_ns();
        struct own_waits after = own_waits_now(s);
        int64_t late_ns = late_between(&before, &after);
        for (size_t i = 0; i < count; i++) {
            struct lane *l = &s->lanes[i];
            bool has_ended = ready > 0 && polled[i].revents;
            if (l->fd < 0)
                continue;
            l->has_flooded |= !has_ended && is_flooded(l);
            if (has_ended || l->has_flooded || *s->interrupted ||
                now_ns - begin_ns >= l->request->timeout_ns)
                note_end(l, has_ended, now_ns, late_ns);
        }
    }
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

static const char *read_back(struct lane *l, int fd)
{
    ssize_t got = pread(fd, l->output, OUTPUT_MAX, 0);
    l->output[got > 0 ? got : 0] = '\0';
    return l->output;
}

/* The last line that is not empty, at most `size`, without what a terminal would obey. */
static const char *last_line(struct lane *l, char *out, size_t size)
{
    char *text = l->output;
    read_back(l, l->err_fd);
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

static int judge_end(const struct sampler *s, struct lane *l, int status, struct err *err)
{
    const struct sample_request *r = l->request;
    char line[160];
    if (*s->interrupted)
        return err_set(err, ERR_FAILED, "interrupted");
    if (l->stamp->exec_errno) {
        errno = l->stamp->exec_errno;
        return err_set(err, ERR_UNAVAILABLE, "%s: %s cannot be executed: %s", r->name, r->program,
                       strerror(errno));
    }
    if (l->has_flooded || is_flooded(l))
        return err_set(err, ERR_FAILED, "%s wrote more than %d MiB on its standard output or error",
                       r->name, FLOOD_BYTES >> 20);
    if (!l->in_time)
        return err_set(err, ERR_FAILED, "%s did not end within %.3g s and was killed (--timeout)",
                       r->name, (double)r->timeout_ns * 1e-9);
    struct stat st;
    if (r->is_read && !fstat(l->out_fd, &st) && st.st_size > OUTPUT_MAX)
        return err_set(err, ERR_FAILED, "%s printed more than %d MiB", r->name, OUTPUT_MAX >> 20);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    last_line(l, line, sizeof line);
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

/* ---- One go ------------------------------------------------------------------------------ */

static int start(struct sampler *s, struct lane *l, const struct sample_request *r, struct err *err)
{
    char **list = environment(s, r->padding_bytes);
    if (!list)
        return err_set(err, ERR_SYSTEM, "no memory for an environment");
    rewind_file(l->out_fd);
    rewind_file(l->err_fd);
    *l->stamp = (struct stamp){0};
    l->request = r;
    l->in_time = false;
    l->has_flooded = false;
    pid_t parent = getpid();
    l->pid = fork();
    if (l->pid == 0)
        child(s, l, list, parent);
    free(list);
    if (l->pid < 0) {
        l->pid = 0;
        return err_set_sys(err, errno, "fork for %s", r->name);
    }
    setpgid(l->pid, l->pid);
    l->watch = (struct thread_watch){.pid = l->pid};
    l->fd = (int)syscall(SYS_pidfd_open, l->pid, 0);
    return l->fd < 0 ? err_set_sys(err, errno, "watching %s (pidfd_open, Linux 5.3)", r->name) : 0;
}

/* Its units that outlived it, or all of them when it must stop. */
static int finish(const struct sampler *s, struct lane *l, struct sample *out, struct err *err)
{
    struct rusage usage;
    int status = 0;
    struct net_mark end = net_mark_of_dead(l->pid);
    kill(-l->pid, SIGKILL);
    pid_t waited;
    while ((waited = wait4(l->pid, &status, 0, &usage)) < 0 && errno == EINTR)
        ;
    *out = (struct sample){
        .exit_status = l->in_time && WIFEXITED(status) ? WEXITSTATUS(status) : -1,
        .signal = l->in_time && WIFSIGNALED(status) ? WTERMSIG(status) : 0,
        .has_failed = true,
    };
    /* Whoever ignores SIGCHLD is not told how a child ended: that is no end with status 0. */
    if (waited < 0)
        return err_set_sys(err, errno, "waiting for %s", l->request->name);
    if (judge_end(s, l, status, err))
        return -1;
    out->has_failed = false;
    out->wall_ns = (double)(l->end_ns - l->stamp->exec_ns);
    out->cpu_ns = (double)clock_cpu_ns_of(&usage);
    out->wall_net_ns = net_time_ns(&l->stamp->mark, &end, out->cpu_ns, out->wall_ns, l->late_ns);
    out->threads = l->watch.pinned;
    out->memory_bytes = (double)usage.ru_maxrss * 1024;
    out->output = read_back(l, l->out_fd);
    return 0;
}

int sampler_run(struct sampler *s, const struct sample_request *requests, size_t count,
                struct sample *out, struct err *err)
{
    size_t started = 0;
    int failed = 0;
    for (size_t i = 0; i < count && !failed; i++, started++) {
        out[i] = (struct sample){.exit_status = -1};
        failed = start(s, &s->lanes[i], &requests[i], err);
    }
    if (!failed)
        wait_for_ends(s, count);
    /* The first error is told; the others' samples end all the same. */
    for (size_t i = 0; i < started; i++) {
        struct lane *l = &s->lanes[i];
        struct err other;
        if (l->pid && finish(s, l, &out[i], failed ? &other : err))
            failed = -1;
        if (l->fd >= 0)
            close(l->fd);
        l->fd = -1;
        l->pid = 0;
    }
    kill_strays();
    return failed ? -1 : 0;
}
