/* contend export: results in the formats of other programs. */
#include "bench/cli/cli.h"
#include "bench/cli/commands.h"
#include "bench/core/opts.h"
#include "bench/core/output.h"
#include "bench/core/wrap.h"
#include "bench/report/export/export.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct settings {
    const char *to, *output, *metric, *branch;
};

static void describe_formats(size_t width, struct buf *out)
{
    enum { NARROW = 60, UNDER = 8, BESIDE = 21 };
    buf_add(out, "formats:\n");
    for (const struct export_format *const *f = export_formats; *f; f++) {
        struct buf text = {0};
        buf_printf(&text, "%s%s", (*f)->consumer, (*f)->suffixes[0] ? "; -o PREFIX" : "");
        wrap_row(out, (*f)->name, buf_text(&text), width < NARROW ? UNDER : BESIDE, width);
        buf_settle(out, &text);
    }
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

static int export_all(const struct settings *w, const struct opt_list *paths, struct err *err)
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

static const char *format_at(size_t i)
{
    return export_names()[i];
}

static const struct opt options[] = {
    {OPT_AT(struct settings, to), .name = "to", .argument = "FORMAT",
     .help = "the format, see below", .choice_at = format_at},
    {OPT_AT(struct settings, output), .name = "output", .letter = 'o', .argument = "PATH",
     .help = "the file, or where two are written how their names begin",
     .without = "standard output"},
    {OPT_AT(struct settings, metric), .name = "metric", .letter = 'm', .argument = "M[,M]",
     .help = "these metrics, or \"all\"", .without = "startup, throughput, latency"},
    {OPT_AT(struct settings, branch), .name = "branch", .argument = "NAME",
     .help = "the branch, for formats that have one"},
    {0},
};

static const struct argument arguments[] = {
    {.name = "RESULT",
     .help = "a result; several, where the format takes them",
     .missing = "a result file, such as results/latest.json",
     .least = 1,
     .most = ARGUMENTS_ANY},
    {0},
};

static int run(void *settings, const struct call *call, struct err *err)
{
    const struct settings *s = settings;
    const struct export_format *format = s->to ? export_named(s->to) : NULL;
    if (!s->to)
        err_set(err, ERR_USAGE, "export: --to says in which format; \"export --help\" lists them");
    else if (format->suffixes[0] && !s->output)
        err_set(err, ERR_USAGE, "--to %s: writes two files; -o PREFIX says where", s->to);
    else
        return export_all(s, call->words, err);
    return EXIT_USAGE;
}

const struct command command_export = {
    .name = "export",
    .summary = "results in the formats of other programs",
    .usage = "RESULT... --to FORMAT [-o PATH]",
    .about = "Writes results in the format of another program, to PATH or standard output.",
    .describe = describe_formats,
    .examples = "  contend export results/a.json --to benchfmt -o a.txt\n"
                "  contend export results/*.json --to otava-csv -o series.csv\n"
                "  contend export a.json --to github-benchmark -o bench   (two files)\n",
    .arguments = arguments,
    .options = options,
    .settings_size = sizeof(struct settings),
    .run = run,
};
