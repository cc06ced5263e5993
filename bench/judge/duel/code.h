/*
 * The code of a side: whether two sides run the same, and the same code at another place.
 */
#ifndef CONTEND_JUDGE_DUEL_CODE_H
#define CONTEND_JUDGE_DUEL_CODE_H

#include "bench/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Where a program is: PATH is searched when the name holds no slash, as execvp(3) does.  Written to
 * out; -1 with ERR_USAGE naming `what` when there is no such file, or none that can be executed.
 */
int code_find(const char *what, const char *program, char *out, size_t size, struct err *err);

/*
 * A copy of the program in memory: the same code on other pages, under another path.  A file
 * descriptor to be closed, and the path to execute it by; -1 when there can be none (a script, no
 * memory, a very large program): then the stack alone is moved.
 */
int code_copy(const char *path, char *out, size_t size);

#endif
