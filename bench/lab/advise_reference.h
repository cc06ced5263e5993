/* The described work in a real interpreter, in the shapes that are best here. */
#ifndef CONTEND_LAB_ADVISE_REFERENCE_H
#define CONTEND_LAB_ADVISE_REFERENCE_H

#include "bench/lab/advise_run.h"

/*
 * Fills found->reference: the choice and what is best of other kinds, each in an interpreter of its
 * own.  Where there is no interpreter, or it does not do its work, the reason is kept there; -1
 * with err is for what concerns this program alone.
 */
int advise_reference_run(const struct advise_request *r, struct advise_found *found,
                         struct err *err);

#endif
