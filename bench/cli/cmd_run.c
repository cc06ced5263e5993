/* contend run: measures a suite or named cells, writes the result, says what it means. */
#include "bench/base/output.h"
#include "bench/child/child.h"
#include "bench/cli/cli.h"
#include "bench/cli/run_session.h"
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
    struct run_session session;
    bool no_report;
    const char *format;
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
     .help = "of the order of cells", .without = "drawn"},
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
    ALONE_WAIT_OPT(struct settings, session.alone),
    {OPT_AT(struct run_wishes, is_dry), .name = "dry-run",
     .help = "say what would be measured and how long it takes, and measure nothing"},
    SHOW_FORMAT_OPT(struct settings, format),
    {OPT_AT(struct settings, no_report), .name = "no-report",
     .help = "write the result and print its path alone"},
    {OPT_AT(struct settings, session.is_quiet), .name = "quiet", .letter = 'q',
     .help = "no progress"},
    {0},
};

static void init(void *settings)
{
    plan_request_init(&((struct settings *)settings)->wishes.run.plan);
}

static void say_outlook(void *context, const struct outlook *o)
{
    struct buf text = {0};
    (void)context;
    run_outlook_words(&text, o);
    cli_tell(&text);
}

static void say_interrupted(const char *path)
{
    struct buf line = {0};
    buf_add(&line, "interrupted: what was measured is in ");
    if (output_is_stream(path))
        buf_add(&line, "the document\n");
    else
        buf_printf(&line, "%s; go on with: contend run --resume -o %s\n", path, path);
    cli_tell(&line);
}

/* Where the result is, or the first screen of it. */
static int show_result(const struct settings *s, struct err *err)
{
    static const struct view_wishes first_screen = {0};
    const char *path = s->wishes.run.path;
    struct buf line = {0};
    if (!s->no_report)
        return show_view(&path, 1, &first_screen, s->format, 0, NULL, err);
    buf_printf(&line, "%s\n", path);
    return cli_put(NULL, &line, err);
}

/* Whether what was measured now is what was measured then. */
static int show_rerun(const struct settings *s, struct err *err)
{
    static const int statuses[] = {[RERUN_REPRODUCED] = EXIT_FINE,
                                   [RERUN_NOT_REPRODUCED] = EXIT_REGRESSION,
                                   [RERUN_NOT_SHOWN] = EXIT_UNDECIDED,
                                   [RERUN_NOT_COMPARABLE] = EXIT_NO_VERDICT};
    struct page page;
    enum rerun_verdict verdict;
    return run_asked_again(&s->asked, s->wishes.run.path, &page, &verdict, err) ||
                   show_page(&page, s->format, 0, err)
               ? -1
               : statuses[verdict];
}

/* Workers are called with what the plan is made of, and with plug-ins. */
static int hand_out(struct settings *s, struct err *err)
{
    struct run_options *run = &s->wishes.run;
    struct fleet_report report;
    struct opt_list words = {0};
    struct buf said = {0};
    run_session_take_path(&s->session, run);
    int failed = opts_again(options, s, offsetof(struct run_wishes, run.plan),
                            offsetof(struct plan_request, seed), &words, err) ||
                 opts_again(options, s, offsetof(struct run_wishes, plugins),
                            sizeof s->wishes.plugins, &words, err) ||
                 fleet_run(&s->wishes.fleet, run, &words, s->session.is_quiet ? NULL : cli_say_line,
                           &report, err);
    opts_forget(&words);
    if (!failed)
        fleet_report_words(&said, &report);
    cli_tell(&said);
    run_session_leave_path(&s->session, run);
    if (failed || (report.is_written && show_result(s, err)))
        return -1;
    if (report.is_interrupted)
        return EXIT_INTERRUPTED;
    fleet_report_check(&report, run->path, err);
    return report.failed_cells ? EXIT_RUN_FAILED : EXIT_FINE;
}

static int show_measured(const struct settings *s, const struct run_report *report, struct err *err)
{
    const char *path = s->wishes.run.path;
    /* Nothing to show, or the document itself is what was asked for. */
    bool is_shown = !report->is_untouched && !output_is_stream(path);
    bool is_judged = s->wishes.like && !s->no_report;
    if (report->is_interrupted && !report->is_untouched)
        say_interrupted(path);
    if (is_shown && !is_judged && show_result(s, err))
        return -1;
    int status = run_session_status(report);
    if (status != EXIT_FINE || !report->ok_count)
        return status == EXIT_FINE ? EXIT_RUN_FAILED : status;
    return is_shown && is_judged ? show_rerun(s, err) : status;
}

static int measure(struct settings *s, const struct call *call, struct err *err)
{
    struct run_options *run = &s->wishes.run;
    struct run_report report;
    /* Whoever launched it cannot reach it any more. */
    if (run->streams && getppid() > 1 && !child_die_with(getppid(), SIGTERM))
        return EXIT_INTERRUPTED;
    if (run->streams)
        run->path = "-";
    run->on_begin = s->session.is_quiet ? NULL : say_outlook;
    return run_session_do(&s->session, run, call, &report, err) ? -1
                                                                : show_measured(s, &report, err);
}

static int show_plan(const struct settings *s, struct err *err)
{
    struct page p;
    if (!dry_run_page(&p, &s->wishes.run.plan, err))
        return show_page(&p, s->format, 0, err);
    page_release(&p);
    return -1;
}

static int run(void *settings, const struct call *call, struct err *err)
{
    struct settings *s = settings;
    s->session.name = run_asked_name(&s->wishes);
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
    .options = options,
    .settings_size = sizeof(struct settings),
    .init = init,
    .run = run,
};
