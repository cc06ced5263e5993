/*
 * One line of words as the arguments of a program: what a shell does with quotes, and nothing else
 * a shell does.
 *
 * Blanks separate words.  'single quotes' keep everything; "double quotes" keep all but \" and \\;
 * outside of quotes a backslash keeps the character behind it.  No variable, pattern, pipe or
 * comment means anything: who wants a shell writes  sh -c '...'.
 */
#ifndef CONTEND_BASE_ARGV_SPLIT_H
#define CONTEND_BASE_ARGV_SPLIT_H

#include "bench/base/vec.h"

struct argv {
    VEC(char *); /* owned; ended by a NULL that is not counted */
};

/* NULL with the words, or what is wrong with the line, in words that stand behind it;
 * argv_release() in both cases.  A line without a word is wrong. */
const char *argv_split(struct argv *out, const char *line);
void argv_release(struct argv *a);

#endif
