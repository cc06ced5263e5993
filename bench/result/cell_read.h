/* One cell of a result file: from its JSON and its numbers to struct result_cell. */
#ifndef CONTEND_RESULT_CELL_READ_H
#define CONTEND_RESULT_CELL_READ_H

#include "bench/result/field.h"
#include "bench/result/heads.h"
#include "bench/result/result.h"

/* A cell whose numbers were taken apart (slim.h): -1 with err unset when it is not JSON. */
int cell_read_slim(const struct place *at, struct slim_cell *parts, struct metric_heads *heads,
                   bool with_summaries, struct result_cell *c, struct err *err);

/* A cell of a whole tree; `scratch` is working memory. */
int cell_read_tree(const struct place *at, json_t *object, struct slim_cell *scratch,
                   bool with_summaries, struct result_cell *c, struct err *err);

/* The warnings of a cell or of a run: *out is owned by the caller, also after a failure. */
int warnings_read(const struct place *at, const json_t *object, struct result_warning **out,
                  size_t *out_count, struct err *err);

void cell_unload(struct result_cell *c);

/* ERR_SYSTEM naming the file. Returns -1. */
int place_out_of_memory(const struct place *at, struct err *err);

#endif
