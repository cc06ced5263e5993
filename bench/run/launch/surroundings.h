/*
 * What surrounds a worker.  A number must not depend on what contend happened to be started with,
 * so a worker has the same descriptors, signals, directory and umask in every run, and of the
 * environment no more than what tells programs where things are, and tunes libraries on purpose.
 */
#ifndef CONTEND_RUN_LAUNCH_SURROUNDINGS_H
#define CONTEND_RUN_LAUNCH_SURROUNDINGS_H

#include <stdbool.h>

/* Where a worker finds the mapping it shares with its coordinator. */
enum { WORKER_MAILBOX_FD = 3 };

/*
 * The environment for a worker: the user's own with keep_all, else what passes of it, each time in
 * the same order.  The list is the caller's to free, its texts are not; NULL when memory ran out.
 */
char **surroundings_environment(char *const *all, bool keep_all);

/*
 * In the worker, when it has what it wants from descriptors above 3: default signal actions, none
 * blocked, nothing on standard input, no descriptor that is not its own.  is_child: not the
 * process that was started as contend, whose output and hang-ups are the user's.
 */
void surroundings_enter(bool is_child, bool keep_place);

#endif
