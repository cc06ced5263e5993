/* contend import: files of other programs as results. */
#include "bench/base/output.h"
#include "bench/cli/cli.h"
#include "bench/exchange/import/import.h"
#include "bench/page/picture/picture.h"

struct settings {
    const char *from, *output;
};

static const struct opt options[] = {
    {OPT_AT(struct settings, from), .name = "from", .argument = "FORMAT",
     .help = "the program it is of", .without = "what it looks like", .choice_at = import_name_at},
    {OPT_AT(struct settings, output), .name = "output", .letter = 'o', .argument = "RESULT",
     .help = "the result", .without = "standard output"},
    {0},
};

static int run(void *settings, const struct call *call, struct err *err)
{
    const struct settings *s = settings;
    struct buf made = {0};
    int failed =
        picture_refuse_result(s->output, err) || output_keep_all(call->words, s->output, err) ||
        (s->output && output_check(s->output, err)) ||
        import_file(call->words->items[0], s->from, &made, err) || cli_put(s->output, &made, err);
    buf_release(&made);
    return failed ? -1 : EXIT_FINE;
}

const struct command command_import = {
    .name = "import",
    .summary = "what other programs measured, as a result",
    .usage = "FILE [--from FORMAT] [-o RESULT]",
    .about = "Makes a result of what another program measured, so that report and compare read "
             "it. A command or benchmark becomes a cell, its times the samples of time_ns.",
    .examples = "  hyperfine --export-json base.json 'sort words'\n"
                "  contend import base.json -o base-result.json\n"
                "  contend compare base-result.json head-result.json\n",
    .argument = {ARGUMENT_ONE("FILE", "what the other program wrote", "one file, not 0")},
    COMMAND_DOES(options, struct settings, run),
};
