/* Several results that are read together. */
#ifndef CONTEND_RESULT_LIST_H
#define CONTEND_RESULT_LIST_H

#include "bench/result/read.h"
#include "bench/result/result.h"

struct result_list {
    struct result *items; /* owned */
    size_t count, capacity;
};

/*
 * Reads the files in their order; `keep` is of enum result_keep.  With RESULT_HOSTS a file may hold
 * the results of several hosts (contend.results/1), which then are that many; without it such a
 * file is refused.  Returns 0, or -1 with the error of the first that cannot be read; what was read
 * until then is in the list, and results_unload() is wanted in both cases.
 */
int results_load(struct result_list *out, const char *const *paths, size_t count, unsigned keep,
                 struct err *err);

/* The result, or the results of several hosts, of a regular file that is open (read.h). */
int results_read_open(struct result_list *out, const struct result_source *from, struct err *err);

void results_unload(struct result_list *l);

#endif
