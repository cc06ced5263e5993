/* Slots: which samples are run, beside which others, and what becomes of them. */
#include "bench/judge/duel/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t duel_draw_padding(struct rng *rng)
{
    return 16 * (1 + rng_below(rng, 256));
}

static struct sample_request request_of(const struct duel *d, const struct duel_phase *p,
                                        enum duel_arm arm, unsigned turn)
{
    const struct duel_side *side = arm == ARM_HEAD ? &d->subject->head : &d->subject->base;
    struct sample_request r = {
        .name = duel_arm_title(arm),
        .program = side->program,
        .argv = side->argv,
        .padding_bytes = p->padding_bytes,
        .place = d->subject->place,
        .timeout_ns = d->options->timeout_ns,
        .is_read = d->subject->prints_metrics,
    };
    r.place.first = turn;
    const char *other = d->subject->relinked ? d->subject->relinked : *d->copy ? d->copy : NULL;
    if (arm == ARM_LAYOUT) {
        r.padding_bytes = d->layout_padding_bytes;
        r.program = other ? other : r.program;
    } else if (arm == ARM_NULL) {
        r.padding_bytes = p->padding_bytes + d->null_padding_bytes;
        r.program = d->other_name ? d->other_name : r.program;
        r.argv = d->other_argv;
    } else if (arm == ARM_BASE && p == &d->out->second && d->subject->relinked) {
        r.program = d->subject->relinked;
    }
    return r;
}

/*
 * A control that does not run where the program itself does says nothing about the sides: then less
 * of it differs from base.
 */
static int give_controls_up(struct duel *d, struct err *err)
{
    const unsigned layout = 1u << ARM_LAYOUT, null = 1u << ARM_NULL;
    if (*d->options->interrupted || !d->failed_arms || d->failed_arms & ~(layout | null))
        return -1;
    if (d->failed_arms & layout && *d->copy && !d->subject->relinked) {
        snprintf(d->out->layout_note, sizeof d->out->layout_note,
                 "the copy of base in memory did not run (%.80s): its stack alone was moved",
                 err->text);
        *d->copy = '\0';
    } else if (d->failed_arms & null && d->other_name) {
        snprintf(d->out->null_note, sizeof d->out->null_note,
                 "base did not run by a longer path (%.80s): its environment alone was %zu bytes "
                 "larger",
                 err->text, d->null_padding_bytes);
        d->other_argv[0] = d->subject->base.argv[0];
        free(d->other_name);
        d->other_name = NULL;
    } else {
        return -1;
    }
    *err = (struct err){0};
    return 0;
}

static enum duel_arm arm_at(const struct slot_order *order, size_t step)
{
    return step < order->count ? order->arms[step] : ARM_BASE;
}

static void note_failures(struct duel *d, const struct slot_order *orders,
                          const struct sample *samples, size_t lanes, size_t step)
{
    d->failed_arms = 0;
    d->has_crashed = false;
    for (size_t i = 0; i < lanes; i++) {
        if (samples[i].has_failed)
            d->failed_arms |= 1u << arm_at(&orders[i], step);
        d->has_crashed |= samples[i].has_failed && samples[i].signal;
    }
}

/* The arm that comes next in each lane. Where one lane has fewer, base keeps the other company. */
static int take_samples(struct duel *d, struct duel_phase *p, const struct slot_order *orders,
                        size_t lanes, size_t step, struct err *err)
{
    struct sample_request requests[SAMPLES_AT_ONCE];
    struct sample samples[SAMPLES_AT_ONCE];
    bool prints = d->subject->prints_metrics;
    size_t first_slot = p->seen.slot_count - lanes;
    for (size_t i = 0; i < lanes; i++) {
        requests[i] =
            request_of(d, p, arm_at(&orders[i], step), (unsigned)(first_slot + i + p->seed));
        requests[i].place.is_realtime = d->out->is_realtime;
        if (d->out->lanes > 1)
            requests[i].place.cpus = 1;
    }
    int failed = sampler_run(d->sampler, requests, lanes, samples, err);
    note_failures(d, orders, samples, lanes, step);
    if (failed)
        return -1;
    for (size_t i = 0; i < lanes; i++) {
        d->most_threads =
            samples[i].threads > d->most_threads ? samples[i].threads : d->most_threads;
        if (step >= orders[i].count)
            continue;
        p->seen.slot = first_slot + i;
        p->orders[p->seen.slot][step] = "BHNL"[orders[i].arms[step]];
        if (observe_process(&p->seen, orders[i].arms[step], &samples[i], !prints, err) ||
            (prints && observe_printed(&p->seen, orders[i].arms[step], &samples[i], err))) {
            d->failed_arms |= 1u << orders[i].arms[step];
            return -1;
        }
    }
    return 0;
}

int duel_take_slots(struct duel *d, struct duel_phase *p, struct schedule *schedule, size_t lanes,
                    struct err *err)
{
    struct slot_order orders[SAMPLES_AT_ONCE];
    size_t slots = p->seen.slot_count, steps = 0;
    bool failed = false;
    void *grown = realloc(p->orders, (slots + lanes) * sizeof *p->orders);
    if (!grown)
        return err_set(err, ERR_SYSTEM, "no memory for %zu slots", slots + lanes);
    p->orders = grown;
    for (size_t i = 0; i < lanes; i++) {
        memset(p->orders[slots + i], 0, sizeof p->orders[slots + i]);
        orders[i] = schedule_next(schedule);
        steps = orders[i].count > steps ? orders[i].count : steps;
        failed = failed || observations_add_slot(&p->seen, err);
    }
    for (size_t step = 0; step < steps && !failed; step++)
        failed = take_samples(d, p, orders, lanes, step, err) && give_controls_up(d, err);
    if (failed)
        p->seen.slot_count = slots; /* half a slot is none */
    return failed ? -1 : 0;
}
