/* contend claims: measures what the textbook says, and judges each sentence by it. */
#include "bench/base/interrupt.h"
#include "bench/base/output.h"
#include "bench/cli/cli.h"
#include "bench/cli/run_session.h"
#include "bench/cli/show.h"
#include "bench/cli/terminal.h"
#include "bench/lab/claims_run.h"
#include "bench/lab/known.h"
#include "bench/page/picture/picture.h"
#include "bench/registry.h"

#include <stdio.h>

struct settings {
    struct run_session session;
    struct claims_run work;
    struct opt_list only, plugins, as;
    const char *format, *result;
    const char *page_path; /* -o, where its ending says that it is the page's */
    bool list, strict;
    int64_t width;
};

static const struct opt options[] = {
    {OPT_AT(struct settings, only), .name = "only", .argument = "ID,ID",
     .help = "these claims, by name or number", .without = "all", .choice_at = known_claim},
    {OPT_AT(struct settings, list), .name = "list",
     .help = "the claims and where they stand; measures nothing"},
    {OPT_AT(struct settings, work.run.plan.budget_ns), .name = "budget", OPT_TIME(1, INT64_MAX),
     .help = "no new round after this time", .without = PLAN_BUDGET ", and 6 rounds"},
    {OPT_AT(struct settings, work.run.plan.rounds), .name = "rounds", OPT_COUNT(1, ROUNDS_MAX),
     .help = "at most this many rounds", .without = PLAN_ROUNDS},
    {OPT_AT(struct settings, work.run.plan.seed), .name = "seed", OPT_COUNT(0, INT64_MAX),
     .help = "of the order of cells", .without = "drawn"},
    {OPT_AT(struct settings, result), .name = "result", .argument = "FILE",
     .help = "judge this result; measures nothing"},
    {OPT_AT(struct settings, work.reference), .name = "reference", .argument = "R",
     .help = "beside it the same in \"cpython\", or its result in a file"},
    {OPT_AT(struct settings, work.python), .name = "python", .argument = "PATH",
     .help = "the interpreter of --reference cpython", .without = "the machine's"},
    {OPT_AT(struct settings, plugins), .name = "plugin", .argument = "FILE",
     .help = "load locks and executors for --as; may be given again"},
    {OPT_AT(struct settings, as), .name = "as", .argument = "NAME=OTHER",
     .help = "wherever a claim says NAME (a lock, an executor), take OTHER; may be given again"},
    SHOW_FORMAT_OPT(struct settings, format),
    TERMINAL_WIDTH_OPT(struct settings, width),
    {OPT_AT(struct settings, work.run.path), .name = "output", .letter = 'o', .argument = "FILE",
     .help = "the measured result; the page, where that is what its ending says (.html .md ..), "
             "or with --list and --result",
     .without = "claims-TIME.json, in results/ where that is there"},
    {OPT_AT(struct settings, work.run.force), .name = "force",
     .help = "discard an unfinished run at -o FILE, and measure though another contend does"},
    ALONE_WAIT_OPT(struct settings, session.alone),
    {OPT_AT(struct settings, strict), .name = "strict", .help = "status 4 if one is undecided"},
    {OPT_AT(struct settings, session.is_quiet), .name = "quiet", .letter = 'q',
     .help = "no progress"},
    {0},
};

static void init(void *settings)
{
    plan_request_init(&((struct settings *)settings)->work.run.plan);
}

static int list(const struct settings *s, struct err *err)
{
    struct page page;
    claims_list_page(&page, &s->work.claims);
    return show_page_to(&page, s->format, s->width, s->page_path, err);
}

/* The status of the run. */
static int measure(struct settings *s, const struct call *call, struct run_report *report,
                   struct err *err)
{
    s->session.name = "claims";
    s->work.is_quiet = s->session.is_quiet;
    int failed =
        claims_plan(&s->work, err) || run_session_do(&s->session, &s->work.run, call, report, err);
    claims_plan_release(&s->work);
    s->result = s->work.run.path;
    return failed ? -1 : run_session_status(report);
}

