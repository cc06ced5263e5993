/* contend doctor: what would disturb a measurement here, and what to do about it. */
#include "bench/cli/ahead.h"
#include "bench/cli/cli.h"
#include "bench/cli/commands.h"
#include "bench/cli/interrupt.h"
#include "bench/cli/moments.h"
#include "bench/cli/progress.h"
#include "bench/cli/show.h"
#include "bench/cli/terminal.h"
#include "bench/lab/doctor.h"
#include "bench/lab/inject.h"

/* Wider texts are no easier to read. */
enum { WIDTH = 100 };

static int examine(const char *format, struct err *err)
{
    /* Some kilobytes each, and this command runs once. */
    static struct doctor_facts facts;
    static struct findings findings;
    struct page page;
    int columns = terminal_width(0);
    doctor_gather(&facts);
    doctor_examine(&facts, &findings);
    doctor_page(&page, &facts, &findings);
    return show_page(&page, format, columns < WIDTH ? columns : WIDTH, err);
}

static int measure_overhead(const char *format, struct err *err)
{
    struct page page;
    return overhead_page(&page, err) ? -1 : show_page(&page, format, 0, err);
}

/* ---- Injections ------------------------------------------------------------------------ */

struct injecting {
    struct progress_line line;
    int64_t trials;
};

static void show_trial(void *context, int64_t trial, double planted)
{
    struct injecting *i = context;
    progress_draw(&i->line, "round %lld of %lld: %.3g %% planted", (long long)trial,
                  (long long)i->trials, 100 * planted);
}

/* The status. */
static int inject(struct injection_options *options, const char *format, struct err *err)
{
    struct injection in;
    struct injecting seen = {.trials = options->trials};
    char priority[AHEAD_NOTE];
    struct page page;
    if (injection_init(&in, options, err))
        return cli_status(err);
    interrupt_catch(INTERRUPT_IGNORED);
    enum ahead ahead = ahead_go(true, priority, err);
    if (ahead != AHEAD_CHILD)
        return ahead == AHEAD_PARENT ? ahead_await(err) : EXIT_RUN_FAILED;
    progress_begin(&seen.line, false);
    options->priority_note = priority;
    options->interrupted = &interrupt_came;
    options->on_progress = show_trial;
    options->context = &seen;
    int failed = injection_run(&in, err);
    progress_clear(&seen.line);
    if (failed && interrupt_came)
        *err = (struct err){0};
    if (err->code == ERR_NONE && !ahead_is_alone()) { /* of what there is */
        injection_page(&page, &in);
        failed = show_page(&page, format, 0, err);
    }
    return interrupt_came ? EXIT_INTERRUPTED : failed ? EXIT_RUN_FAILED : EXIT_FINE;
}

struct settings {
    bool json, overhead, moments;
    const char *format;
    int64_t budget_ns; /* 0: as what is done has it */
    struct injection_options inject;
};

static const struct opt options[] = {
    SHOW_FORMAT_OPT(struct settings, format),
    SHOW_JSON_OPT(struct settings, json),
    {OPT_AT(struct settings, overhead), .name = "overhead",
     .help = "measure what the harness itself adds"},
    {OPT_AT(struct settings, moments), .name = "moments",
     .help = "what two moments of this machine differ by, for compare --moment-sd"},
    {OPT_AT(struct settings, inject.percents), .name = "inject", .argument = "P,Q",
     .help = "duel a loop against itself with so many per cent of work planted: 0,1,2,5,10"},
    {OPT_AT(struct settings, inject.trials), .name = "trials", .argument = "N",
     .help = "with --inject: duels of each", .initial = "4", .unit = "count", .min = 1,
     .max = 10000},
    {OPT_AT(struct settings, budget_ns), .name = "budget", .argument = "T",
     .help = "with --inject: time of a duel; with --moments: of all", .without = "5s; 60s",
     .unit = "ns", .min = 1, .max = INT64_C(86400000000000)},
    {OPT_AT(struct settings, inject.threshold), .name = "threshold", .argument = "R",
     .help = "with --inject: as of duel", .initial = "1%"},
    {OPT_AT(struct settings, inject.seed), .name = "seed", .argument = "N",
     .help = "with --inject: of all orders", .without = "drawn", .unit = "count", .max = INT64_MAX},
    {0},
};

static void init(void *settings)
{
    ((struct settings *)settings)->inject.seed = -1;
}

static int run(void *settings, const struct call *call, struct err *err)
{
    struct settings *s = settings;
    const char *format = s->json ? "json" : s->format;
    (void)call;
    if (s->moments)
        return moments_run(
            &(struct moments_options){s->budget_ns ? s->budget_ns : INT64_C(60000000000), format},
            err);
    if (s->inject.percents) {
        s->inject.budget_ns = s->budget_ns ? s->budget_ns : INT64_C(5000000000);
        return inject(&s->inject, format, err);
    }
    int failed = s->overhead ? measure_overhead(format, err) : examine(format, err);
    return failed ? EXIT_RUN_FAILED : EXIT_FINE;
}

const struct command command_doctor = {
    .name = "doctor",
    .summary = "what would disturb a measurement here, and what to do about it",
    .usage = "[--format F] [--overhead | --moments | --inject 0,1,2,5,10]",
    .options = options,
    .settings_size = sizeof(struct settings),
    .init = init,
    .run = run,
};
