#include "bench/judge/fidelity/files.h"

#include <stdlib.h>

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

int fidelity_files_judge(struct fidelity_files *out, const char *emulated,
                         const struct opt_list *real, struct err *err)
{
    *out = (struct fidelity_files){0};
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

void fidelity_files_release(struct fidelity_files *f)
{
    results_unload(&f->results);
    free(f->tables);
}

void fidelity_files_page(struct page *p, const struct fidelity_files *f)
{
    fidelity_page(p, f->tables, &f->results.items[0], &f->results.items[1], f->results.count - 1);
}
