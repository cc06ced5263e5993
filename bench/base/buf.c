#include "bench/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool reserve(struct buf *b, size_t more)
{
    if (b->failed)
        return false;
    if (b->len + more + 1 <= b->capacity)
        return true;
    size_t capacity = b->capacity ? b->capacity * 2 : 256;
    while (capacity < b->len + more + 1)
        capacity *= 2;
    char *data = realloc(b->data, capacity);
    if (!data) {
        b->failed = true;
        return false;
    }
    b->data = data;
    b->capacity = capacity;
    return true;
}

void buf_add_bytes(struct buf *b, const char *bytes, size_t count)
{
    if (!reserve(b, count))
        return;
    memcpy(b->data + b->len, bytes, count);
    b->len += count;
    b->data[b->len] = '\0';
}

void buf_add(struct buf *b, const char *text)
{
    buf_add_bytes(b, text, strlen(text));
}

void buf_vprintf(struct buf *b, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int need = vsnprintf(NULL, 0, format, args);
    if (need >= 0 && reserve(b, (size_t)need)) {
        vsnprintf(b->data + b->len, (size_t)need + 1, format, again);
        b->len += (size_t)need;
    }
    va_end(again);
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buf_vprintf(b, format, args);
    va_end(args);
}

void buf_pad(struct buf *b, size_t count)
{
    if (!reserve(b, count))
        return;
    memset(b->data + b->len, ' ', count);
    b->len += count;
    b->data[b->len] = '\0';
}

void buf_reset(struct buf *b)
{
    b->len = 0;
    if (b->data)
        b->data[0] = '\0';
}

void buf_release(struct buf *b)
{
    free(b->data);
    *b = (struct buf){0};
}

void buf_settle(struct buf *out, struct buf *scratch)
{
    out->failed |= scratch->failed;
    buf_release(scratch);
}

char *buf_steal(struct buf *b)
{
    if (!b->data && !b->failed)
        buf_add(b, "");
    char *data = b->failed ? NULL : b->data;
    if (!data)
        free(b->data);
    *b = (struct buf){0};
    return data;
}

const char *buf_text(const struct buf *b)
{
    return b->data ? b->data : "";
}
