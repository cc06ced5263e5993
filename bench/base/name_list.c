#include "bench/base/name_list.h"

#include <stdbool.h>
#include <string.h>

/* Whether the name stands between there and `end`. */
static bool stands_before(const char *at, const char *end, size_t length)
{
    while (at < end) {
        size_t other = strcspn(at, ",");
        if (other == length && !memcmp(at, end, length))
            return true;
        at += other + 1;
    }
    return false;
}

int name_list_check(const char *option, const char *list, struct err *err)
{
    for (const char *at = list; at; at++) {
        size_t length = strcspn(at, ",");
        if (length == 0)
            return err_set(err, ERR_USAGE,
                           "%s: \"%.200s\" has an empty word; names, with commas between them",
                           option, list);
        if (stands_before(list, at, length))
            return err_set(err, ERR_USAGE, "%s: \"%.200s\" names %.*s twice", option, list,
                           (int)(length < 100 ? length : 100), at);
        at += length;
        if (!*at)
            return 0;
    }
    return 0;
}
