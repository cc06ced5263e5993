#include "bench/result/heads.h"

#include "bench/base/hash.h"
#include "bench/base/json.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct head {
    char *text; /* NULL: a free place */
    size_t length;
    uint64_t hash;
    json_t *json;
};

/* Open addressing, at most half full. */
struct metric_heads {
    struct head *items;
    size_t count, capacity;
    json_t *kept; /* what was made here and not read */
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
    struct metric_heads bigger = {.count = h->count, .capacity = 2 * h->capacity, .kept = h->kept};
    bigger.items = calloc(bigger.capacity, sizeof *bigger.items);
    if (!bigger.items)
        return -1;
    for (size_t i = 0; i < h->capacity; i++)
        if (h->items[i].text)
            *find(&bigger, h->items[i].hash, h->items[i].text, h->items[i].length) = h->items[i];
    free(h->items);
    *h = bigger;
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
    h->count = 0;
}

void heads_forget(struct metric_heads *h, size_t most)
{
    if (h->count > most)
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

const json_t *heads_of(struct metric_heads *h, const char *text, size_t length, bool *is_new)
{
    uint64_t hash = hash_fnv1a(HASH_FNV1A, text, length);
    struct head *item = find(h, hash, text, length);
    *is_new = !item->text;
    if (item->text)
        return item->json;
    json_t *json = json_parse(text, length, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(json) || json_object_size(json) != 1 ||
        (2 * h->count >= h->capacity && grow(h))) {
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
    return json;
}
