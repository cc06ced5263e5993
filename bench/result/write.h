/* Writing a result down: the one place where `contend.result/1` is made into bytes. */
#ifndef CONTEND_RESULT_WRITE_H
#define CONTEND_RESULT_WRITE_H

#include "bench/base/buf.h"
#include "bench/base/json_make.h"
#include "bench/result/result.h"

/*
 * Appends the document.  A result that contend wrote comes out in the same bytes after it was read;
 * of another's the values stay the same to the last bit, and fields that are not known stay where
 * they were, in their object.  Of what was read, all must have been kept (RESULT_ALL).  ERR_SYSTEM
 * when memory ran out, now or when the result was made: nothing that lacks a part is ever written.
 */
int result_write(const struct result *r, struct buf *out, struct err *err);

/* The i-th cell of what is written. */
typedef const struct result_cell *result_cell_at(const void *of, size_t i);

/* The same of a head without cells and cells from wherever they lie, all of them kept whole. */
int result_write_cells(const json_t *root, result_cell_at *at, const void *of, size_t count,
                       struct buf *out, struct err *err);

/* One cell as it stands in the document: a new reference, NULL when memory ran out. */
json_t *result_cell_json(const struct result_cell *c);

/* A launch's times, for who has more to say of it. */
struct json_maker result_launch_maker(const struct result_launch *l);

/* With how many digits the document's numbers read back as they are: 15 where that is enough. */
size_t result_digits(const json_t *value);

#endif
