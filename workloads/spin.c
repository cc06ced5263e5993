/*
 * spin: CPU-bound arithmetic without memory traffic.
 *
 * An operation is `turns` turns of a linear congruential generator; each needs the one
 * before, so the compiler can neither drop nor reorder them.  The result is checked by
 * jumping ahead in the sequence (Brown, "Random number generation with arbitrary strides",
 * 1994): another way to the same number, in logarithmic time.
 */
#include "bench/contend.h"

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

/* Knuth's MMIX multiplier and increment (The Art of Computer Programming 2, 3.3.4). */
static const uint64_t multiplier = 6364136223846793005u;
static const uint64_t increment = 1442695040888963407u;
static const uint64_t seed = 42;

static uint64_t run(struct task *t, uint64_t op_count)
{
    uint64_t turns = (uint64_t)task_param(t, TURNS);
    uint64_t x = seed;
    for (uint64_t i = 0; i < op_count; i++) {
        for (uint64_t turn = 0; turn < turns; turn++) {
            x = x * multiplier + increment;
            task_consume(t, x);
        }
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
    uint64_t steps = op_count * (uint64_t)values[TURNS];
    uint64_t factor = 1, sum = 0, a = multiplier, c = increment;
    for (; steps; steps >>= 1) {
        if (steps & 1) {
            factor *= a;
            sum = sum * a + c;
        }
        c *= a + 1;
        a *= a;
    }
    return factor * seed + sum;
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
