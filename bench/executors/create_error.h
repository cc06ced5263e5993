/* What to say when a unit could not be made: the call, which unit, and the likely limit. */
#ifndef CONTEND_EXECUTORS_CREATE_ERROR_H
#define CONTEND_EXECUTORS_CREATE_ERROR_H

#include "bench/base/err.h"
#include "bench/machine/limits.h"

#include <stdbool.h>
#include <stdint.h>

static inline int create_error(const char *call, uint32_t made, int sys_errno, bool processes,
                               struct err *err)
{
    char why[200];
    limits_explain_failure(sys_errno, processes, why, sizeof why);
    return err_set(err, ERR_LIMIT, "%s failed after %u units: %s", call, made, why);
}

#endif
