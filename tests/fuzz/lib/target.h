/*
 * What fuzz targets share: an input taken apart into values, and the end of a run that found
 * something.
 *
 * A target is a file of tests/fuzz/ with LLVMFuzzerTestOneInput(); docs/fuzzing.md says how it is
 * run and what becomes of what it finds.
 */
#ifndef TESTS_FUZZ_TARGET_H
#define TESTS_FUZZ_TARGET_H

#include "bench/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Says what does not hold and ends the program: the fuzzer then keeps the input. */
_Noreturn void target_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Fails with the text and "WHERE: FAULT" where there is a fault. */
void target_expect(const char *where, const char *fault, const char *text);

/* What refuses says why, on one line, as the kind of error that users are told about. */
void target_expect_reason(const char *where, const struct err *err);

/*
 * The input as values, one after the other; behind its end numbers are 0 and texts empty.  Texts
 * end with a NUL, as the input has them, and live until input_close().
 */
struct input {
    char *copy; /* owned, terminated */
    const char *at, *end;
};

void input_open(struct input *in, const uint8_t *data, size_t size);
void input_close(struct input *in);

bool input_is_empty(const struct input *in);
uint8_t input_byte(struct input *in);
/* From 0 to below `count`. */
size_t input_below(struct input *in, size_t count);
uint64_t input_whole(struct input *in);
/* Any double, or mostly a plausible one: the first byte says which. */
double input_real(struct input *in);
const char *input_text(struct input *in);
/* One of a NULL-terminated list, or a text of the input's own. */
const char *input_word(struct input *in, const char *const *words);

#endif
