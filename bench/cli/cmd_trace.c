/* contend trace: one cell with its events, as a picture of who had the lock when. */
#include "bench/base/output.h"
#include "bench/cli/alone.h"
#include "bench/cli/cli.h"
#include "bench/cli/show.h"
#include "bench/judge/timeline/timeline.h"
#include "bench/lab/known.h"
#include "bench/lab/tracing.h"

struct settings {
    struct alone alone;
    struct tracing trace;
    struct show show;
    const char *plot;
    bool list;
};

static const char *const plots[] = {timeline_chart_name, NULL};

static const struct opt options[] = {
    {OPT_AT(struct settings, trace.scene_name), .name = "scene", .argument = "NAME",
     .help = "one of the textbook's, in place of a cell", .choice_at = scene_name, .is_many = true},
    {OPT_AT(struct settings, list), .name = "list", .help = "the scenes; measures nothing"},
    {OPT_AT(struct settings, trace.cell.plan.workloads), .name = "workload", .argument = "NAME",
     .help = "the workload", .choice_at = known_workload},
    {OPT_AT(struct settings, trace.cell.plan.locks), .name = "lock", .argument = "NAME",
     .help = "the lock", .without = "gil", .choice_at = known_lock},
    {OPT_AT(struct settings, trace.cell.plan.executors), .name = "executor", .argument = "NAME",
     .help = "the executor", .without = "thread", .choice_at = known_executor},
    {OPT_AT(struct settings, trace.cell.plan.tasks), .name = "tasks", .argument = "N",
     .help = "how many tasks, 256 at most", .without = "2"},
    {OPT_AT(struct settings, trace.cell.plan.workers), .name = "workers", OPT_COUNT(1, WORKERS_MAX),
     .help = "workers of pools", .without = "as many as CPUs"},
    {OPT_AT(struct settings, trace.cell.plan.placements), .name = "placement", .argument = "P",
     .help = "where units may run", .without = "free", .choice_at = known_placement},
    {OPT_AT(struct settings, trace.cell.plan.params), .name = "param", .letter = 'p',
     .synonym = "set", .argument = "NAME.PARAM=V", .help = "a parameter; may be given again"},
    {OPT_AT(struct settings, trace.cell.plan.ops), .name = "ops", OPT_COUNT(1, OPS_MAX),
     .help = "operations a task", .without = "as many as fill the time"},
    {OPT_AT(struct settings, trace.cell.for_ns), .name = "for",
     OPT_TIME(TRACE_FOR_LEAST, TRACE_FOR_MOST), .help = "what is shown, from the gate on",
     .without = TRACE_FOR ", or the scene's"},
    {OPT_AT(struct settings, trace.cell.events), .name = "events",
     OPT_COUNT(TRACE_EVENTS_LEAST, TRACE_EVENTS_MOST),
     .help = "of each unit are kept, the last ones", .without = TRACE_EVENTS},
    {OPT_AT(struct settings, plot), .name = "plot", .argument = "CHART",
     .help = "the picture, 600 pixels wide", .choices = plots},
    {OPT_AT(struct settings, show.output), .name = "output", .letter = 'o', .argument = "FILE",
     .help = "write to FILE; its ending says the format (.json is the trace, for Chrome, Perfetto "
             "and speedscope; .svg .png .pdf the picture; .html .md .txt)",
     .without = "standard output"},
    {OPT_AT(struct settings, show.format), SHOW_FORMAT},
    {OPT_AT(struct settings, show.width), SHOW_WIDTH_TEXT},
    {OPT_AT(struct settings, trace.cell.plan.timeout_ns), .name = "timeout",
     OPT_TIME(TIMEOUT_LEAST_NS, OPT_DAY_NS), .help = "for a worker, at most",
     .initial = PLAN_TIMEOUT},
    {OPT_AT(struct settings, alone.turn.wait_ns), ALONE_WAIT},
    {OPT_AT(struct settings, alone.turn.is_forced), ALONE_FORCE},
    {OPT_AT(struct settings, trace.plugins), .name = "plugin", .argument = "FILE",
     .help = "load it first; may be given again"},
    {0},
};

static void init(void *settings)
{
    struct settings *s = settings;
    plan_request_init(&s->trace.cell.plan);
    s->trace.cell.plan.rounds = 1;
}

static int show(const struct trace *t, bool is_chart, const struct show *s, struct err *err)
{
    struct page p;
    page_init(&p, "contend trace");
    p.is_measured = true;
    page_expect(&p, s->format);
    if (is_chart)
        timeline_chart(&p, t, 1);
    else
        timeline_page(&p, t);
    return show_page(&p, s, err);
}

static int trace(const struct settings *s, struct err *err)
{
    struct trace t = {0};
    /* Who gets a file is told what is in it. */
    bool is_told = s->show.output && !output_is_stream(s->show.output);
    const struct show told = {.format = "text", .width = s->show.width};
    int failed = alone_begin(&s->alone, err) || tracing_run(&s->trace, &t, err) ||
                 show(&t, s->plot, &s->show, err) || (is_told && show(&t, false, &told, err));
    trace_release(&t);
    return failed ? -1 : EXIT_FINE;
}

static int run(void *settings, const struct call *call, struct err *err)
{
    struct settings *s = settings;
    struct page p;
    if (show_take(&s->show, s->plot && !s->list ? "svg" : "text", NULL, err))
        return -1;
    if (s->list) {
        tracing_list_page(&p);
        return show_page(&p, &s->show, err);
    }
    s->trace.call = call;
    return tracing_check(&s->trace, err) ? -1 : trace(s, err);
}

const struct command command_trace = {
    .name = "trace",
    .summary = "one cell with its events: who had the lock when",
    .usage = "--workload NAME [--lock NAME] [--executor NAME] [--tasks N] [--for T] [OPTION]...\n"
             "--scene NAME [--for T] [OPTION]...\n--list",
    .about = "Runs one cell and records what each unit did and when: it runs, it wants the lock, "
             "it waits for a CPU, it sleeps; where it was put out because a waiter had asked, and "
             "whom a release let in.  Prints what that comes to; -o t.json writes it for Chrome's "
             "and Perfetto's viewers and for speedscope, -o t.svg draws it.\n\n"
             "Recording takes time: it is measured and stated, and what is traced is never part "
             "of a result.  Scenes are the textbook's, one command each.",
    .examples = "  contend trace --workload spin --lock gil --tasks 2 -o trace.json\n"
                "  contend trace --scene convoy --plot timeline -o convoy.svg\n"
                "  contend report trace.json --plot timeline -o trace.png\n",
    .init = init,
    COMMAND_DOES(options, struct settings, run),
};
