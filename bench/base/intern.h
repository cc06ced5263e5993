/*
 * Interning: each different text has a number, 0, 1, 2 ... in the order they first came in, so that
 * millions of records hold four bytes in place of a text, and tables beside it are plain arrays.
 *
 *     struct intern ids = {0};
 *     uint32_t id = intern_add(&ids, text, strlen(text));
 *     intern_text(&ids, id)
 *     intern_release(&ids);
 *
 * Texts are any bytes.  Nothing is ever taken out.
 */
#ifndef CONTEND_BASE_INTERN_H
#define CONTEND_BASE_INTERN_H

#include "bench/base/buf.h"
#include "bench/base/vec.h"

#include <stddef.h>
#include <stdint.h>

/* The number of no text. */
#define INTERN_NONE UINT32_MAX

struct interned {
    size_t at;     /* in `bytes` */
    size_t length; /* a NUL stands behind it */
    uint64_t hash;
};

struct intern {
    VEC(struct interned);
    struct buf bytes;    /* owned; of all texts, one after the other */
    uint32_t *table;     /* owned; numbers by hash, at most half full */
    size_t table_places; /* a power of 2 */
};

/* Its number, a new one where the text is new (then it is count - 1); INTERN_NONE: no memory. */
uint32_t intern_add(struct intern *t, const void *text, size_t length);

/* Its number; INTERN_NONE: it was never added. */
uint32_t intern_find(const struct intern *t, const void *text, size_t length);

/* Borrowed until the next one is added. */
const char *intern_text(const struct intern *t, uint32_t number);

void intern_release(struct intern *t);

#endif
