/* contend scale: does somebody's program scale, and what stops it. */
#include "bench/base/argv_split.h"
#include "bench/base/clock.h"
#include "bench/base/interrupt.h"
#include "bench/base/output.h"
#include "bench/base/program.h"
#include "bench/base/units.h"
#include "bench/cli/alone.h"
#include "bench/cli/cli.h"
#include "bench/cli/progress.h"
#include "bench/cli/show.h"
#include "bench/lab/ahead.h"
#include "bench/lab/scale_session.h"
#include "bench/machine/affinity.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { COUNTS_MOST = 64, THREADS_MOST = 4096 };

struct settings {
    const char *counts, *processes, *work, *format, *output, *priority;
    int64_t rounds, budget_ns, timeout_ns, seed;
    bool is_quiet;
    struct alone alone;
};

static const char *const works[] = {"fixed", "each", NULL};
static const char *const priorities[] = {"raise", "keep", NULL};

static const struct opt options[] = {
    {OPT_AT(struct settings, counts), .name = "tasks", .argument = "N,M",
     .help = "numbers of threads, for {n}", .without = "1, 2, 4 .. 4 times the CPUs"},
    {OPT_AT(struct settings, processes), .name = "processes", .argument = "CMD",
     .help = "the same work by processes, with {n} in it: shown beside"},
    {OPT_AT(struct settings, work), .name = "work", .argument = "W",
     .help = "fixed: the same work whatever {n}; each: {n} times as much; a program that reports "
             "operations says it itself",
     .initial = "fixed", .choices = works},
    {OPT_AT(struct settings, rounds), .name = "rounds", .argument = "N",
     .help = "how often each is run", .initial = "5", .unit = "count", .min = 2, .max = 1000},
    {OPT_AT(struct settings, budget_ns), .name = "budget", .argument = "T",
     .help = "no further round begins behind it; two are run anyway", .initial = "60s",
     .unit = "ns", .min = 1, .max = INT64_C(86400000000000)},
    {OPT_AT(struct settings, timeout_ns), .name = "timeout", .argument = "T",
     .help = "a run that takes longer is killed", .initial = "60s", .unit = "ns", .min = 1000000,
     .max = INT64_C(86400000000000)},
    {OPT_AT(struct settings, seed), .name = "seed", .argument = "N", .help = "of all orders",
     .initial = "1", .unit = "count", .max = INT64_MAX},
    {OPT_AT(struct settings, priority), .name = "priority", .argument = "P",
     .help = "of the runs: raised where allowed", .initial = "raise", .choices = priorities},
    {OPT_AT(struct settings, output), .name = "output", .letter = 'o', .argument = "FILE",
     .help = "write everything as JSON (contend.scale/1)"},
    {OPT_AT(struct settings, format), .name = "format", .letter = 'f', .argument = "F",
     .help = "on standard output", .initial = "text", .choices = page_formats},
    ALONE_WAIT_OPT(struct settings, alone),
    ALONE_FORCE_OPT(struct settings, alone),
    {OPT_AT(struct settings, is_quiet), .name = "quiet", .letter = 'q', .help = "no progress"},
    {0},
};

static const struct argument arguments[] = {
    {.name = "CMD",
     .help = "behind --: the program and its arguments, {n} where it is told how many threads",
     .missing = "a program behind --, such as: contend scale -- ./app --threads {n}",
     .least = 1,
     .most = ARGUMENTS_ANY},
    {0},
};

/* What one is asked to do: owned, but for the words of the command line. */
struct work {
    struct scale_request request;
    unsigned counts[COUNTS_MOST];
    char **argv;
    struct argv processes;
};

static void work_release(struct work *w)
{
    free(w->argv);
    argv_release(&w->processes);
}

/* ---- What was asked ----------------------------------------------------------------------------
 */

static int parse_counts(const char *text, struct work *w, struct err *err)
{
    size_t count = 0;
    for (const char *at = text; *at;) {
        char word[32];
        int64_t value;
        size_t length = strcspn(at, ",");
        snprintf(word, sizeof word, "%.*s", (int)(length < 31 ? length : 31), at);
        if (units_parse("--tasks", word, "count", 1, THREADS_MOST, &value, err))
            return -1;
        if (count && (unsigned)value <= w->counts[count - 1])
            return err_set(err, ERR_USAGE, "--tasks: \"%s\" is not ascending", text);
        if (count == COUNTS_MOST)
            return err_set(err, ERR_USAGE, "--tasks: more than %d numbers", COUNTS_MOST);
        w->counts[count++] = (unsigned)value;
        at += length + (at[length] == ',');
    }
    w->request.count = count;
    if (count < 2)
        return err_set(err, ERR_USAGE, "--tasks: \"%s\": two numbers at least, to be compared",
                       text);
    return 0;
}

static void usual_counts(struct work *w)
{
    unsigned cpus = (unsigned)affinity_count(), most = 4 * (cpus ? cpus : 1);
    for (unsigned n = 1; n <= most; n *= 2) /* doubled 32 times at most */
        w->counts[w->request.count++] = n;
}

static bool has_count(char *const *argv)
{
    for (; *argv; argv++)
        if (strstr(*argv, "{n}"))
            return true;
    return false;
}

static int check_program(const char *what, char *const *argv, struct err *err)
{
    char path[PATH_MAX];
    if (!has_count(argv))
        return err_set(err, ERR_USAGE,
                       "%s: no {n} in it, so it cannot be told how many threads to use", what);
    if (strchr(argv[0], '/') ? program_is(argv[0]) : program_find(argv[0], path, sizeof path))
        return 0;
    return err_set(err, ERR_USAGE, "%s: \"%s\" %s", what, argv[0],
                   strchr(argv[0], '/') ? "cannot be executed" : "is not in the PATH");
}

