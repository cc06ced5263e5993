/* contend run: measures a suite or named cells, writes the result, says what it means. */
#include "bench/cli/cli.h"
#include "bench/cli/commands.h"
#include "bench/cli/interrupt.h"
#include "bench/cli/known.h"
#include "bench/cli/progress.h"
#include "bench/cli/run_session.h"
#include "bench/cli/show_report.h"
#include "bench/core/opts.h"
#include "bench/core/output.h"
#include "bench/registry.h"
#include "bench/run/run.h"

#include <stdio.h>
#include <stdlib.h>

struct settings {
    struct run_options run;
    struct opt_list plugins;
    struct buf assignment; /* of --stack */
    const char *shard, *stack;
    bool quiet, no_report;
    char default_path[256];
};

/* "2/4": the second of four. */
static int parse_shard(struct settings *s, struct err *err)
{
    if (!s->shard)
        return 0;
    char *end = NULL;
    long long index = strtoll(s->shard, &end, 10);
    long long count = end && *end == '/' ? strtoll(end + 1, &end, 10) : 0;
    if (!end || *end || count < 1 || count > 100000 || index < 1 || index > count)
        return err_set(err, ERR_USAGE, "--shard: \"%s\" is not I/N with 1 <= I <= N <= 100000",
                       s->shard);
    s->run.plan.shard_index = index;
    s->run.plan.shard_count = count;
    return 0;
}

/* Where the result goes when nobody said. */
static void make_default_path(struct settings *s)
{
    const char *suite = s->run.plan.suite             ? s->run.plan.suite
                        : s->run.plan.workloads.count ? "run"
                                                      : "standard";
    run_session_path(suite, s->default_path, sizeof s->default_path);
    s->run.path = s->default_path;
}

static const char *const scopes[] = {"auto", "shared", NULL};

static const struct opt options[] = {
    {OPT_AT(struct settings, run.plan.suite), .name = "suite", .argument = "NAME",
     .help = "a suite, or the path of one", .without = "standard", .choice_at = known_suite,
     .is_open = true},
    {OPT_AT(struct settings, run.plan.workloads), .name = "workload", .argument = "A,B",
     .help = "these workloads only", .without = "those of the suite", .choice_at = known_workload},
    {OPT_AT(struct settings, run.plan.locks), .name = "lock", .argument = "A,B",
     .help = "these locks", .without = "none and gil", .choice_at = known_lock},
    {OPT_AT(struct settings, run.plan.executors), .name = "executor", .argument = "A,B",
     .help = "these executors", .without = "all but those of other libraries",
     .choice_at = known_executor},
    {OPT_AT(struct settings, run.plan.tasks), .name = "tasks", .argument = "N,M",
     .help = "numbers of tasks; \"4cpus\" is four a CPU",
     .without = "1,2,cpus,4cpus where tasks compute, else 1,10,200"},
    {OPT_AT(struct settings, run.plan.workers), .name = "workers", .argument = "N",
     .help = "workers of pools", .without = "as many as CPUs", .unit = "count", .min = 1,
     .max = WORKERS_MAX},
    {OPT_AT(struct settings, run.plan.placements), .name = "placement", .argument = "P",
     .help = "where units may run", .without = "free", .choice_at = known_placement},
    {OPT_AT(struct settings, run.plan.params), .name = "param", .letter = 'p',
     .argument = "NAME.PARAM=V",
     .help = "a parameter, e.g. sleep.duration=10ms; may be given again"},
    {OPT_AT(struct settings, stack), .name = "stack", .argument = "KIND",
     .help = "stacks of coroutines: guarded, dense or compact", .without = "guarded"},
    {OPT_AT(struct settings, run.plan.lock_scope), .name = "lock.scope", .argument = "S",
     .help = "locks across processes", .without = "auto", .choices = scopes},
    {OPT_AT(struct settings, run.plan.ops), .name = "ops", .argument = "N",
     .help = "operations a task", .without = "calibrated", .unit = "count", .min = 1,
     .max = OPS_MAX},
    {OPT_AT(struct settings, run.plan.task_time_ns), .name = "task-time", .argument = "T",
     .help = "what a calibrated task aims at", .without = "the suite's, else " PLAN_TASK_TIME,
     .unit = "ns", .min = 10000, .max = TASK_TIME_MAX_NS},
    {OPT_AT(struct settings, run.plan.rounds), .name = "rounds", .argument = "N",
     .help = "at most this many rounds of all cells", .without = "the suite's, else " PLAN_ROUNDS,
     .unit = "count", .min = 1, .max = ROUNDS_MAX},
    {OPT_AT(struct settings, run.plan.rounds_most), .name = "rounds-most", .argument = "N",
     .help = "so many where intervals are wide, while the budget lasts",
     .without = "the suite's; none more where --rounds is given", .unit = "count", .min = 1,
     .max = ROUNDS_MAX},
    {OPT_AT(struct settings, run.plan.budget_ns), .name = "budget", .argument = "T",
     .help = "no round is begun that would pass this, but the first",
     .without = "the suite's, else " PLAN_BUDGET, .unit = "ns", .min = 1, .max = INT64_MAX},
    {OPT_AT(struct settings, run.plan.timeout_ns), .name = "timeout", .argument = "T",
     .help = "a cell's visit is stopped after this", .initial = PLAN_TIMEOUT, .unit = "ns",
     .min = TIMEOUT_LEAST_NS, .max = INT64_MAX},
    {OPT_AT(struct settings, run.plan.timer_slack_ns), .name = "timer-slack", .argument = "T",
     .help = "how late the kernel may wake a sleeper", .initial = PLAN_TIMER_SLACK, .unit = "ns",
     .min = 1, .max = TIMER_SLACK_MAX_NS},
    {OPT_AT(struct settings, run.plan.seed), .name = "seed", .argument = "N",
     .help = "of the order of cells", .without = "drawn", .unit = "count", .max = INT64_MAX},
    {OPT_AT(struct settings, shard), .name = "shard", .argument = "I/N",
     .help = "only the I-th of N parts of the plan"},
    {OPT_AT(struct settings, plugins), .name = "plugin", .argument = "FILE",
     .help = "load workloads, executors, locks, probes; may be given again"},
    {OPT_AT(struct settings, run.path), .name = "output", .letter = 'o', .argument = "FILE",
     .help = "the result", .without = "results/SUITE-TIME.json"},
    {OPT_AT(struct settings, run.resume), .name = "resume",
     .help = "go on with the unfinished run at -o FILE"},
    {OPT_AT(struct settings, run.force), .name = "force",
     .help = "discard an unfinished run at -o FILE"},
    {OPT_AT(struct settings, no_report), .name = "no-report",
     .help = "write the result and print its path alone"},
    {OPT_AT(struct settings, quiet), .name = "quiet", .letter = 'q', .help = "no progress"},
    {0},
};

