/*
 * command: runs a program, somebody's own.  An operation starts it and waits for its end.
 *
 * Each task starts a copy; where the arguments hold {n}, one program is started in place of all,
 * with the number of tasks for {n}, and makes its own threads, or whatever it makes.  The other
 * tasks wait for its end.
 *
 * A program is a child (bench/child): it has a group and a deadline of its own, dies with us, and
 * what it leaves running is killed.  Its output goes to a file in memory of which only the last
 * line is ever looked at, when it failed.  What it reports of itself comes by a pipe
 * (command_report.h).
 *
 * Units must have a process of their own, or come one after another: who starts children is one
 * thread.
 */
#include "bench/base/argv_split.h"
#include "bench/base/buf.h"
#include "bench/base/clock.h"
#include "bench/child/child.h"
#include "bench/contend.h"
#include "bench/registry.h"
#include "workloads/command_metrics.h"
#include "workloads/command_report.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ARGV, DEADLINE, OUTPUT_MOST, CHECKSUM, METRICS };

#define HOUR_NS INT64_C(3600000000000)
static const char counts_word[] = "{n}";

static const char *argv_fault(const char *text);
static const char *metrics_fault(const char *text);

static const struct param params[] = {
    {.name = "argv",
     .unit = "text",
     .text = "true",
     .min = 1,
     .max = CONTEND_PARAM_TEXT_MAX,
     .fault = argv_fault,
     .help = "the program and its arguments, with quotes as in a shell; {n}: the number of tasks"},
    {.name = "deadline",
     .unit = "ns",
     .value = INT64_C(60000000000),
     .min = 1000000,
     .max = HOUR_NS,
     .help = "a program that takes longer is killed, and its sample is none"},
    {.name = "output_most",
     .unit = "bytes",
     .value = 16 << 20,
     .min = 1,
     .max = INT64_C(1) << 40,
     .help = "likewise one that writes more"},
    {.name = "checksum",
     .unit = "count",
     .value = -1,
     .min = -1,
     .max = INT64_MAX,
     .help = "what each program must report; -1: that all report the same"},
    {.name = "metrics",
     .unit = "text",
     .text = "",
     .max = 512,
     .fault = metrics_fault,
     .help = "metrics it reports, such as lookup_ns,hit_ratio:higher"},
    {0},
};

enum { START, LIFE, CPU, MEMORY, RATE, OWN };

static const struct metric metrics[] = {
    {"command_start_ns", "ns", BETTER_LOWER, NATURE_NOISY, "startup",
     "from the call that starts the program until its image is there; median of the copies"},
    {"command_ns", "ns", BETTER_LOWER, NATURE_NOISY, "latency",
     "from that call until the program has ended; median of the copies"},
    {"command_cpu_ns", "ns", BETTER_LOWER, NATURE_NOISY, "cpu",
     "CPU time of one program and those it waited for; median of the copies"},
    {"command_memory_bytes", "bytes", BETTER_LOWER, NATURE_NOISY, "memory",
     "most memory a program had; median of the copies"},
    {"command_ops_per_s", "per_s", BETTER_HIGHER, NATURE_NOISY, "throughput",
     "operations that the programs report (else 1 each) over the time from the first start to the "
     "last end"},
    {0},
};

/* A task's: one writer. */
struct desk {
    _Alignas(CONTEND_LINE_BYTES) uint64_t begin_ns; /* of its first program */
    uint64_t end_ns;                                /* of its last */
    uint64_t runs, start_ns, life_ns, cpu_ns, memory_bytes, operations;
    double values[CONTEND_OWN_MAX];
};

/* For all. */
struct stage {
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint32_t runs; /* of the one program for all */
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint32_t has_failed, has_checksum;
    _Atomic uint64_t checksum;
};

static struct stage *stage_of(const struct launch *l)
{
    return l->workload_shared;
}

