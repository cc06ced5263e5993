/* A plug-in is loaded by a child first: what kills that, or never comes back, is told and not
 * shared. */
#ifndef CONTEND_REGISTRY_TRY_H
#define CONTEND_REGISTRY_TRY_H

#include "bench/base/err.h"

/*
 * 0 where loading it came back, whatever it then said of itself.  -1 with ERR_FAILED where a child
 * that loaded it crashed, ended, was still at it after 10 s, had started a process or had closed
 * descriptors that were there before.  What it prints there is not shown.
 */
int registry_try_plugin(const char *path, struct err *err);

#endif
