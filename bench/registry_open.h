/* Opens a plug-in, and has the process as it was before its constructors ran. */
#ifndef CONTEND_REGISTRY_OPEN_H
#define CONTEND_REGISTRY_OPEN_H

#include "bench/base/err.h"

/*
 * The object of dlopen(3), for the caller to dlclose(); NULL with ERR_INPUT.  The signal mask, what
 * the signals do that end a command or tell of a child, the directory, the umask, the
 * floating-point environment and standard output are the caller's own again, and what was printed
 * there went to standard error: standard output is for documents.
 */
void *registry_open(const char *path, struct err *err);

#endif
