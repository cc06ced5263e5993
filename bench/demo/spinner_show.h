/* What `contend spinner` was asked for, shown as it goes: one spinner, or a table of them. */
#ifndef CONTEND_DEMO_SPINNER_SHOW_H
#define CONTEND_DEMO_SPINNER_SHOW_H

#include "bench/demo/spinner_table.h"

#include <stdio.h>

struct spinner_wishes {
    const char *model;   /* NULL: all, in a table */
    const char *work;    /* NULL: the default, or all */
    const char *lock;    /* likewise */
    const char *seconds; /* likewise */
    bool all;
    bool is_whole; /* the table at its end, not row by row */
};

/* Where it is shown. */
struct spinner_front {
    FILE *out;
    int columns;
    struct spinner_viewer viewer; /* of the table */
};

/* Until an interrupt.  Returns an exit status, or -1 with err. */
int spinner_show_wished(const struct spinner_wishes *w, const struct spinner_front *front,
                        struct err *err);

#endif
