/* Whether a program can be watched, before it is started. */
#ifndef CONTEND_WATCH_PROGRAM_H
#define CONTEND_WATCH_PROGRAM_H

#include "bench/base/err.h"

#include <limits.h>
#include <stdbool.h>

struct watch_program {
    char path[PATH_MAX];   /* as it is executed */
    char binary[PATH_MAX]; /* what runs it: itself, or a script's interpreter */
    /* Why nothing could be seen of it, in one line; "": it can be watched. */
    char unseen[512];
};

/* Looks for the program as execvp(3) does.  -1 with ERR_USAGE where there is none. */
int watch_program_look(const char *name, struct watch_program *out, struct err *err);

/* The library beside this program; -1 with ERR_UNAVAILABLE. */
int watch_library_find(char out[PATH_MAX], struct err *err);

#endif
