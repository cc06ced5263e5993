#include "bench/lab/scale_run.h"

#include "bench/base/clock.h"
#include "bench/child/child.h"
#include "bench/lab/scale_places.h"
#include "bench/lab/scale_sample.h"
#include "bench/machine/affinity.h"
#include "bench/machine/cgroup.h"
#include "bench/machine/noise.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    FIRST_LOOK_NS = 500000, /* then later and later */
    LOOK_NS = 5000000,
    ASK_NS = 20000000, /* between two looks at the control group */
    SHARE = 50,        /* looking takes at most a fiftieth of one CPU */
    OUTPUT_MOST = 64 << 20,
    REPORT_MAX = 4096,
};

/* ---- What it is started with ------------------------------------------------------------------
 */

char **scale_argv(char *const *argv, unsigned n)
{
    size_t count = 0;
    while (argv[count])
        count++;
    char **out = calloc(count + 1, sizeof *out);
    for (size_t i = 0; out && i < count; i++) {
        struct buf word = {0};
        const char *rest = argv[i];
        for (const char *at; (at = strstr(rest, "{n}")) != NULL; rest = at + 3) {
            buf_add_bytes(&word, rest, (size_t)(at - rest));
            buf_printf(&word, "%u", n);
        }
        buf_add(&word, rest);
        if (!(out[i] = buf_steal(&word))) {
            scale_argv_release(out);
            return NULL;
        }
    }
    return out;
}

void scale_argv_release(char **argv)
{
    for (size_t i = 0; argv && argv[i]; i++)
        free(argv[i]);
    free(argv);
}

/* Ours, where it reports, and perhaps one more library before the others. */
struct environment {
    char **list;
    char *preload;
};

static bool environment_fill(struct environment *e, const struct scale_start *start)
{
    static char report[] = "CONTEND_REPORT_FD=3";
    size_t count = 0, kept = 0;
    const char *before = getenv("LD_PRELOAD");
    while (environ[count])
        count++;
    *e = (struct environment){.list = calloc(count + 3, sizeof *e->list)};
    if (!e->list)
        return false;
    for (size_t i = 0; i < count; i++)
        if (strncmp(environ[i], "CONTEND_REPORT_FD=", 18) != 0 &&
            (!start->preload || strncmp(environ[i], "LD_PRELOAD=", 11) != 0))
            e->list[kept++] = environ[i];
    e->list[kept++] = report;
    if (!start->preload)
        return true;
    struct buf line = {0};
    buf_printf(&line, "LD_PRELOAD=%s%s%s", start->preload, before && *before ? ":" : "",
               before ? before : "");
    e->list[kept] = e->preload = buf_steal(&line);
    return e->preload != NULL;
}

static void environment_release(struct environment *e)
{
    free(e->list);
    free(e->preload);
}

static int pin(void *context)
{
    return affinity_restrict(0, context, 1);
}

/* ---- One program ------------------------------------------------------------------------------
 */

struct lane {
    struct child child;
    struct child_end end;
    struct scale_sample sample;
    struct scale_looks *looks;
    int output, report[2];
    bool is_started;
};

static bool lane_open(struct lane *l)
{
    *l = (struct lane){.output = memfd_create("contend-scale", MFD_CLOEXEC), .report = {-1, -1}};
    return l->output >= 0 && !pipe2(l->report, O_CLOEXEC) &&
           !fcntl(l->report[0], F_SETFL, O_NONBLOCK);
}

static void lane_close(struct lane *l)
{
    scale_sample_release(&l->sample);
    if (l->output >= 0)
        close(l->output);
    for (int i = 0; i < 2; i++)
        if (l->report[i] >= 0)
            close(l->report[i]);
}

static double reported_operations(const struct lane *l)
{
    char text[REPORT_MAX + 1];
    ssize_t length = read(l->report[0], text, REPORT_MAX);
    text[length > 0 ? length : 0] = '\0';
    const char *at = strstr(text, "operations=");
    /* Decimal: strtod() would take 0x10, too, and what is no number reports nothing. */
    size_t number = at ? strspn(at + 11, "+-.0123456789eE") : 0;
    bool is_word = number && strchr(" \t\r\n", at[11 + number]);
    double value = is_word ? strtod(at + 11, NULL) : 0;
    return value > 0 && value < 1e18 ? value : 0;
}

