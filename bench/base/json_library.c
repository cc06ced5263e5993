#include "bench/base/json_library.h"

struct json_library json_library;

static int find_all(void *handle, struct json_library *found, struct err *err)
{
#define FIND(function)                                                                             \
    if (!peer_find(handle, #function, (void **)(void *)&found->function, err))                     \
        return -1;
    JSON_LIBRARY_FUNCTIONS(FIND)
#undef FIND
    return 0;
}

int json_library_load(struct err *err)
{
    static const char *const names[] = {"libjansson.so.4", "libjansson.so", NULL};
    struct json_library found;
    if (json_library.json_pack)
        return 0;
    void *handle = peer_load(names, err);
    if (!handle || find_all(handle, &found, err))
        return -1;
    json_library = found;
    return 0;
}
