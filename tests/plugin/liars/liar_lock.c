/* liar_lock: says that one unit holds it at a time, and lets everybody in. */
#include "bench/contend.h"

/* As the lock it stands in for has it, and without any effect. */
static const struct param params[] = {
    {.name = "interval",
     .unit = "ns",
     .value = 5000000,
     .min = 1,
     .max = 1000000000,
     .help = "not looked at"},
    {0},
};

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

const struct lock lock_liar_lock = {
    .name = "liar_lock",
    .summary = "a lock that does not lock",
    .traits = LOCK_EXCLUSIVE | LOCK_PER_RUNTIME,
    .params = params,
    .state_bytes = CONTEND_LINE_BYTES,
    .acquire = acquire,
    .release = release,
};
