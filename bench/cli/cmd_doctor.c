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

static int run(int argc, char *const *argv, struct err *err)
{
    bool json = false, overhead = false, moments = false, help;
    const char *format = NULL;
    int64_t budget_ns = 0;
    struct injection_options wish = {.trials = 4, .threshold = 0.01, .seed = -1};
    const struct opt table[] = {
        SHOW_FORMAT_OPT(&format),
        SHOW_JSON_OPT(&json),
        {.name = "overhead",
         .kind = OPT_FLAG,
         .out = &overhead,
         .help = "measure what the harness itself adds"},
        {.name = "moments",
         .kind = OPT_FLAG,
         .out = &moments,
         .help = "what two moments of this machine differ by, for compare --moment-sd"},
        {"inject", 0, OPT_TEXT, &wish.percents, "P,Q",
         "duel a loop against itself with so many per cent of work planted: 0,1,2,5,10", NULL, 0, 0,
         NULL},
        {"trials", 0, OPT_NUMBER, &wish.trials, "N", "with --inject: duels of each (4)", "count", 1,
         10000, NULL},
        {"budget", 0, OPT_NUMBER, &budget_ns, "T",
         "with --inject: time of a duel (5s); with --moments: of all (60s)", "ns", 1,
         INT64_C(86400000000000), NULL},
        {"threshold", 0, OPT_RATIO, &wish.threshold, "R", "with --inject: as of duel (1%)", NULL, 0,
         0, NULL},
        {"seed", 0, OPT_NUMBER, &wish.seed, "N", "with --inject: of all orders (drawn)", "count", 0,
         INT64_MAX, NULL},
        {0},
    };
    if (opts_parse(table, argc, argv, NULL, &help, err))
        return EXIT_USAGE;
    if (help) {
        struct buf out = {0};
        buf_printf(&out, "usage: %s\n\n%s\n\n", command_doctor.usage, command_doctor.summary);
        opts_help(table, &out);
        int failed = cli_print(buf_text(&out), err);
        buf_release(&out);
        return failed ? EXIT_RUN_FAILED : EXIT_FINE;
    }
    format = json ? "json" : format;
    if (moments)
        return moments_run(
            &(struct moments_options){budget_ns ? budget_ns : INT64_C(60000000000), format}, err);
    if (wish.percents) {
        wish.budget_ns = budget_ns ? budget_ns : INT64_C(5000000000);
        return inject(&wish, format, err);
    }
    int failed = overhead ? measure_overhead(format, err) : examine(format, err);
    return failed ? EXIT_RUN_FAILED : EXIT_FINE;
}

const struct command command_doctor = {
    .name = "doctor",
    .usage = "contend doctor [--format F] [--overhead | --moments | --inject 0,1,2,5,10]",
    .summary = "what would disturb a measurement here, and what to do about it",
    .run = run,
};
