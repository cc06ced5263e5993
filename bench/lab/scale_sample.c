#include "bench/lab/scale_sample.h"

#include "bench/base/clock.h"
#include "bench/machine/schedstat.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NO_CALL = -1, RUNS = -2, UNTOLD = -3 };

/* A file of /proc as a text; "" where it cannot be read. */
static size_t read_text(const char *path, char *out, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, out, size - 1);
    if (fd >= 0)
        close(fd);
    out[length > 0 ? length : 0] = '\0';
    return length > 0 ? (size_t)length : 0;
}

/* ---- What a thread waits for ------------------------------------------------------------------
 */

static bool is_file(pid_t pid, unsigned long descriptor)
{
    char path[64], target[64];
    snprintf(path, sizeof path, "/proc/%d/fd/%lu", (int)pid, descriptor);
    ssize_t length = readlink(path, target, sizeof target - 1);
    return length > 0 && target[0] == '/' && strncmp(target, "/dev/", 5) != 0;
}

static bool is_among(long call, const long *calls, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (calls[i] == call)
            return true;
    return false;
}
#define IS_AMONG(call, ...)                                                                        \
    is_among((call), (const long[]){__VA_ARGS__},                                                  \
             sizeof((const long[]){__VA_ARGS__}) / sizeof(long))

#ifdef SYS_poll
#define OLD_TALK SYS_poll, SYS_select, SYS_epoll_wait, SYS_accept
#else
#define OLD_TALK SYS_accept
#endif

/* The kind of waiting in a system call; of read() and write() by what the descriptor is. */
static enum scale_wait wait_of(long call, unsigned long first_argument, pid_t pid)
{
    if (IS_AMONG(call, SYS_read, SYS_write, SYS_readv, SYS_writev))
        return is_file(pid, first_argument) ? SCALE_FILE : SCALE_TALK;
    if (IS_AMONG(call, SYS_futex, SYS_flock, SYS_semop, SYS_semtimedop))
        return SCALE_FUTEX;
    if (IS_AMONG(call, SYS_fsync, SYS_fdatasync, SYS_sync_file_range, SYS_msync, SYS_pread64,
                 SYS_pwrite64, SYS_preadv, SYS_pwritev, SYS_openat, SYS_unlinkat, SYS_renameat2,
                 SYS_ftruncate, SYS_fallocate, SYS_sync, SYS_syncfs, SYS_close))
        return SCALE_FILE;
    if (IS_AMONG(call, OLD_TALK, SYS_ppoll, SYS_pselect6, SYS_epoll_pwait, SYS_accept4, SYS_connect,
                 SYS_recvfrom, SYS_recvmsg, SYS_sendto, SYS_sendmsg))
        return SCALE_TALK;
    if (IS_AMONG(call, SYS_nanosleep, SYS_clock_nanosleep))
        return SCALE_SLEEP;
    if (IS_AMONG(call, SYS_mmap, SYS_munmap, SYS_mprotect, SYS_madvise, SYS_mremap, SYS_brk))
        return SCALE_MAP;
    return SCALE_OTHER;
}

static long call_of(const char *directory, unsigned long *argument)
{
    char path[96], text[256];
    snprintf(path, sizeof path, "%s/syscall", directory);
    *argument = 0;
    if (!read_text(path, text, sizeof text))
        return UNTOLD;
    if (!strncmp(text, "running", 7))
        return RUNS;
    char *end;
    long call = strtol(text, &end, 10);
    *argument = strtoul(end, NULL, 16);
    return call;
}

/* The state letter stands behind the name, which may hold anything. */
static char state_of(const char *directory)
{
    char path[96], text[512];
    snprintf(path, sizeof path, "%s/stat", directory);
    read_text(path, text, sizeof text);
    const char *end = strrchr(text, ')');
    return end && end[1] ? end[2] : '?';
}

static void note_wait(struct scale_thread *t, const char *directory)
{
    unsigned long argument;
    char state = state_of(directory);
    if (state != 'S' && state != 'D')
        return;
    long call = call_of(directory, &argument);
    if (IS_AMONG(call, SYS_wait4, SYS_waitid))
        t->joins++;
    /* Uninterrupted and in no call: a page is being brought, or the map is taken. */
    else if (call == NO_CALL)
        t->waits[SCALE_MAP]++;
    else if (call != RUNS && call != UNTOLD)
        t->waits[wait_of(call, argument, t->pid)]++;
    else
        t->waits[SCALE_OTHER]++;
}

/* ---- Threads ----------------------------------------------------------------------------------
 */

static uint64_t field_of(const char *text, const char *name)
{
    const char *at = strstr(text, name);
    return at ? strtoull(at + strlen(name), NULL, 10) : 0;
}

/* "f", "3,00000000": bits of the mask. */
static unsigned cpus_of(const char *text)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = strstr(text, "Cpus_allowed:\t");
    unsigned count = 0;
    for (at = at ? at + 14 : ""; *at && *at != '\n'; at++) {
        const char *digit = strchr(digits, *at);
        count += digit ? (unsigned)__builtin_popcount((unsigned)(digit - digits)) : 0;
    }
    return count;
}

