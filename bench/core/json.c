#include "bench/core/json.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

static atomic_bool ran_out;

static void *allocate(size_t bytes)
{
    void *memory = malloc(bytes);
    if (!memory)
        atomic_store_explicit(&ran_out, true, memory_order_relaxed);
    return memory;
}

void json_watch_memory(void)
{
    json_set_alloc_funcs(allocate, free);
}

char *json_to_text(const json_t *document, size_t flags)
{
    char *text = document ? json_dumps(document, flags) : NULL;
    if (!atomic_load_explicit(&ran_out, memory_order_relaxed))
        return text;
    free(text);
    return NULL;
}

void json_set_finite(json_t *object, const char *key, double value)
{
    if (isfinite(value))
        json_object_set_new(object, key, json_real(value));
}

void json_add_text(struct buf *out, json_t *document, size_t flags)
{
    char *text = json_to_text(document, flags);
    json_decref(document);
    if (text)
        buf_printf(out, "%s\n", text);
    else
        out->failed = true;
    free(text);
}
