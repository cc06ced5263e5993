/* contend run: measures a suite or named cells, writes the result, says what it means. */
#include "bench/cli/cli.h"
#include "bench/cli/commands.h"
#include "bench/cli/interrupt.h"
#include "bench/cli/progress.h"
#include "bench/cli/run_session.h"
#include "bench/cli/show_report.h"
#include "bench/core/opts.h"
#include "bench/core/output.h"
#include "bench/registry.h"
#include "bench/run/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct settings {
    struct run_options run;
    struct opt_list plugins;
    const char *shard;
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

static int parse(struct settings *s, int argc, char *const *argv, bool *help, struct err *err)
{
    struct plan_request *p = &s->run.plan;
    const char *stack = NULL;
    const struct opt table[] = {
        {"suite", 0, OPT_TEXT, &p->suite, "NAME", "a suite, or the path of one (standard)", NULL, 0,
         0, NULL},
        {"workload", 0, OPT_LIST, &p->workloads, "A,B", "these workloads only", NULL, 0, 0, NULL},
        {"lock", 0, OPT_LIST, &p->locks, "A,B", "these locks", NULL, 0, 0, NULL},
        {"executor", 0, OPT_LIST, &p->executors, "A,B", "these executors", NULL, 0, 0, NULL},
        {"tasks", 0, OPT_LIST, &p->tasks, "N,M", "numbers of tasks; \"4cpus\" is four a CPU", NULL,
         0, 0, NULL},
        {"workers", 0, OPT_NUMBER, &p->workers, "N", "workers of pools (as many as CPUs)", "count",
         1, WORKERS_MAX, NULL},
        {"placement", 0, OPT_LIST, &p->placements, "P", "free, same, spread", NULL, 0, 0, NULL},
        {"param", 'p', OPT_LIST, &p->params, "NAME.PARAM=V",
         "a parameter, e.g. sleep.duration=10ms", NULL, 0, 0, NULL},
        {"stack", 0, OPT_TEXT, &stack, "KIND", "stacks of coroutines (guarded, dense, compact)",
         NULL, 0, 0, NULL},
        {"lock.scope", 0, OPT_TEXT, &p->lock_scope, "S", "locks across processes", NULL, 0, 0,
         scopes},
        {"ops", 0, OPT_NUMBER, &p->ops, "N", "operations a task (calibrated)", "count", 1, OPS_MAX,
         NULL},
        {"task-time", 0, OPT_NUMBER, &p->task_time_ns, "T", "what a calibrated task aims at", "ns",
         10000, TASK_TIME_MAX_NS, NULL},
        {"rounds", 0, OPT_NUMBER, &p->rounds, "N", "at most this many rounds of all cells", "count",
         1, ROUNDS_MAX, NULL},
        {"rounds-most", 0, OPT_NUMBER, &p->rounds_most, "N",
         "so many where intervals are wide, while the budget lasts", "count", 1, ROUNDS_MAX, NULL},
        {"budget", 0, OPT_NUMBER, &p->budget_ns, "T",
         "no round is begun that would pass this, but the first", "ns", 1, INT64_MAX, NULL},
        {"timeout", 0, OPT_NUMBER, &p->timeout_ns, "T", "a cell's visit is stopped after this",
         "ns", TIMEOUT_LEAST_NS, INT64_MAX, NULL},
        {"timer-slack", 0, OPT_NUMBER, &p->timer_slack_ns, "T",
         "how late the kernel may wake a sleeper", "ns", 1, TIMER_SLACK_MAX_NS, NULL},
        {"seed", 0, OPT_NUMBER, &p->seed, "N", "of the order of cells (drawn)", "count", 0,
         INT64_MAX, NULL},
        {"shard", 0, OPT_TEXT, &s->shard, "I/N", "only the I-th of N parts of the plan", NULL, 0, 0,
         NULL},
        {"plugin", 0, OPT_LIST, &s->plugins, "FILE", "load workloads, executors, locks, probes",
         NULL, 0, 0, NULL},
        {"output", 'o', OPT_TEXT, &s->run.path, "FILE", "the result (results/SUITE-TIME.json)",
         NULL, 0, 0, NULL},
        {"resume", 0, OPT_FLAG, &s->run.resume, NULL, "go on with the unfinished run at -o FILE",
         NULL, 0, 0, NULL},
        {"force", 0, OPT_FLAG, &s->run.force, NULL, "discard an unfinished run at -o FILE", NULL, 0,
         0, NULL},
        {"no-report", 0, OPT_FLAG, &s->no_report, NULL, "write the result and print its path alone",
         NULL, 0, 0, NULL},
        {"quiet", 'q', OPT_FLAG, &s->quiet, NULL, "no progress", NULL, 0, 0, NULL},
        {0},
    };
    if (opts_parse(table, argc, argv, NULL, help, err))
        return -1;
    if (*help) {
        struct buf out = {0};
        buf_printf(&out, "usage: %s\n\n%s\n\n", command_run.usage, command_run.summary);
        opts_help(table, &out);
        int failed = cli_print(buf_text(&out), err);
        buf_release(&out);
        return failed;
    }
    if (stack) {
        static char assignment[64];
        snprintf(assignment, sizeof assignment, "coroutine.stack=%s", stack);
        p->params.items[p->params.count++] = assignment;
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

static int run(int argc, char *const *argv, struct err *err)
{
    struct settings *s = calloc(1, sizeof *s);
    if (!s)
        return err_set(err, ERR_SYSTEM, "no memory");
    int status = EXIT_RUN_FAILED;
    bool help = false;
    plan_request_init(&s->run.plan);
    if (parse(s, argc, argv, &help, err) || help)
        goto done;
    for (size_t i = 0; i < s->plugins.count; i++)
        if (registry_load_plugin(s->plugins.items[i], err))
            goto done;
    if (!s->run.path)
        make_default_path(s);
    struct progress_line line;
    progress_begin(&line, s->quiet);
    s->run.command_argc = argc + 1;
    s->run.command_argv = argv - 1; /* with the program's own name */
    interrupt_catch(INTERRUPT_ENDS);
    s->run.interrupted = &interrupt_came;
    s->run.on_begin = s->quiet ? NULL : begin;
    s->run.on_progress = progress_show;
    s->run.context = &line;
    struct run_report report;
    int failed = run_do(&s->run, &report, err);
    progress_clear(&line);
    if (failed)
        goto done;
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
    status = report.is_interrupted                     ? EXIT_INTERRUPTED
             : report.failed_count || !report.ok_count ? EXIT_RUN_FAILED
                                                       : EXIT_FINE;
done:
    free(s);
    return help ? EXIT_FINE : status;
}

const struct command command_run = {
    .name = "run",
    .usage = "contend run [--suite S | --workload A,B --lock .. --executor .. --tasks 1,2,4] "
             "[OPTION]...",
    .summary = "measure, write the result, say what it means",
    .run = run,
};
