/* Commands that measure do so one at a time on a machine, and tell how far they are. */
#ifndef CONTEND_CLI_ALONE_H
#define CONTEND_CLI_ALONE_H

#include "bench/base/command.h"
#include "bench/lab/ahead.h"
#include "bench/machine/turn.h"
#include "bench/run/run.h"

struct alone {
    struct turn_request turn;
    bool is_quiet; /* no progress */
};

/* Options, each behind OPT_AT() of its member; where one of them means something else as well, the
 * command has a row of its own for it. */
#define ALONE_WAIT                                                                                 \
    .name = "wait", OPT_TIME(0, 7 * OPT_DAY_NS),                                                   \
    .help = "so long for another contend that measures here", .without = "not at all"
#define ALONE_FORCE .name = "force", .help = "measure though another contend does"
#define ALONE_QUIET .name = "quiet", .letter = 'q', .help = "no progress"

/*
 * Takes the machine's turn (machine/turn.h) before anything is measured; says so on stderr where it
 * goes on beside somebody.  -1: somebody else has it.
 */
int alone_begin(const struct alone *alone, struct err *err);

/* The same, and goes on in a child ahead of others (lab/ahead.h).  The exit status. */
int alone_ahead(const struct alone *alone, bool is_wanted, ahead_measure *measure, void *context,
                struct err *err);

/* The same, and does the run until an interrupt, with a line or some at its end on how it went. */
int alone_run(struct alone *alone, struct run_options *o, const struct call *call,
              struct run_report *report, struct err *err);

#endif
