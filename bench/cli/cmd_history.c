/* contend history: what was measured of each commit, and what changed where. */
#include "bench/cli/cli.h"
#include "bench/cli/show.h"
#include "bench/judge/history/export.h"
#include "bench/judge/history/judge.h"
#include "bench/judge/history/view.h"
#include "bench/judge/history/write.h"
#include "bench/stats/changepoint.h"

#define HISTORY_FILE                                                                               \
    .name = "file", .argument = "F", .help = "the history",                                        \
    .without = "history.jsonl, in results/ where that is there"
#define HISTORY_SERIES                                                                             \
    .name = "series", .letter = 's', .argument = "GLOB",                                           \
    .help = "only series of that name, as \"spin/*\"", .without = "all"

/* What was skipped while a history was read. */
static void show_warnings(struct buf *warnings)
{
    if (warnings->len > 0)
        cli_say("warning", buf_text(warnings));
    buf_release(warnings);
}

static int finish(int failed, struct buf *warnings, struct buf *said, struct err *err)
{
    show_warnings(warnings);
    if (!failed)
        return cli_put(NULL, said, err);
    buf_release(said);
    return -1;
}

/* ---- add ---------------------------------------------------------------------------- */

static const struct opt add_options[] = {
    {OPT_AT(struct history_addition, file), HISTORY_FILE},
    {OPT_AT(struct history_addition, origin.commit), .name = "commit", .argument = "ID",
     .help = "what was measured", .without = "as a result says; else git's HEAD"},
    {OPT_AT(struct history_addition, origin.anchor), .name = "anchor", .argument = "ID",
     .help = "what it was measured against", .without = "the base's code"},
    {OPT_AT(struct history_addition, origin.metrics), .name = "metric", .letter = 'm',
     .argument = "M[,M]", .help = "metrics of a result", .without = "the headline's"},
    {OPT_AT(struct history_addition, may_replace), .name = "replace",
     .help = "the commit's numbers take the place of earlier ones"},
    {0},
};

static int add(void *settings, const struct call *call, struct err *err)
{
    struct history_addition *a = settings;
    struct buf warnings = {0}, said = {0};
    a->source = call->words->items[0];
    return finish(history_add_file(a, &warnings, &said, err), &warnings, &said, err);
}

static const struct command word_add = {
    .name = "add",
    .summary = "a line a commit: from a duel against the anchor, or from a result",
    .usage = "FILE [OPTION]...",
    .about = "FILE is what \"contend duel -o\" wrote, base being the anchor and head the commit; "
             "or a result of \"contend run\", of which raw medians alone are kept.  Several may "
             "add at once; a line is there whole or not at all.",
    .examples = "  contend duel --workload queue -o duel.json -- anchor/contend -- head/contend\n"
                "  contend history add duel.json --anchor v1.0 --commit $(git rev-parse HEAD)\n",
    .argument = {ARGUMENT_ONE("FILE", "of a duel or a result",
                              "one file of a duel or a result, not 0")},
    COMMAND_DOES(add_options, struct history_addition, add),
};

/* ---- show, check --------------------------------------------------------------------- */

struct wishes {
    struct history_wishes history;
    struct show show;
};

static const struct opt judge_options[] = {
    {OPT_AT(struct wishes, history.series), HISTORY_SERIES},
    {OPT_AT(struct wishes, show.format), SHOW_FORMAT},
    {OPT_AT(struct wishes, show.output), SHOW_OUTPUT},
    {OPT_AT(struct wishes, show.also), SHOW_ALSO},
    {OPT_AT(struct wishes, history.file), HISTORY_FILE},
    {OPT_AT(struct wishes, history.alpha), .name = "alpha", .argument = "R",
     .help = "false alarms a check, over all series", .without = "1%", .absent = HISTORY_ALPHA},
    {OPT_AT(struct wishes, history.least_ratio), .name = "threshold", .argument = "R",
     .help = "the smallest move that counts", .without = "1%; of raw medians 5%",
     .absent = HISTORY_LEAST_RATIO},
    {OPT_AT(struct wishes, history.newest), .name = "last", .argument = "N",
     .help = "points of a series that are judged, the newest", .without = "250",
     .absent = HISTORY_NEWEST, .unit = "count",
     .min = CHANGEPOINT_BEFORE_MIN + CHANGEPOINT_AFTER_MIN, .max = 100000},
    {OPT_AT(struct wishes, history.seed), .name = "seed", OPT_COUNT(0, INT64_MAX),
     .help = "of the permutations", .initial = "1"},
    {OPT_AT(struct wishes, show.width), SHOW_WIDTH_TEXT},
    {0},
};