static int judge(struct settings *s, struct claims_judged **judged, struct err *err)
{
    struct page page;
    if (s->work.reference)
        interrupt_catch(INTERRUPT_IGNORED);
    s->work.run.interrupted = &interrupt_came;
    s->work.say = cli_say_line;
    int outcome = claims_judge(&s->work, s->result, judged, err);
    if (outcome)
        return outcome < 0 ? -1 : EXIT_INTERRUPTED;
    const size_t *counts = (*judged)->verdicts.counts;
    claims_judged_page(&page, *judged, &s->work, &s->plugins);
    return show_page_to(&page, s->format, s->width, s->page_path, err) ? -1
           : counts[STANDING_REFUTED] > 0                              ? EXIT_REGRESSION
           : s->strict && counts[STANDING_UNDECIDED] > 0               ? EXIT_UNDECIDED
                                                                       : EXIT_FINE;
}

static void say_reference(const char *path)
{
    struct buf line = {0};
    buf_printf(&line, "reference: %s\n", path);
    cli_tell(&line);
}

static int measure_and_judge(struct settings *s, const struct call *call, struct err *err)
{
    bool is_measured = !s->result;
    struct run_report report = {0};
    struct claims_judged *judged = NULL;
    int status = is_measured ? measure(s, call, &report, err) : EXIT_FINE;
    /* A cell that failed costs its claims, not the others. */
    bool has_failed = status == EXIT_RUN_FAILED;
    if (status >= 0 && status != EXIT_INTERRUPTED)
        status = judge(s, &judged, err);
    if (is_measured && err->code == ERR_NONE && output_exists(s->result))
        run_session_end(&report, s->result);
    if (judged && judged->measured[0] && err->code == ERR_NONE)
        say_reference(judged->measured);
    claims_judged_free(judged);
    return has_failed ? EXIT_RUN_FAILED : status;
}

/* What -o names is the measured result; the page where nothing is measured, or its ending says so.
 */
static int place_page(struct settings *s, struct err *err)
{
    const char **path = &s->work.run.path;
    if (*path && (s->list || s->result || picture_is_page(*path))) {
        s->page_path = *path;
        *path = NULL;
    }
    s->format = picture_place(s->format, s->page_path, "text", err);
    return !s->format || (s->result && output_keep(s->result, s->page_path, err)) ? -1 : 0;
}

static int run(void *settings, const struct call *call, struct err *err)
{
    struct settings *s = settings;
    if (place_page(s, err))
        return -1;
    if (claims_choose(&s->work.claims, &s->only, err))
        return -1;
    if (s->list)
        return list(s, err);
    /* Plug-ins first: substitutions may name what they bring. */
    if (registry_load_plugins(s->plugins.items, s->plugins.count, err) ||
        claims_check(&s->work, &s->as, err))
        return -1;
    return measure_and_judge(s, call, err);
}

const struct command command_claims = {
    .name = "claims",
    .summary = "the textbook, measured: each claim with its verdict",
    .usage = "[--only ID,ID] [--result FILE] [--reference cpython] [OPTION]...",
    .about = "The textbook, measured: each claim with its verdict.\n\n"
             "A claim is judged by ratios within one run, each with an interval over its rounds: "
             "confirmed when the interval lies on the claim's side, refuted when the rounds lie "
             "on the other, undecided in between.",
    .statuses = "Exit status: 0 none refuted, 1 one is, 2 usage, 3 a cell failed, 4 one undecided "
                "with --strict, 130 interrupted.",
    .examples = "  contend claims --only one_at_a_time,19\n"
                "  contend claims --reference cpython --format markdown\n"
                "  contend claims --result results/claims.json\n"
                "  contend claims --plugin ./mine.so --as gil=mine\n",
    .options = options,
    .settings_size = sizeof(struct settings),
    .init = init,
    .run = run,
};
