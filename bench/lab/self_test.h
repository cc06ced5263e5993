/*
 * contend doctor --self-test: whether what contend promises holds on this machine.
 *
 * A dozen seconds of the tests that matter most, made with the program that is installed, here: a
 * clock that can be believed, a sleep that is measured right, counters that count, a run that is
 * killed and loses nothing, a planted slow-down that is found and a pair of equals that is not.
 */
#ifndef CONTEND_LAB_SELF_TEST_H
#define CONTEND_LAB_SELF_TEST_H

#include "bench/base/err.h"
#include "bench/lab/runtimes/folder.h"
#include "bench/page/page.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

enum self_outcome { SELF_OK, SELF_SKIPPED, SELF_FAILED };

struct self_check {
    const char *name; /* "clocks" */
    enum self_outcome outcome;
    char tried[160]; /* what was done */
    char seen[320];  /* what came of it, or why it could not be tried */
    double seconds;
};

enum { SELF_CHECKS = 7 };

struct self_test {
    const volatile bool *interrupted;
    void (*on_progress)(void *context, const char *name); /* before each; may be NULL */
    void *context;

    struct self_check checks[SELF_CHECKS];
    size_t count; /* of those that were made */
    struct reference_folder temporary;
    char folder[PATH_MAX]; /* of its runs, in that one; removed at the end */
    double seconds;
};

/*
 * Makes all checks.  -1 when they could not be made at all (ERR_SYSTEM), or were interrupted
 * (ERR_FAILED): then those that were made are there.  The process must be one that strays come to.
 */
int self_test_run(struct self_test *t, struct err *err);

/* Whether none of them failed. */
bool self_test_is_fine(const struct self_test *t);

/* The page, and contend.self-test/1. */
void self_test_page(struct page *p, const struct self_test *t);

/* ---- The checks: each fills in all but the name and the time --------------------------------- */

void self_test_clocks(struct self_test *t, struct self_check *c);
void self_test_sleep(struct self_test *t, struct self_check *c);
void self_test_counters(struct self_test *t, struct self_check *c);
void self_test_kill(struct self_test *t, struct self_check *c);
void self_test_interrupt(struct self_test *t, struct self_check *c);
void self_test_planted(struct self_test *t, struct self_check *c);
void self_test_equals(struct self_test *t, struct self_check *c);

/* Texts of a check, cut where they are too long. */
__attribute__((format(printf, 2, 3))) void self_tried(struct self_check *c, const char *format,
                                                      ...);
/* Sets the outcome as well. */
__attribute__((format(printf, 3, 4))) void
self_seen(struct self_check *c, enum self_outcome outcome, const char *format, ...);

#endif
