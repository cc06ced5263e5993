/* contend history show, check, export: what the file says. */
#include "bench/cli/cli.h"
#include "bench/cli/history.h"
#include "bench/cli/show.h"
#include "bench/cli/terminal.h"
#include "bench/report/history/export.h"
#include "bench/report/history/page.h"
#include "bench/stats/changepoint.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Everything read and judged. */
struct view {
    struct history history;
    struct history_tracks tracks;
    struct history_judgements judgements;
};

struct wishes {
    const char *file, *series, *format;
    int64_t seed, width, last;
    struct history_request request;
};

static int view_open(struct view *v, const struct wishes *w, struct err *err)
{
    *v = (struct view){0};
    if (history_load(&v->history, w->file, false, err))
        return -1;
    if (v->history.warnings.len > 0)
        fprintf(stderr, "contend: warning: %s", v->history.warnings.data);
    if (history_tracks_of(&v->tracks, &v->history, w->series, err) ||
        history_judge(&v->judgements, &v->tracks, &v->history, &w->request, err))
        return -1;
    if (v->tracks.count == 0)
        return w->series ? err_set(err, ERR_USAGE, "--series: \"%s\" matches no series of %s",
                                   w->series, w->file)
                         : err_set(err, ERR_NOTCOMPARABLE, "%s: holds no measured commit", w->file);
    return 0;
}

static void view_close(struct view *v)
{
    history_judgements_release(&v->judgements);
    history_tracks_release(&v->tracks);
    history_unload(&v->history);
}

static int print_view(const struct view *v, const struct wishes *w, bool is_check, struct err *err)
{
    struct page page;
    history_page(&page, &v->judgements, &v->tracks, &v->history, is_check);
    return show_page(&page, w->format, w->width, err);
}

/* 5 when not one series has enough points: a silent check is not a passed one. */
static int verdict_of(const struct view *v, const struct wishes *w, struct err *err)
{
    size_t most = 0;
    if (v->judgements.verdicts[HISTORY_WORSE] > 0)
        return EXIT_REGRESSION;
    if (v->judgements.judged > 0)
        return EXIT_FINE;
    for (size_t i = 0; i < v->judgements.count; i++)
        if (v->judgements.items[i].point_count > most)
            most = v->judgements.items[i].point_count;
    err_set(err, ERR_NOTCOMPARABLE,
            "%s: nothing can be judged yet: the longest series has %zu point%s, 8 are needed (5 "
            "before a change and 3 after)",
            w->file, most, most == 1 ? "" : "s");
    return EXIT_NO_VERDICT;
}

static const struct opt options[] = {
    {OPT_AT(struct wishes, series), .name = "series", .letter = 's', .argument = "GLOB",
     .help = "only series of that name, as \"spin/*\"", .without = "all"},
    {OPT_AT(struct wishes, format), .name = "format", .letter = 'f', .argument = "F",
     .help = "one of", .initial = "text", .choices = page_formats},
    HISTORY_FILE_OPT(struct wishes, file),
    {OPT_AT(struct wishes, request.alpha), .name = "alpha", .argument = "R",
     .help = "false alarms a check, over all series", .without = "1%"},
    {OPT_AT(struct wishes, request.least_ratio), .name = "threshold", .argument = "R",
     .help = "the smallest move that counts", .without = "1%; of raw medians 5%"},
    {OPT_AT(struct wishes, last), .name = "last", .argument = "N",
     .help = "points of a series that are judged, the newest", .without = "250", .unit = "count",
     .min = CHANGEPOINT_BEFORE_MIN + CHANGEPOINT_AFTER_MIN, .max = 100000},
    {OPT_AT(struct wishes, seed), .name = "seed", .argument = "N", .help = "of the permutations",
     .initial = "1", .unit = "count", .max = INT64_MAX},
    TERMINAL_WIDTH_OPT(struct wishes, width),
    {0},
};

static void init(void *settings)
{
    struct wishes *w = settings;
    w->last = HISTORY_NEWEST;
    w->request =
        (struct history_request){.alpha = HISTORY_ALPHA, .least_ratio = HISTORY_LEAST_RATIO};
}

