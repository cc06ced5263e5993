/* What tells results and cells apart. */
#include "bench/result/result.h"

#include "bench/result/cell_read.h"
#include "bench/result/id_index.h"

#include <stdlib.h>
#include <string.h>

int result_check_ids(const struct place *at, const struct result *r, struct err *err)
{
    struct id_index places;
    uint32_t twice;
    int status = id_index_of(&places, r, &twice);
    if (status && twice != PLACE_NONE) {
        struct place here = {.up = at, .index = twice};
        const char *id = r->cells[twice].id;
        place_error(&here, err, "the id \"%.100s\" is that of cells[%u] too", id,
                    id_index_find(&places, id));
    } else if (status) {
        place_out_of_memory(at, err);
    }
    id_index_release(&places);
    return status;
}

/* Shards of a run may have one id; they come from different hosts or hold different cells. */
static bool is_same_run(const struct result *a, const struct result *b)
{
    return !strcmp(a->run_id, b->run_id) && !strcmp(a->hostname, b->hostname) &&
           a->cell_count == b->cell_count && a->cell_count > 0 &&
           !strcmp(a->cells[0].id, b->cells[0].id);
}

int results_tell_apart(struct result *results, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++) {
            struct result *a = &results[i], *b = &results[j];
            if (is_same_run(a, b))
                return err_set(err, ERR_USAGE, "%s and %s are the same run (%s)", a->path, b->path,
                               a->run_id);
            if (strcmp(a->label, b->label))
                continue;
            /* The first keeps its short name; paths differ, or it would be the same run. */
            char *path = strdup(b->path);
            if (!path)
                return err_set(err, ERR_SYSTEM, "%s: out of memory", b->path);
            free(b->label);
            b->label = path;
        }
    return 0;
}
