/*
 * Where threads of a program are while they run, by samples of the kernel's CPU clock
 * (perf_event_open(2)): how many looks found them at, or right behind, an atomic instruction or a
 * pause.  Needs no counters of the hardware; where it is not allowed, there are no samples.
 */
#ifndef CONTEND_LAB_SCALE_PLACES_H
#define CONTEND_LAB_SCALE_PLACES_H

#include "bench/judge/scale/scale.h"

#include <sys/types.h>

struct scale_looks;

/* Of the program and all its threads, those it starts later, too; NULL: not to be had. */
struct scale_looks *scale_looks_open(pid_t pid);
/* Takes what came; the program still has to be there. */
void scale_looks_take(struct scale_looks *l);
void scale_looks_close(struct scale_looks *l, struct scale_places *out);

#endif
