#include "bench/judge/duel/schedule.h"

void schedule_init(struct schedule *s, uint64_t seed, bool with_controls)
{
    *s = (struct schedule){.rng = {seed}, .with_controls = with_controls};
}

struct slot_order schedule_next(struct schedule *s)
{
    size_t at = s->slot++ % SCHEDULE_DOZEN;
    if (at == 0) {
        for (uint32_t i = 0; i < SCHEDULE_DOZEN; i++)
            s->places[i] = i;
        rng_shuffle(&s->rng, s->places, SCHEDULE_DOZEN);
    }
    uint32_t arms[ARM_COUNT] = {ARM_BASE, ARM_HEAD};
    size_t count = 2;
    if (s->with_controls && s->places[at] < SCHEDULE_NULLS)
        arms[count++] = ARM_NULL;
    else if (s->with_controls && s->places[at] == SCHEDULE_NULLS)
        arms[count++] = ARM_LAYOUT;
    rng_shuffle(&s->rng, arms, count);
    struct slot_order order = {.count = count};
    for (size_t i = 0; i < count; i++)
        order.arms[i] = (enum duel_arm)arms[i];
    return order;
}