static void init(void *settings)
{
    plan_request_init(&((struct settings *)settings)->run.plan);
}

static int check(struct settings *s, struct err *err)
{
    struct plan_request *p = &s->run.plan;
    if (s->stack) {
        buf_printf(&s->assignment, "coroutine.stack=%s", s->stack);
        if (opt_list_add(&p->params, buf_text(&s->assignment), err))
            return -1;
    }
    if (s->run.resume && !s->run.path)
        return err_set(err, ERR_USAGE, "--resume needs -o FILE: which run to go on with");
    return parse_shard(s, err);
}

/* One line on how it went, to stderr; the tables follow on stdout. */
static void say_how_it_went(const struct run_report *r, const char *path)
{
    run_session_tell(r);
    if (r->is_untouched)
        return;
    if (r->is_interrupted && output_is_stream(path))
        fputs("interrupted: what was measured is in the document\n", stderr);
    else if (r->is_interrupted)
        fprintf(stderr,
                "interrupted: what was measured is in %s; go on with: contend run --resume -o %s\n",
                path, path);
}

static void begin(void *context, const struct outlook *o)
{
    (void)context;
    run_session_begin(o);
}

static int measure(struct settings *s, const struct call *call, struct err *err)
{
    if (!s->run.path)
        make_default_path(s);
    struct progress_line line;
    progress_begin(&line, s->quiet);
    s->run.command_argc = call->argc;
    s->run.command_argv = call->argv;
    interrupt_catch(INTERRUPT_ENDS);
    s->run.interrupted = &interrupt_came;
    s->run.on_begin = s->quiet ? NULL : begin;
    s->run.on_progress = progress_show;
    s->run.context = &line;
    struct run_report report;
    int failed = run_do(&s->run, &report, err);
    progress_clear(&line);
    if (failed)
        return EXIT_RUN_FAILED;
    say_how_it_went(&report, s->run.path);
    if (report.is_untouched || output_is_stream(s->run.path)) {
        /* Nothing to show, or the document itself is what was asked for. */
    } else if (s->no_report) {
        printf("%s\n", s->run.path);
    } else {
        show_report(&s->run.path, 1, &(struct report_request){.with_sentences = true},
                    page_formats[0], 0, err);
        run_session_end(&report, s->run.path);
    }
    return report.is_interrupted                     ? EXIT_INTERRUPTED
           : report.failed_count || !report.ok_count ? EXIT_RUN_FAILED
                                                     : EXIT_FINE;
}

static int run(void *settings, const struct call *call, struct err *err)
{
    struct settings *s = settings;
    int status = EXIT_RUN_FAILED;
    bool is_ready = !check(s, err);
    for (size_t i = 0; i < s->plugins.count && is_ready; i++)
        is_ready = !registry_load_plugin(s->plugins.items[i], err);
    if (is_ready)
        status = measure(s, call, err);
    buf_release(&s->assignment);
    return status;
}

const struct command command_run = {
    .name = "run",
    .summary = "measure, write the result, say what it means",
    .usage = "[--suite S] [OPTION]...\n"
             "--workload A,B [--lock A,B] [--executor A,B] [--tasks 1,2,4] [OPTION]...\n"
             "--resume -o FILE",
    .about = "Measures a suite or named cells in rounds, writes the result and says what it means.",
    .statuses = "Exit status: 0 measured, 2 usage, 3 the run could not be done or a cell failed, "
                "130 interrupted (what was measured is in the file).",
    .examples = "  contend run --suite quick -o quick.json\n"
                "  contend run --workload spin --executor thread,process --tasks 1,2\n",
    .options = options,
    .settings_size = sizeof(struct settings),
    .init = init,
    .run = run,
};