static void last_line(int fd, char *out, size_t size)
{
    char text[256];
    off_t end = lseek(fd, 0, SEEK_END), from = end > 255 ? end - 255 : 0;
    ssize_t length = pread(fd, text, sizeof text - 1, from);
    while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r'))
        length--;
    text[length > 0 ? length : 0] = '\0';
    const char *line = strrchr(text, '\n');
    snprintf(out, size, "%s%.120s", *text ? ": " : "", line ? line + 1 : text);
    for (char *c = out; *c; c++)
        if ((unsigned char)*c < ' ' || (unsigned char)*c >= 0x7f)
            *c = '?';
}

static int check_end(const struct lane *l, const char *program, struct err *err)
{
    char words[160], line[160];
    if (child_is_fine(&l->end))
        return 0;
    if (l->end.start_errno)
        return err_set(err, ERR_USAGE, "\"%s\" %s", program,
                       child_words(&l->end, words, sizeof words));
    last_line(l->output, line, sizeof line);
    return err_set(err, ERR_FAILED, "\"%s\" %s%s", program,
                   child_words(&l->end, words, sizeof words), line);
}

/* ---- All of one run ---------------------------------------------------------------------------
 */

struct throttle {
    uint64_t ns;
    double quota_cpus;
    bool is_known;
};

/* Of the group that the program is in, which need not be ours; the quota of all levels. */
static struct throttle throttle_of(const char *group)
{
    struct throttle out = {0};
    struct cgroup at;
    char mounts[65536], text[1024];
    int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, mounts, sizeof mounts - 1);
    if (fd >= 0)
        close(fd);
    mounts[length > 0 ? length : 0] = '\0';
    if (!*group || !cgroup_find(group, mounts, "cpu", &at) ||
        cgroup_read(&at, "cpu.stat", text, sizeof text) <= 0)
        return out;
    do {
        struct noise_reading reading = {0};
        double quota = 0;
        if (cgroup_read(&at, "cpu.stat", text, sizeof text) > 0) {
            noise_parse_cpu_stat(text, at.is_v2, &reading);
            out.is_known |= reading.has_throttled;
            out.ns += reading.has_throttled ? reading.throttled_ns : 0;
        }
        if (at.is_v2 && cgroup_read(&at, "cpu.max", text, sizeof text) > 0)
            quota = cgroup_parse_cpu_max(text);
        int64_t most = at.is_v2 ? -1 : cgroup_number(&at, "cpu.cfs_quota_us");
        int64_t period = at.is_v2 ? -1 : cgroup_number(&at, "cpu.cfs_period_us");
        if (most > 0 && period > 0)
            quota = (double)most / (double)period;
        if (quota > 0 && (out.quota_cpus <= 0 || quota < out.quota_cpus))
            out.quota_cpus = quota;
    } while (cgroup_parent(&at));
    return out;
}

static bool has_ended(const struct lane *lanes, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (lanes[i].is_started && !lanes[i].child.has_ended && !lanes[i].child.has_flooded)
            return false;
    return true;
}

/* [0] when the group was first seen, [1] now; it may move to another one. */
static void ask_throttle(const struct scale_sample *s, char *group, struct throttle throttled[2])
{
    struct throttle now = throttle_of(s->group);
    if (!now.is_known)
        return; /* the group ended with the program */
    throttled[1] = now;
    if (strcmp(group, s->group) != 0) {
        throttled[0] = throttled[1];
        memcpy(group, s->group, sizeof s->group);
    }
}

