/* One cell of a result file: from its JSON and its numbers to struct result_cell. */
#ifndef CONTEND_RESULT_CELL_READ_H
#define CONTEND_RESULT_CELL_READ_H

#include "bench/result/field.h"
#include "bench/result/heads.h"
#include "bench/result/result.h"

/*
 * A cell whose numbers were taken apart (slim.h), from its text; `keep` is of enum result_keep.  Of
 * what was taken apart briefly the cell borrows from `heads`.  -1
 * with err unset when jansson does not read it, or would not have taken it apart so.
 */
int cell_read(const struct place *at, struct slim_cell *parts, struct metric_heads *heads,
              unsigned keep, struct result_cell *c, struct err *err);

/*
 * The same where each metric of parts has its name and head already; `rest` is taken over.  What is
 * made here goes through it as well: one check, one form.
 */
int cell_finish(const struct place *at, struct slim_cell *parts, json_t *rest, unsigned keep,
                struct result_cell *c, struct err *err);

/* The warnings of a cell or of a run: *out is owned by the caller, also after a failure. */
int warnings_read(const struct place *at, const json_t *object, struct result_warning **out,
                  size_t *out_count, struct err *err);

void cell_unload(struct result_cell *c);

/* Two cells of one name could not be told apart by compare and history. */
int result_check_ids(const struct place *at, const struct result *r, struct err *err);

/* ERR_SYSTEM naming the file. Returns -1. */
int place_out_of_memory(const struct place *at, struct err *err);

#endif
