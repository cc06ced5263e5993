/* contend run: measures a suite or named cells, writes the result, says what it means. */
#include "bench/base/output.h"
#include "bench/child/child.h"
#include "bench/cli/alone.h"
#include "bench/cli/cli.h"
#include "bench/cli/show.h"
#include "bench/lab/dry_run.h"
#include "bench/lab/known.h"
#include "bench/lab/run_asked.h"
#include "bench/run/words.h"

#include <assert.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

struct settings {
    struct run_wishes wishes; /* most rows name its members */
    struct run_asked asked;
    struct alone alone;
    struct show show;
};
static_assert(offsetof(struct settings, wishes) == 0, "rows of its members are rows of both");

static const char *const scopes[] = {"auto", "shared", NULL};

static const struct opt options[] = {
    {OPT_AT(struct run_wishes, run.plan.suite), .name = "suite", .argument = "NAME",
     .help = "a suite, or the path of one", .without = "standard", .choice_at = known_suite,
     .is_open = true},
    {OPT_AT(struct run_wishes, run.plan.workloads), .name = "workload", .argument = "A,B",
     .help = "these workloads only", .without = "those of the suite", .choice_at = known_workload},
    {OPT_AT(struct run_wishes, like), .name = "like", .argument = "RESULT",
     .help = "the cells of that result once more, and whether it is reproduced"},
    {OPT_AT(struct run_wishes, run.plan.locks), .name = "lock", .argument = "A,B",
     .help = "these locks", .without = "none and gil", .choice_at = known_lock},
    {OPT_AT(struct run_wishes, run.plan.executors), .name = "executor", .argument = "A,B",
     .help = "these executors", .without = "all but those of other libraries",
     .choice_at = known_executor},
    {OPT_AT(struct run_wishes, run.plan.tasks), .name = "tasks", .argument = "N,M",
     .help = "numbers of tasks; \"4cpus\" is four a CPU",
     .without = "1,2,cpus,4cpus where tasks compute, else 1,10,200"},
    {OPT_AT(struct run_wishes, run.plan.workers), .name = "workers", OPT_COUNT(1, WORKERS_MAX),
     .help = "workers of pools", .without = "as many as CPUs"},
    {OPT_AT(struct run_wishes, run.plan.placements), .name = "placement", .argument = "P",
     .help = "where units may run; contend doctor shows what there is", .without = "free",
     .choice_at = known_placement},
    {OPT_AT(struct run_wishes, run.plan.params), .name = "param", .letter = 'p', .synonym = "set",
     .argument = "NAME.PARAM=V",
     .help = "a parameter, e.g. sleep.duration=10ms; may be given again"},
    {OPT_AT(struct run_wishes, stack), .name = "stack", .argument = "KIND",
     .help = "stacks of coroutines: guarded, dense or compact", .without = "guarded"},
    {OPT_AT(struct run_wishes, run.plan.lock_scope), .name = "lock.scope", .argument = "S",
     .help = "locks across processes", .without = "auto", .choices = scopes},
    {OPT_AT(struct run_wishes, run.plan.ops), .name = "ops", OPT_COUNT(1, OPS_MAX),
     .help = "operations a task", .without = "calibrated"},
    {OPT_AT(struct run_wishes, run.plan.task_time_ns), .name = "task-time",
     OPT_TIME(10000, TASK_TIME_MAX_NS), .help = "what a calibrated task aims at",
     .without = "the suite's, else " PLAN_TASK_TIME},
    {OPT_AT(struct run_wishes, run.plan.rounds), .name = "rounds", OPT_COUNT(1, ROUNDS_MAX),
     .help = "at most this many rounds of all cells", .without = "the suite's, else " PLAN_ROUNDS},
    {OPT_AT(struct run_wishes, run.plan.rounds_most), .name = "rounds-most",
     OPT_COUNT(1, ROUNDS_MAX), .help = "so many where intervals are wide, while the budget lasts",
     .without = "the suite's; none more where --rounds is given"},
    {OPT_AT(struct run_wishes, run.plan.budget_ns), .name = "budget", OPT_TIME(1, INT64_MAX),
     .help = "no round is begun that would pass this, but the first",
     .without = "the suite's, else " PLAN_BUDGET},
    {OPT_AT(struct run_wishes, run.plan.timeout_ns), .name = "timeout",
     OPT_TIME(TIMEOUT_LEAST_NS, INT64_MAX), .help = "a cell's visit is stopped after this",
     .initial = PLAN_TIMEOUT},
    {OPT_AT(struct run_wishes, run.plan.timer_slack_ns), .name = "timer-slack",
     OPT_TIME(1, TIMER_SLACK_MAX_NS), .help = "how late the kernel may wake a sleeper",
     .initial = PLAN_TIMER_SLACK},
    {OPT_AT(struct run_wishes, run.plan.seed), .name = "seed", OPT_COUNT(0, INT64_MAX),
     .help = "of the order of cells", .without = "drawn", .absent = -1},
    {OPT_AT(struct run_wishes, shard), .name = "shard", .argument = "I/N",
     .help = "only the I-th of N parts of the plan"},
    {OPT_AT(struct run_wishes, fleet.launchers), .name = "launcher", .argument = "PREFIX",
     .help = "measure in shards, each by a worker behind these words, such as 'srun -N1' or 'ssh "
             "host'; may be given again"},
    {OPT_AT(struct run_wishes, fleet.at_once), .name = "at-once", OPT_COUNT(1, FLEET_SEATS_MAX),
     .help = "workers behind each launcher at a time", .initial = "1"},
    {OPT_AT(struct run_wishes, fleet.shards), .name = "shards", OPT_COUNT(1, SHARDS_MAX),
     .help = "shards for launchers", .without = "four a worker"},
    {OPT_AT(struct run_wishes, fleet.lost_after_ns), .name = "lost-after", OPT_TIME(1, INT64_MAX),
     .help = "a worker that is silent for that long may be lost", .without = "twice --timeout"},
    {OPT_AT(struct run_wishes, fleet.launched), .name = "launched", .argument = "PATH",
     .help = "contend as launchers find it", .without = "this one"},
    {OPT_AT(struct run_wishes, run.streams), .name = "stream",
     .help = "write the journal to standard output and no result: what --launcher calls"},
    {OPT_AT(struct run_wishes, plugins), .name = "plugin", .argument = "FILE",
     .help = "load workloads, executors, locks, probes; may be given again"},
    {OPT_AT(struct run_wishes, run.path), .name = "output", .letter = 'o', .argument = "FILE",
     .help = "the result", .without = "SUITE-TIME.json, in results/ where that is there"},
    {OPT_AT(struct run_wishes, run.resume), .name = "resume",
     .help = "go on with the unfinished run at -o FILE"},
    {OPT_AT(struct run_wishes, run.force), .name = "force",
     .help = "discard an unfinished run at -o FILE, and measure though another contend does"},
    {OPT_AT(struct settings, alone.turn.wait_ns), ALONE_WAIT},
    {OPT_AT(struct run_wishes, is_dry), .name = "dry-run",
     .help = "say what would be measured and how long it takes, and measure nothing"},
    {OPT_AT(struct settings, show.format), SHOW_FORMAT},
    {OPT_AT(struct run_wishes, is_unjudged), .name = "no-report",
     .help = "write the result and print its path alone"},
    {OPT_AT(struct settings, alone.is_quiet), ALONE_QUIET},
    {0},
};

