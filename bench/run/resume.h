/*
 * A run that was cut, taken up again: what of its journal can be gone on with.  A journal may have
 * been cut, copied or edited; whatever is taken of it makes a result that can be read.
 */
#ifndef CONTEND_RUN_RESUME_H
#define CONTEND_RUN_RESUME_H

#include "bench/run/journal.h"
#include "bench/run/plan/plan.h"
#include "bench/run/record.h"

/*
 * The plan in the journal's first line.  -1 with ERR_INPUT and an empty plan where the line is none
 * of this version, or nothing that a result can be made with.
 */
int resume_header(const json_t *first, struct plan *out, struct err *err);

/* Takes each visit that is one of the plan's; the others are counted and the first is named. */
void resume_visits(struct record *records, const struct plan *p, const json_t *visits,
                   struct journal_faults *faults);

#endif