/* Looks at them until all have ended, or the time is over.  *throttled: from the first look on. */
static void watch(struct lane *lanes, unsigned count, const struct scale_start *start,
                  uint64_t begin_ns, struct throttle throttled[2])
{
    struct child *children[CHILDREN_AT_ONCE];
    uint64_t period_ns = FIRST_LOOK_NS, until_ns = begin_ns + start->timeout_ns;
    uint64_t asked_ns = 0;
    char group[sizeof lanes->sample.group] = "";
    while (!has_ended(lanes, count) && clock_now_ns() < until_ns && !*start->interrupted) {
        size_t waited = 0;
        uint64_t took_ns = 0, now_ns = clock_now_ns();
        for (unsigned i = 0; i < count; i++)
            if (!lanes[i].child.has_ended)
                children[waited++] = &lanes[i].child;
        child_await(children, waited, NULL,
                    now_ns + period_ns < until_ns ? now_ns + period_ns : until_ns,
                    start->interrupted);
        for (unsigned i = 0; i < count; i++)
            if (!lanes[i].child.has_ended) {
                took_ns += scale_sample_look(&lanes[i].sample);
                scale_looks_take(lanes[i].looks);
            }
        if (*lanes[0].sample.group && now_ns - asked_ns > ASK_NS) {
            ask_throttle(&lanes[0].sample, group, throttled);
            asked_ns = now_ns;
        }
        period_ns = period_ns * 2 < LOOK_NS ? period_ns * 2 : LOOK_NS;
        period_ns = took_ns * SHARE > period_ns ? took_ns * SHARE : period_ns;
    }
    if (*lanes[0].sample.group)
        ask_throttle(&lanes[0].sample, group, throttled);
}

static int start_lane(struct lane *l, const struct scale_start *s, char *const *argv,
                      const struct environment *e, int *cpu, struct err *err)
{
    const struct child_request request = {
        .what = "the program",
        .program = argv[0],
        .argv = argv,
        .environment = e->list,
        .before = s->is_pinned ? pin : NULL,
        .context = cpu,
        .out = l->output,
        .errors = l->output,
        .handed = l->report[1],
        .output_most_bytes = OUTPUT_MOST,
        .watches_memory = true,
    };
    if (child_start(&l->child, &request, err))
        return -1;
    l->is_started = true;
    l->looks = s->places ? scale_looks_open(l->child.pid) : NULL;
    scale_sample_init(&l->sample, l->child.pid);
    return 0;
}

static void add_lane(const struct lane *l, uint64_t begin_ns, struct scale_run *out)
{
    const struct rusage *u = &l->end.usage;
    out->user_ns +=
        (uint64_t)u->ru_utime.tv_sec * 1000000000u + (uint64_t)u->ru_utime.tv_usec * 1000u;
    out->system_ns +=
        (uint64_t)u->ru_stime.tv_sec * 1000000000u + (uint64_t)u->ru_stime.tv_usec * 1000u;
    out->faults += (uint64_t)u->ru_minflt + (uint64_t)u->ru_majflt;
    out->operations += reported_operations(l);
    if (l->end.ended_ns - begin_ns > out->wall_ns)
        out->wall_ns = l->end.ended_ns - begin_ns;
    scale_sample_add(&l->sample, out);
    /* The kernel's own sums are exact, where it gives them: of threads that were missed, too. */
    uint64_t switches = (uint64_t)u->ru_nvcsw, preemptions = (uint64_t)u->ru_nivcsw;
    out->switches = switches > out->switches ? switches : out->switches;
    out->preemptions = preemptions > out->preemptions ? preemptions : out->preemptions;
}

static void add_machine(const struct noise_reading *before, struct scale_run *out)
{
    struct noise_reading after;
    struct noise_delta d;
    double wall_ns = (double)out->wall_ns, cpus = (double)affinity_count();
    noise_read(&after);
    noise_diff(before, &after, &d);
    out->others_cpus = out->idle_cpus = -1;
    if (!d.has_busy || wall_ns <= 0)
        return;
    double own_ns = (double)(out->user_ns + out->system_ns), busy_ns = (double)d.busy_ns;
    out->others_cpus = busy_ns > own_ns ? (busy_ns - own_ns) / wall_ns : 0;
    out->idle_cpus = cpus - busy_ns / wall_ns > 0 ? cpus - busy_ns / wall_ns : 0;
}

