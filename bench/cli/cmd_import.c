/* contend import: files of other programs as results. */
#include "bench/base/file.h"
#include "bench/cli/cli.h"
#include "bench/exchange/import/import.h"

#include <stdlib.h>

struct settings {
    const char *from, *output;
};

static int import(const char *path, const char *format, const char *output, struct err *err)
{
    struct buf made = {0};
    size_t length = 0;
    char *text = file_read(path, &length, err);
    if (!text)
        return EXIT_USAGE;
    int status = import_text(path, text, length, format, &made, err) ? EXIT_USAGE : EXIT_FINE;
    if (!status && cli_put(output, &made, err))
        status = EXIT_RUN_FAILED;
    buf_release(&made);
    free(text);
    return status;
}

static const struct opt options[] = {
    {OPT_AT(struct settings, from), .name = "from", .argument = "FORMAT",
     .help = "the program it is of", .without = "what it looks like", .choice_at = import_name_at},
    {OPT_AT(struct settings, output), .name = "output", .letter = 'o', .argument = "RESULT",
     .help = "the result", .without = "standard output"},
    {0},
};

static const struct argument arguments[] = {
    {.name = "FILE",
     .help = "what the other program wrote",
     .missing = "one file, not 0",
     .least = 1,
     .most = 1},
    {0},
};

static int run(void *settings, const struct call *call, struct err *err)
{
    const struct settings *s = settings;
    return import(call->words->items[0], s->from, s->output, err);
}

const struct command command_import = {
    .name = "import",
    .summary = "what other programs measured, as a result",
    .usage = "FILE [--from FORMAT] [-o RESULT]",
    .about = "Makes a result of what another program measured, so that report and compare read it. "
             "A command or benchmark becomes a cell, its times the samples of time_ns.",
    .examples = "  hyperfine --export-json base.json 'sort words'\n"
                "  contend import base.json -o base-result.json\n"
                "  contend compare base-result.json head-result.json\n",
    .arguments = arguments,
    .options = options,
    .settings_size = sizeof(struct settings),
    .run = run,
};
