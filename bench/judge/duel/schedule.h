/*
 * Who runs in which slot and in which order: all of it from one seed, before anything is measured.
 *
 * Of twelve slots in a row four carry the null control and another one the layout control, at
 * places drawn anew each dozen; the order of the arms of each slot is drawn too.  So no arm has a
 * place of its own, and nothing that happens with a period meets one arm alone.
 */
#ifndef CONTEND_JUDGE_DUEL_SCHEDULE_H
#define CONTEND_JUDGE_DUEL_SCHEDULE_H

#include "bench/base/rng.h"
#include "bench/judge/duel/observations.h"

/* So many of a dozen have the null control that the default budget holds what it needs to fire. */
enum { SCHEDULE_DOZEN = 12, SCHEDULE_NULLS = 4 };

struct schedule {
    struct rng rng;
    bool with_controls;              /* otherwise base and head alone */
    uint32_t places[SCHEDULE_DOZEN]; /* of this dozen: 0 to 3 have the null, 4 the layout */
    size_t slot;
};

struct slot_order {
    enum duel_arm arms[ARM_COUNT];
    size_t count;
};

void schedule_init(struct schedule *s, uint64_t seed, bool with_controls);
/* Who runs in the next slot, and in which order. */
struct slot_order schedule_next(struct schedule *s);

#endif
