/* What the parts of a duel in the making share; for duel.c and slots.c alone. */
#ifndef CONTEND_DUEL_ENGINE_H
#define CONTEND_DUEL_ENGINE_H

#include "bench/duel/duel.h"
#include "bench/duel/schedule.h"

struct duel {
    const struct duel_subject *subject;
    const struct duel_options *options;
    size_t subject_count;
    struct duel_outcome *out;
    struct sampler *sampler;
    char copy[64]; /* how the copy of base is executed */
    int copy_fd;
    size_t layout_padding_bytes;
    enum { MODE_OPEN, MODE_ON_TRIAL, MODE_SETTLED, MODE_ASKED_FOR } mode;
    size_t trial_from;     /* the first slot in two lanes, or in real time */
    unsigned most_threads; /* seen of one sample */
};

/* The stack moves in steps of 16 bytes and is much the same again after a page. */
size_t duel_draw_padding(struct rng *rng);

/* Measures the next slot, or the next two, one in each lane. -1: none was added. */
int duel_take_slots(struct duel *d, struct duel_phase *p, struct schedule *schedule, size_t lanes,
                    struct err *err);

/*
 * After each slot: what is to be tried, and, once it was, whether it stays.  Where there is time
 * the slots of the trial count for nothing, as the first ones do.
 *
 * Two lanes give twice the pairs.  Only for sides of one thread, which leave the other CPU idle
 * anyhow, and only where lanes leave each other in peace: threads of one core do not, and a virtual
 * machine may hide that its CPUs are such.
 *
 * Real time keeps others off the CPUs.  Only for threads that have a CPU each, and only where it
 * changes nothing else: a thread that spins until another one has had its CPU would wait for long.
 */
void duel_choose_mode(struct duel *d, struct duel_phase *p, bool has_time);

/*
 * After a sample that failed: 0 and no error any more when it is to be tried again in one lane and
 * without real time.  Programs may stand in each other's way: they bind the same port, or lock the
 * same file.
 */
int duel_give_mode_up(struct duel *d, struct err *err);

#endif
