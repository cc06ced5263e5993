/*
 * release: CPU-bound work done outside the lock, as an extension does that lets go of the
 * interpreter's lock while it hashes, compresses or multiplies matrices.
 *
 * An operation computes `held` turns under the lock (the interpreter's share) and `turns` turns
 * without it.  With a global lock it scales as far as the part outside reaches (Amdahl).
 */
#include "workloads/lcg.h"

enum { TURNS, HELD };

static const struct param params[] = {
    {.name = "turns",
     .unit = "count",
     .value = 10000,
     .min = 0,
     .max = 1000000000,
     .help = "turns of computing outside the lock in one operation"},
    {.name = "held",
     .unit = "count",
     .value = 100,
     .min = 0,
     .max = 1000000000,
     .help = "turns of computing under the lock in one operation"},
    {0},
};

static const uint64_t seed = 42;

static uint64_t run(struct task *t, uint64_t op_count)
{
    uint64_t turns = (uint64_t)task_param(t, TURNS), held = (uint64_t)task_param(t, HELD);
    uint64_t x = seed;
    for (uint64_t i = 0; i < op_count; i++) {
        x = lcg_turn(t, x, held);
        task_release(t);
        x = lcg_turn(t, x, turns);
        task_acquire(t);
        task_checkpoint(t);
    }
    return x;
}

static uint64_t expected(const int64_t *values, uint64_t op_count)
{
    return lcg_jump(seed, op_count * (uint64_t)(values[TURNS] + values[HELD]));
}

const struct workload workload_release = {
    .name = "release",
    .summary = "computes outside the lock, as extensions do",
    .kind = WORKLOAD_CPU,
    .params = params,
    .run = run,
    .expected = expected,
};
