/* contend compare: two results side by side, judged row by row. */
#include "bench/cli/cli.h"
#include "bench/cli/commands.h"
#include "bench/core/opts.h"
#include "bench/report/fidelity.h"

#include <string.h>

static const char usage[] = "--fidelity EMULATED REFERENCE [options]";

static int print_help(const struct opt *table, struct err *err)
{
    struct buf b = {0};
    buf_printf(&b, "contend compare %s\n\n", usage);
    buf_add(&b,
            "Does the emulated lock behave as the real one?  EMULATED is a result of contend,\n"
            "REFERENCE one of \"contend reference cpython\".  Compared are shapes: ratios within\n"
            "each runtime, times in units of the switch interval, switches a second.\n"
            "--fidelity is what this version compares.\n\n");
    opts_help(table, &b);
    buf_add(&b, "\nExit status: 0 all rows that could be compared agree, 1 some differ, 5 there\n"
                "was no row to compare.\n\n"
                "  contend run --suite fidelity -o emulated.json\n"
                "  contend reference cpython --plan fidelity -o real.json\n"
                "  contend compare --fidelity emulated.json real.json\n");
    int failed = cli_print(buf_text(&b), err);
    buf_release(&b);
    return failed ? EXIT_RUN_FAILED : EXIT_FINE;
}

static int compare(const struct result *emulated, const struct result *real, const char *format,
                   struct err *err)
{
    struct fidelity table;
    struct buf text = {0};
    size_t index = 0;
    while (strcmp(fidelity_formats[index], format))
        index++;
    fidelity_of(&table, emulated, real);
    int failed = fidelity_render(&table, emulated, real, index, &text, err) ||
                 cli_print(buf_text(&text), err);
    buf_release(&text);
    if (failed)
        return EXIT_RUN_FAILED;
    if (table.counts[FIDELITY_MISSING] == table.count) {
        err_set(err, ERR_NOTCOMPARABLE, "compare: the two results have no row in common");
        return EXIT_NO_VERDICT;
    }
    return table.counts[FIDELITY_DIFFERS] ? EXIT_REGRESSION : EXIT_FINE;
}

static int run(int argc, char *const *argv, struct err *err)
{
    bool is_fidelity = false, help = false;
    const char *format = "text";
    const struct opt table[] = {
        {.name = "fidelity",
         .kind = OPT_FLAG,
         .out = &is_fidelity,
         .help = "an emulated runtime against the real one"},
        {.name = "format",
         .letter = 'f',
         .kind = OPT_TEXT,
         .out = &format,
         .argument = "F",
         .help = "one of",
         .choices = fidelity_formats},
        {0},
    };
    struct opt_list paths = {0};
    struct result results[2];
    if (opts_parse(table, argc, argv, &paths, &help, err))
        return EXIT_USAGE;
    if (help)
        return print_help(table, err);
    if (!is_fidelity) {
        err_set(err, ERR_USAGE, "compare: --fidelity is what this version compares");
        return EXIT_USAGE;
    }
    if (paths.count != 2) {
        err_set(err, ERR_USAGE, "compare: needs two results, EMULATED and REFERENCE, not %zu",
                paths.count);
        return EXIT_USAGE;
    }
    if (result_load(&results[0], paths.items[0], err))
        return EXIT_USAGE;
    int status = EXIT_USAGE;
    if (!result_load(&results[1], paths.items[1], err)) {
        if (!results_tell_apart(results, 2, err))
            status = compare(&results[0], &results[1], format, err);
        result_unload(&results[1]);
    }
    result_unload(&results[0]);
    return status;
}

const struct command command_compare = {
    .name = "compare",
    .usage = usage,
    .summary = "an emulated runtime against the real one (--fidelity)",
    .run = run,
};
