/*
 * contend doctor --inject: how often `contend duel` is wrong here, and what it finds.
 *
 * Duels of a loop of this program's own against itself with a planted share of work more.  What was
 * planted is known, so each verdict is right or wrong: the false-alarm rate and the power on this
 * machine, at this hour, in place of a promise.
 */
#ifndef CONTEND_CLI_INJECT_H
#define CONTEND_CLI_INJECT_H

#include "bench/core/err.h"

#include <stdint.h>

struct inject_options {
    const char *percents; /* "0,1,2,5,10" */
    int64_t trials;       /* duels of each */
    int64_t budget_ns;    /* of a duel */
    double threshold;
    int64_t seed;       /* -1: drawn */
    const char *format; /* NULL: text */
};

/* Measures, prints the table; returns the exit status. */
int inject_run(const struct inject_options *options, struct err *err);

#endif
