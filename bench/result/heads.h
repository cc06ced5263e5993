/*
 * What stands beside a metric's numbers (unit, definition, source ...) is the same text in most
 * cells, and so is what a cell is beside its numbers: each text is read once and its value shared.
 */
#ifndef CONTEND_RESULT_HEADS_H
#define CONTEND_RESULT_HEADS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct metric_heads;
struct result_cell;

/* None yet; NULL when memory ran out. */
struct metric_heads *heads_new(void);
void heads_free(struct metric_heads *h);

/*
 * The object this text is: borrowed, or NULL when it is none (or memory ran out).  *is_new tells
 * whether nobody has seen it yet: what was checked once needs no second look.
 */
const json_t *heads_of(struct metric_heads *h, const char *text, size_t length, bool *is_new);

/*
 * What all cells with this text have in common: borrowed until the next call, and blank (`json` is
 * NULL) until the caller has filled it in; NULL when memory ran out.  What it owns then goes with
 * the table.
 */
struct result_cell *heads_cell(struct metric_heads *h, const char *text, size_t length);

/* Takes an object over for as long as the table lives; -1 when memory ran out, or it is NULL. */
int heads_keep(struct metric_heads *h, json_t *object);

/*
 * Forgets what was read when it is more than so many texts: for who goes through cells one by one
 * and keeps none.  Cells that borrow from it are to be gone.
 */
void heads_forget(struct metric_heads *h, size_t most);

#endif
