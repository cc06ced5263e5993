/* contend export: results in the formats of other programs. */
#include "bench/base/output.h"
#include "bench/base/words.h"
#include "bench/cli/cli.h"
#include "bench/exchange/export/make.h"

#include <stdio.h>

struct settings {
    const char *to, *output, *metric, *branch;
};

static const struct opt options[] = {
    {OPT_AT(struct settings, to), .name = "to", .argument = "FORMAT",
     .help = "the format, see below", .choice_at = export_name_at},
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

static int export_all(const struct export_request *r, const struct opt_list *paths, struct err *err)
{
    struct export_files files;
    int failed = export_make(&files, r, paths->items, paths->count, err);
    for (size_t i = 0; i < files.count && !failed; i++) {
        const struct export_file *file = &files.items[i];
        failed = cli_put(r->path ? buf_text(&file->name) : NULL, &file->text, err);
    }
    export_files_release(&files);
    return failed ? EXIT_RUN_FAILED : EXIT_FINE;
}

static int store(const struct settings *s, const struct export_format *format,
                 const struct opt_list *results, struct err *err)
{
    struct export_stored done;
    char words[2][40];
    if (!s->output || output_is_stream(s->output))
        return err_set(err, ERR_USAGE,
                       "--to %s: makes a file that no stream can take and later results are added "
                       "to; -o FILE says which",
                       s->to);
    if (s->metric)
        return err_set(err, ERR_USAGE, "--metric: --to %s takes every metric", s->to);
    if (format->store(results->items, results->count, s->output, &done, err))
        return -1;
    fprintf(stderr, "%s of %s added to %s",
            words_count(words[0], sizeof words[0], done.cells, "cell"),
            words_count(words[1], sizeof words[1], done.results, "result"), s->output);
    if (done.known)
        fprintf(stderr, "; %zu were there already", done.known);
    fputs("\n", stderr);
    return 0;
}

static int run(void *settings, const struct call *call, struct err *err)
{
    const struct settings *s = settings;
    const struct export_request r = {.format = s->to ? export_named(s->to) : NULL,
                                     .metric = s->metric,
                                     .branch = s->branch,
                                     .path = s->output};
    if (!r.format)
        err_set(err, ERR_USAGE, "export: --to says in which format; \"export --help\" lists them");
    else if (r.format->store)
        return store(s, r.format, call->words, err) ? EXIT_RUN_FAILED : EXIT_FINE;
    else if (r.format->suffixes[0] && !r.path)
        err_set(err, ERR_USAGE, "--to %s: writes two files; -o PREFIX says where", s->to);
    else
        return export_all(&r, call->words, err);
    return EXIT_USAGE;
}

const struct command command_export = {
    .name = "export",
    .summary = "results in the formats of other programs",
    .usage = "RESULT... --to FORMAT [-o PATH]",
    .about = "Writes results in the format of another program, to PATH or standard output.",
    .describe = export_formats_help,
    .examples = "  contend export results/a.json --to benchfmt -o a.txt\n"
                "  contend export results/*.json --to otava-csv -o series.csv\n"
                "  contend export a.json --to github-benchmark -o bench   (two files)\n"
                "  contend export results/*.json --to sqlite -o all.db\n",
    .arguments = arguments,
    .options = options,
    .settings_size = sizeof(struct settings),
    .run = run,
};
