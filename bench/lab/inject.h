/*
 * contend doctor --inject: how often `contend duel` is wrong here, and what it finds.
 *
 * Duels of a loop of this program's own against itself with a planted share of work more.  What was
 * planted is known, so each verdict is right or wrong: the false-alarm rate and the power on this
 * machine, at this hour, in place of a promise.
 */
#ifndef CONTEND_LAB_INJECT_H
#define CONTEND_LAB_INJECT_H

#include "bench/base/err.h"
#include "bench/page/page.h"
#include "bench/stats/verdict.h"

#include <limits.h>
#include <stdint.h>

enum { INJECTED_MAX = 16 };

struct injection_options {
    const char *percents; /* "0,1,2,5,10" */
    int64_t trials;       /* duels of each */
    int64_t budget_ns;    /* of a duel */
    double threshold;
    int64_t seed;              /* -1: drawn */
    const char *priority_note; /* what priority duels have, in words */
    const volatile bool *interrupted;
    void (*on_progress)(void *context, int64_t trial, double planted); /* may be NULL */
    void *context;
};

struct injected {
    double planted; /* 0.02 */
    unsigned verdicts[VERDICT_NOT_COMPARABLE + 1];
    unsigned fired;
    double error_sum; /* of the estimates, absolute */
    unsigned trials;
    double seconds;
};

struct injection {
    const struct injection_options *options;
    struct injected effects[INJECTED_MAX];
    size_t count;
    char program[PATH_MAX];
    double base_steps;
    double steps_share; /* of the wall time; the rest is starting and ending */
    uint64_t seed;
};

/* Reads what is to be planted: -1 with ERR_USAGE. The options are borrowed. */
int injection_init(struct injection *in, const struct injection_options *options, struct err *err);

/* Measures. Where it fails or is interrupted, what there is can still be shown. */
int injection_run(struct injection *in, struct err *err);

/* The table, and contend.injection/1. */
void injection_page(struct page *p, const struct injection *in);

#endif
