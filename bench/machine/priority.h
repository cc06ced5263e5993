/*
 * A place before everything else that wants a CPU, where that is allowed to this process itself;
 * child/raiser.h has what contend-raise is asked for where it is not.
 *
 * The nice value decides among processes that share a session: Linux gives each session its share
 * of the CPUs first (autogroup, sched(7)), where no control group does.  So a session of one's own
 * is needed, with a nice value of its own.  A real-time class comes before
 * all of that, and changes how threads of one CPU take turns: it is for those that have one each.
 */
#ifndef CONTEND_MACHINE_PRIORITY_H
#define CONTEND_MACHINE_PRIORITY_H

#include <stdbool.h>

enum { PRIORITY_FIRST = -20 };

/* Levels of real time: who conducts runs before those it conducts. */
enum { PRIORITY_PERFORMER = 1, PRIORITY_CONDUCTOR = 2 };

/* Whether this process may have PRIORITY_FIRST by its own rights; nothing is changed. */
bool priority_may_be_raised(void);

/*
 * Raises the calling process, which leads a session, and that session to PRIORITY_FIRST; whom it
 * starts inherits that.  False, with nothing changed, where it is not allowed.
 */
bool priority_raise_session(void);

/*
 * Real time (SCHED_RR).  Whom the conductor starts inherits its level: no flag resets it, for to go
 * from there to a lower level or back to none is allowed to everybody, and to go up again is not.
 * False where it is not allowed (CAP_SYS_NICE, or a control group without a share).
 */
bool priority_conduct(void);
bool priority_perform(void);
void priority_be_ordinary(void); /* the nice value stays */

/* The nice value of the calling process. */
int priority_nice(void);

#endif
