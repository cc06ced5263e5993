#include "bench/result/id_index.h"

#include "bench/base/hash.h"

#include <stdlib.h>
#include <string.h>

enum { PLACES_LEAST = 64 };

/* Where the place of this id stands, or would. */
static uint32_t *find(const struct id_index *p, const char *id)
{
    size_t at = hash_fnv1a(HASH_FNV1A, id, strlen(id)) & (p->count - 1);
    while (p->items[at] != PLACE_NONE && strcmp(p->result->cells[p->items[at]].id, id) != 0)
        at = (at + 1) & (p->count - 1);
    return &p->items[at];
}

int id_index_of(struct id_index *out, const struct result *r, uint32_t *twice)
{
    *out = (struct id_index){.result = r, .count = PLACES_LEAST};
    *twice = PLACE_NONE;
    while (out->count < 2 * r->cell_count)
        out->count *= 2;
    out->items = malloc(out->count * sizeof *out->items);
    if (!out->items)
        return -1;
    for (size_t i = 0; i < out->count; i++)
        out->items[i] = PLACE_NONE;
    for (size_t i = 0; i < r->cell_count; i++) {
        uint32_t *place = find(out, r->cells[i].id);
        if (*place != PLACE_NONE) {
            *twice = (uint32_t)i;
            return -1;
        }
        *place = (uint32_t)i;
    }
    return 0;
}

uint32_t id_index_find(const struct id_index *p, const char *id)
{
    return *find(p, id);
}

void id_index_release(struct id_index *p)
{
    free(p->items);
    *p = (struct id_index){0};
}
