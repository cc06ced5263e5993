/* Parameters of a cell, as they are typed: "owner.name=value". */
#ifndef CONTEND_RUN_CELL_PARAM_H
#define CONTEND_RUN_CELL_PARAM_H

#include "bench/run/cell.h"

/*
 * Applies "owner.name=value" if its owner takes part in this cell, and then sets *used.
 * ERR_USAGE names what is unknown, with the nearest name there is, or what is accepted.
 */
int cell_apply_param(struct cell *c, const char *assignment, bool *used, struct err *err);

#endif
