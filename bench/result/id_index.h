/*
 * Where in a result a cell of some id stands: a table of places, four bytes each, that finds the
 * ids where they are.
 */
#ifndef CONTEND_RESULT_ID_INDEX_H
#define CONTEND_RESULT_ID_INDEX_H

#include "bench/result/result.h"

#include <stddef.h>
#include <stdint.h>

#define PLACE_NONE UINT32_MAX

struct id_index {
    const struct result *result; /* borrowed */
    uint32_t *items;             /* owned; places by the ids' hashes, at most half full */
    size_t count;                /* a power of 2 */
};

/*
 * Of all cells of a result that stays as it is meanwhile.  -1: no memory, or, with *twice, an id
 * that stands there twice: *twice is the second place, and id_index_find() knows the first one.
 */
int id_index_of(struct id_index *out, const struct result *r, uint32_t *twice);
uint32_t id_index_find(const struct id_index *p, const char *id);
void id_index_release(struct id_index *p);

#endif
