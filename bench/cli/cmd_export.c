/* contend export: results in the formats of other programs. */
#include "bench/cli/cli.h"
#include "bench/cli/commands.h"
#include "bench/core/opts.h"
#include "bench/core/output.h"
#include "bench/report/export/export.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] = "RESULT... --to FORMAT [-o PATH]";

struct wishes {
    const char *to, *output, *metric, *branch;
};

static int print_help(const struct opt *table, struct err *err)
{
    struct buf b = {0};
    buf_printf(&b, "contend export %s\n\n", usage);
    buf_add(&b, "Writes results in the format of another program, to PATH or standard output.\n\n"
                "formats:\n");
    for (const struct export_format *const *f = export_formats; *f; f++)
        buf_printf(&b, "  %-18s %s%s\n", (*f)->name, (*f)->consumer,
                   (*f)->suffixes[0] ? "; -o PREFIX" : "");
    buf_add(&b, "\n");
    opts_help(table, &b);
    buf_add(&b, "\n  contend export results/a.json --to benchfmt -o a.txt\n"
                "  contend export results/*.json --to otava-csv -o series.csv\n"
                "  contend export a.json --to github-benchmark -o bench   (two files)\n");
    int failed = cli_print(buf_text(&b), err);
    buf_release(&b);
    return failed ? EXIT_RUN_FAILED : EXIT_FINE;
}

/* One file, or as many as the format has: all are made before the first is written. */
static int write_files(const struct export_format *format, const struct export_input *in,
                       const char *path, struct err *err)
{
    struct buf text[EXPORT_FILES_MAX] = {0}, name = {0};
    size_t count = format->suffixes[1] ? 2 : 1;
    int status = 0;
    for (size_t i = 0; i < count && !status; i++)
        status = format->write(in, i, &text[i], err);
    for (size_t i = 0; i < count && !status; i++) {
        buf_reset(&name);
        buf_printf(&name, "%s%s", path ? path : "", format->suffixes[i] ? format->suffixes[i] : "");
        status = path ? output_write_text(buf_text(&name), &text[i], err)
                      : cli_print(buf_text(&text[i]), err);
    }
    for (size_t i = 0; i < EXPORT_FILES_MAX; i++)
        buf_release(&text[i]);
    buf_release(&name);
    return status ? EXIT_RUN_FAILED : EXIT_FINE;
}

/* A format none of whose values are in the results would be written empty without a word. */
static int check_values(const struct export_input *in, const struct export_format *format,
                        struct err *err)
{
    struct export_walk walk = {0};
    struct export_value v;
    if (!strcmp(format->name, "junit") || export_next(in, &walk, &v))
        return 0;
    return err_set(err, ERR_NOTCOMPARABLE,
                   "%s holds no value to export (cells measured: %zu; --metric all takes every "
                   "metric)",
                   in->results[0].path, in->results[0].cell_count);
}

static int export_all(const struct wishes *w, const struct opt_list *paths, struct err *err)
{
    struct metric_choice choice = {0};
    struct result *results = calloc(paths->count, sizeof *results);
    size_t loaded = 0;
    int status = EXIT_USAGE;
    if (!results)
        err_set(err, ERR_SYSTEM, "%zu results: out of memory", paths->count);
    while (results && loaded < paths->count &&
           !result_load(&results[loaded], paths->items[loaded], err))
        loaded++;
    const struct export_input in = {results, loaded, &choice, w->branch};
    const struct export_format *format = export_named(w->to);
    if (results && loaded == paths->count &&
        !metric_choice_parse(&choice, w->metric, &results[0], err) &&
        !check_values(&in, format, err))
        status = write_files(format, &in, w->output, err);
    metric_choice_release(&choice);
    for (size_t i = 0; i < loaded; i++)
        result_unload(&results[i]);
    free(results);
    return status;
}

static int run(int argc, char *const *argv, struct err *err)
{
    struct wishes w = {0};
    const struct opt table[] = {
        {.name = "to",
         .kind = OPT_TEXT,
         .out = &w.to,
         .argument = "FORMAT",
         .help = "the format, see above",
         .choices = export_names()},
        {.name = "output",
         .letter = 'o',
         .kind = OPT_TEXT,
         .out = &w.output,
         .argument = "PATH",
         .help = "the file, or where two are written how their names begin"},
        {.name = "metric",
         .letter = 'm',
         .kind = OPT_TEXT,
         .out = &w.metric,
         .argument = "M[,M]",
         .help = "these metrics, or \"all\" (startup, throughput, latency)"},
        {.name = "branch",
         .kind = OPT_TEXT,
         .out = &w.branch,
         .argument = "NAME",
         .help = "the branch, for formats that have one"},
        {0},
    };
    static struct opt_list paths;
    bool help = false;
    paths.count = 0;
    if (opts_parse(table, argc, argv, &paths, &help, err))
        return EXIT_USAGE;
    if (help)
        return print_help(table, err);
    if (paths.count == 0)
        err_set(err, ERR_USAGE, "export: needs a result file, such as results/latest.json");
    else if (!w.to)
        err_set(err, ERR_USAGE, "export: --to says in which format; \"export --help\" lists them");
    else if (export_named(w.to)->suffixes[0] && !w.output)
        err_set(err, ERR_USAGE, "--to %s: writes two files; -o PREFIX says where", w.to);
    else
        return export_all(&w, &paths, err);
    return EXIT_USAGE;
}

const struct command command_export = {
    .name = "export",
    .usage = usage,
    .summary = "results in the formats of other programs",
    .run = run,
};
