/* contend duel: base and head interleaved in one run, until there is a verdict. */
#include "bench/base/interrupt.h"
#include "bench/cli/alone.h"
#include "bench/cli/cli.h"
#include "bench/cli/progress.h"
#include "bench/cli/show.h"
#include "bench/cli/terminal.h"
#include "bench/lab/duel_session.h"
#include "bench/lab/known.h"
#include "bench/page/picture/picture.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

struct settings {
    struct duel_request request; /* most rows name its members */
    struct alone alone;
    struct opt_list also;
    struct duel_session session;
    int64_t width;
};
static_assert(offsetof(struct settings, request) == 0, "rows of its members are rows of both");

static const char *const placements[] = {"free", "same", "spread", "lanes", NULL};
static const char *const priorities[] = {"auto", "raise", "keep", NULL};

static const struct opt options[] = {
    {OPT_AT(struct duel_request, set), .name = "set", .argument = "KEY=A,B",
     .help = "compare two settings: lock, executor, tasks, .. or NAME.PARAM"},
    {OPT_AT(struct duel_request, plugins), .name = "plugin", .argument = "FILE",
     .help = "given twice: compare these plug-ins; with --set: load it"},
    {OPT_AT(struct duel_request, workloads), .name = "workload", .argument = "A,B",
     .help = "of the cells compared", .choice_at = known_workload},
    {OPT_AT(struct duel_request, locks), .name = "lock", .argument = "A,B", .help = "their locks",
     .without = "none", .choice_at = known_lock},
    {OPT_AT(struct duel_request, executors), .name = "executor", .argument = "A,B",
     .help = "their executors", .without = "thread", .choice_at = known_executor},
    {OPT_AT(struct duel_request, tasks), .name = "tasks", .argument = "N,M", .help = "their tasks",
     .without = "2"},
    {OPT_AT(struct duel_request, workers), .name = "workers", OPT_COUNT(1, 100000),
     .help = "workers of pools", .without = "as many as CPUs"},
    {OPT_AT(struct duel_request, params), .name = "param", .letter = 'p',
     .argument = "NAME.PARAM=V", .help = "a parameter of both sides; may be given again"},
    {OPT_AT(struct duel_request, placement), .name = "placement", .argument = "P",
     .help = "CPUs of both sides", .without = "spread where there are several tasks",
     .choices = placements},
    {OPT_AT(struct duel_request, priority), .name = "priority", .argument = "P",
     .help = "of all processes here: raised where allowed", .initial = "auto",
     .choices = priorities},
    {OPT_AT(struct duel_request, ops), .name = "ops", OPT_COUNT(1, INT64_C(1000000000000)),
     .help = "operations a task", .without = "calibrated on base"},
    {OPT_AT(struct duel_request, task_time_ns), .name = "task-time",
     OPT_TIME(10000, INT64_C(60000000000)), .help = "what a calibrated task aims at",
     .initial = "20ms"},
    {OPT_AT(struct duel_request, prints_metrics), .name = "metrics",
     .help = "both commands print contend.sample/1: judge that, not wall time"},
    {OPT_AT(struct duel_request, relinked), .name = "relinked", .argument = "FILE",
     .help = "base linked in another order: the layout control"},
    {OPT_AT(struct duel_request, base_name), .name = "base-name", .argument = "TEXT",
     .help = "what base is called in the report", .without = "by its command"},
    {OPT_AT(struct duel_request, head_name), .name = "head-name", .argument = "TEXT",
     .help = "the same of head", .without = "by its command"},
    {OPT_AT(struct duel_request, budget_ns), .name = "budget", OPT_TIME(1, OPT_DAY_NS),
     .help = "time of a comparison; a confirmation may take as long again", .initial = "5s"},
    {OPT_AT(struct duel_request, pairs), .name = "pairs", OPT_COUNT(1, 1000000),
     .help = "at most so many pairs", .without = "as many as the budget holds"},
    {OPT_AT(struct duel_request, threshold), .name = "threshold", .argument = "R",
     .help = "what is still tolerated", .initial = "1%"},
    {OPT_AT(struct duel_request, gates), .name = "gate", .argument = "METRIC",
     .help = "judge this metric; may be given again",
     .without = "wall time, or what says so itself"},
    {OPT_AT(struct duel_request, tolerances), .name = "tolerances", .argument = "FILE",
     .help = "thresholds by name: lines \"GLOB PERCENT\""},
    {OPT_AT(struct duel_request, floor_ns), .name = "floor", OPT_TIME(0, INT64_C(3600000000000)),
     .help = "smaller differences of times count for nothing",
     .without = "of wall time two clock steps"},
    {OPT_AT(struct duel_request, seed), .name = "seed", OPT_COUNT(0, INT64_MAX),
     .help = "of all orders", .without = "drawn"},
    {OPT_AT(struct duel_request, timeout_ns), .name = "timeout", OPT_TIME(1000000, OPT_DAY_NS),
     .help = "a sample is killed after this", .initial = "60s"},
    {OPT_AT(struct duel_request, is_strict), .name = "strict",
     .help = "exit with 4 when a row is undecided"},
    {OPT_AT(struct duel_request, format), .name = "format", .letter = 'f', .argument = "F",
     .help = "on standard output", .initial = "text", .choices = page_formats},
    TERMINAL_LINES_OPT(struct settings, width),
    {OPT_AT(struct duel_request, output), .name = "output", .letter = 'o', .argument = "FILE",
     .help = "write everything, raw pairs too, as JSON, or the page that its ending says (.html "
             ".md ..)"},
    SHOW_ALSO_OPT(struct settings, also),
    ALONE_OPTS(struct settings, alone),
    {OPT_AT(struct duel_request, is_quiet), .name = "quiet", .letter = 'q', .help = "no progress"},
    {0},
};

