/* contend report: tables and sentences from result files. */
#include "bench/cli/command.h"
#include "bench/cli/show_report.h"
#include "bench/cli/terminal.h"
#include "bench/core/opts.h"
#include "bench/report/scaling.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct wishes {
    const char *format;
    const char *rows, *cols, *metric, *filter, *weights;
    bool ratio, sentences, scaling;
    int64_t width;
};

static int load_all(struct result *results, const char *const *paths, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++)
        if (result_load(&results[i], paths[i], err))
            return -1;
    return results_tell_apart(results, count, err);
}

/* Puts something about the results onto a page. */
typedef int page_of_results(struct page *p, const struct result *results, size_t count,
                            const void *what, struct err *err);

static int show_results(const char *const *paths, size_t count, page_of_results *add,
                        const void *what, const char *format, int64_t width, struct err *err)
{
    struct page p;
    struct result *results = calloc(count, sizeof *results);
    if (!results)
        return err_set(err, ERR_SYSTEM, "%zu results: out of memory", count);
    page_init(&p, "contend report");
    page_expect(&p, format);
    int failed = load_all(results, paths, count, err) || add(&p, results, count, what, err);
    for (size_t i = 0; i < count; i++)
        result_unload(&results[i]);
    free(results);
    if (!failed)
        return show_page(&p, format, width, err);
    page_release(&p);
    return -1;
}

static int add_report(struct page *p, const struct result *results, size_t count, const void *what,
                      struct err *err)
{
    return report_page(p, results, count, what, err);
}

int show_report(const char *const *paths, size_t count, const struct report_request *request,
                const char *format, int64_t width, struct err *err)
{
    return show_results(paths, count, add_report, request, format, width, err);
}

static int add_scaling(struct page *p, const struct result *results, size_t count, const void *what,
                       struct err *err)
{
    const struct wishes *w = what;
    struct scaling scaling;
    if (scaling_of(&scaling, results, count, w->filter,
                   w->weights && !strcmp(w->weights, "absolute") ? USL_ABSOLUTE : USL_RELATIVE,
                   err))
        return -1;
    scaling_page(p, &scaling);
    scaling_release(&scaling);
    return 0;
}

static int report(const struct wishes *w, const struct opt_list *paths, struct err *err)
{
    const struct report_request request = {
        .table = {w->rows, w->cols, w->metric, w->filter, w->ratio},
        .with_sentences = w->sentences,
    };
    if (w->scaling)
        return show_results(paths->items, paths->count, add_scaling, w, w->format, w->width, err);
    return show_report(paths->items, paths->count, &request, w->format, w->width, err);
}

static const char *const weights[] = {"relative", "absolute", NULL};

static const struct opt options[] = {
    {OPT_AT(struct wishes, format), .name = "format", .letter = 'f', .argument = "F",
     .help = "one of", .initial = "text", .choices = page_formats},
    {OPT_AT(struct wishes, rows), .name = "rows", .argument = "DIM[,DIM]",
     .help = "what rows are made of", .without = "executor,tasks"},
    {OPT_AT(struct wishes, cols), .name = "cols", .argument = "DIM",
     .help = "a column group for each value of this"},
    {OPT_AT(struct wishes, metric), .name = "metric", .letter = 'm', .argument = "M[,M]",
     .help = "metrics by their names in the file, or \"all\"",
     .without = "startup, throughput, contention"},
    {OPT_AT(struct wishes, filter), .name = "filter", .argument = "EXPR",
     .help = "only cells such as workload=sleep,tasks>=10"},
    {OPT_AT(struct wishes, ratio), .name = "ratio",
     .help = "a ratio to the first row behind each metric"},
    {OPT_AT(struct wishes, sentences), .name = "sentences",
     .help = "say in words what the numbers mean"},
    {OPT_AT(struct wishes, scaling), .name = "scaling",
     .help = "speed-up over tasks and the scaling law"},
    {OPT_AT(struct wishes, weights), .name = "weights", .argument = "W",
     .help = "of --scaling's fit, how deviations count", .without = "relative", .choices = weights},
    TERMINAL_WIDTH_OPT(struct wishes, width),
    {0},
};

static const struct argument arguments[] = {
    {.name = "RESULT",
     .help = "a result file; \"-\" reads standard input",
     .missing = "a result file, such as results/latest.json",
     .least = 1,
     .most = ARGUMENTS_ANY},
    {0},
};

static int run(void *settings, const struct call *call, struct err *err)
{
    const struct wishes *w = settings;
    if (w->scaling && (w->rows || w->cols || w->metric)) {
        err_set(err, ERR_USAGE,
                "--scaling: is a table of its own; it goes with --filter and "
                "--format alone");
        return 2;
    }
    if (w->weights && !w->scaling) {
        err_set(err, ERR_USAGE, "--weights: \"%s\" is of the fit that --scaling makes", w->weights);
        return 2;
    }
    return report(w, call->words, err) ? 3 : 0;
}

const struct command command_report = {
    .name = "report",
    .summary = "comparison tables from result files",
    .usage = "RESULT... [OPTION]...",
    .about =
        "Tables from one result or several; those of different hosts stand side by side and are "
        "never pooled.  Without options: what it costs to start, what it yields and what "
        "contention takes, for each workload and lock.\n\n"
        "Dimensions: workload lock executor tasks workers placement host result role status "
        "id, and every parameter by its name.",
    .examples = "  contend report results/a.json results/b.json --sentences\n"
                "  contend report a.json --rows tasks --cols executor --metric throughput_per_s\n"
                "  contend report a.json --filter 'lock=none|gil,tasks>=2' --ratio\n",
    .arguments = arguments,
    .options = options,
    .settings_size = sizeof(struct wishes),
    .run = run,
};
