#include "bench/judge/duel/sample.h"

#include "bench/base/clock.h"
#include "bench/child/child.h"
#include "bench/child/raiser.h"
#include "bench/judge/duel/net_time.h"
#include "bench/judge/duel/threads.h"
#include "bench/machine/affinity.h"
#include "bench/machine/priority.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CPUS_MAX = 1024, OUTPUT_MAX = 1 << 20, PADDING_MAX = 1 << 16 };

/* More than that of either stream is a side that runs wild. */
enum { FLOOD_BYTES = 16 << 20 };

/* What the child says before its image is gone. */
struct stamp {
    struct net_mark mark;
    uint64_t exec_ns;
};

/* One of the samples that run at the same time. */
struct lane {
    const struct sampler *sampler;
    const struct sample_request *request;
    int out_fd, err_fd;
    struct stamp *stamp; /* shared with the child */
    char *output;        /* owned; OUTPUT_MAX + 1 */
    struct child child;
    bool is_over;    /* it is not waited for any more */
    int64_t late_ns; /* of its end: what this process waited for a CPU to see it */
    struct thread_watch watch;
};

struct sampler {
    const volatile bool *interrupted;
    int sched_fd; /* what this thread waited for a CPU; -1: not known */
    struct lane lanes[SAMPLES_AT_ONCE];
    char *padding; /* owned; "NAME=xxx.." */
    int cpus[CPUS_MAX];
    int cpu_count, core_count;
    bool is_realtime; /* this process, so that it is not kept waiting by those it watches */
};