static int show_or_check(struct wishes *w, bool is_check, struct err *err)
{
    struct page page;
    struct buf warnings = {0};
    int status;
    if (show_take(&w->show, "text", history_file(w->history.file), err))
        return -1;
    int failed = history_view_page(&page, &w->history, is_check, &warnings, &status, err);
    show_warnings(&warnings);
    return failed || show_page(&page, &w->show, err) ? -1 : status;
}

static int show(void *settings, const struct call *call, struct err *err)
{
    (void)call;
    return show_or_check(settings, false, err);
}

static const struct command word_show = {
    .name = "show",
    .summary = "every series with its trend",
    .about = "Every series with its trend, its newest value and what changed.",
    .examples = "  contend history show --series 'spin/*' --format markdown\n",
    COMMAND_DOES(judge_options, struct wishes, show),
};

static int check(void *settings, const struct call *call, struct err *err)
{
    (void)call;
    return show_or_check(settings, true, err);
}

static const struct command word_check = {
    .name = "check",
    .summary = "what changed, and between which commits",
    .about = "Looks for one change after the other in every series, each judged by what came "
             "before and after it alone.  A change has 5 points before it and 3 after; a lone "
             "spike is none.  The last commit alone is judged by \"contend duel\", not here.",
    .statuses = "Exit status: 1 a change for the worse that nobody accepted, 0 none, 5 no series "
                "has enough points.",
    COMMAND_DOES(judge_options, struct wishes, check),
};

/* ---- accept ------------------------------------------------------------------------- */

static const struct opt accept_options[] = {
    {OPT_AT(struct history_acceptance, reason), .name = "reason", .letter = 'r', .argument = "TEXT",
     .help = "why it is meant; shown from now on"},
    {OPT_AT(struct history_acceptance, series), HISTORY_SERIES},
    {OPT_AT(struct history_acceptance, file), HISTORY_FILE},
    {0},
};

static int accept_change(void *settings, const struct call *call, struct err *err)
{
    struct history_acceptance *a = settings;
    struct buf warnings = {0}, said = {0};
    a->range = call->words->items[0];
    return finish(history_add_accept(a, &warnings, err), &warnings, &said, err);
}

static const struct command word_accept = {
    .name = "accept",
    .summary = "a change that is meant: check stays quiet about it",
    .usage = "COMMIT|FROM..TO --reason TEXT [OPTION]...",
    .about = "Changes between those commits are meant: check names them, and stays quiet.  A "
             "drift is looked at again from there on.",
    .examples =
        "  contend history accept 3f2a1bc --series 'queue/*' --reason \"bounded queue, #412\"\n",
    .argument = {ARGUMENT_ONE("COMMIT", "or a range, FROM..TO", "one commit or range, not 0")},
    COMMAND_DOES(accept_options, struct history_acceptance, accept_change),
};

/* ---- export -------------------------------------------------------------------------- */

static const struct opt export_options[] = {
    {OPT_AT(struct history_export_request, target), .name = "to", .argument = "T", .help = "one of",
     .choices = history_targets},
    {OPT_AT(struct history_export_request, directory), .name = "output", .letter = 'o',
     .argument = "DIR", .help = "where the files go: otava.yaml and one file a series"},
    {OPT_AT(struct history_export_request, series), HISTORY_SERIES},
    {OPT_AT(struct history_export_request, branch), .name = "branch", .argument = "NAME",
     .help = "what Otava is to call the line of commits", .initial = "main"},
    {OPT_AT(struct history_export_request, file), HISTORY_FILE},
    {0},
};

static int export_series(void *settings, const struct call *call, struct err *err)
{
    struct buf warnings = {0}, said = {0};
    (void)call;
    return finish(history_export_series(settings, &warnings, &said, err), &warnings, &said, err);
}

static const struct command word_export = {
    .name = "export",
    .summary = "the series for another tool's opinion",
    .usage = "--to T -o DIR [OPTION]...",
    .about = "Input of Apache Otava, whose E-divisive search is a second opinion.",
    .examples = "  contend history export --to otava-csv -o otava/\n"
                "  (cd otava && OTAVA_CONFIG=otava.yaml otava list-tests)\n",
    COMMAND_DOES(export_options, struct history_export_request, export_series),
};

/* ---- All of them ----------------------------------------------------------------------- */

static const struct command *const words[] = {
    &word_add, &word_show, &word_check, &word_accept, &word_export, NULL,
};

const struct command command_history = {
    .name = "history",
    .summary = "what was measured of each commit, and which commit changed it",
    .usage = "WORD [OPTION]...",
    .about = "One line a commit in history.jsonl (--file): the ratio of each figure to a pinned "
             "anchor build measured interleaved in the same job, so that no two days are ever "
             "compared.  \"check\" finds where a series changed.",
    .commands = words,
};
