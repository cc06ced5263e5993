/*
 * How slots are measured: one or two at a time, and in which scheduling class.  What promises more
 * or quieter pairs is tried first, and stays only where it leaves the sides what they are.
 */
#include "bench/judge/duel/engine.h"

#include <math.h>
#include <stdio.h>

struct extremes {
    double least_ns, most_ns;
};

/* Of base and head in these slots; NaN where any one has no such time. */
static struct extremes extremes_of(const struct observations *o, enum observed time, size_t from,
                                   size_t to)
{
    const struct observed_metric *m = observations_of(o, time);
    struct extremes e = {INFINITY, 0};
    for (size_t i = from; i < to; i++) {
        double base = m->values[ARM_BASE][i], head = m->values[ARM_HEAD][i];
        if (isnan(base) || isnan(head))
            return (struct extremes){NAN, NAN};
        e.least_ns = fmin(e.least_ns, fmin(base, head));
        e.most_ns = fmax(e.most_ns, fmax(base, head));
    }
    return e;
}

/* Of sides of one thread, which leave the other CPUs idle. */
static bool may_have_lanes(const struct duel *d, const struct observations *seen)
{
    return d->subject->lanes == 0 && d->subject->place.cpus == 0 &&
           !d->subject->place.spread_threads && sampler_cores(d->sampler) >= SAMPLES_AT_ONCE &&
           !isnan(extremes_of(seen, OBSERVED_WALL_NET, 0, seen->slot_count).least_ns);
}

/* Of threads that have a CPU each: whoever waits for a CPU in real time waits long. */
static bool has_cpu_each(const struct duel *d)
{
    return d->most_threads <= (unsigned)sampler_cpus(d->sampler);
}

static void begin_trial(struct duel *d, struct duel_phase *p, bool has_time)
{
    size_t slots = p->seen.slot_count;
    bool in_lanes = may_have_lanes(d, &p->seen);
    d->out->lanes = in_lanes ? SAMPLES_AT_ONCE : 1;
    d->out->is_realtime = d->subject->has_cpu_each && has_cpu_each(d) &&
                          d->options->may_go_realtime && sampler_may_go_realtime(d->sampler);
    bool is_trial = in_lanes || d->out->is_realtime;
    d->mode = is_trial ? MODE_ON_TRIAL : MODE_SETTLED;
    d->trial_from = slots;
    p->discarded = slots + (is_trial && has_time ? DUEL_DISCARDED : 0);
}

/*
 * By what share the trial took longer than what was before it.  Lanes slow every sample down: the
 * shortest ones tell, whatever else disturbs the others.  A wait in real time hits some samples,
 * and hard: there the longest ones tell, which real time makes shorter otherwise.
 */
static double slowed_by(const struct duel *d, const struct observations *seen)
{
    bool is_realtime = d->out->is_realtime;
    enum observed time = is_realtime ? OBSERVED_WALL : OBSERVED_WALL_NET;
    struct extremes before = extremes_of(seen, time, 0, d->trial_from);
    struct extremes trial = extremes_of(seen, time, d->trial_from, seen->slot_count);
    return (is_realtime ? trial.most_ns / before.most_ns : trial.least_ns / before.least_ns) - 1;
}

static void go_back(struct duel *d)
{
    d->mode = MODE_SETTLED;
    d->out->lanes = 1;
    d->out->is_realtime = false;
}

void duel_choose_mode(struct duel *d, struct duel_phase *p, bool has_time)
{
    struct duel_outcome *out = d->out;
    size_t slots = p->seen.slot_count, size = sizeof out->mode_note;
    if (d->mode == MODE_OPEN && slots >= p->discarded)
        begin_trial(d, p, has_time);
    if (d->mode != MODE_ON_TRIAL || slots < d->trial_from + SAMPLES_AT_ONCE)
        return;
    d->mode = MODE_SETTLED;
    double slowed = slowed_by(d, &p->seen);
    if (out->is_realtime && !has_cpu_each(d))
        snprintf(out->mode_note, size, "no real time: there are more threads than CPUs");
    else if (out->is_realtime && !(slowed <= DUEL_SLOWED_MOST_REALTIME))
        snprintf(out->mode_note, size, "no real time: it slowed the sides down by %.0f %%",
                 100 * slowed);
    else if (out->lanes > 1 && isnan(slowed))
        snprintf(out->mode_note, size, "one lane: a side was not always of one thread");
    else if (out->lanes > 1 && !(slowed <= DUEL_SLOWED_MOST))
        snprintf(out->mode_note, size, "one lane: two slowed each other down by %.0f %%",
                 100 * slowed);
    else
        return;
    go_back(d);
    p->discarded = slots;
}

int duel_give_mode_up(struct duel *d, struct err *err)
{
    bool is_special = d->out->lanes > 1 || d->out->is_realtime;
    if (!is_special || d->mode != MODE_ON_TRIAL || d->has_crashed || err->code != ERR_FAILED ||
        *d->options->interrupted)
        return -1;
    snprintf(d->out->mode_note, sizeof d->out->mode_note, "%s failed (%.200s)",
             d->out->lanes > 1 ? "one lane: two at the same time" : "no real time: it", err->text);
    *err = (struct err){0};
    go_back(d);
    return 0;
}
