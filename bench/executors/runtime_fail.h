/* How an operation of a runtime (struct runtime) says that it could not be done. */
#ifndef CONTEND_EXECUTORS_RUNTIME_FAIL_H
#define CONTEND_EXECUTORS_RUNTIME_FAIL_H

#include "bench/contend.h"

#include <stdio.h>

/* The first reason stays; the checksum will not be right either. */
__attribute__((cold, noinline)) static void rt_fail(struct task *t, const char *what)
{
    if (!t->launch->failure[0])
        snprintf(t->launch->failure, sizeof t->launch->failure, "task %u: %s failed", t->index,
                 what);
}

#endif