/* Where the result is, or the first screen of it. */
static int show_result(struct settings *s, struct err *err)
{
    static const struct view_wishes first_screen = {0};
    const char **path = &s->wishes.run.path;
    const struct opt_list paths = {.items = path, .count = 1};
    struct buf line = {0};
    s->show.document = *path;
    if (!s->wishes.is_unjudged)
        return show_view(&paths, &first_screen, &s->show, err);
    buf_printf(&line, "%s\n", *path);
    return cli_put(NULL, &line, err);
}

/* Whether what was measured now is what was measured then. */
static int show_rerun(const struct settings *s, struct err *err)
{
    struct page page;
    int status;
    return run_asked_again(&s->asked, s->wishes.run.path, &page, &status, err) ||
                   show_page(&page, &s->show, err)
               ? -1
               : status;
}

/* Workers are called with what the plan is made of, and with plug-ins. */
static int hand_out(struct settings *s, struct err *err)
{
    struct run_options *run = &s->wishes.run;
    struct fleet_report report;
    struct opt_list words = {0};
    struct buf said = {0};
    int failed = opts_again(options, s, offsetof(struct run_wishes, run.plan),
                            offsetof(struct plan_request, seed), &words, err) ||
                 opts_again(options, s, offsetof(struct run_wishes, plugins),
                            sizeof s->wishes.plugins, &words, err) ||
                 fleet_run(&s->wishes.fleet, run, &words, s->alone.is_quiet ? NULL : cli_say_line,
                           &report, err);
    opts_forget(&words);
    if (failed)
        return -1;
    fleet_report_words(&said, &report, run->path);
    cli_tell(&said);
    return report.is_written && show_result(s, err) ? -1
                                                    : fleet_report_status(&report, run->path, err);
}

