/*
 * none: no lock at all.  An ordinary entry, so that "with and without" are two rows of a
 * table and not two paths through the code; also what free threading means.
 */
#include "bench/contend.h"

static uint64_t acquire(void *state, void *unit)
{
    (void)state;
    (void)unit;
    return 0;
}

static void release(void *state, void *unit)
{
    (void)state;
    (void)unit;
}

const struct lock lock_none = {
    .name = "none",
    .summary = "no lock: every unit may compute at any time",
    .traits = LOCK_NONE,
    .acquire = acquire,
    .release = release,
};