static void init(void *settings)
{
    duel_request_init(&((struct settings *)settings)->request);
}

static int status_of(enum duel_status found, bool is_strict)
{
    static const int statuses[] = {[DUEL_FINE] = EXIT_FINE,
                                   [DUEL_REGRESSION] = EXIT_REGRESSION,
                                   [DUEL_UNDECIDED] = EXIT_UNDECIDED,
                                   [DUEL_NO_VERDICT] = EXIT_NO_VERDICT};
    return found == DUEL_UNDECIDED && !is_strict ? EXIT_FINE : statuses[found];
}

static int fight(void *settings, const char *priority, struct err *err)
{
    struct settings *s = settings;
    const struct duel_request *r = &s->request;
    struct progress_line line;
    struct duel_found found;
    progress_begin(&line, r->is_quiet);
    s->session.priority_note = priority;
    s->session.context = &line;
    int failed = duel_session_run(&s->session, &found, err);
    progress_clear(&line);
    if (failed || found.is_interrupted)
        return failed ? -1 : EXIT_INTERRUPTED;
    return show_page_and(&found.page, r->format, show_lines(s->width), NULL, &s->also, err)
               ? -1
               : status_of(found.status, r->is_strict);
}

static int run(void *settings, const struct call *call, struct err *err)
{
    struct settings *s = settings;
    struct duel_request *r = &s->request;
    r->commands = call->words->items;
    r->command_count = call->words->count;
    if (duel_request_check(r, err) || picture_check_also(&s->also, NULL, err))
        return EXIT_USAGE;
    s->session = (struct duel_session){.request = r,
                                       .argc = call->argc,
                                       .argv = call->argv,
                                       .interrupted = &interrupt_came,
                                       .on_progress = progress_text};
    return alone_ahead(&s->alone, strcmp(r->priority, "keep") != 0, fight, s, err);
}

static const struct argument arguments[] = {
    {.name = "SIDE",
     .help = "behind --: a command and its arguments, --, and the other; --- between them where "
             "one has -- of its own",
     .most = ARGUMENTS_ANY,
     .is_behind = true},
    {0},
};

const struct command command_duel = {
    .name = "duel",
    .summary = "base against head, interleaved in one run: slower, faster, same or undecided",
    .usage = "[OPTION]... -- BASE [ARG]... -- HEAD [ARG]...\n"
             "--workload W --set KEY=A,B [OPTION]...\n"
             "--workload W --plugin A.so --plugin B.so [OPTION]...",
    .statuses = "Exit status: 0 nothing slower, 1 slower, 2 usage, 3 a side could not be run, 4 "
                "undecided with --strict, 5 no verdict possible here, 130 interrupted.",
    .arguments = arguments,
    .options = options,
    .settings_size = sizeof(struct settings),
    .init = init,
    .run = run,
};
