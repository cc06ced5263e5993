/*
 * The Python a reference runs in: looked for, asked what it is, and followed to the program itself.
 *
 * What stands in PATH may be a script that starts an interpreter (pyenv's shims are), and its
 * start-up would be measured with it.  So the one that was found is asked for sys.executable, and
 * that one has to be a program that answers the same.
 */
#ifndef CONTEND_CLI_INTERPRETER_H
#define CONTEND_CLI_INTERPRETER_H

#include "bench/core/err.h"

enum { INTERPRETER_PATH_BYTES = 4096 };

struct interpreter {
    char path[INTERPRETER_PATH_BYTES]; /* the program itself */
    char version[32];                  /* "3.11.2" */
};

/*
 * `asked` is a path or a name in PATH; NULL stands for $CONTEND_PYTHON, /usr/bin/python3, python3
 * in PATH.  Returns 0, or -1 with ERR_UNAVAILABLE that names what was tried and what is wrong with
 * it.
 */
int interpreter_find(const char *asked, struct interpreter *out, struct err *err);

#endif
