/* Commands that measure do so one at a time on a machine. */
#ifndef CONTEND_CLI_ALONE_H
#define CONTEND_CLI_ALONE_H

#include "bench/base/opts.h"
#include "bench/lab/ahead.h"

#include <stdbool.h>
#include <stdint.h>

struct alone {
    int64_t wait_ns;
    bool is_forced;
};

/* The options --wait and --force; where one of them means something else as well, the command has a
 * row of its own for it. */
#define ALONE_WAIT_OPT(type, member)                                                               \
    {                                                                                              \
        OPT_AT(type, member.wait_ns), .name = "wait", OPT_TIME(0, 7 * OPT_DAY_NS),                 \
                                      .help = "so long for another contend that measures here",    \
                                      .without = "not at all"                                      \
    }
#define ALONE_FORCE_OPT(type, member)                                                              \
    {                                                                                              \
        OPT_AT(type, member.is_forced), .name = "force",                                           \
                                        .help = "measure though another contend does"              \
    }
#define ALONE_OPTS(type, member) ALONE_WAIT_OPT(type, member), ALONE_FORCE_OPT(type, member)

/*
 * Takes the machine's turn (machine/turn.h) before anything is measured; says so on stderr where it
 * goes on beside somebody.  -1: somebody else has it.
 */
int alone_begin(const struct alone *alone, struct err *err);

/* The same, and goes on in a child ahead of others (lab/ahead.h).  The exit status. */
int alone_ahead(const struct alone *alone, bool is_wanted, ahead_measure *measure, void *context,
                struct err *err);

#endif