static struct desk *desk_of(const struct launch *l, uint32_t index)
{
    return (struct desk *)(void *)(stage_of(l) + 1) + index;
}

static size_t shared_bytes(const int64_t *values, uint32_t task_count)
{
    (void)values;
    return sizeof(struct stage) + sizeof(struct desk) * task_count;
}

/* ---- Parameters --------------------------------------------------------------------- */

static bool is_there(const char *name)
{
    char path[4096];
    if (strchr(name, '/'))
        return !access(name, X_OK);
    const char *at = getenv("PATH");
    while (at && *at) {
        size_t length = strcspn(at, ":");
        snprintf(path, sizeof path, "%.*s/%s", (int)length, length ? at : ".", name);
        if (!access(path, X_OK))
            return true;
        at += length + (at[length] == ':');
    }
    return false;
}

static const char *argv_fault(const char *text)
{
    struct argv argv;
    const char *fault = argv_split(&argv, text);
    if (!fault && !is_there(argv.items[0]))
        fault = strchr(argv.items[0], '/') ? "names a program that cannot be executed"
                                           : "names a program that is not in the PATH";
    argv_release(&argv);
    return fault;
}

static bool is_among(const char *name, const struct metric *table)
{
    while (table->name && strcmp(table->name, name))
        table++;
    return table->name;
}

/* Of this workload, of a probe, or derived from theirs. */
static bool is_taken(const char *name)
{
    bool is = is_among(name, metrics) || !strcmp(name, "efficiency_ratio");
    const struct probe *p;
    for (size_t i = 0; !is && (p = registry_probe(i)) != NULL; i++)
        is = is_among(name, p->metrics);
    return is;
}

static const char *metrics_fault(const char *text)
{
    char names[CONTEND_OWN_MAX][64];
    struct metric table[CONTEND_OWN_MAX];
    size_t count;
    const char *fault = declare_all(text, names, table, &count);
    for (size_t i = 0; !fault && i < count; i++)
        if (is_taken(names[i]))
            fault = "names a metric that every command has";
    return fault;
}

static const struct metric *metrics_of(const int64_t *values)
{
    static struct declared *all;
    const char *text = param_text(values[METRICS]);
    struct declared *d = all;
    while (d && strcmp(d->text, text))
        d = d->next;
    if (d || !*text)
        return d ? d->table : metrics;
    d = calloc(1, sizeof *d + sizeof d->table[0] * (OWN + CONTEND_OWN_MAX + 1));
    char *copy = strdup(text);
    size_t count = 0;
    if (!d || !copy || declare_all(text, d->names, d->table + OWN, &count)) {
        free(copy);
        free(d);
        return metrics;
    }
    memcpy(d->table, metrics, sizeof d->table[0] * OWN);
    d->table[OWN + count] = (struct metric){0};
    d->text = copy;
    d->next = all;
    all = d;
    return d->table;
}

/* ---- Failing ------------------------------------------------------------------------ */

/* The last line of what it wrote, as far as it fits and only shows. */
static void last_line(int fd, char *out, size_t size)
{
    char text[512];
    off_t end = lseek(fd, 0, SEEK_END);
    off_t from = end > (off_t)sizeof text - 1 ? end - (off_t)sizeof text + 1 : 0;
    ssize_t length = pread(fd, text, sizeof text - 1, from);
    out[0] = '\0';
    while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r'))
        length--;
    if (length <= 0)
        return;
    text[length] = '\0';
    const char *line = strrchr(text, '\n');
    snprintf(out, size, ": %.100s", line ? line + 1 : text);
    for (char *c = out; *c; c++)
        if ((unsigned char)*c < ' ' || (unsigned char)*c >= 0x7f)
            *c = '?';
}