static int read_commands(const struct settings *s, const struct call *call, struct work *w,
                         struct err *err)
{
    w->argv = calloc(call->words->count + 1, sizeof *w->argv);
    if (!w->argv)
        return err_set(err, ERR_SYSTEM, "no memory for arguments");
    for (size_t i = 0; i < call->words->count; i++)
        w->argv[i] = (char *)(uintptr_t)call->words->items[i];
    if (check_program("CMD", w->argv, err))
        return -1;
    if (!s->processes)
        return 0;
    const char *fault = argv_split(&w->processes, s->processes);
    if (fault)
        return err_set(err, ERR_USAGE, "--processes: \"%s\" %s", s->processes, fault);
    w->request.processes = w->processes.items;
    return check_program("--processes", w->processes.items, err);
}

static int prepare(const struct settings *s, const struct call *call, struct work *w,
                   struct err *err)
{
    if (!call->is_divided || call->before)
        return err_set(err, ERR_USAGE, "unexpected \"%s\": the program stands behind --",
                       call->words->items[0]);
    if (s->counts ? parse_counts(s->counts, w, err) : (usual_counts(w), 0))
        return -1;
    if (read_commands(s, call, w, err) || (s->output && output_check(s->output, err)))
        return -1;
    w->request.argv = w->argv;
    w->request.counts = w->counts;
    w->request.rounds = (unsigned)s->rounds;
    w->request.budget_ns = (uint64_t)s->budget_ns;
    w->request.timeout_ns = (uint64_t)s->timeout_ns;
    w->request.is_each = !strcmp(s->work, "each");
    w->request.seed = (uint64_t)s->seed;
    w->request.interrupted = &interrupt_came;
    return 0;
}

/* ---- What comes of it --------------------------------------------------------------------------
 */

static int write_document(const char *path, const struct scale *s, const struct scale_verdict *v,
                          struct err *err)
{
    json_t *document = scale_document(s, v);
    char *text = document ? json_dumps(document, JSON_INDENT(1) | JSON_REAL_PRECISION(15)) : NULL;
    json_decref(document);
    if (!text)
        return err_set(err, ERR_SYSTEM, "no memory for %s", path);
    struct buf line = {0};
    buf_printf(&line, "%s\n", text);
    free(text);
    int failed = output_write_text(path, &line, err);
    buf_release(&line);
    return failed;
}

static void show_progress(void *context, const char *what, unsigned n, unsigned round)
{
    if (round)
        progress_draw(context, "round %u: %u%s", round, n, what);
    else
        progress_draw(context, "%u%s", n, what);
}

static int judge(const struct settings *s, const struct scale *measured, struct err *err)
{
    struct scale_verdict v;
    struct page page;
    int failed = scale_judge(measured, &v, err);
    if (!failed && s->output)
        failed = write_document(s->output, measured, &v, err);
    if (!failed) {
        scale_page(&page, measured, &v);
        failed = show_page(&page, s->format, 0, err);
    }
    scale_verdict_release(&v);
    return failed ? EXIT_RUN_FAILED : EXIT_FINE;
}

static int measure(const struct settings *s, struct work *w, struct err *err)
{
    struct progress_line line;
    struct scale measured;
    progress_begin(&line, s->is_quiet);
    w->request.on_progress = show_progress;
    w->request.context = &line;
    int failed = scale_measure(&w->request, &measured, err);
    progress_clear(&line);
    int status = !failed                  ? judge(s, &measured, err)
                 : interrupt_came         ? EXIT_INTERRUPTED
                 : err->code == ERR_USAGE ? EXIT_USAGE
                                          : EXIT_RUN_FAILED;
    scale_release(&measured);
    return status;
}

static int run_ahead(const struct settings *s, struct work *w, struct err *err)
{
    char note[AHEAD_NOTE];
    if (alone_begin(&s->alone, err))
        return EXIT_RUN_FAILED;
    interrupt_catch(INTERRUPT_IGNORED);
    switch (ahead_go(!strcmp(s->priority, "raise"), note, err)) {
    case AHEAD_PARENT:
        return ahead_await(err);
    case AHEAD_CHILD:
        return measure(s, w, err);
    case AHEAD_FAILED:
        break;
    }
    return EXIT_RUN_FAILED;
}

static int run(void *settings, const struct call *call, struct err *err)
{
    const struct settings *s = settings;
    struct work w = {0};
    int status = prepare(s, call, &w, err) ? EXIT_USAGE : run_ahead(s, &w, err);
    work_release(&w);
    return status;
}

const struct command command_scale = {
    .name = "scale",
    .summary = "does a program scale, and what stops it: lock, CPUs, memory, allocator, I/O",
    .usage = "[OPTION]... -- CMD [ARG]... with {n} among them",
    .about =
        "Runs CMD with 1, 2, 4 .. threads, in rounds, fits the scaling law, and says why it stops "
        "scaling: a lock, the CPUs, memory bandwidth, the allocator, false sharing, I/O, the "
        "scheduler or a quota, each with its evidence, or that it cannot be told, and why. Some "
        "of the runs have one thing changed: on one CPU, as copies, with another allocator, "
        "watched.",
    .statuses = "Exit status: 0 whatever stops it, 2 usage, 3 the program could not be run to its "
                "end, 130 interrupted.",
    .examples = "  contend scale -- ./app --threads {n}\n"
                "  contend scale --processes './app --workers {n}' -- ./app --threads {n}\n",
    .arguments = arguments,
    .options = options,
    .settings_size = sizeof(struct settings),
    .run = run,
};
