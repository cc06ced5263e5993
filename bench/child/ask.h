/* What a program says of itself: its first line, where it says one in time and means it. */
#ifndef CONTEND_CHILD_ASK_H
#define CONTEND_CHILD_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Runs argv[0] (looked up in PATH) and puts the first line of its standard output into `out`, which
 * is "" otherwise.  False where it cannot be run, takes longer, fails or says nothing.
 */
bool child_ask(const char *const *argv, uint64_t timeout_ns, char *out, size_t size);

#endif