/* The first reason of all units stays. */
static void fail(struct task *t, const char *program, const char *words, const char *line)
{
    struct launch *l = t->launch;
    uint32_t none = 0;
    t->is_failed = true;
    if (atomic_compare_exchange_strong(&stage_of(l)->has_failed, &none, 1))
        snprintf(l->failure, sizeof l->failure, "task %u: \"%.40s\" %.90s%.90s", t->index, program,
                 words, line);
}

/* ---- One program -------------------------------------------------------------------- */

/* What a program is started with, and what comes back. */
struct run {
    struct argv argv;
    char **environment; /* owned, and of its texts the last ones */
    char numbers[3][48];
    int output, report[2];
};

static char *with_count(const char *word, uint32_t count)
{
    struct buf out = {0};
    for (const char *at; (at = strstr(word, counts_word)) != NULL;
         word = at + strlen(counts_word)) {
        buf_add_bytes(&out, word, (size_t)(at - word));
        buf_printf(&out, "%u", count);
    }
    buf_add(&out, word);
    return buf_steal(&out);
}

static bool fill_argv(struct run *r, const struct task *t)
{
    if (argv_split(&r->argv, task_param_text(t, ARGV)))
        return false;
    for (size_t i = 0; i < r->argv.count; i++) {
        char *word = with_count(r->argv.items[i], t->launch->task_count);
        if (!word)
            return false;
        free(r->argv.items[i]);
        r->argv.items[i] = word;
    }
    return true;
}

/* Ours, and how it reports and who it is. */
static bool fill_environment(struct run *r, const struct task *t)
{
    size_t count = 0, kept = 0;
    while (environ[count])
        count++;
    r->environment = calloc(count + 4, sizeof *r->environment);
    if (!r->environment)
        return false;
    for (size_t i = 0; i < count; i++)
        if (strncmp(environ[i], "CONTEND_REPORT_FD=", 18) &&
            strncmp(environ[i], "CONTEND_TASK", 12))
            r->environment[kept++] = environ[i];
    snprintf(r->numbers[0], sizeof r->numbers[0], "CONTEND_REPORT_FD=%d", CHILD_HANDED_FD);
    snprintf(r->numbers[1], sizeof r->numbers[1], "CONTEND_TASKS=%u", t->launch->task_count);
    snprintf(r->numbers[2], sizeof r->numbers[2], "CONTEND_TASK=%u", t->index);
    for (int i = 0; i < 3; i++)
        r->environment[kept++] = r->numbers[i];
    return true;
}

static bool run_open(struct run *r, const struct task *t)
{
    *r = (struct run){.report = {-1, -1}};
    r->output = memfd_create("contend-command", MFD_CLOEXEC);
    return r->output >= 0 && !pipe2(r->report, O_CLOEXEC) &&
           !fcntl(r->report[0], F_SETFL, O_NONBLOCK) && fill_argv(r, t) && fill_environment(r, t);
}

static void run_close(struct run *r)
{
    argv_release(&r->argv);
    free(r->environment);
    if (r->output >= 0)
        close(r->output);
    for (int i = 0; i < 2; i++)
        if (r->report[i] >= 0)
            close(r->report[i]);
}

static bool check_checksum(struct task *t, const struct command_report *r)
{
    struct stage *s = stage_of(t->launch);
    int64_t wanted = task_param(t, CHECKSUM);
    uint32_t none = 0;
    if (wanted >= 0)
        return r->has_checksum && r->checksum == (uint64_t)wanted;
    if (!r->has_checksum)
        return true;
    /* 1: somebody writes it; 2: it is there. */
    if (atomic_compare_exchange_strong(&s->has_checksum, &none, 1)) {
        atomic_store(&s->checksum, r->checksum);
        atomic_store(&s->has_checksum, 2);
    }
    return atomic_load(&s->has_checksum) != 2 || atomic_load(&s->checksum) == r->checksum;
}

