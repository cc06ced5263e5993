/* Programs by their names. */
#ifndef CONTEND_BASE_PROGRAM_H
#define CONTEND_BASE_PROGRAM_H

#include "bench/base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* Whether it is a file that can be executed; errno says why not, EISDIR for what is no file. */
bool program_is(const char *path);

/* Whether it names another program in its first line, which the kernel runs in its place. */
bool program_is_script(const char *path);

/* Where PATH has it, as execvp(3) looks: an empty entry is the directory one is in. */
bool program_find(const char *name, char *out, size_t size);

/* The file that this program is.  -1 with ERR_SYSTEM where /proc does not say it. */
int program_own(char *out, size_t size, struct err *err);

#endif
