/* Commands that measure do so one at a time on a machine. */
#ifndef CONTEND_CLI_ALONE_H
#define CONTEND_CLI_ALONE_H

#include "bench/base/opts.h"

#include <stdbool.h>
#include <stdint.h>

struct alone {
    int64_t wait_ns;
    bool is_forced;
};

/* Where --force means something else as well, the command has a row of its own for it. */
#define ALONE_WAIT_OPT(type, member)                                                               \
    {                                                                                              \
        OPT_AT(type, member.wait_ns), .name = "wait", .argument = "T",                             \
                                      .help = "so long for another contend that measures here",    \
                                      .without = "not at all", .unit = "ns",                       \
                                      .max = INT64_C(604800000000000)                              \
    }
#define ALONE_FORCE_OPT(type, member)                                                              \
    {                                                                                              \
        OPT_AT(type, member.is_forced), .name = "force",                                           \
                                        .help = "measure though another contend does"              \
    }

/*
 * Takes the machine's turn (machine/turn.h) before anything is measured; says so on stderr where it
 * goes on beside somebody.  -1: somebody else has it.
 */
int alone_begin(const struct alone *alone, struct err *err);

#endif
