/* contend import: files of other programs as results. */
#include "bench/cli/cli.h"
#include "bench/cli/commands.h"
#include "bench/core/file.h"
#include "bench/core/opts.h"
#include "bench/core/output.h"
#include "bench/report/import/import.h"

#include <stdlib.h>

static const char usage[] = "FILE [--from FORMAT] [-o RESULT]";

static int print_help(const struct opt *table, struct err *err)
{
    struct buf b = {0};
    buf_printf(&b, "contend import %s\n\n", usage);
    buf_add(&b,
            "Makes a result of what another program measured, so that report and compare read\n"
            "it.  A command or benchmark becomes a cell, its times the samples of time_ns.\n\n");
    opts_help(table, &b);
    buf_add(&b, "\n  hyperfine --export-json base.json 'sort words'\n"
                "  contend import base.json -o base-result.json\n"
                "  contend compare base-result.json head-result.json\n");
    int failed = cli_print(buf_text(&b), err);
    buf_release(&b);
    return failed ? EXIT_RUN_FAILED : EXIT_FINE;
}

static int import(const char *path, const char *format, const char *output, struct err *err)
{
    struct buf made = {0};
    size_t length = 0;
    char *text = file_read(path, &length, err);
    if (!text)
        return EXIT_USAGE;
    int status = import_text(path, text, length, format, &made, err) ? EXIT_USAGE : EXIT_FINE;
    if (!status &&
        (output ? output_write_text(output, &made, err) : cli_print(buf_text(&made), err)))
        status = EXIT_RUN_FAILED;
    buf_release(&made);
    free(text);
    return status;
}

static int run(int argc, char *const *argv, struct err *err)
{
    const char *from = NULL, *output = NULL;
    const struct opt table[] = {
        {.name = "from",
         .kind = OPT_TEXT,
         .out = &from,
         .argument = "FORMAT",
         .help = "the program it is of (what it looks like)",
         .choices = import_names()},
        {.name = "output",
         .letter = 'o',
         .kind = OPT_TEXT,
         .out = &output,
         .argument = "RESULT",
         .help = "the result (standard output)"},
        {0},
    };
    static struct opt_list paths;
    bool help = false;
    paths.count = 0;
    if (opts_parse(table, argc, argv, &paths, &help, err))
        return EXIT_USAGE;
    if (help)
        return print_help(table, err);
    if (paths.count != 1) {
        err_set(err, ERR_USAGE, "import: needs one file, not %zu", paths.count);
        return EXIT_USAGE;
    }
    return import(paths.items[0], from, output, err);
}

const struct command command_import = {
    .name = "import",
    .usage = usage,
    .summary = "what other programs measured, as a result",
    .run = run,
};
