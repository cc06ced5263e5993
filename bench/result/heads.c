#include "bench/result/heads.h"

#include "bench/base/hash.h"
#include "bench/base/intern.h"
#include "bench/base/json.h"
#include "bench/result/cell_read.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct head {
    char *text; /* NULL: a free place */
    size_t length;
    uint64_t hash;
    json_t *json;
    size_t next; /* the place of the one that was asked for after it last time */
};

/* Open addressing, at most half full. */
struct metric_heads {
    struct head *items;
    size_t count, capacity;
    size_t last;         /* the place of the one asked for last */
    json_t *kept;        /* what was made here and not read */
    struct intern rests; /* what cells are beside their numbers */
    struct {
        VEC(struct result_cell);
    } cells;            /* of each such text */
    uint32_t last_cell; /* the number of the one asked for last */
};

/* Its place, or the free one where it belongs. */
static struct head *find(const struct metric_heads *h, uint64_t hash, const char *text,
                         size_t length)
{
    size_t at = hash & (h->capacity - 1);
    for (;; at = (at + 1) & (h->capacity - 1)) {
        struct head *item = &h->items[at];
        if (!item->text ||
            (item->hash == hash && item->length == length && !memcmp(item->text, text, length)))
            return item;
    }
}

static int grow(struct metric_heads *h)
{
    struct metric_heads bigger = {.capacity = 2 * h->capacity};
    bigger.items = calloc(bigger.capacity, sizeof *bigger.items);
    if (!bigger.items)
        return -1;
    for (size_t i = 0; i < h->capacity; i++)
        if (h->items[i].text)
            *find(&bigger, h->items[i].hash, h->items[i].text, h->items[i].length) = h->items[i];
    free(h->items);
    h->items = bigger.items;
    h->capacity = bigger.capacity;
    h->last = 0; /* places are others now: what is guessed from them is looked at */
    return 0;
}

struct metric_heads *heads_new(void)
{
    struct metric_heads *h = calloc(1, sizeof *h);
    if (!h)
        return NULL;
    h->capacity = 256;
    h->items = calloc(h->capacity, sizeof *h->items);
    if (h->items)
        return h;
    free(h);
    return NULL;
}

static void forget_all(struct metric_heads *h)
{
    for (size_t i = 0; i < h->capacity; i++) {
        free(h->items[i].text);
        json_decref(h->items[i].json);
        h->items[i] = (struct head){0};
    }
    h->count = h->last = 0;
    for (size_t i = 0; i < h->cells.count; i++)
        cell_unload(&h->cells.items[i]);
    vec_release(&h->cells);
    h->last_cell = 0;
    intern_release(&h->rests);
}

void heads_forget(struct metric_heads *h, size_t most)
{
    if (h->count > most || h->cells.count > most)
        forget_all(h);
}

void heads_free(struct metric_heads *h)
{
    if (!h)
        return;
    forget_all(h);
    json_decref(h->kept);
    free(h->items);
    free(h);
}

int heads_keep(struct metric_heads *h, json_t *object)
{
    if (!h->kept)
        h->kept = json_array();
    return json_array_append_new(h->kept, object);
}

/* Metrics come in the same order in most cells: the one that followed last time is tried first. */
static const struct head *guess(struct metric_heads *h, const char *text, size_t length)
{
    size_t place = h->items[h->last].next & (h->capacity - 1);
    const struct head *item = &h->items[place];
    if (!item->text || item->length != length || memcmp(item->text, text, length) != 0)
        return NULL;
    h->last = place;
    return item;
}

static void note_order(struct metric_heads *h, const struct head *item)
{
    size_t place = (size_t)(item - h->items);
    h->items[h->last].next = place;
    h->last = place;
}

const json_t *heads_of(struct metric_heads *h, const char *text, size_t length, bool *is_new)
{
    const struct head *guessed = guess(h, text, length);
    *is_new = false;
    if (guessed)
        return guessed->json;
    uint64_t hash = hash_fnv1a(HASH_FNV1A, text, length);
    struct head *item = find(h, hash, text, length);
    *is_new = !item->text;
    if (item->text) {
        note_order(h, item);
        return item->json;
    }
    json_t *json = json_parse(text, length, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(json) || (2 * h->count >= h->capacity && grow(h))) {
        json_decref(json);
        return NULL;
    }
    item = find(h, hash, text, length);
    item->text = malloc(length);
    if (!item->text) {
        json_decref(json);
        return NULL;
    }
    memcpy(item->text, text, length);
    item->length = length;
    item->hash = hash;
    item->json = json;
    h->count++;
    note_order(h, item);
    return json;
}

struct result_cell *heads_cell(struct metric_heads *h, const char *text, size_t length)
{
    const struct interned *last = h->rests.count ? &h->rests.items[h->last_cell] : NULL;
    /* Cells that are alike mostly stand together. */
    if (last && last->length == length && !memcmp(h->rests.bytes.data + last->at, text, length))
        return &h->cells.items[h->last_cell];
    uint32_t number = intern_add(&h->rests, text, length);
    if (number == INTERN_NONE)
        return NULL;
    while (h->cells.count <= number)
        if (!vec_add(&h->cells, (struct result_cell){0}))
            return NULL;
    h->last_cell = number;
    return &h->cells.items[number];
}
