/*
 * spin: CPU-bound arithmetic without memory traffic.
 *
 * An operation is `turns` turns of a linear congruential generator (lcg.h).  The
 * result is checked by jumping ahead in the sequence: another way to the same number, in
 * logarithmic time.
 */
#include "workloads/lcg.h"

enum { TURNS };

static const struct param params[] = {
    {.name = "turns",
     .unit = "count",
     .value = 64,
     .min = 1,
     .max = 1000000000,
     .help = "turns of the generator in one operation"},
    {0},
};

static const uint64_t seed = 42;

static uint64_t run(struct task *t, uint64_t op_count)
{
    uint64_t turns = (uint64_t)task_param(t, TURNS);
    uint64_t x = seed;
    for (uint64_t i = 0; i < op_count; i++) {
        x = lcg_turn(t, x, turns);
        task_checkpoint(t);
    }
    return x;
}

/* It never suspends. */
static enum step step(struct task *t, struct step_state *s)
{
    s->checksum = run(t, s->op_count);
    return STEP_DONE;
}

static uint64_t expected(const int64_t *values, uint64_t op_count)
{
    return lcg_jump(seed, op_count * (uint64_t)values[TURNS]);
}

const struct workload workload_spin = {
    .name = "spin",
    .summary = "computes: a chain of multiplications, no memory",
    .kind = WORKLOAD_CPU,
    .params = params,
    .run = run,
    .expected = expected,
    .step = step,
};
