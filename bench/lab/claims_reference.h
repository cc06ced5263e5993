/* The cells of the claims, as far as an interpreter has them, in the machine's CPython. */
#ifndef CONTEND_LAB_CLAIMS_REFERENCE_H
#define CONTEND_LAB_CLAIMS_REFERENCE_H

#include "bench/lab/claims_run.h"

enum { CLAIMS_NO_PYTHON = 2 };

/*
 * `path` becomes where its result is: beside `result`.  A cell that failed leaves a result all the
 * same, the reason in *missing.  0; 1 when it was interrupted; CLAIMS_NO_PYTHON, the reason in
 * *missing; -1 with err.
 */
int claims_run_python(const struct claims_run *c, const char *result, char *path, size_t size,
                      struct err *missing, struct err *err);

#endif
