/* Grids as separated values, with a separator and a way of writing a field. */
#ifndef CONTEND_PAGE_DELIMITED_H
#define CONTEND_PAGE_DELIMITED_H

#include "bench/base/buf.h"
#include "bench/page/page.h"

struct delimiting {
    char separator;
    void (*escape)(struct buf *out, const char *text);
};

/* Each grid of the page for programs, an empty line between them. */
void delimited_write(const struct page *p, const struct delimiting *d, struct buf *out);

#endif
