/* contend duel: base and head interleaved in one run, until there is a verdict. */
#include "bench/cli/alone.h"
#include "bench/cli/cli.h"
#include "bench/cli/progress.h"
#include "bench/cli/show.h"
#include "bench/lab/duel_session.h"
#include "bench/lab/known.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

struct settings {
    struct duel_request request; /* most rows name its members */
    struct alone alone;
    struct show show;
    struct duel_session session;
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
     .without = "of wall time two clock steps", .absent = -1},
    {OPT_AT(struct duel_request, seed), .name = "seed", OPT_COUNT(0, INT64_MAX),
     .help = "of all orders", .without = "drawn", .absent = -1},
    {OPT_AT(struct duel_request, timeout_ns), .name = "timeout", OPT_TIME(1000000, OPT_DAY_NS),
     .help = "a sample is killed after this", .initial = "60s"},
    {OPT_AT(struct duel_request, is_strict), .name = "strict",
     .help = "exit with 4 when a row is undecided"},
    {OPT_AT(struct duel_request, format), .name = "format", .letter = 'f', .argument = "F",
     .help = "on standard output", .initial = "text", .choices = page_formats},
    {OPT_AT(struct settings, show.width), SHOW_WIDTH_LINES},
    {OPT_AT(struct duel_request, output), .name = "output", .letter = 'o', .argument = "FILE",
     .help = "write everything, raw pairs too, as JSON, or the page that its ending says (.html "
             ".md ..)"},
    {OPT_AT(struct settings, show.also), SHOW_ALSO},
    {OPT_AT(struct settings, alone.turn.wait_ns), ALONE_WAIT},
    {OPT_AT(struct settings, alone.turn.is_forced), ALONE_FORCE},
    {OPT_AT(struct settings, alone.is_quiet), ALONE_QUIET},
    {0},
};

static int fight(void *settings, const char *priority, struct err *err)
{
    struct settings *s = settings;
    struct duel_found found;
    s->session.priority_note = priority;
    if (duel_session_run(&s->session, &found, err))
        return -1;
    if (found.is_interrupted)
        return cli_interrupted(found.is_written ? s->request.output : NULL,
                               "a duel cannot be gone on with, the same words begin another");
    if (show_page(&found.page, &s->show, err))
        return -1;
    /* Beside what is whole: it has been shown. */
    return found.failure.code ? err_set(err, found.failure.code, "%s", found.failure.text)
                              : found.status;
}

static int run(void *settings, const struct call *call, struct err *err)
{
    struct settings *s = settings;
    struct duel_request *r = &s->request;
    r->commands = call->words->items;
    r->command_count = call->words->count;
    s->show.format = r->format;
    s->show.document = r->output;
    if (duel_request_check(r, err) || show_take(&s->show, "text", NULL, err))
        return -1;
    s->session = (struct duel_session){.request = r, .call = call, .on_progress = progress_text};
    return alone_ahead(&s->alone, strcmp(r->priority, "keep") != 0, fight, s, err);
}

const struct command command_duel = {
    .name = "duel",
    .summary = "base against head, interleaved in one run: slower, faster, same or undecided",
    .usage = "[OPTION]... -- BASE [ARG]... -- HEAD [ARG]...\n"
             "--workload W --set KEY=A,B [OPTION]...\n"
             "--workload W --plugin A.so --plugin B.so [OPTION]...",
    .statuses = "Exit status: 0 nothing slower, 1 slower, 2 usage, 3 a side could not be run, 4 "
                "undecided with --strict, 5 no verdict possible here, 130 interrupted.",
    .argument =
        {.name = "SIDE",
         .help =
             "behind --: a command and its arguments, --, and the other; --- between them where "
             "one has -- of its own",
         .most = ARGUMENTS_ANY,
         .is_behind = true},
    COMMAND_DOES(options, struct settings, run),
};
