/* What ranks said, as a result. */
#ifndef CONTEND_MPI_DOCUMENT_H
#define CONTEND_MPI_DOCUMENT_H

#include "bench/base/buf.h"
#include "bench/base/err.h"
#include "bench/mpi/measure.h"

#include <jansson.h>

/* How they were launched. */
struct mpi_run {
    int argc;
    char *const *argv;
    int64_t ranks, rounds;
    const char *launcher;
    const struct mpi_request *request;
};

/* "run" and "host", begun now: before anything is measured.  NULL: no memory. */
json_t *mpi_header(const struct mpi_run *run);

/* Appends the result of rank 0's lines, one a round, to `out`.  -1 with err. */
int mpi_document(const struct mpi_run *run, json_t *header, const json_t *lines, struct buf *out,
                 struct err *err);

#endif
