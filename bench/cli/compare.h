/* The two things `contend compare` does; cmd_compare.c reads the options. */
#ifndef CONTEND_CLI_COMPARE_H
#define CONTEND_CLI_COMPARE_H

#include "bench/core/err.h"
#include "bench/core/opts.h"

/* The shapes of an emulated runtime's result beside a real one's. Returns an exit status. */
int compare_fidelity(const char *emulated, const struct opt_list *real, const char *format,
                     struct err *err);

#endif
