/* contend run: measures a suite or named cells, writes the result, says what it means. */
#include "bench/base/output.h"
#include "bench/child/child.h"
#include "bench/cli/cli.h"
#include "bench/cli/run_session.h"
#include "bench/cli/show.h"
#include "bench/fleet/wishes.h"
#include "bench/judge/rerun/rerun.h"
#include "bench/judge/views/views.h"
#include "bench/lab/dry_run.h"
#include "bench/lab/known.h"
#include "bench/registry.h"
#include "bench/run/like.h"
#include "bench/run/words.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

struct settings {
    struct run_options run;
    struct opt_list plugins;
    struct buf assignment; /* of --stack */
    const char *shard, *stack, *like;
    struct result earlier; /* of --like */
    json_t *suite;         /* its cells */
    struct run_session session;
    struct fleet_wishes fleet;
    bool no_report, dry_run;
    const char *format;
};

static const char *const scopes[] = {"auto", "shared", NULL};

static const struct opt options[] = {
    {OPT_AT(struct settings, run.plan.suite), .name = "suite", .argument = "NAME",
     .help = "a suite, or the path of one", .without = "standard", .choice_at = known_suite,
     .is_open = true},
    {OPT_AT(struct settings, run.plan.workloads), .name = "workload", .argument = "A,B",
     .help = "these workloads only", .without = "those of the suite", .choice_at = known_workload},
    {OPT_AT(struct settings, like), .name = "like", .argument = "RESULT",
     .help = "the cells of that result once more, and whether it is reproduced"},
    {OPT_AT(struct settings, run.plan.locks), .name = "lock", .argument = "A,B",
     .help = "these locks", .without = "none and gil", .choice_at = known_lock},
    {OPT_AT(struct settings, run.plan.executors), .name = "executor", .argument = "A,B",
     .help = "these executors", .without = "all but those of other libraries",
     .choice_at = known_executor},
    {OPT_AT(struct settings, run.plan.tasks), .name = "tasks", .argument = "N,M",
     .help = "numbers of tasks; \"4cpus\" is four a CPU",
     .without = "1,2,cpus,4cpus where tasks compute, else 1,10,200"},
    {OPT_AT(struct settings, run.plan.workers), .name = "workers", OPT_COUNT(1, WORKERS_MAX),
     .help = "workers of pools", .without = "as many as CPUs"},
    {OPT_AT(struct settings, run.plan.placements), .name = "placement", .argument = "P",
     .help = "where units may run; contend doctor shows what there is", .without = "free",
     .choice_at = known_placement},
    {OPT_AT(struct settings, run.plan.params), .name = "param", .letter = 'p',
     .argument = "NAME.PARAM=V",
     .help = "a parameter, e.g. sleep.duration=10ms; may be given again"},
    {OPT_AT(struct settings, stack), .name = "stack", .argument = "KIND",
     .help = "stacks of coroutines: guarded, dense or compact", .without = "guarded"},
    {OPT_AT(struct settings, run.plan.lock_scope), .name = "lock.scope", .argument = "S",
     .help = "locks across processes", .without = "auto", .choices = scopes},
    {OPT_AT(struct settings, run.plan.ops), .name = "ops", OPT_COUNT(1, OPS_MAX),
     .help = "operations a task", .without = "calibrated"},
    {OPT_AT(struct settings, run.plan.task_time_ns), .name = "task-time",
     OPT_TIME(10000, TASK_TIME_MAX_NS), .help = "what a calibrated task aims at",
     .without = "the suite's, else " PLAN_TASK_TIME},
    {OPT_AT(struct settings, run.plan.rounds), .name = "rounds", OPT_COUNT(1, ROUNDS_MAX),
     .help = "at most this many rounds of all cells", .without = "the suite's, else " PLAN_ROUNDS},
    {OPT_AT(struct settings, run.plan.rounds_most), .name = "rounds-most", OPT_COUNT(1, ROUNDS_MAX),
     .help = "so many where intervals are wide, while the budget lasts",
     .without = "the suite's; none more where --rounds is given"},
    {OPT_AT(struct settings, run.plan.budget_ns), .name = "budget", OPT_TIME(1, INT64_MAX),
     .help = "no round is begun that would pass this, but the first",
     .without = "the suite's, else " PLAN_BUDGET},
    {OPT_AT(struct settings, run.plan.timeout_ns), .name = "timeout",
     OPT_TIME(TIMEOUT_LEAST_NS, INT64_MAX), .help = "a cell's visit is stopped after this",
     .initial = PLAN_TIMEOUT},
    {OPT_AT(struct settings, run.plan.timer_slack_ns), .name = "timer-slack",
     OPT_TIME(1, TIMER_SLACK_MAX_NS), .help = "how late the kernel may wake a sleeper",
     .initial = PLAN_TIMER_SLACK},
    {OPT_AT(struct settings, run.plan.seed), .name = "seed", OPT_COUNT(0, INT64_MAX),
     .help = "of the order of cells", .without = "drawn"},
    {OPT_AT(struct settings, shard), .name = "shard", .argument = "I/N",
     .help = "only the I-th of N parts of the plan"},
    {OPT_AT(struct settings, fleet.launchers), .name = "launcher", .argument = "PREFIX",
     .help = "measure in shards, each by a worker behind these words, such as 'srun -N1' or 'ssh "
             "host'; may be given again"},
    {OPT_AT(struct settings, fleet.at_once), .name = "at-once", OPT_COUNT(1, FLEET_SEATS_MAX),
     .help = "workers behind each launcher at a time", .initial = "1"},
    {OPT_AT(struct settings, fleet.shards), .name = "shards", OPT_COUNT(1, SHARDS_MAX),
     .help = "shards for launchers", .without = "four a worker"},
    {OPT_AT(struct settings, fleet.lost_after_ns), .name = "lost-after", OPT_TIME(1, INT64_MAX),
     .help = "a worker that is silent for that long may be lost", .without = "twice --timeout"},
    {OPT_AT(struct settings, fleet.launched), .name = "launched", .argument = "PATH",
     .help = "contend as launchers find it", .without = "this one"},
    {OPT_AT(struct settings, run.streams), .name = "stream",
     .help = "write the journal to standard output and no result: what --launcher calls"},
    {OPT_AT(struct settings, plugins), .name = "plugin", .argument = "FILE",
     .help = "load workloads, executors, locks, probes; may be given again"},
    {OPT_AT(struct settings, run.path), .name = "output", .letter = 'o', .argument = "FILE",
     .help = "the result", .without = "SUITE-TIME.json, in results/ where that is there"},
    {OPT_AT(struct settings, run.resume), .name = "resume",
     .help = "go on with the unfinished run at -o FILE"},
    {OPT_AT(struct settings, run.force), .name = "force",
     .help = "discard an unfinished run at -o FILE, and measure though another contend does"},
    ALONE_WAIT_OPT(struct settings, session.alone),
    {OPT_AT(struct settings, dry_run), .name = "dry-run",
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
    if (s->like && (p->suite || p->workloads.count || p->locks.count || p->executors.count ||
                    p->tasks.count || p->params.count || p->placements.count || p->ops))
        return err_set(err, ERR_USAGE,
                       "--like takes its cells as they are in %s: no suite, workload, lock, "
                       "executor, tasks, placement, parameter or operations beside it",
                       s->like);
    if (s->like && s->run.resume)
        return err_set(err, ERR_USAGE, "--resume knows its cells: without --like");
    if (fleet_wishes_check(&s->fleet, err))
        return -1;
    if (s->fleet.launchers.count && (s->like || s->shard || s->run.streams))
        return err_set(err, ERR_USAGE, "--launcher: deals out shards of a plan itself: without %s",
                       s->like    ? "--like"
                       : s->shard ? "--shard"
                                  : "--stream");
    if (s->run.streams && (s->run.path || s->run.resume))
        return err_set(err, ERR_USAGE,
                       "--stream: whoever collects makes the result: without -o and --resume");
    if (s->run.resume && !s->run.path)
        return err_set(err, ERR_USAGE, "--resume needs -o FILE: which run to go on with");
    if (s->run.resume && s->dry_run)
        return err_set(err, ERR_USAGE,
                       "--dry-run: is of a run that begins; --resume goes on with one");
    return s->shard ? plan_request_shard(p, s->shard, err) : 0;
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
    if (output_is_stream(path))
        fputs("interrupted: what was measured is in the document\n", stderr);
    else
        fprintf(stderr,
                "interrupted: what was measured is in %s; go on with: contend run --resume -o %s\n",
                path, path);
}

/* Where the result is, or the first screen of it. */
static int show_result(const struct settings *s, struct err *err)
{
    static const struct view_wishes first_screen = {0};
    const char *path = s->run.path;
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
    struct result now;
    struct page page;
    enum rerun_verdict verdict;
    if (result_load(&now, s->run.path, err))
        return -1;
    int failed =
        rerun_page(&page, &s->earlier, &now, &verdict, err) || show_page(&page, s->format, 0, err);
    result_unload(&now);
    return failed ? -1 : statuses[verdict];
}

/* What a result is called where nobody said where it goes. */
static const char *name_of(const struct settings *s)
{
    const struct plan_request *p = &s->run.plan;
    return s->like ? "like" : p->suite ? p->suite : p->workloads.count ? "run" : "standard";
}

static int hand_out(struct settings *s, struct err *err)
{
    struct fleet_report report;
    struct opt_list words = {0};
    struct buf said = {0};
    run_session_take_path(&s->session, &s->run);
    int failed = opts_again(options, s, offsetof(struct settings, run.plan),
                            offsetof(struct plan_request, seed), &words, err) ||
                 opts_again(options, s, offsetof(struct settings, plugins), sizeof s->plugins,
                            &words, err) ||
                 fleet_run(&s->fleet, &s->run, &words, s->session.is_quiet ? NULL : cli_say_line,
                           &report, err);
    opts_forget(&words);
    if (!failed)
        fleet_report_words(&said, &report);
    cli_tell(&said);
    run_session_leave_path(&s->session, &s->run);
    if (failed || (report.is_written && show_result(s, err)))
        return -1;
    if (report.is_interrupted)
        return EXIT_INTERRUPTED;
    fleet_report_check(&report, s->run.path, err);
    return report.failed_cells ? EXIT_RUN_FAILED : EXIT_FINE;
}

static int show_measured(const struct settings *s, const struct run_report *report, struct err *err)
{
    /* Nothing to show, or the document itself is what was asked for. */
    bool is_shown = !report->is_untouched && !output_is_stream(s->run.path);
    bool is_judged = s->like && !s->no_report;
    if (report->is_interrupted && !report->is_untouched)
        say_interrupted(s->run.path);
    if (is_shown && !is_judged && show_result(s, err))
        return -1;
    int status = run_session_status(report);
    if (status != EXIT_FINE || !report->ok_count)
        return status == EXIT_FINE ? EXIT_RUN_FAILED : status;
    return is_shown && is_judged ? show_rerun(s, err) : status;
}

static int measure_here(struct settings *s, const struct call *call, struct err *err)
{
    struct run_report report;
    /* Whoever launched it cannot reach it any more. */
    if (s->run.streams && getppid() > 1 && !child_die_with(getppid(), SIGTERM))
        return EXIT_INTERRUPTED;
    if (s->run.streams)
        s->run.path = "-";
    s->run.on_begin = s->session.is_quiet ? NULL : say_outlook;
    return run_session_do(&s->session, &s->run, call, &report, err)
               ? -1
               : show_measured(s, &report, err);
}

static int show_plan(const struct settings *s, struct err *err)
{
    struct page p;
    if (!dry_run_page(&p, &s->run.plan, err))
        return show_page(&p, s->format, 0, err);
    page_release(&p);
    return -1;
}

static int run(void *settings, const struct call *call, struct err *err)
{
    struct settings *s = settings;
    int status = -1;
    s->session.name = name_of(s);
    if (!check(s, err) && !registry_load_plugins(s->plugins.items, s->plugins.count, err) &&
        !(s->like && (result_load(&s->earlier, s->like, err) ||
                      run_like(&s->earlier, &s->run.plan, &s->suite, err))))
        status = s->dry_run                 ? show_plan(s, err)
                 : s->fleet.launchers.count ? hand_out(s, err)
                                            : measure_here(s, call, err);
    if (s->like)
        result_unload(&s->earlier);
    json_decref(s->suite);
    buf_release(&s->assignment);
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
