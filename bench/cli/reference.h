/*
 * Another runtime that runs the same workloads: its program is in the binary, its interpreter is
 * looked for on the machine, and what it writes is checked before anybody gets it.
 */
#ifndef CONTEND_CLI_REFERENCE_H
#define CONTEND_CLI_REFERENCE_H

#include "bench/core/err.h"
#include "bench/core/opts.h"

#include <stdint.h>

struct reference_request {
    const char *python; /* the interpreter; NULL: the first that is found */
    const char *output; /* NULL: nothing is written, what it prints goes to stdout */
    uint64_t timeout_ns;
    struct opt_list passed; /* options for the reference program; the caller's */
    bool shows_list, is_quiet;
};

/*
 * Finds the interpreter, runs the program and puts its result into `output`, which is replaced
 * only by a result that can be read.  Returns the exit status: 0, 3 when a cell failed (the file
 * is there), 130 when interrupted (what was measured is there); or sets err: ERR_UNAVAILABLE
 * without an interpreter, ERR_USAGE when the program refuses an option, else ERR_FAILED.
 */
int reference_run(const struct reference_request *request, struct err *err);

#endif
