/* contend reference: the same workloads in another runtime. */
#include "bench/cli/cli.h"
#include "bench/cli/commands.h"
#include "bench/cli/interpreter.h"
#include "bench/cli/reference.h"
#include "bench/core/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct settings {
    struct reference_request request;
    struct opt_list pythons;
    int64_t timeout_ns;
    bool is_which;
    /* Of the reference program, which checks them. */
    const char *workload, *executor, *tasks, *interval, *task_time, *plan, *rounds, *budget, *seed;
    struct opt_list params, cells;
    bool is_quiet, is_list;
};

static const char *const runtimes[] = {"cpython", NULL};
static const char *const plans[] = {"fidelity", NULL};

static const struct argument arguments[] = {
    {.name = "RUNTIME",
     .help = "which one",
     .missing = "a runtime (cpython)",
     .least = 1,
     .most = 1,
     .choices = runtimes},
    {0},
};

static const struct opt options[] = {
    {OPT_AT(struct settings, request.output), .name = "output", .letter = 'o', .argument = "FILE",
     .help = "the result; replaced only by one that can be read"},
    {OPT_AT(struct settings, pythons), .name = "python", .argument = "PATH",
     .help = "the interpreter; again for more: each writes a file of its own, FILE-3.12.1.json",
     .without = "$CONTEND_PYTHON, /usr/bin/python3, python3 in PATH"},
    {OPT_AT(struct settings, is_which), .name = "which",
     .help = "print which interpreters these are, and measure nothing"},
    {OPT_AT(struct settings, timeout_ns), .name = "timeout", .argument = "T",
     .help = "all of it, at most", .initial = "60min", .unit = "ns", .min = 1000000,
     .max = INT64_C(86400000000000)},
    {OPT_AT(struct settings, workload), .name = "workload", .argument = "A,B",
     .help = "noop, sleep, spin, prime, mixed, echo, release, counter, queue; --list has them",
     .without = "sleep,spin"},
    {OPT_AT(struct settings, executor), .name = "executor", .argument = "A,B",
     .help = "serial, thread, process, spawn, coroutine", .without = "thread"},
    {OPT_AT(struct settings, tasks), .name = "tasks", .argument = "N,M",
     .help = "units of each cell", .without = "1,2,4"},
    {OPT_AT(struct settings, interval), .name = "interval", .argument = "T,T",
     .help = "switch intervals of the interpreter's lock", .without = "5ms"},
    {OPT_AT(struct settings, task_time), .name = "task-time", .argument = "T",
     .help = "how long a task works, where it has no end of its own", .without = "500ms"},
    {OPT_AT(struct settings, params), .name = "param", .letter = 'p', .argument = "NAME.PARAM=V",
     .help = "a parameter, such as mixed.mode=echo; may be given again"},
    {OPT_AT(struct settings, cells), .name = "cell", .argument = "ID",
     .help = "a cell by its name, sleep/gil/thread/tasks=10,duration=10ms; may be given again"},
    {OPT_AT(struct settings, plan), .name = "plan", .argument = "PLAN",
     .help = "in place of all of these the cells of a table", .choices = plans},
    {OPT_AT(struct settings, rounds), .name = "rounds", .argument = "N",
     .help = "rounds of all cells", .without = "5"},
    {OPT_AT(struct settings, budget), .name = "budget", .argument = "T",
     .help = "no round is begun that would pass this", .without = "none"},
    {OPT_AT(struct settings, seed), .name = "seed", .argument = "N",
     .help = "of the order of cells", .without = "drawn"},
    {OPT_AT(struct settings, is_quiet), .name = "quiet", .letter = 'q', .help = "no progress"},
    {OPT_AT(struct settings, is_list), .name = "list",
     .help = "workloads and their executors, without -o"},
    {0},
};

/* An option of the reference program as one word: a value may begin with a dash. */
static int pass(struct settings *s, const char *name, const char *value, struct err *err)
{
    struct buf word = {0};
    if (!value)
        return 0;
    buf_printf(&word, "%s=%s", name, value);
    char *text = buf_steal(&word);
    if (text && !opt_list_add(&s->request.passed, text, err))
        return 0;
    free(text);
    return err_set(err, ERR_SYSTEM, "no memory for the reference's options");
}

static int pass_all(struct settings *s, struct err *err)
{
    const struct {
        const char *name, *value;
    } rows[] = {{"--workload", s->workload}, {"--executor", s->executor},   {"--tasks", s->tasks},
                {"--interval", s->interval}, {"--task-time", s->task_time}, {"--plan", s->plan},
                {"--rounds", s->rounds},     {"--budget", s->budget},       {"--seed", s->seed}};
    int failed = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows && !failed; i++)
        failed = pass(s, rows[i].name, rows[i].value, err);
    for (size_t i = 0; i < s->params.count && !failed; i++)
        failed = pass(s, "--param", s->params.items[i], err);
    for (size_t i = 0; i < s->cells.count && !failed; i++)
        failed = pass(s, "--cell", s->cells.items[i], err);
    return failed;
}

