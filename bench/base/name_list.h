/* "A,B,C" as somebody typed it, before its names are looked up. */
#ifndef CONTEND_BASE_NAME_LIST_H
#define CONTEND_BASE_NAME_LIST_H

#include "bench/base/err.h"

#include <stddef.h>

/*
 * -1 with ERR_USAGE where a name is empty (",A", "A,,B", "A,") or stands there twice: whoever typed
 * that meant something else, and what was meant cannot be told.  NULL is no list and fine.
 */
int name_list_check(const char *option, const char *list, struct err *err);

#endif
