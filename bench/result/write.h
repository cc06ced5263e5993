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

/*
 * The same in parts, for who has one cell at a time; `root` is the result without its cells, and
 * a cell (taken) is what result_cell_json() makes.  Where memory ran out the buffer says so.
 *
 *     result_write_head(root, &out)
 *     for each cell:  result_write_cell(cell, is_first, &out)
 *     result_write_end(has_cells, &out)
 */
void result_write_head(const json_t *root, struct buf *out);
void result_write_cell(json_t *cell, bool is_first, struct buf *out);
void result_write_end(bool has_cells, struct buf *out);

/* One cell as it stands in the document: a new reference, NULL when memory ran out. */
json_t *result_cell_json(const struct result_cell *c);

/* A launch's times, for who has more to say of it. */
struct json_maker result_launch_maker(const struct result_launch *l);

#endif
