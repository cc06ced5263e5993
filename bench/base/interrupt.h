/* Ctrl-C for commands that end in order: what goes on is stopped, what there is is written. */
#ifndef CONTEND_BASE_INTERRUPT_H
#define CONTEND_BASE_INTERRUPT_H

#include "bench/base/buf.h"

#include <stdbool.h>

extern volatile bool interrupt_came;

/*
 * First thing in the program.  Whoever ignored SIGCHLD, or blocked a signal, handed that on to us:
 * nobody would tell how a child ended, and an interrupt would not come.  A file that grew too large
 * (ulimit -f) is an error of the write, not the end.
 */
void interrupt_begin(void);

enum interrupt_again {
    INTERRUPT_IGNORED, /* what has to be put in order still is */
    INTERRUPT_ENDS     /* the program ends at once: its workers die with it */
};

/*
 * From here on SIGINT, SIGTERM, SIGHUP, SIGQUIT and SIGXCPU (ulimit -t, batch systems) set
 * interrupt_came, and writing to a closed pipe fails.  A write to a reader that does not read ends
 * too.  `again`: what a second one does.
 */
void interrupt_catch(enum interrupt_again again);

/* The same signals to a handler of the caller's, each time. */
void interrupt_catch_with(void (*handler)(int number));

/*
 * What is said at the end of what was interrupted: where what was measured is (NULL: nowhere), and
 * how to go on from there.
 */
void interrupt_words(struct buf *out, const char *path, const char *further);

#endif
