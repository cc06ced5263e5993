/* The result document, from the header of a run and its records. */
#ifndef CONTEND_RUN_ASSEMBLE_H
#define CONTEND_RUN_ASSEMBLE_H

#include "bench/result/result.h"
#include "bench/run/record.h"

struct run_state {
    uint32_t rounds; /* of all cells */
    size_t visits;   /* of all cells together */
    bool is_complete;
    uint64_t duration_ns;
};

/*
 * The header of a run: { "schema", "run", "host" }, without what is only known at the end.
 * A virtual plan gets a virtual host, so that the document is the same everywhere.
 */
json_t *assemble_header(const struct plan *p, int argc, char *const *argv);

/*
 * The whole, as it is read; result_write() makes the document of it.  *out is to be unloaded,
 * whatever is returned.
 */
int assemble_result(struct result *out, const json_t *header, const struct plan *p,
                    const struct record *records, const struct run_state *state, struct err *err);

/* The cells alone, for who shows one: *out is result_make_head()'s, or has no more than `heads`. */
int assemble_cells(struct result *out, const struct plan *p, const struct record *records,
                   struct err *err);

#endif
