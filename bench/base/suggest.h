/* "Did you mean": the nearest of a list of names, by edit distance. */
#ifndef CONTEND_BASE_SUGGEST_H
#define CONTEND_BASE_SUGGEST_H

#include "bench/base/buf.h"
#include "bench/base/err.h"

#include <stddef.h>

/* Returns the nearest name, or NULL when none is near (more than a third differs, at least 2). */
const char *suggest(const char *typed, const char *const *names, size_t count);

/* "; did you mean NEAR?" where near is not NULL, and " (a, b, c and 3 more)": who reads it is to
 * see the first at once, and what there is. */
void suggest_words(struct buf *out, const char *near, const char *const *names, size_t count);

/* ERR_USAGE: "WHAT: "typed" is unknown", with these words behind it. Returns -1. */
int suggest_unknown(const char *what, const char *typed, const char *const *names, size_t count,
                    struct err *err);

/* "a, b, c and 3 more". */
void suggest_list(struct buf *out, const char *const *names, size_t count);

#endif
