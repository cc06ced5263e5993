/* A page in every format there is, each read back by its consumer's parser. */
#ifndef TESTS_FUZZ_PAGE_CHECK_H
#define TESTS_FUZZ_PAGE_CHECK_H

#include "bench/page/formats.h"

/* Ends the program where one of them cannot be read. */
void page_check(const struct page *p, const struct page_style *style);

#endif
