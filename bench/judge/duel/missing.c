#include "bench/judge/duel/missing.h"

#include "bench/stats/paired.h"

#include <math.h>

#define CHANCE 0.05

struct missing missing_of(const double *base, const double *head, size_t from, size_t to)
{
    struct missing m = {.slots = to > from ? to - from : 0};
    for (size_t i = from; i < to; i++) {
        bool no_base = isnan(base[i]), no_head = isnan(head[i]);
        m.base += no_base;
        m.head += no_head;
        m.base_alone += no_base && !no_head;
        m.head_alone += no_head && !no_base;
    }
    return m;
}

bool missing_is_lopsided(const struct missing *m)
{
    return !m->base != !m->head || paired_sign_p(m->base_alone, m->head_alone) <= CHANCE;
}

bool missing_is_partial(const struct missing *m)
{
    return (m->base || m->head) && (m->base < m->slots || m->head < m->slots);
}

bool missing_comes_and_goes(const struct missing *m)
{
    bool is_constant = m->base_alone == m->slots || m->head_alone == m->slots;
    return missing_is_lopsided(m) && !is_constant;
}
