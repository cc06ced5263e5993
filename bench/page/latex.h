/* What the parts of the LaTeX format share; nothing else includes it. */
#ifndef CONTEND_PAGE_LATEX_H
#define CONTEND_PAGE_LATEX_H

#include "bench/base/buf.h"
#include "bench/page/model.h"

/*
 * A floating table: caption, label and one tabular, or several under each other where its columns
 * do not fit beside each other into a page of one column.  `most` columns beside the labels in
 * each; 0: as many as fit.  `number` tells tables of one label apart.
 */
void latex_add_grid(const struct page_grid *g, unsigned most, size_t number, struct buf *out);

/* What a label is made of leaves out what it cannot hold. */
bool latex_have_one_label(const char *title, const char *other);

#endif
