/* "Did you mean": the nearest of a list of names, by edit distance. */
#ifndef CONTEND_BASE_SUGGEST_H
#define CONTEND_BASE_SUGGEST_H

#include <stddef.h>

/* Returns the nearest name, or NULL when none is near (more than a third differs, at least 2). */
const char *suggest(const char *typed, const char *const *names, size_t count);

#endif
