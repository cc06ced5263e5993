/*
 * contend doctor --moments: what two moments of this machine differ by.
 *
 * `contend compare` cannot know it from two files and takes 3 %.  Here a few cells are run as
 * commands of their own, spread over the budget, and what their results differ by is the number
 * for its --moment-sd.
 */
#ifndef CONTEND_CLI_MOMENTS_H
#define CONTEND_CLI_MOMENTS_H

#include "bench/core/err.h"

#include <stdint.h>

struct moments_options {
    int64_t budget_ns;  /* of all moments */
    const char *format; /* NULL: text */
};

/* Measures, prints the table; returns the exit status. */
int moments_run(const struct moments_options *options, struct err *err);

#endif
