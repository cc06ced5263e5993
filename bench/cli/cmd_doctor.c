/* contend doctor: what would disturb a measurement here, and what to do about it. */
#include "bench/base/interrupt.h"
#include "bench/cli/alone.h"
#include "bench/cli/cli.h"
#include "bench/cli/progress.h"
#include "bench/cli/show.h"
#include "bench/lab/doctor_session.h"

/* Wider texts are no easier to read. */
enum { WIDTH = 100 };

struct settings {
    struct doctor_session session;
    struct alone alone;
    struct show show;
};

static const struct opt options[] = {
    {OPT_AT(struct settings, show.format), SHOW_FORMAT},
    {OPT_AT(struct settings, show.is_json), SHOW_JSON},
    {OPT_AT(struct settings, show.output), SHOW_OUTPUT},
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
     .help = "with --inject: of all orders", .without = "drawn", .absent = -1},
    {OPT_AT(struct settings, alone.turn.wait_ns), ALONE_WAIT},
    {OPT_AT(struct settings, alone.turn.is_forced), ALONE_FORCE},
    {0},
};

static int run(void *settings, const struct call *call, struct err *err)
{
    struct settings *s = settings;
    bool measures = doctor_session_measures(&s->session);
    struct doctor_found found;
    (void)call;
    if (show_take(&s->show, "text", NULL, err) || (measures && alone_begin(&s->alone, err)))
        return -1;
    /* The others are short, and nothing of theirs is kept. */
    if (measures && !s->session.overhead)
        interrupt_catch(INTERRUPT_IGNORED);
    if (!measures && terminal_text_width(0) > WIDTH)
        s->show.width = WIDTH;
    s->session.on_progress = progress_text;
    int failed = doctor_session_run(&s->session, &found, err);
    found.page.is_measured = measures;
    if (found.has_page && show_page(&found.page, &s->show, err))
        failed = -1;
    if (!failed && interrupt_came && found.has_page)
        cli_say_line("interrupted: what is shown is what was measured until then");
    else if (!failed && interrupt_came && s->session.moments)
        cli_say_line("interrupted; nothing was written");
    return failed ? -1 : found.status;
}

const struct command command_doctor = {
    .name = "doctor",
    .summary = "what would disturb a measurement here, and what to do about it",
    .usage = "[--format F] [-o FILE] [--self-test | --overhead | --moments | --inject 0,1,2,5,10]",
    .statuses = "Exit status: 0 fine, 2 usage, 3 it could not be measured or a check of "
                "--self-test failed, 130 interrupted.",
    COMMAND_DOES(options, struct settings, run),
};
