/* Words around numbers and names: "1 cell", "2 processes", "a uv_pool", "an executor". */
#ifndef CONTEND_CORE_WORDS_H
#define CONTEND_CORE_WORDS_H

#include <stddef.h>

/* "cells" of "cell", "processes" of "process"; the word itself where n is 1. */
char *words_many(char *out, size_t size, size_t n, const char *one);

/* "1 cell", "77 cells". Returns out. */
char *words_count(char *out, size_t size, size_t n, const char *one);

/* "a" or "an", by how the word is said: "an openmp", "a uv_pool" (you vee), "an mcs" (em see ess).
 */
const char *words_article(const char *word);

#endif
