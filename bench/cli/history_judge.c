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

static int show_or_check(int argc, char *const *argv, bool is_check, struct err *err)
{
    struct wishes w = {
        .file = HISTORY_FILE,
        .format = "text",
        .seed = 1,
        .last = HISTORY_NEWEST,
        .request = {.alpha = HISTORY_ALPHA, .least_ratio = HISTORY_LEAST_RATIO},
    };
    bool help = false;
    const struct opt table[] = {
        {.name = "series",
         .letter = 's',
         .kind = OPT_TEXT,
         .out = &w.series,
         .argument = "GLOB",
         .help = "only series of that name, as \"spin/*\""},
        {.name = "format",
         .letter = 'f',
         .kind = OPT_TEXT,
         .out = &w.format,
         .argument = "F",
         .help = "one of",
         .choices = page_formats},
        {.name = "file",
         .kind = OPT_TEXT,
         .out = &w.file,
         .argument = "F",
         .help = "the history (" HISTORY_FILE ")"},
        {.name = "alpha",
         .kind = OPT_RATIO,
         .out = &w.request.alpha,
         .argument = "R",
         .help = "false alarms a check, over all series (1%)"},
        {.name = "threshold",
         .kind = OPT_RATIO,
         .out = &w.request.least_ratio,
         .argument = "R",
         .help = "the smallest move that counts (1%; raw medians 5%)"},
        {.name = "last",
         .kind = OPT_NUMBER,
         .out = &w.last,
         .argument = "N",
         .help = "points of a series that are judged, the newest (250)",
         .unit = "count",
         .min = CHANGEPOINT_BEFORE_MIN + CHANGEPOINT_AFTER_MIN,
         .max = 100000},
        {.name = "seed",
         .kind = OPT_NUMBER,
         .out = &w.seed,
         .argument = "N",
         .help = "of the permutations (1)",
         .unit = "count",
         .max = INT64_MAX},
        {.name = "width",
         .kind = OPT_NUMBER,
         .out = &w.width,
         .argument = "N",
         .help = "columns of text output (the terminal's, else 120)",
         .unit = "count",
         .min = WIDTH_LEAST,
         .max = WIDTH_MOST},
        {0},
    };
    if (opts_parse(table, argc, argv, NULL, &help, err))
        return EXIT_USAGE;
    if (help)
        return history_help(
            is_check ? "check [options]" : "show [options]",
            is_check
                ? "Looks for one change after the other in every series, each judged by what came\n"
                  "before and after it alone.  A change has 5 points before it and 3 after; a "
                  "lone\n"
                  "spike is none.  The last commit alone is judged by \"contend duel\", not here.\n"
                : "Every series with its trend, its newest value and what changed.\n",
            table,
            is_check ? "Exit status: 1 a change for the worse that nobody accepted, 0 none, 5 no "
                       "series has\n"
                       "enough points.\n"
                     : "  contend history show --series 'spin/*' --format markdown\n",
            err);
    if (!(w.request.alpha >= 1e-4 && w.request.alpha <= 0.5)) {
        err_set(err, ERR_USAGE, "--alpha: %g is not within 0.01%% to 50%%", w.request.alpha);
        return EXIT_USAGE;
    }
    w.request.seed = (uint64_t)w.seed;
    w.request.newest = (size_t)w.last;
    struct view v;
    int status = EXIT_USAGE;
    if (!view_open(&v, &w, err))
        status = print_view(&v, &w, is_check, err) ? EXIT_RUN_FAILED
                 : is_check                        ? verdict_of(&v, &w, err)
                                                   : EXIT_FINE;
    view_close(&v);
    return status;
}

int history_show(int argc, char *const *argv, struct err *err)
{
    return show_or_check(argc, argv, false, err);
}

int history_check_command(int argc, char *const *argv, struct err *err)
{
    return show_or_check(argc, argv, true, err);
}

int history_export(int argc, char *const *argv, struct err *err)
{
    const char *file = HISTORY_FILE, *series = NULL, *to = NULL, *directory = NULL;
    const char *branch = "main";
    bool help = false;
    const struct opt table[] = {
        {.name = "to",
         .kind = OPT_TEXT,
         .out = &to,
         .argument = "T",
         .help = "one of",
         .choices = history_targets},
        {.name = "output",
         .letter = 'o',
         .kind = OPT_TEXT,
         .out = &directory,
         .argument = "DIR",
         .help = "where the files go: otava.yaml and one file a series"},
        {.name = "series",
         .letter = 's',
         .kind = OPT_TEXT,
         .out = &series,
         .argument = "GLOB",
         .help = "only series of that name, as \"spin/*\""},
        {.name = "branch",
         .kind = OPT_TEXT,
         .out = &branch,
         .argument = "NAME",
         .help = "what Otava is to call the line of commits (main)"},
        {.name = "file",
         .kind = OPT_TEXT,
         .out = &file,
         .argument = "F",
         .help = "the history (" HISTORY_FILE ")"},
        {0},
    };
    if (opts_parse(table, argc, argv, NULL, &help, err))
        return EXIT_USAGE;
    if (help)
        return history_help("export --to T -o DIR [options]",
                            "Input of Apache Otava, whose E-divisive search is a second opinion.\n",
                            table,
                            "  contend history export --to otava-csv -o otava/\n"
                            "  (cd otava && OTAVA_CONFIG=otava.yaml otava list-tests)\n",
                            err);
    if (!to || !directory) {
        err_set(err, ERR_USAGE, "history export: needs %s",
                to ? "--output DIR" : "--to otava-csv or otava-json");
        return EXIT_USAGE;
    }
    struct history h;
    struct history_tracks tracks = {0};
    size_t target = 0, written = 0;
    while (strcmp(history_targets[target], to))
        target++;
    if (history_load(&h, file, false, err))
        return EXIT_USAGE;
    int failed =
        history_tracks_of(&tracks, &h, series, err) ||
        history_write_otava(&tracks, (enum history_target)target, branch, directory, &written, err);
    if (!failed && written == 0) {
        err_set(err, ERR_NOTCOMPARABLE, "%s: no series to export", file);
        failed = -1;
    }
    if (!failed) {
        struct buf line = {0};
        buf_printf(&line, "%s: otava.yaml and %zu series\n", directory, written);
        failed = cli_print(buf_text(&line), err);
        buf_release(&line);
    }
    history_tracks_release(&tracks);
    history_unload(&h);
    return failed ? EXIT_USAGE : EXIT_FINE;
}
