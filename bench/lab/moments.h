/*
 * contend doctor --moments: what two moments of this machine differ by.
 *
 * `contend compare` cannot know it from two files and takes 3 %.  Here a few cells are run as
 * commands of their own, spread over the budget, and what their results differ by is the number
 * for its --moment-sd.
 */
#ifndef CONTEND_LAB_MOMENTS_H
#define CONTEND_LAB_MOMENTS_H

#include "bench/base/err.h"
#include "bench/page/page.h"

#include <stdint.h>

struct moments_options {
    int64_t budget_ns; /* of all moments */
    const volatile bool *interrupted;
};

/*
 * Measures; 0 with a page of what it found, also where it was cut short.  1 where it was, and there
 * is too little to be shown; -1 with err.
 */
int moments_page(struct page *p, const struct moments_options *options, struct err *err);

#endif