static int show_or_check(struct wishes *w, bool is_check, struct err *err)
{
    if (!(w->request.alpha >= 1e-4 && w->request.alpha <= 0.5)) {
        err_set(err, ERR_USAGE, "--alpha: %g is not within 0.01%% to 50%%", w->request.alpha);
        return EXIT_USAGE;
    }
    w->request.seed = (uint64_t)w->seed;
    w->request.newest = (size_t)w->last;
    struct view v;
    int status = EXIT_USAGE;
    if (!view_open(&v, w, err))
        status = print_view(&v, w, is_check, err) ? EXIT_RUN_FAILED
                 : is_check                       ? verdict_of(&v, w, err)
                                                  : EXIT_FINE;
    view_close(&v);
    return status;
}

static int show(void *settings, const struct call *call, struct err *err)
{
    (void)call;
    return show_or_check(settings, false, err);
}

const struct command history_show = {
    .name = "show",
    .summary = "every series with its trend",
    .about = "Every series with its trend, its newest value and what changed.",
    .examples = "  contend history show --series 'spin/*' --format markdown\n",
    .options = options,
    .settings_size = sizeof(struct wishes),
    .init = init,
    .run = show,
};

static int check(void *settings, const struct call *call, struct err *err)
{
    (void)call;
    return show_or_check(settings, true, err);
}

const struct command history_check_command = {
    .name = "check",
    .summary = "what changed, and between which commits",
    .about =
        "Looks for one change after the other in every series, each judged by what came before "
        "and after it alone.  A change has 5 points before it and 3 after; a lone spike is "
        "none.  The last commit alone is judged by \"contend duel\", not here.",
    .statuses =
        "Exit status: 1 a change for the worse that nobody accepted, 0 none, 5 no series has "
        "enough points.",
    .options = options,
    .settings_size = sizeof(struct wishes),
    .init = init,
    .run = check,
};

/* ---- export -------------------------------------------------------------------------- */

struct export_wishes {
    const char *file, *series, *to, *directory, *branch;
};

static const struct opt export_options[] = {
    {OPT_AT(struct export_wishes, to), .name = "to", .argument = "T", .help = "one of",
     .choices = history_targets},
    {OPT_AT(struct export_wishes, directory), .name = "output", .letter = 'o', .argument = "DIR",
     .help = "where the files go: otava.yaml and one file a series"},
    {OPT_AT(struct export_wishes, series), .name = "series", .letter = 's', .argument = "GLOB",
     .help = "only series of that name, as \"spin/*\"", .without = "all"},
    {OPT_AT(struct export_wishes, branch), .name = "branch", .argument = "NAME",
     .help = "what Otava is to call the line of commits", .initial = "main"},
    HISTORY_FILE_OPT(struct export_wishes, file),
    {0},
};

static int export_series(void *settings, const struct call *call, struct err *err)
{
    const struct export_wishes *w = settings;
    (void)call;
    if (!w->to || !w->directory) {
        err_set(err, ERR_USAGE, "history export: needs %s",
                w->to ? "--output DIR" : "--to otava-csv or otava-json");
        return EXIT_USAGE;
    }
    struct history h;
    struct history_tracks tracks = {0};
    size_t target = 0, written = 0;
    while (strcmp(history_targets[target], w->to))
        target++;
    if (history_load(&h, w->file, false, err))
        return EXIT_USAGE;
    int failed = history_tracks_of(&tracks, &h, w->series, err) ||
                 history_write_otava(&tracks, (enum history_target)target, w->branch, w->directory,
                                     &written, err);
    if (!failed && written == 0)
        failed = err_set(err, ERR_NOTCOMPARABLE, "%s: no series to export", w->file);
    if (!failed) {
        struct buf line = {0};
        buf_printf(&line, "%s: otava.yaml and %zu series\n", w->directory, written);
        failed = cli_print(buf_text(&line), err);
        buf_release(&line);
    }
    history_tracks_release(&tracks);
    history_unload(&h);
    return failed ? EXIT_USAGE : EXIT_FINE;
}

const struct command history_export = {
    .name = "export",
    .summary = "the series for another tool's opinion",
    .usage = "--to T -o DIR [OPTION]...",
    .about = "Input of Apache Otava, whose E-divisive search is a second opinion.",
    .examples = "  contend history export --to otava-csv -o otava/\n"
                "  (cd otava && OTAVA_CONFIG=otava.yaml otava list-tests)\n",
    .options = export_options,
    .settings_size = sizeof(struct export_wishes),
    .run = export_series,
};
