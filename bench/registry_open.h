/* Opens a plug-in, and has the process as it was before its constructors ran. */
#ifndef CONTEND_REGISTRY_OPEN_H
#define CONTEND_REGISTRY_OPEN_H

#include "bench/base/err.h"

#include <stdbool.h>

/*
 * Standard output is for documents.  While hooks of plug-ins are asked in this process, what they
 * print there goes to standard error; without plug-ins nothing is done.
 */
struct muting {
    int output; /* standard output, kept meanwhile; -1 */
    bool is_turned;
};

void registry_mute(struct muting *m);
void registry_unmute(const struct muting *m);

/*
 * The object of dlopen(3), for the caller to dlclose(); NULL with ERR_INPUT.  The signal mask, what
 * the signals do that end a command or tell of a child, the directory, the umask, the
 * floating-point environment and standard output are the caller's own again, and what was printed
 * there went to standard error: standard output is for documents.
 */
void *registry_open(const char *path, struct err *err);

#endif
