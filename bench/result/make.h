/*
 * Making a result of what was measured: the form that is read is the form that is made, and what is
 * made goes through the checks of what is read, so that nothing is written that no reader takes.
 *
 *     result_make_head(&r, header)
 *     for each cell:  slim_cell_reset(&parts)
 *                     result_make_metric(&r, &parts, "startup_ns", head), then its numbers in parts
 *                     slim_launch_add(&parts, ...)
 *                     result_make_cell(&r, &parts, identity)
 */
#ifndef CONTEND_RESULT_MAKE_H
#define CONTEND_RESULT_MAKE_H

#include "bench/result/result.h"
#include "bench/stats/histogram.h"

/*
 * { "schema", "run", "host" }, taken over; NULL is memory that ran out.  *r is to be unloaded,
 * whatever is returned.
 */
int result_make_head(struct result *r, json_t *header, struct err *err);

/*
 * A metric more, for whose samples, launches and buckets numbers_add() is called next, and then
 * result_made_metric().  `head` is taken over and holds what is not numbers; NULL, or no memory:
 * NULL.
 */
struct slim_metric *result_make_metric(struct result *r, struct slim_cell *parts, const char *name,
                                       json_t *head);

/* What is known of the events in that histogram.  False: no memory. */
bool result_make_distribution(struct slim_cell *parts, struct slim_metric *m,
                              const struct histogram *h);

/* Its numbers are there. */
void result_made_metric(struct slim_cell *parts, struct slim_metric *m);

/*
 * A cell of these parts; `identity`, which is taken over, is what else there is to it: its launches
 * too when they have more than slim_launch_add() takes.
 */
int result_make_cell(struct result *r, struct slim_cell *parts, json_t *identity, struct err *err);

#endif
