#include "bench/core/json.h"

#include <math.h>
#include <stdlib.h>

void json_set_finite(json_t *object, const char *key, double value)
{
    if (isfinite(value))
        json_object_set_new(object, key, json_real(value));
}

void json_add_text(struct buf *out, json_t *document, size_t flags)
{
    char *text = document ? json_dumps(document, flags) : NULL;
    json_decref(document);
    if (text)
        buf_printf(out, "%s\n", text);
    else
        out->failed = true;
    free(text);
}
