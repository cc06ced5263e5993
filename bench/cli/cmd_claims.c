/* contend claims: measures what the textbook says, and judges each sentence by it. */
#include "bench/base/output.h"
#include "bench/cli/alone.h"
#include "bench/cli/cli.h"
#include "bench/cli/show.h"
#include "bench/lab/claims_run.h"
#include "bench/lab/known.h"
#include "bench/page/picture/picture.h"
#include "bench/run/words.h"

struct settings {
    struct alone alone;
    struct claims_run work;
    struct show show;
    struct opt_list only;
    const char *result;
    bool list;
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
    {OPT_AT(struct settings, work.plugins), .name = "plugin", .argument = "FILE",
     .help = "load locks and executors for --as; may be given again"},
    {OPT_AT(struct settings, work.as), .name = "as", .argument = "NAME=OTHER",
     .help = "wherever a claim says NAME (a lock, an executor), take OTHER; may be given again"},
    {OPT_AT(struct settings, show.format), SHOW_FORMAT},
    {OPT_AT(struct settings, show.width), SHOW_WIDTH_TEXT},
    {OPT_AT(struct settings, work.run.path), .name = "output", .letter = 'o', .argument = "FILE",
     .help = "the measured result; the page, where that is what its ending says (.html .md ..), "
             "or with --list and --result",
     .without = "claims-TIME.json, in results/ where that is there"},
    {OPT_AT(struct settings, work.run.force), .name = "force",
     .help = "discard an unfinished run at -o FILE, and measure though another contend does"},
    {OPT_AT(struct settings, alone.turn.wait_ns), ALONE_WAIT},
    {OPT_AT(struct settings, work.is_strict), .name = "strict",
     .help = "status 4 if one is undecided"},
    {OPT_AT(struct settings, alone.is_quiet), ALONE_QUIET},
    {0},
};

static void init(void *settings)
{
    plan_request_init(&((struct settings *)settings)->work.run.plan);
}

/* The status of the run. */
static int measure(struct settings *s, const struct call *call, struct run_report *report,
                   struct err *err)
{
    s->work.run.name = "claims";
    int failed = claims_plan(&s->work, err) ||
                 alone_run(&s->alone, &s->work.run, call, report, err) ||
                 claims_pass_on(&s->work, err);
    s->result = s->show.document = s->work.run.path;
    return failed ? -1 : run_report_status(report);
}

static int judge(struct settings *s, struct buf *said, struct err *err)
{
    struct page page;
    int status;
    s->work.say = cli_say_line;
    s->work.is_quiet = s->alone.is_quiet;
    if (claims_judge(&s->work, s->result, &page, &status, said, err))
        return -1;
    if (status == EXIT_INTERRUPTED)
        buf_add(said,
                "interrupted: the reference was not measured to its end; nothing was judged\n");
    return status == EXIT_INTERRUPTED || !show_page(&page, &s->show, err) ? status : -1;
}

static int measure_and_judge(struct settings *s, const struct call *call, struct err *err)
{
    bool is_measured = !s->result;
    struct run_report report = {0};
    struct buf said = {0}, reference = {0};
    int status = is_measured ? measure(s, call, &report, err) : EXIT_FINE;
    /* A cell that failed costs its claims, not the others. */
    bool has_failed = status == EXIT_RUN_FAILED;
    if (status >= 0 && status != EXIT_INTERRUPTED)
        status = judge(s, &reference, err);
    claims_release(&s->work);
    if (report.is_interrupted && !report.is_untouched)
        run_interrupted_words(&said, s->result);
    else if (is_measured && err->code == ERR_NONE && output_exists(s->result))
        run_result_words(&said, &report, s->result);
    if (err->code == ERR_NONE)
        buf_add(&said, buf_text(&reference));
    buf_settle(&said, &reference);
    cli_tell(&said);
    return has_failed ? EXIT_RUN_FAILED : status;
}

static int run(void *settings, const struct call *call, struct err *err)
{
    struct settings *s = settings;
    const char **path = &s->work.run.path;
    struct page page;
    /* What -o names is the measured result; the page where nothing is measured, or its ending says
     * so. */
    if (*path && (s->list || s->result || picture_is_page(*path))) {
        s->show.output = *path;
        *path = NULL;
    }
    if (show_take(&s->show, "text", s->result, err) ||
        claims_choose(&s->work.claims, &s->only, err))
        return -1;
    if (s->list) {
        claims_list_page(&page, &s->work.claims);
        return show_page(&page, &s->show, err);
    }
    return claims_check(&s->work, err) ? -1 : measure_and_judge(s, call, err);
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
    .init = init,
    COMMAND_DOES(options, struct settings, run),
};
