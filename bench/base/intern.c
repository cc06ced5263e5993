#include "bench/base/intern.h"

#include "bench/base/hash.h"

#include <stdlib.h>
#include <string.h>

enum { PLACES_LEAST = 256 };

/* Where its number stands, or the free place where it belongs. */
static uint32_t *find(const struct intern *t, uint64_t hash, const void *text, size_t length)
{
    size_t at = hash & (t->table_places - 1);
    for (;; at = (at + 1) & (t->table_places - 1)) {
        uint32_t number = t->table[at];
        const struct interned *known = number == INTERN_NONE ? NULL : &t->items[number];
        if (!known || (known->hash == hash && known->length == length &&
                       !memcmp(t->bytes.data + known->at, text, length)))
            return &t->table[at];
    }
}

static bool grow(struct intern *t)
{
    size_t places = t->table_places ? 2 * t->table_places : PLACES_LEAST;
    uint32_t *table = malloc(places * sizeof *table);
    if (!table)
        return false;
    for (size_t i = 0; i < places; i++)
        table[i] = INTERN_NONE;
    for (size_t i = 0; i < t->count; i++) {
        size_t at = t->items[i].hash & (places - 1);
        while (table[at] != INTERN_NONE)
            at = (at + 1) & (places - 1);
        table[at] = (uint32_t)i;
    }
    free(t->table);
    t->table = table;
    t->table_places = places;
    return true;
}

uint32_t intern_add(struct intern *t, const void *text, size_t length)
{
    uint64_t hash = hash_fnv1a(HASH_FNV1A, text, length);
    if (2 * t->count >= t->table_places && !grow(t))
        return INTERN_NONE;
    uint32_t *place = find(t, hash, text, length);
    if (*place != INTERN_NONE)
        return *place;
    struct interned one = {.at = t->bytes.len, .length = length, .hash = hash};
    buf_add_bytes(&t->bytes, text, length);
    buf_add_bytes(&t->bytes, "", 1);
    if (t->bytes.failed || t->count == INTERN_NONE || !vec_add(t, one))
        return INTERN_NONE;
    return *place = (uint32_t)t->count - 1;
}

uint32_t intern_find(const struct intern *t, const void *text, size_t length)
{
    if (!t->table_places)
        return INTERN_NONE;
    return *find(t, hash_fnv1a(HASH_FNV1A, text, length), text, length);
}

const char *intern_text(const struct intern *t, uint32_t number)
{
    return t->bytes.data + t->items[number].at;
}

void intern_release(struct intern *t)
{
    vec_release(t);
    buf_release(&t->bytes);
    free(t->table);
    *t = (struct intern){0};
}
