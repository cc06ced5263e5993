/* What the verbs share: memory that lives as long as the page. */
#ifndef CONTEND_PAGE_BUILD_H
#define CONTEND_PAGE_BUILD_H

#include "bench/page/model.h"

#include <stdarg.h>

/* Zeroed; NULL once memory ran out, then or before. */
void *page_allocate(struct page *p, size_t size);

/* A copy; "" when memory ran out. NULL stays NULL. */
const char *page_copy(struct page *p, const char *text);
const char *page_compose(struct page *p, const char *format, va_list args);

/* The text a variadic verb was given. */
#define TEXT_OF_ARGUMENTS(p, format, text)                                                         \
    do {                                                                                           \
        va_list args;                                                                              \
        va_start(args, format);                                                                    \
        text = page_compose(p, format, args);                                                      \
        va_end(args);                                                                              \
    } while (0)

/* A block at the end, for the page's present audience; NULL when memory ran out. */
struct page_block *page_add(struct page *p, enum page_block_kind kind);

#endif
