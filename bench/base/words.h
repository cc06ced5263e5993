/* Words around numbers and names: "1 cell", "2 processes", "a uv_pool", "an executor". */
#ifndef CONTEND_BASE_WORDS_H
#define CONTEND_BASE_WORDS_H

#include "bench/base/buf.h"

#include <stddef.h>

/*
 * "cells" of the word "cell" of that length, "processes" of "process"; the word itself where n is 1
 * or its last letter is none of English.
 */
void words_add_many(struct buf *out, size_t n, const char *one, size_t length);

/* "1 cell", "77 cells". Returns out. */
char *words_count(char *out, size_t size, size_t n, const char *one);

/* "a" or "an", by how the word is said: "an openmp", "a uv_pool" (you vee), "an mcs" (em see ess).
 */
const char *words_article(const char *word);

/* Goes before the i-th of so many: ", " between them, " and " before the last. */
void words_separate(struct buf *out, size_t i, size_t count);

/* A word as a shell takes it: quoted where it has to be (POSIX, Shell Command Language, 2.2). */
void words_add_quoted(struct buf *out, const char *word);

#endif
