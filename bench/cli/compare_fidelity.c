/* compare --fidelity: an emulated runtime against one or several real ones. */
#include "bench/cli/cli.h"
#include "bench/cli/compare.h"
#include "bench/cli/show.h"
#include "bench/report/fidelity/fidelity.h"

#include <stdlib.h>

/* 0 in all tables, 1 differs in one, 5 when there is no row to judge. */
static int status_of(const struct fidelity *tables, size_t count, struct err *err)
{
    size_t rows = 0, differing = 0;
    for (size_t i = 0; i < count; i++) {
        rows += tables[i].count - tables[i].counts[FIDELITY_MISSING];
        differing += tables[i].counts[FIDELITY_DIFFERS];
    }
    if (!rows) {
        err_set(err, ERR_NOTCOMPARABLE, "compare: the two results have no row in common");
        return EXIT_NO_VERDICT;
    }
    return differing ? EXIT_REGRESSION : EXIT_FINE;
}

static int judge(const struct result *emulated, const struct result *real, size_t count,
                 const char *format, struct err *err)
{
    struct fidelity *tables = calloc(count, sizeof *tables);
    struct page page;
    int failed = tables ? 0 : err_set(err, ERR_SYSTEM, "%zu tables: out of memory", count);
    for (size_t i = 0; i < count && !failed; i++)
        failed = fidelity_of(&tables[i], emulated, &real[i], count, err);
    if (!failed) {
        fidelity_page(&page, tables, emulated, real, count);
        failed = show_page(&page, format, SHOW_UNWRAPPED, err);
    }
    int status = failed ? EXIT_RUN_FAILED : status_of(tables, count, err);
    free(tables);
    return status;
}

int compare_fidelity(const char *emulated, const struct opt_list *real, const char *format,
                     struct err *err)
{
    size_t count = real->count + 1, loaded = 0;
    struct result *results = calloc(count, sizeof *results);
    if (!results) {
        err_set(err, ERR_SYSTEM, "%zu results: out of memory", count);
        return EXIT_USAGE;
    }
    while (loaded < count &&
           !result_load(&results[loaded], loaded ? real->items[loaded - 1] : emulated, err))
        loaded++;
    int status = EXIT_USAGE;
    if (loaded == count && !results_tell_apart(results, count, err))
        status = judge(&results[0], &results[1], real->count, format, err);
    for (size_t i = 0; i < loaded; i++)
        result_unload(&results[i]);
    free(results);
    return status;
}
