/* Where a cell's units are to be, by its placement and what this machine is made of. */
#ifndef CONTEND_RUN_PLAN_CELL_PLACE_H
#define CONTEND_RUN_PLAN_CELL_PLACE_H

#include "bench/run/launch/cell.h"

/*
 * Sets c->cpus where the placement is more than the kernel's own count of CPUs.  Why this machine
 * cannot do it, to be freed; or NULL.
 */
char *cell_place(struct cell *c);

#endif