/* What came by the pipe: a line, or nothing. */
static bool take_report(struct task *t, struct run *r, struct command_report *out)
{
    char text[REPORT_BYTES_MAX + 1], words[160];
    ssize_t length = read(r->report[0], text, REPORT_BYTES_MAX);
    text[length > 0 ? length : 0] = '\0';
    bool is_long = length == REPORT_BYTES_MAX && !memchr(text, '\n', (size_t)length);
    bool is_text = length <= 0 || !memchr(text, '\0', (size_t)length);
    const char *fault =
        is_long    ? "reported a line of more than 4095 bytes"
        : !is_text ? "reported a byte that is 0, and no text"
                   : command_report_read(text, metrics_of(t->launch->workload_params) + OWN, out,
                                         words, sizeof words);
    if (!fault && !check_checksum(t, out))
        fault = task_param(t, CHECKSUM) < 0 ? "reported another checksum than others did"
                : out->has_checksum         ? "reported a checksum that is not command.checksum"
                                            : "reported no checksum, and command.checksum is given";
    if (fault)
        fail(t, r->argv.items[0], fault, "");
    return !fault;
}

static bool is_fine(struct task *t, struct run *r, const struct child_end *end)
{
    char words[160], line[120];
    if (child_is_fine(end))
        return true;
    last_line(r->output, line, sizeof line);
    const char *why = end->has_flooded ? "wrote more than command.output_most and was killed"
                      : !end->in_time && !end->start_errno
                          ? "did not end within command.deadline and was killed"
                          : child_words(end, words, sizeof words);
    fail(t, r->argv.items[0], why, line);
    return false;
}

static void book(struct task *t, uint64_t begin_ns, uint64_t started_ns,
                 const struct child_end *end, const struct command_report *report)
{
    struct desk *d = desk_of(t->launch, t->index);
    uint64_t memory_bytes = (uint64_t)end->usage.ru_maxrss * 1024;
    d->begin_ns = d->runs ? d->begin_ns : begin_ns;
    d->end_ns = end->ended_ns;
    d->runs++;
    d->start_ns += started_ns - begin_ns;
    d->life_ns += end->ended_ns - begin_ns;
    d->cpu_ns += clock_cpu_ns_of(&end->usage);
    d->memory_bytes = memory_bytes > d->memory_bytes ? memory_bytes : d->memory_bytes;
    d->operations += report->operations;
    memcpy(d->values, report->values, sizeof d->values);
}

static bool run_program(struct task *t, struct run *r)
{
    struct child child, *const children[] = {&child};
    struct child_end end;
    struct command_report report;
    struct err err = {0};
    const struct child_request request = {
        .what = "the program",
        .program = r->argv.items[0],
        .argv = r->argv.items,
        .environment = r->environment,
        .out = r->output,
        .errors = r->output,
        .handed = r->report[1],
        .output_most_bytes = (uint64_t)task_param(t, OUTPUT_MOST),
        .watches_memory = true,
    };
    uint64_t begin_ns = clock_now_ns(), until_ns = begin_ns + (uint64_t)task_param(t, DEADLINE);
    int failed = child_start(&child, &request, &err);
    uint64_t started_ns = clock_now_ns();
    while (!failed && !child.has_ended && !child.has_flooded && clock_now_ns() < until_ns)
        child_await(children, 1, NULL, until_ns, NULL);
    failed = failed || child_end(&child, &end, &err);
    if (failed)
        fail(t, r->argv.items[0], err.text, "");
    if (failed || !is_fine(t, r, &end) || !take_report(t, r, &report))
        return false;
    book(t, begin_ns, started_ns, &end, &report);
    return true;
}

/* From nothing to its end. False: it is said why not. */
static bool run_once(struct task *t)
{
    struct run r;
    bool is_done = run_open(&r, t);
    if (is_done)
        is_done = run_program(t, &r);
    else
        fail(t, "command", "could not be prepared: no memory, or no descriptors", "");
    run_close(&r);
    return is_done;
}

/* ---- The workload ------------------------------------------------------------------- */

