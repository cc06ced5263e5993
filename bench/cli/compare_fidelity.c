/* compare --fidelity: an emulated runtime against the real one. */
#include "bench/cli/cli.h"
#include "bench/cli/compare.h"
#include "bench/report/fidelity/fidelity.h"

#include <string.h>

static int judge(const struct result *emulated, const struct result *real, size_t format,
                 struct err *err)
{
    struct fidelity table;
    struct buf text = {0};
    fidelity_of(&table, emulated, real);
    int failed = fidelity_render(&table, emulated, real, format, &text, err) ||
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

int compare_fidelity(const char *emulated, const char *real, const char *format, struct err *err)
{
    struct result results[2];
    size_t index = 0;
    while (fidelity_formats[index] && strcmp(fidelity_formats[index], format))
        index++;
    if (!fidelity_formats[index]) {
        err_set(err, ERR_USAGE, "--format: --fidelity has no \"%s\" (text, markdown, json)",
                format);
        return EXIT_USAGE;
    }
    if (result_load(&results[0], emulated, err))
        return EXIT_USAGE;
    int status = EXIT_USAGE;
    if (!result_load(&results[1], real, err)) {
        if (!results_tell_apart(results, 2, err))
            status = judge(&results[0], &results[1], index, err);
        result_unload(&results[1]);
    }
    result_unload(&results[0]);
    return status;
}