static int run_lanes(struct lane *lanes, const struct scale_start *start, char *const *argv,
                     struct scale_run *out, struct err *err)
{
    struct environment e;
    struct noise_reading before;
    struct throttle throttled[2] = {{0}};
    int cpu = affinity_nth((unsigned)affinity_count() - 1), failed = 0;
    if (!environment_fill(&e, start)) {
        environment_release(&e);
        return err_set(err, ERR_SYSTEM, "no memory for the environment of \"%s\"", argv[0]);
    }
    noise_read(&before);
    uint64_t begin_ns = clock_now_ns();
    for (unsigned i = 0; i < start->copies && !failed; i++)
        failed = start_lane(&lanes[i], start, argv, &e, &cpu, err);
    if (!failed)
        watch(lanes, start->copies, start, begin_ns, throttled);
    for (unsigned i = 0; i < start->copies; i++)
        if (lanes[i].is_started && child_end(&lanes[i].child, &lanes[i].end, failed ? NULL : err))
            failed = -1;
    environment_release(&e);
    for (unsigned i = 0; i < start->copies && !failed; i++)
        failed = check_end(&lanes[i], argv[0], err);
    if (failed)
        return -1;
    for (unsigned i = 0; i < start->copies; i++)
        add_lane(&lanes[i], begin_ns, out);
    add_machine(&before, out);
    out->has_throttled = throttled[1].is_known;
    out->throttled_ns = throttled[1].ns > throttled[0].ns ? throttled[1].ns - throttled[0].ns : 0;
    out->quota_cpus = throttled[1].quota_cpus;
    return 0;
}

int scale_run(const struct scale_start *start, struct scale_run *out, struct err *err)
{
    struct lane lanes[CHILDREN_AT_ONCE];
    unsigned opened = 0;
    char **argv = scale_argv(start->argv, start->n);
    *out = (struct scale_run){.n = start->n};
    int failed = 0;
    if (!argv || start->copies > CHILDREN_AT_ONCE)
        failed = err_set(err, ERR_SYSTEM, "no memory for the arguments of \"%s\"", start->argv[0]);
    for (; !failed && opened < start->copies; opened++)
        if (!lane_open(&lanes[opened]))
            failed = err_set_sys(err, errno, "descriptors for \"%s\"", start->argv[0]);
    if (!failed)
        failed = run_lanes(lanes, start, argv, out, err);
    for (unsigned i = 0; i < opened; i++) {
        scale_looks_close(lanes[i].looks, start->places);
        lane_close(&lanes[i]);
    }
    scale_argv_release(argv);
    if (!failed && *start->interrupted)
        failed = err_set(err, ERR_FAILED, "interrupted");
    return failed ? -1 : 0;
}

/* ---- The control ------------------------------------------------------------------------------
 */

static int compute(void *context)
{
    enum { TURNS = 40000000 };
    uint64_t x = (uint64_t)(uintptr_t)context | 1;
    for (int i = 0; i < TURNS; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
    }
    return x == 0;
}

static double compute_ns(unsigned count)
{
    struct child lanes[CHILDREN_AT_ONCE];
    struct child_end end;
    struct err err = {0};
    double sum_ns = 0;
    unsigned started = 0;
    const struct child_request request = {.what = "a loop", .body = compute};
    while (started < count && !child_start(&lanes[started], &request, &err))
        started++;
    for (unsigned i = 0; i < started; i++) {
        struct child *one = &lanes[i];
        uint64_t until_ns = clock_now_ns() + UINT64_C(10000000000);
        while (!one->has_ended && clock_now_ns() < until_ns)
            child_await(&one, 1, NULL, until_ns, NULL);
        if (!child_end(one, &end, &err) && child_is_fine(&end))
            sum_ns += (double)clock_cpu_ns_of(&end.usage);
        else
            sum_ns = NAN;
    }
    return started == count ? sum_ns / count : (double)NAN;
}

double scale_control(unsigned count)
{
    double alone_ns = NAN, together_ns = NAN;
    for (int i = 0; i < 3; i++) {
        alone_ns = fmin(compute_ns(1), alone_ns);
        together_ns = fmin(compute_ns(count), together_ns);
    }
    return together_ns / alone_ns;
}
