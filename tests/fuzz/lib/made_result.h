/* A result put together from an input's values: mostly one that readers take, with odd names. */
#ifndef TESTS_FUZZ_MADE_RESULT_H
#define TESTS_FUZZ_MADE_RESULT_H

#include "bench/result/read.h"
#include "tests/fuzz/lib/target.h"

/* Returns 0 with a result that result_unload() releases, or -1: readers refuse it. */
int made_result(struct input *in, const char *name, struct result *out);

#endif