static bool lane_open(struct lane *l)
{
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
    s->sched_fd = schedstat_open();
    s->padding = malloc(PADDING_MAX + 64);
    s->cpu_count = affinity_allowed(s->cpus, CPUS_MAX);
    s->core_count = affinity_by_core(s->cpus, s->cpu_count);
    /* What a sample leaves behind comes to us. */
    child_adopt();
    bool is_open = s->padding;
    for (size_t i = 0; i < SAMPLES_AT_ONCE; i++) {
        s->lanes[i].sampler = s;
        is_open &= lane_open(&s->lanes[i]);
    }
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
    s->is_realtime = s->is_realtime || raiser_conduct();
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

/* An errno where the user asked for CPUs that cannot be had; what we try ourselves may fail. */
static int restrict_cpus(const struct sampler *s, const struct sample_place *place)
{
    int cpus[CPUS_MAX];
    unsigned count = 0;
    for (; count < place->cpus && (int)count < s->cpu_count; count++)
        cpus[count] = s->cpus[(place->first + count) % (unsigned)s->cpu_count];
    int failed = count ? affinity_restrict(0, cpus, count) : place->cpus ? ENOTSUP : 0;
    return place->is_asked_for ? failed : 0;
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

/* In the child, between its fork and its program. */
static int take_place(void *lane)
{
    const struct lane *l = lane;
    const struct sampler *s = l->sampler;
    int failed = restrict_cpus(s, &l->request->place);
    if (failed)
        return failed;
    if (l->request->place.is_realtime && !priority_perform())
        return errno;
    if (s->is_realtime && !l->request->place.is_realtime) /* inherited from the conductor */
        priority_be_ordinary();
    stamp_start(l->stamp);
    return 0;
}

/* ---- Waiting ----------------------------------------------------------------------------- */

/* The earliest moment at which something must be done though none has ended. */
static uint64_t wake_at(struct sampler *s, size_t count, uint64_t begin_ns, uint64_t now_ns)
{
    uint64_t at_ns = UINT64_MAX;
    for (size_t i = 0; i < count; i++) {
        struct lane *l = &s->lanes[i];
        uint64_t deadline_ns = begin_ns + l->request->timeout_ns;
        if (l->is_over)
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

static size_t still_running(const struct sampler *s, size_t count)
{
    size_t running = 0;
    for (size_t i = 0; i < count; i++)
        running += !s->lanes[i].is_over;
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
    struct child *children[SAMPLES_AT_ONCE];
    uint64_t begin_ns = clock_now_ns();
    for (size_t i = 0; i < count; i++)
        children[i] = &s->lanes[i].child;
    while (still_running(s, count)) {
        uint64_t wake_ns = wake_at(s, count, begin_ns, clock_now_ns());
        struct own_waits before = own_waits_now(s);
        child_await(children, count, NULL, wake_ns, s->interrupted);
        struct own_waits after = own_waits_now(s);
        int64_t late_ns = late_between(&before, &after);
        uint64_t now_ns = clock_now_ns();
        for (size_t i = 0; i < count; i++) {
            struct lane *l = &s->lanes[i];
            if (l->is_over)
                continue;
            l->late_ns = late_ns;
            l->is_over = l->child.has_ended || l->child.has_flooded || *s->interrupted ||
                         now_ns - begin_ns >= l->request->timeout_ns;
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

static bool is_larger(int fd, off_t bytes)
{
    struct stat file;
    return !fstat(fd, &file) && file.st_size > bytes;
}

static int judge_end(const struct sampler *s, struct lane *l, const struct child_end *end,
                     struct err *err)
{
    const struct sample_request *r = l->request;
    char line[160], words[160];
    if (*s->interrupted)
        return err_set(err, ERR_FAILED, "interrupted");
    if (end->start_errno)
        return err_set(err, ERR_UNAVAILABLE, "%s: %s %s", r->name, r->program,
                       child_words(end, words, sizeof words));
    if (end->has_flooded || is_larger(l->out_fd, FLOOD_BYTES) || is_larger(l->err_fd, FLOOD_BYTES))
        return err_set(err, ERR_FAILED, "%s wrote more than %d MiB on its standard output or error",
                       r->name, FLOOD_BYTES >> 20);
    if (!end->in_time)
        return err_set(err, ERR_FAILED, "%s did not end within %.3g s and was killed (--timeout)",
                       r->name, (double)r->timeout_ns * 1e-9);
    if (r->is_read && is_larger(l->out_fd, OUTPUT_MAX))
        return err_set(err, ERR_FAILED, "%s printed more than %d MiB", r->name, OUTPUT_MAX >> 20);
    if (child_is_fine(end))
        return 0;
    last_line(l, line, sizeof line);
    return err_set(err, ERR_FAILED, "%s %s%s%s", r->name, child_words(end, words, sizeof words),
                   *line ? "; it said: " : " and said nothing on stderr", line);
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
    l->is_over = false;
    const struct child_request request = {
        .what = r->name,
        .program = r->program,
        .argv = (char *const *)(uintptr_t)r->argv,
        .environment = list,
        .before = take_place,
        .context = l,
        .out = r->is_read ? l->out_fd : CHILD_NOTHING,
        .errors = l->err_fd,
        .output_most_bytes = FLOOD_BYTES,
        .watches_memory = true,
    };
    int failed = child_start(&l->child, &request, err);
    free(list);
    l->watch = (struct thread_watch){.pid = l->child.pid};
    return failed;
}

/* Its units that outlived it, or all of them when it must stop. */
static int finish(const struct sampler *s, struct lane *l, struct sample *out, struct err *err)
{
    struct child_end end;
    struct net_mark mark = net_mark_of_dead(l->child.pid);
    int failed = child_end(&l->child, &end, err);
    *out = (struct sample){
        .exit_status = end.in_time && WIFEXITED(end.status) ? WEXITSTATUS(end.status) : -1,
        .signal = end.in_time && WIFSIGNALED(end.status) ? WTERMSIG(end.status) : 0,
        .has_failed = true,
    };
    if (failed || judge_end(s, l, &end, err))
        return -1;
    out->has_failed = false;
    out->wall_ns = (double)(end.ended_ns - l->stamp->exec_ns);
    out->cpu_ns = (double)clock_cpu_ns_of(&end.usage);
    out->wall_net_ns = net_time_ns(&l->stamp->mark, &mark, out->cpu_ns, out->wall_ns, l->late_ns);
    out->threads = l->watch.pinned;
    out->memory_bytes = (double)end.usage.ru_maxrss * 1024;
    out->output = read_back(l, l->out_fd);
    return 0;
}

static int run_once(struct sampler *s, const struct sample_request *requests, size_t count,
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
        struct err other = {0};
        if (l->child.pid && finish(s, l, &out[i], failed ? &other : err))
            failed = -1;
    }
    child_end_strays();
    return failed ? -1 : 0;
}

int sampler_run(struct sampler *s, const struct sample_request *requests, size_t count,
                struct sample *out, struct err *err)
{
    for (;;) {
        struct err why = {0};
        unsigned stops = child_stops();
        int failed = run_once(s, requests, count, out, &why);
        /* What somebody stopped in between (Ctrl-Z) is no sample, and no failure. */
        if (stops != child_stops() && !*s->interrupted)
            continue;
        if (failed && err && err->code == ERR_NONE)
            *err = why;
        return failed;
    }
}
