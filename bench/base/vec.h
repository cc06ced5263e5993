/*
 * A growing array, typed by macro: what would else be a fixed one that fills up in silence.
 *
 *     struct names { VEC(const char *); };
 *     struct names names = {0};
 *     if (!vec_add(&names, "thread")) ...
 *     vec_release(&names);
 *
 * A failed allocation sets `failed`, changes nothing else, and later additions are ignored, so that
 * callers may check each one or all of them at the end.  The macros read `v` more than once.
 */
#ifndef CONTEND_BASE_VEC_H
#define CONTEND_BASE_VEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#define VEC(type)                                                                                  \
    type *items; /* owned */                                                                       \
    size_t count, capacity;                                                                        \
    bool failed

/* The items with room for one more; as they are, and *failed set, where there is no memory. */
void *vec_room(void *items, size_t count, size_t *capacity, size_t size, bool *failed);

/* Adds an item; false when it is not there. */
#define vec_add(v, ...)                                                                            \
    ((v)->items =                                                                                  \
         vec_room((v)->items, (v)->count, &(v)->capacity, sizeof *(v)->items, &(v)->failed),       \
     !(v)->failed && ((v)->items[(v)->count++] = (__VA_ARGS__), true))

/* Frees the items, not what they point to; the vector is empty and can be used again. */
#define vec_release(v)                                                                             \
    (free((v)->items), (v)->items = NULL, (v)->count = (v)->capacity = 0, (v)->failed = false)

#endif
