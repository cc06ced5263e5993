/* TSV (text/tab-separated-values of IANA): no quotes, and no tabs or line ends within fields. */
#include "bench/page/delimited.h"
#include "bench/page/escape.h"
#include "bench/page/formats.h"

static void write(const struct page *p, const struct page_style *style, struct buf *out)
{
    (void)style;
    delimited_write(p, &(struct delimiting){'\t', escape_tsv}, out);
}

const struct page_format page_format_tsv = {
    .name = "tsv",
    .audience = PAGE_DATA,
    .need = PAGE_NEEDS_GRID,
    .write = write,
};