static bool is_one_for_all(const int64_t *values)
{
    return strstr(param_text(values[ARGV]), counts_word) != NULL;
}

/* The n-th run of the one program has ended, well or not. */
static void wait_for_run(struct task *t, uint32_t n)
{
    struct stage *s = stage_of(t->launch);
    uint32_t seen;
    while ((seen = atomic_load(&s->runs)) < n && !atomic_load(&s->has_failed))
        task_wait(t, &s->runs, seen, UINT64_C(100000000));
}

static uint64_t run(struct task *t, uint64_t op_count)
{
    struct stage *s = stage_of(t->launch);
    bool is_shared = is_one_for_all(t->launch->workload_params);
    for (uint64_t i = 0; i < op_count; i++) {
        if (is_shared && t->index > 0) {
            wait_for_run(t, t->batch_count * (uint32_t)op_count + (uint32_t)i + 1);
            continue;
        }
        bool is_done = run_once(t);
        if (is_shared) {
            atomic_fetch_add(&s->runs, 1);
            task_wake(t, &s->runs, UINT32_MAX);
        }
        if (!is_done)
            return i;
    }
    return op_count;
}

/* The launch's median over those who started one. */
static void collect_means(struct launch *l, struct sink *sink)
{
    for (uint32_t i = 0; i < l->task_count; i++) {
        const struct desk *d = desk_of(l, i);
        if (!d->runs)
            continue;
        sink->quantity(sink, START, d->start_ns / d->runs);
        sink->quantity(sink, LIFE, d->life_ns / d->runs);
        sink->quantity(sink, CPU, d->cpu_ns / d->runs);
        sink->quantity(sink, MEMORY, d->memory_bytes);
    }
}

static void collect_rate(struct launch *l, struct sink *sink)
{
    uint64_t begin_ns = UINT64_MAX, end_ns = 0, operations = 0;
    for (uint32_t i = 0; i < l->task_count; i++) {
        const struct desk *d = desk_of(l, i);
        if (!d->runs)
            continue;
        begin_ns = d->begin_ns < begin_ns ? d->begin_ns : begin_ns;
        end_ns = d->end_ns > end_ns ? d->end_ns : end_ns;
        operations += d->operations;
    }
    if (end_ns > begin_ns)
        sink->value(sink, RATE, (double)operations * 1e9 / (double)(end_ns - begin_ns));
    else
        sink->absent(sink, RATE, "no program ran");
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void collect_own(struct launch *l, struct sink *sink, size_t i)
{
    double *values = malloc(sizeof *values * l->task_count);
    size_t count = 0;
    for (uint32_t k = 0; values && k < l->task_count; k++) {
        const struct desk *d = desk_of(l, k);
        if (d->runs && isfinite(d->values[i]))
            values[count++] = d->values[i];
    }
    if (count) {
        qsort(values, count, sizeof *values, by_value);
        sink->value(sink, OWN + (int)i, (values[(count - 1) / 2] + values[count / 2]) / 2);
    } else {
        sink->absent(sink, OWN + (int)i, "the program did not report it");
    }
    free(values);
}

static void collect(struct launch *l, struct sink *sink)
{
    const struct metric *own = metrics_of(l->workload_params) + OWN;
    collect_means(l, sink);
    collect_rate(l, sink);
    for (size_t i = 0; own[i].name; i++)
        collect_own(l, sink, i);
}

static const char *const needs[] = {"serial", "process", "spawn", "process_vfork", NULL};

const struct workload workload_command = {
    .name = "command",
    .summary = "runs a program, somebody's own",
    .kind = WORKLOAD_MIXED,
    .traits = WORKLOAD_SURROUNDINGS,
    .params = params,
    .ops_per_task = 1,
    .needs = needs,
    .metrics = metrics,
    .shared_bytes = shared_bytes,
    .run = run,
    .expected = expected_op_count,
    .collect = collect,
    .metrics_of = metrics_of,
};
