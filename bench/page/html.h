/* Parts of the HTML format. */
#ifndef CONTEND_PAGE_HTML_H
#define CONTEND_PAGE_HTML_H

#include "bench/page/model.h"

/* Appends a grid as a table. */
void html_grid(struct buf *out, const struct page_grid *g);

/* A chart with its words, and the table behind it. */
void html_figure(struct buf *out, const struct page_chart *c);

#endif
