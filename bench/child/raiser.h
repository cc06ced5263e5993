/*
 * A place before everything else that wants a CPU, with the help of contend-raise (bench/raise/)
 * where this process may not take it itself: who has the right is a small program of its own, and
 * lies beside this one.
 */
#ifndef CONTEND_CHILD_RAISER_H
#define CONTEND_CHILD_RAISER_H

#include <stdbool.h>
#include <stddef.h>

/* Reasons are that long at most. */
enum { RAISER_REASON = 160 };

/* Whether raiser_raise() would do it here; nothing is changed. `why_not` is set where not. */
bool raiser_may(char *why_not, size_t size);

/*
 * Moves the calling process, which must not lead a process group, to a session of its own and
 * raises both to PRIORITY_FIRST; whom it starts inherits that.  It has no controlling terminal
 * then: what a terminal sends does not reach it.
 */
bool raiser_raise(char *why_not, size_t size);

/*
 * Real time for the calling process, level PRIORITY_CONDUCTOR.  Whom it starts inherits it, and
 * has to step down: priority_perform() or priority_be_ordinary(), which need no right.  False where
 * it is not allowed, a control group without a share of real time among the reasons.
 */
bool raiser_conduct(void);

#endif
