#include "bench/judge/fidelity/files.h"

#include "bench/judge/fidelity/fidelity.h"
#include "bench/result/list.h"

#include <stdlib.h>

struct files {
    struct result_list results; /* the emulated one first */
    struct fidelity *tables;    /* one for each real one */
    size_t rows, differing;     /* of all tables: judged, and those that differ */
};

static int load(struct result_list *out, const char *emulated, const struct opt_list *real,
                struct err *err)
{
    struct opt_list paths = {0};
    int failed = opt_list_add(&paths, emulated, err);
    for (size_t i = 0; i < real->count && !failed; i++)
        failed = opt_list_add(&paths, real->items[i], err);
    failed = failed ||
             results_load(out, paths.items, paths.count, RESULT_SUMMARIES | RESULT_ALL, err) ||
             results_tell_apart(out->items, out->count, err);
    vec_release(&paths);
    return failed ? -1 : 0;
}

static int judge(struct files *out, const char *emulated, const struct opt_list *real,
                 struct err *err)
{
    if (load(&out->results, emulated, real, err))
        return -1;
    out->tables = calloc(real->count, sizeof *out->tables);
    if (!out->tables)
        return err_set(err, ERR_SYSTEM, "%zu tables: out of memory", real->count);
    for (size_t i = 0; i < real->count; i++) {
        struct fidelity *table = &out->tables[i];
        if (fidelity_of(table, &out->results.items[0], &out->results.items[i + 1], real->count,
                        err))
            return -1;
        out->rows += table->count - table->counts[FIDELITY_MISSING];
        out->differing += table->counts[FIDELITY_DIFFERS];
    }
    return 0;
}

int fidelity_files_page(struct page *p, const char *emulated, const struct opt_list *real,
                        int *status, struct err *err)
{
    struct files f = {0};
    int failed = judge(&f, emulated, real, err);
    if (!failed)
        fidelity_page(p, f.tables, &f.results.items[0], &f.results.items[1], real->count);
    if (!failed && !f.rows)
        err_set(err, ERR_NOTCOMPARABLE, "compare: the two results have no row in common");
    *status = f.differing ? EXIT_REGRESSION : EXIT_FINE;
    results_unload(&f.results);
    free(f.tables);
    return failed;
}
