/* contend export: results in the formats of other programs. */
#include "bench/cli/cli.h"
#include "bench/exchange/export/make.h"

static const struct opt options[] = {
    {OPT_AT(struct export_request, format), .name = "to", .argument = "FORMAT",
     .help = "the format, see below", .choice_at = export_name_at},
    {OPT_AT(struct export_request, path), .name = "output", .letter = 'o', .argument = "PATH",
     .help = "the file, or where two are written how their names begin",
     .without = "standard output"},
    {OPT_AT(struct export_request, metric), .name = "metric", .letter = 'm', .argument = "M[,M]",
     .help = "these metrics, or \"all\"", .without = "startup, throughput, latency"},
    {OPT_AT(struct export_request, branch), .name = "branch", .argument = "NAME",
     .help = "the branch, for formats that have one"},
    {0},
};

static int run(void *settings, const struct call *call, struct err *err)
{
    const struct export_request *r = settings;
    struct buf said = {0};
    int failed = export_make(r, call->words->items, call->words->count, &said, err);
    cli_tell(&said);
    return failed ? -1 : EXIT_FINE;
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
    .argument = {ARGUMENT_SOME("RESULT", "a result; several, where the format takes them",
                               "a result file, such as results/standard.json")},
    COMMAND_DOES(options, struct export_request, run),
};
