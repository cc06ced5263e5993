/*
 * A growing text buffer: the one way long strings are put together.
 *
 * Invariant: `data` is NUL-terminated at `len` once anything was added.  A failed allocation
 * sets `failed` and later additions are ignored, so callers check once at the end.
 */
#ifndef CONTEND_BASE_BUF_H
#define CONTEND_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *data;      /* owned; NULL until something was added */
    size_t len;      /* bytes used, without the NUL */
    size_t capacity; /* bytes allocated */
    bool failed;     /* memory ran out: the content is incomplete */
};

void buf_add(struct buf *b, const char *text);
void buf_add_bytes(struct buf *b, const char *bytes, size_t count);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
void buf_pad(struct buf *b, size_t count); /* that many blanks */
void buf_reset(struct buf *b);             /* keeps the memory, and that some was missing */
void buf_release(struct buf *b);
/* Releases what a part of out was made with: where memory ran out for it, it did for out. */
void buf_settle(struct buf *out, struct buf *scratch);
char *buf_steal(struct buf *b); /* the caller frees it; NULL when memory ran out */

/* The content, "" while empty. */
const char *buf_text(const struct buf *b);

#endif
