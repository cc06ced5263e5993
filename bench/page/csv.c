/* CSV (RFC 4180, line feeds). */
#include "bench/page/delimited.h"
#include "bench/page/escape.h"
#include "bench/page/formats.h"

static void write(const struct page *p, const struct page_style *style, struct buf *out)
{
    (void)style;
    delimited_write(p, &(struct delimiting){',', escape_csv}, out);
}

const struct page_format page_format_csv = {
    .name = "csv",
    .audience = PAGE_DATA,
    .need = PAGE_NEEDS_GRID,
    .write = write,
};
