/* contend doctor: what would disturb a measurement here, and what to do about it. */
#include "bench/base/interrupt.h"
#include "bench/cli/alone.h"
#include "bench/cli/cli.h"
#include "bench/cli/progress.h"
#include "bench/cli/show.h"
#include "bench/cli/terminal.h"
#include "bench/lab/doctor_session.h"
#include "bench/page/picture/picture.h"

/* Wider texts are no easier to read. */
enum { WIDTH = 100 };

struct settings {
    struct doctor_session session;
    struct alone alone;
    const char *format, *output;
    bool json;
};

static const struct opt options[] = {
    SHOW_FORMAT_OPT(struct settings, format),
    SHOW_JSON_OPT(struct settings, json),
    SHOW_OUTPUT_OPT(struct settings, output),
    {OPT_AT(struct settings, session.overhead), .name = "overhead",
     .help = "measure what the harness itself adds"},
    {OPT_AT(struct settings, session.moments), .name = "moments",
     .help = "what two moments of this machine differ by, for compare --moment-sd"},
    {OPT_AT(struct settings, session.tests_itself), .name = "self-test",
     .help = "try in half a minute whether contend works here as it promises"},
    {OPT_AT(struct settings, session.inject.percents), .name = "inject", .argument = "P,Q",
     .help = "duel a loop against itself with so many per cent of work planted: 0,1,2,5,10"},
    {OPT_AT(struct settings, session.inject.trials), .name = "trials", OPT_COUNT(1, 10000),
     .help = "with --inject: duels of each", .initial = "4"},
    {OPT_AT(struct settings, session.budget_ns), .name = "budget", OPT_TIME(1, OPT_DAY_NS),
     .help = "with --inject: time of a duel; with --moments: of all", .without = "5s; 60s"},
    {OPT_AT(struct settings, session.inject.threshold), .name = "threshold", .argument = "R",
     .help = "with --inject: as of duel", .initial = "1%"},
    {OPT_AT(struct settings, session.inject.seed), .name = "seed", OPT_COUNT(0, INT64_MAX),
     .help = "with --inject: of all orders", .without = "drawn"},
    ALONE_OPTS(struct settings, alone),
    {0},
};

static void init(void *settings)
{
    ((struct settings *)settings)->session.inject.seed = -1;
}

static int show(const struct settings *s, struct page *page, bool is_examined, struct err *err)
{
    int columns = terminal_width(0);
    page->is_measured = !is_examined;
    return show_page_to(page, s->format, is_examined && columns > WIDTH ? WIDTH : 0, s->output,
                        err);
}

static int run(void *settings, const struct call *call, struct err *err)
{
    struct settings *s = settings;
    bool measures = doctor_session_measures(&s->session);
    struct progress_line line;
    struct doctor_found found;
    (void)call;
    s->format = picture_place(s->json ? "json" : s->format, s->output, "text", err);
    if (!s->format)
        return -1;
    if (measures && alone_begin(&s->alone, err))
        return -1;
    /* The others are short, and nothing of theirs is kept. */
    if (measures && !s->session.overhead)
        interrupt_catch(INTERRUPT_IGNORED);
    progress_begin(&line, false);
    s->session.interrupted = &interrupt_came;
    s->session.on_progress = progress_text;
    s->session.context = &line;
    int failed = doctor_session_run(&s->session, &found, err);
    progress_clear(&line);
    if (found.is_with_child)
        return found.status;
    if (found.has_page && show(s, &found.page, !measures, err))
        failed = -1;
    return interrupt_came             ? EXIT_INTERRUPTED
           : failed || !found.is_fine ? EXIT_RUN_FAILED
                                      : EXIT_FINE;
}

const struct command command_doctor = {
    .name = "doctor",
    .summary = "what would disturb a measurement here, and what to do about it",
    .usage = "[--format F] [-o FILE] [--self-test | --overhead | --moments | --inject 0,1,2,5,10]",
    .statuses = "Exit status: 0 fine, 2 usage, 3 it could not be measured or a check of "
                "--self-test failed, 130 interrupted.",
    .options = options,
    .settings_size = sizeof(struct settings),
    .init = init,
    .run = run,
};