static struct scale_thread *find(struct scale_sample *s, pid_t pid, pid_t tid)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->items[i].tid == tid && s->items[i].pid == pid)
            return &s->items[i];
    struct scale_thread fresh = {.pid = pid, .tid = tid};
    return vec_add(s, fresh) ? &s->items[s->count - 1] : NULL;
}

static void look_at(struct scale_sample *s, pid_t pid, pid_t tid)
{
    char directory[64], path[96], text[4096];
    struct schedstat stat;
    snprintf(directory, sizeof directory, "/proc/%d/task/%d", (int)pid, (int)tid);
    snprintf(path, sizeof path, "%s/schedstat", directory);
    if (!read_text(path, text, sizeof text) || !schedstat_parse(text, &stat))
        return;
    struct scale_thread *t = find(s, pid, tid);
    if (!t)
        return;
    uint64_t now_ns = clock_now_ns();
    if (!t->first_ns) {
        /* What it ran before it was seen, it lived before. */
        t->first_ns = now_ns;
        t->first_ran_ns = stat.ran_ns;
        t->first_delay_ns = stat.wait_ns;
    }
    t->last_ns = now_ns;
    t->ran_ns = stat.ran_ns;
    t->delay_ns = stat.wait_ns;
    t->looks++;
    note_wait(t, directory);
    snprintf(path, sizeof path, "%s/status", directory);
    if (read_text(path, text, sizeof text)) {
        t->cpus = cpus_of(text);
        t->switches = field_of(text, "\nvoluntary_ctxt_switches:");
        t->preemptions = field_of(text, "\nnonvoluntary_ctxt_switches:");
    }
    s->threads++;
}

/* A process, its threads, and those they started. */
static void look_at_process(struct scale_sample *s, pid_t pid, unsigned depth)
{
    enum { DEEP = 8 };
    char path[96], text[sizeof s->group];
    snprintf(path, sizeof path, "/proc/%d/cgroup", (int)pid);
    if (read_text(path, text, sizeof text))
        memcpy(s->group, text, sizeof text);
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *tasks = opendir(path);
    for (struct dirent *e; tasks && (e = readdir(tasks)) != NULL;) {
        pid_t tid = atoi(e->d_name);
        if (tid <= 0)
            continue;
        look_at(s, pid, tid);
        snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)tid);
        if (depth >= DEEP || !read_text(path, text, sizeof text))
            continue;
        char *rest = NULL;
        for (char *word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
            look_at_process(s, atoi(word), depth + 1);
    }
    if (tasks)
        closedir(tasks);
}

void scale_sample_init(struct scale_sample *s, pid_t pid)
{
    *s = (struct scale_sample){.pid = pid};
}

void scale_sample_release(struct scale_sample *s)
{
    vec_release(s);
}

uint64_t scale_sample_look(struct scale_sample *s)
{
    uint64_t begin_ns = clock_now_ns();
    s->threads = 0;
    look_at_process(s, s->pid, 0);
    s->threads_most = s->threads > s->threads_most ? s->threads : s->threads_most;
    return clock_now_ns() - begin_ns;
}

/* ---- Their sums -------------------------------------------------------------------------------
 */

static uint64_t positive(int64_t value)
{
    return value > 0 ? (uint64_t)value : 0;
}

/* One that started the others and waits for them is no worker: where it has hardly run, while
 * others of its process, or those it started, did the work. */
static bool is_waiting_for_others(const struct scale_sample *s, const struct scale_thread *t)
{
    enum { LEAST = 20 };
    uint64_t life_ns = t->last_ns - t->first_ns;
    bool is_first = t->pid == t->tid;
    return is_first && s->threads_most > 1 &&
           positive(t->ran_ns - t->first_ran_ns) < life_ns / LEAST;
}

static void add_thread(const struct scale_thread *t, struct scale_run *r)
{
    uint64_t life_ns = t->last_ns - t->first_ns;
    uint64_t ran_ns = positive(t->ran_ns - t->first_ran_ns);
    uint64_t delay_ns = positive(t->delay_ns - t->first_delay_ns);
    uint64_t away_ns = positive((int64_t)(life_ns - ran_ns - delay_ns));
    unsigned told = 0;
    for (int i = 0; i < SCALE_WAITS; i++)
        told += t->waits[i];
    /* A shell that waits for what it started does nothing meanwhile, and is in nobody's way. */
    uint64_t joined_ns = t->joins ? away_ns * t->joins / (told + t->joins) : 0;
    life_ns -= joined_ns;
    away_ns -= joined_ns;
    r->life_ns += life_ns;
    r->delay_ns += delay_ns;
    for (int i = 0; i < SCALE_WAITS; i++)
        r->waits_ns[i] += told ? away_ns * t->waits[i] / told : i == SCALE_OTHER ? away_ns : 0;
}

void scale_sample_add(const struct scale_sample *s, struct scale_run *r)
{
    for (size_t i = 0; i < s->count; i++) {
        const struct scale_thread *t = &s->items[i];
        r->switches += t->switches;
        r->preemptions += t->preemptions;
        if (t->looks < 2 || is_waiting_for_others(s, t))
            continue;
        add_thread(t, r);
        if (t->cpus && (!r->least_cpus || t->cpus < r->least_cpus))
            r->least_cpus = t->cpus;
    }
    r->threads = s->threads_most;
}