static void forget(struct settings *s)
{
    for (size_t i = 0; i < s->request.passed.count; i++)
        free((char *)(uintptr_t)s->request.passed.items[i]);
    vec_release(&s->request.passed);
}

/* ---- Several interpreters ------------------------------------------------------------ */

struct interpreters {
    struct interpreter *items; /* owned */
    size_t count;
};

/* By what the paths lead to. */
static bool is_known(const struct interpreters *all, const char *path)
{
    struct stat wanted, other;
    if (stat(path, &wanted))
        return false;
    for (size_t i = 0; i < all->count; i++)
        if (!stat(all->items[i].path, &other) && other.st_dev == wanted.st_dev &&
            other.st_ino == wanted.st_ino)
            return true;
    return false;
}

/* Each once: python3 and python3.11 may be the same one. */
static int find_all(const struct settings *w, struct interpreters *out, struct err *err)
{
    size_t wanted = w->pythons.count ? w->pythons.count : 1;
    out->items = calloc(wanted, sizeof *out->items);
    if (!out->items)
        return err_set(err, ERR_SYSTEM, "%zu interpreters: out of memory", wanted);
    for (size_t i = 0; i < wanted; i++) {
        struct interpreter *found = &out->items[out->count];
        const char *asked = w->pythons.count ? w->pythons.items[i] : NULL;
        if (interpreter_find(asked, found, err))
            return -1;
        if (is_known(out, found->path))
            fprintf(stderr, "reference: %s is %s once more\n", asked, found->path);
        else
            out->count++;
    }
    return 0;
}

static int print_which(const struct interpreters *all, struct err *err)
{
    struct buf out = {0};
    for (size_t i = 0; i < all->count; i++)
        buf_printf(&out, "%s %s\n", all->items[i].version, all->items[i].path);
    int failed = cli_print(buf_text(&out), err);
    buf_release(&out);
    return failed ? EXIT_RUN_FAILED : EXIT_FINE;
}

/* "real.json" -> "real-3.12.1.json"; the second of a version "real-3.12.1-2.json". */
static void name_output(const struct interpreters *all, size_t i, const char *output,
                        struct buf *name)
{
    size_t length = strlen(output), same = 1;
    bool is_json = length > 5 && !strcmp(output + length - 5, ".json");
    for (size_t k = 0; k < i; k++)
        same += !strcmp(all->items[k].version, all->items[i].version);
    buf_printf(name, "%.*s-%s", (int)(is_json ? length - 5 : length), output,
               all->items[i].version);
    if (same > 1)
        buf_printf(name, "-%zu", same);
    buf_add(name, is_json ? ".json" : "");
}

/* One after the other; what fails first ends it. */
static int run_each(const struct settings *w, const struct interpreters *all, struct err *err)
{
    int status = EXIT_FINE;
    for (size_t i = 0; i < all->count && status == EXIT_FINE; i++) {
        struct reference_request one = w->request;
        struct buf name = {0};
        one.python = all->items[i].path;
        if (one.output && all->count > 1) {
            name_output(all, i, one.output, &name);
            one.output = buf_text(&name);
            fprintf(stderr, "reference: %s -> %s\n", one.python, one.output);
        }
        status = reference_run(&one, err);
        buf_release(&name);
    }
    return status;
}

static int measure(struct settings *s, struct err *err)
{
    struct interpreters all = {0};
    int status = find_all(s, &all, err) ? EXIT_RUN_FAILED
                 : s->is_which          ? print_which(&all, err)
                                        : run_each(s, &all, err);
    free(all.items);
    return status;
}

static int run(void *settings, const struct call *call, struct err *err)
{
    struct settings *s = settings;
    struct reference_request *r = &s->request;
    int status = EXIT_USAGE;
    (void)call;
    r->timeout_ns = (uint64_t)s->timeout_ns;
    r->shows_list = s->is_list;
    r->is_quiet = s->is_quiet;
    if (s->is_list || s->is_which)
        r->output = NULL;
    else if (!r->output || !r->output[0])
        err_set(err, ERR_USAGE, "reference: -o FILE is needed");
    if (err->code == ERR_NONE && !pass_all(s, err))
        status = measure(s, err);
    forget(s);
    return status;
}

const struct command command_reference = {
    .name = "reference",
    .summary = "the same workloads in another runtime (CPython)",
    .usage = "RUNTIME -o FILE [OPTION]...\nRUNTIME --which | --list",
    .about =
        "Runs the workloads in the machine's CPython, with its threads, processes and asyncio, "
        "and writes a result as contend does. \"contend compare --fidelity\" sets the two side "
        "by side.",
    .arguments = arguments,
    .options = options,
    .settings_size = sizeof(struct settings),
    .run = run,
};
