/* Which time of a command is judged: chosen before anything counts, and never by what it shows. */
#include "bench/judge/duel/engine.h"

#include <math.h>

/* Whether base and head have net time in all of these slots. */
static bool is_net_known(const struct observations *o, size_t from, size_t to)
{
    const struct observed_metric *net = observations_of(o, OBSERVED_WALL_NET);
    for (size_t i = from; i < to; i++)
        if (isnan(net->values[ARM_BASE][i]) || isnan(net->values[ARM_HEAD][i]))
            return false;
    return true;
}

static void put_gates(const struct duel *d, struct observations *o)
{
    struct observed_metric *wall = observations_of(o, OBSERVED_WALL);
    struct observed_metric *net = observations_of(o, OBSERVED_WALL_NET);
    if (!wall || !net)
        return;
    net->is_gated = d->time == TIME_NET;
    wall->is_gated = !net->is_gated;
}

void duel_choose_time(struct duel *d, struct duel_phase *p)
{
    bool is_second = p == &d->out->second;
    size_t slots = p->seen.slot_count;
    if (!is_second && slots <= p->discarded)
        d->time = is_net_known(&p->seen, 0, slots) ? TIME_NET : TIME_WALL;
    else if (d->time == TIME_NET && !is_net_known(&p->seen, p->discarded, slots))
        d->time = TIME_WALL_INSTEAD;
    put_gates(d, &d->out->first.seen);
    put_gates(d, &d->out->second.seen);
    if (!is_net_known(&p->seen, 0, slots))
        observe_absent(&p->seen, "wall_net_ns", "ns",
                       "several threads or processes did the work, or the kernel tells no waits");
}