static int measure(struct settings *s, const struct call *call, struct err *err)
{
    struct run_options *run = &s->wishes.run;
    struct run_report report;
    struct buf said = {0};
    /* Whoever launched it cannot reach it any more. */
    if (run->streams && getppid() > 1 && !child_die_with(getppid(), SIGTERM))
        return EXIT_INTERRUPTED;
    run->say = s->alone.is_quiet ? NULL : cli_say_line;
    if (alone_run(&s->alone, run, call, &report, err))
        return -1;
    if (report.is_interrupted && !report.is_untouched)
        run_interrupted_words(&said, run->path);
    cli_tell(&said);
    /* Nothing to show, or the document itself is what was asked for. */
    bool is_shown = !report.is_untouched && !output_is_stream(run->path);
    bool is_judged = s->wishes.like && !s->wishes.is_unjudged;
    if (is_shown && !is_judged && show_result(s, err))
        return -1;
    int status = run_report_status(&report);
    if (status == EXIT_FINE && !report.ok_count)
        return EXIT_RUN_FAILED;
    return status == EXIT_FINE && is_shown && is_judged ? show_rerun(s, err) : status;
}

static int show_plan(const struct settings *s, struct err *err)
{
    struct page p;
    return dry_run_page(&p, &s->wishes.run.plan, err) ? -1 : show_page(&p, &s->show, err);
}

static int run(void *settings, const struct call *call, struct err *err)
{
    struct settings *s = settings;
    int status = run_asked_take(&s->asked, &s->wishes, err) ? -1
                 : s->wishes.is_dry                         ? show_plan(s, err)
                 : s->wishes.fleet.launchers.count          ? hand_out(s, err)
                                                            : measure(s, call, err);
    run_asked_release(&s->asked);
    return status;
}

const struct command command_run = {
    .name = "run",
    .summary = "measure, write the result, say what it means",
    .usage = "[--suite S] [OPTION]...\n"
             "--workload A,B [--lock A,B] [--executor A,B] [--tasks 1,2,4] [OPTION]...\n"
             "--like RESULT [OPTION]...\n"
             "--launcher PREFIX [--launcher PREFIX]... [OPTION]...\n"
             "--resume -o FILE",
    .about = "Measures a suite or named cells in rounds, writes the result and says what it means.",
    .statuses = "Exit status: 0 measured, 2 usage, 3 the run could not be done or a cell failed, "
                "130 interrupted (what was measured is in the file).  With --like 0 reproduced, 1 "
                "not reproduced, 4 neither shown, 5 not comparable.",
    .examples = "  contend run --suite quick -o quick.json\n"
                "  contend run --workload spin --executor thread,process --tasks 1,2\n"
                "  contend run --suite quick --launcher 'ssh a' --launcher 'ssh b' -o both.json\n",
    COMMAND_DOES(options, struct settings, run),
};
