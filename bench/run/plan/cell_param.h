/* Parameters of a cell, as they are typed: "owner.name=value". */
#ifndef CONTEND_RUN_PLAN_CELL_PARAM_H
#define CONTEND_RUN_PLAN_CELL_PARAM_H

#include "bench/run/launch/cell.h"

/*
 * Applies "owner.name=value" if its owner takes part in this cell, and then sets *used.
 * ERR_USAGE names what is unknown, with the nearest name there is, or what is accepted.
 */
int cell_apply_param(struct cell *c, const char *assignment, bool *used, struct err *err);

/* Whether it is to a parameter that is a text, of whatever plug-in there is. */
bool cell_param_is_text(const char *assignment);

#endif
