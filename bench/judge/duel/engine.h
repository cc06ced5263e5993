/* What the parts of a duel in the making share; for duel.c and the files beside it. */
#ifndef CONTEND_JUDGE_DUEL_ENGINE_H
#define CONTEND_JUDGE_DUEL_ENGINE_H

#include "bench/judge/duel/duel.h"
#include "bench/judge/duel/schedule.h"

struct duel {
    const struct duel_subject *subject;
    const struct duel_options *options;
    size_t subject_count;
    struct duel_outcome *out;
    struct sampler *sampler;
    char copy[64]; /* how the copy of base is executed */
    int copy_fd;
    size_t layout_padding_bytes;
    char *other_name;        /* owned: the path of base, longer by some slashes; NULL: as it is */
    const char **other_argv; /* owned: base's, with that for its own name */
    size_t null_padding_bytes;
    /* Which time of a command is judged; it is settled before anything counts. */
    enum { TIME_OPEN, TIME_NET, TIME_WALL, TIME_WALL_INSTEAD } time;
    enum { MODE_OPEN, MODE_ON_TRIAL, MODE_SETTLED, MODE_ASKED_FOR } mode;
    size_t trial_from;     /* the first slot in two lanes, or in real time */
    unsigned most_threads; /* seen of one sample */
    unsigned failed_arms;  /* of the samples taken last: 1 << ARM_HEAD .. */
    bool is_settled;  /* it is known which of the files that sides name they write themselves */
    bool has_crashed; /* one of those died of a signal by its own doing */
};

/* The stack moves in steps of 16 bytes and is much the same again after a page. */
size_t duel_draw_padding(struct rng *rng);

/*
 * Base under another name, and base elsewhere in memory: draws what they differ by, and says it.
 * -1 with ERR_SYSTEM when memory runs out.
 */
int duel_make_controls(struct duel *d, struct rng *rng, struct err *err);
void duel_release_controls(struct duel *d);

/*
 * After each slot of commands: which of their times is judged.  Net time, where all samples before
 * those that count had one.  It is not looked at again but to see that it is still there: the first
 * sample that counts and has none makes it wall time, of all samples, for good.
 */
void duel_choose_time(struct duel *d, struct duel_phase *p);

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
 * same file.  That is what a trial is for.  Afterwards a failure is a failure, and so is a crash at
 * any time: a side that fails now and then must not pass because it once had company.
 */
int duel_give_mode_up(struct duel *d, struct err *err);

#endif
