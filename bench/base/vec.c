#include "bench/base/vec.h"

#include <stdint.h>

void *vec_room(void *items, size_t count, size_t *capacity, size_t size, bool *failed)
{
    enum { FIRST = 8 };
    if (*failed || count < *capacity)
        return items;
    size_t wanted = *capacity ? *capacity * 2 : FIRST;
    bool is_too_much = *capacity > SIZE_MAX / 2 / size;
    void *grown = is_too_much ? NULL : realloc(items, wanted * size);
    if (!grown) {
        *failed = true;
        return items;
    }
    *capacity = wanted;
    return grown;
}
