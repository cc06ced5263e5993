/*
 * Parameters that are texts.  A value is where the text stands; equal texts stand in one place of
 * this process, so values are compared as numbers are.
 */
#ifndef CONTEND_RUN_LAUNCH_PARAM_TEXT_H
#define CONTEND_RUN_LAUNCH_PARAM_TEXT_H

#include "bench/base/err.h"
#include "bench/contend.h"

/* Its value where nothing was said. */
static inline int64_t param_default(const struct param *p)
{
    return p->text ? (int64_t)(intptr_t)p->text : p->value;
}

/*
 * Sets it to a text, which is copied and kept for the life of the process.  -1 with ERR_USAGE that
 * begins with `what` and names the limit: its length, a line that ends in it.
 */
int param_text_set(const char *what, const struct param *p, const char *text, int64_t *value,
                   struct err *err);

/* Whether the plug-in takes it here and now; -1 with ERR_USAGE. */
int param_text_check(const char *what, const struct param *p, const char *text, struct err *err);

#endif
