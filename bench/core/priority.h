/*
 * A place before everything else that wants a CPU, where that is allowed.
 *
 * The nice value decides among processes that share a session: Linux gives each session its share
 * of the CPUs first (autogroup, sched(7)), where no control group does.  So a session of one's own
 * is needed, with a nice value of its own.  A real-time class comes before
 * all of that, and changes how threads of one CPU take turns: it is for those that have one each.
 */
#ifndef CONTEND_CORE_PRIORITY_H
#define CONTEND_CORE_PRIORITY_H

#include <stdbool.h>
#include <stddef.h>

enum { PRIORITY_FIRST = -20 };

/*
 * Raises the calling process from nice 0 to PRIORITY_FIRST; whom it starts inherits that.  False,
 * with the reason in words, where it is not allowed, or was given another nice value on purpose.
 */
bool priority_raise(char *why_not, size_t size);

/* Whether that would be done; nothing is changed. */
bool priority_may_be_raised(char *why_not, size_t size);

/*
 * Moves the calling process, which must not lead a process group, to a session of its own and
 * raises that, too.  It has no controlling terminal then: what a terminal sends does not reach it.
 */
void priority_raise_session(void);

/*
 * Real time (SCHED_RR): the conductor runs before those it conducts, and whom it starts does not
 * inherit that.  False where it is not allowed (CAP_SYS_NICE, or a control group without a share).
 */
bool priority_conduct(void);
bool priority_perform(void);
void priority_be_ordinary(void); /* the nice value stays */

/* The nice value of the calling process. */
int priority_nice(void);

#endif
