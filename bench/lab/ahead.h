/* Measuring in a process of its own: ahead of what else wants the CPUs, where that is allowed. */
#ifndef CONTEND_LAB_AHEAD_H
#define CONTEND_LAB_AHEAD_H

#include "bench/base/err.h"

#include <stdbool.h>

/* How it went, in words for a report: "nice -20, ahead of what else runs". */
enum { AHEAD_NOTE = 256 };

enum ahead { AHEAD_FAILED, AHEAD_PARENT, AHEAD_CHILD };

/*
 * Goes on in a child: in a session of its own, which is raised, where the priority is wanted and
 * may be.  `note` is set in the child; the parent calls ahead_await().  Whichever of the two is
 * killed, the other ends what was started, so that nothing is left running; stopped (Ctrl-Z), both
 * wait, and what was being measured then is measured again.
 */
enum ahead ahead_go(bool is_wanted, char note[AHEAD_NOTE], struct err *err);

/*
 * The same for who has nothing else to do in between: `measure` measures in the child, shows what
 * came of it and returns an exit status, which is then the parent's.  -1 with err.
 */
typedef int ahead_measure(void *context, const char *note, struct err *err);
int ahead_run(bool is_wanted, ahead_measure *measure, void *context, struct err *err);

/* In the child: the parent is gone, and nobody waits for what there is to print. */
bool ahead_is_alone(void);

/*
 * Passes on to the child what asks a program to end, and returns the child's exit status, or -1
 * with err; the child has printed what there was to print.
 */
int ahead_await(struct err *err);

#endif
