/* What there is to be combined: workloads, executors, locks, probes, suites, claims. */
#ifndef CONTEND_LAB_CATALOGUE_H
#define CONTEND_LAB_CATALOGUE_H

#include "bench/page/page.h"

/* "executors", "workloads", ...; NULL-terminated. */
extern const char *const catalogue_kinds[];

/* All of it, or one kind (`only`, one of the names above; NULL: all). page_release() when it was
 * shown. */
void catalogue_page(struct page *p, const char *only);

#endif
