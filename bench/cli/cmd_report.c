/* contend report: tables and sentences from result files. */
#include "bench/cli/command.h"
#include "bench/cli/terminal.h"
#include "bench/core/opts.h"
#include "bench/report/report.h"
#include "bench/report/scaling.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct wishes {
    const char *format;
    const char *rows, *cols, *metric, *filter, *weights;
    bool ratio, sentences, scaling;
    int64_t width;
};

static enum report_format format_named(const char *name)
{
    size_t i = 0;
    while (report_formats[i] && strcmp(report_formats[i], name))
        i++;
    return (enum report_format)i;
}

static int load_all(struct result *results, const struct opt_list *paths, struct err *err)
{
    for (size_t i = 0; i < paths->count; i++)
        if (result_load(&results[i], paths->items[i], err))
            return -1;
    return results_tell_apart(results, paths->count, err);
}

static int print(const struct buf *text, struct err *err)
{
    errno = 0;
    if (fwrite(buf_text(text), 1, text->len, stdout) != text->len || fflush(stdout) != 0)
        return err_set_sys(err, errno, "standard output");
    return 0;
}

static bool is_one_of(const char *word, const char *const *words)
{
    while (*words && strcmp(*words, word) != 0)
        words++;
    return *words != NULL;
}

static int report_scaling(const struct wishes *w, const struct result *results, size_t count,
                          struct buf *out, struct err *err)
{
    struct scaling scaling;
    if (scaling_of(&scaling, results, count, w->filter,
                   w->weights && !strcmp(w->weights, "absolute") ? USL_ABSOLUTE : USL_RELATIVE,
                   err))
        return -1;
    int status = scaling_render(&scaling, w->format, out, err);
    scaling_release(&scaling);
    return status;
}

static int report(const struct wishes *w, const struct opt_list *paths, struct err *err)
{
    struct report_request request = {
        .format = format_named(w->format),
        .table = {w->rows, w->cols, w->metric, w->filter, w->ratio},
        .with_sentences = w->sentences,
        .style = {.width = terminal_width(w->width), .colour = terminal_has_colour()},
    };
    struct buf text = {0};
    struct result *results = calloc(paths->count, sizeof *results);
    if (!results)
        return err_set(err, ERR_SYSTEM, "%zu results: out of memory", paths->count);
    int status = load_all(results, paths, err);
    if (!status)
        status = w->scaling ? report_scaling(w, results, paths->count, &text, err)
                            : report_make(&text, results, paths->count, &request, err);
    if (!status)
        status = print(&text, err);
    buf_release(&text);
    for (size_t i = 0; i < paths->count; i++)
        result_unload(&results[i]);
    free(results);
    return status;
}

static const char *const weights[] = {"relative", "absolute", NULL};

static const struct opt options[] = {
    {OPT_AT(struct wishes, format), .name = "format", .letter = 'f', .argument = "F",
     .help = "one of", .initial = "text", .choices = report_formats},
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
     .help = "speed-up over tasks and the scaling law (text, markdown, json)"},
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
    if (w->scaling && !is_one_of(w->format, scaling_formats)) {
        err_set(err, ERR_USAGE, "--format: \"%s\" with --scaling: expected text, markdown or json",
                w->format);
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
