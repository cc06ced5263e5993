/*
 * jansson where a worker wants it: loaded by the one that writes or reads JSON, not linked, because
 * a library in the worker's program makes each process it forks dearer.
 */
#ifndef CONTEND_BASE_JSON_LIBRARY_H
#define CONTEND_BASE_JSON_LIBRARY_H

#include "bench/base/err.h"
#include "bench/base/peer_library.h"

#include <jansson.h>

#define JSON_LIBRARY_FUNCTIONS(X)                                                                  \
    X(json_array)                                                                                  \
    X(json_array_append_new)                                                                       \
    X(json_array_get)                                                                              \
    X(json_array_size)                                                                             \
    X(json_delete)                                                                                 \
    X(json_dumpb)                                                                                  \
    X(json_dumps)                                                                                  \
    X(json_integer)                                                                                \
    X(json_integer_value)                                                                          \
    X(json_loadb)                                                                                  \
    X(json_object)                                                                                 \
    X(json_object_get)                                                                             \
    X(json_object_set_new)                                                                         \
    X(json_pack)                                                                                   \
    X(json_string)

/* The library's functions by their own names. */
extern struct json_library {
    JSON_LIBRARY_FUNCTIONS(PEER_DECLARE)
} json_library;

/* Once is enough, again does nothing. ERR_LIMIT when it cannot be loaded. */
int json_library_load(struct err *err);

/* json_decref(), which is inline and would link the library. */
static inline void json_library_release(json_t *json)
{
    if (json && json->refcount != (size_t)-1 && JSON_INTERNAL_DECREF(json) == 0)
        json_library.json_delete(json);
}

#endif
