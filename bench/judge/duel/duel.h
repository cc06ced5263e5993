/*
 * A duel: base and head measured interleaved, in fresh processes, until there is a verdict or the
 * budget is spent.
 *
 * The engine knows commands alone.  A cell of this program is a command too ("contend cell .."),
 * which prints what it measured; so two binaries, two plug-ins and two settings are the same thing
 * here: two argument lists.
 */
#ifndef CONTEND_JUDGE_DUEL_DUEL_H
#define CONTEND_JUDGE_DUEL_DUEL_H

#include "bench/base/named_file.h"
#include "bench/judge/duel/code.h"
#include "bench/judge/duel/judge.h"
#include "bench/judge/duel/sample.h"
#include "bench/machine/noise.h"

/* False alarms among all rows together: half of it for each direction. */
#define DUEL_ALPHA 0.05

/* What lanes may slow each other down by. */
#define DUEL_SLOWED_MOST 0.1

/* And real time its sides: a thread that waits for a CPU there waits for many times as long. */
#define DUEL_SLOWED_MOST_REALTIME 0.5

/*
 * Of alpha, what is left to wall time where it has to stand in for net time.  Both may be judged
 * then, one after the other, and together they may err no more often than one.
 */
#define DUEL_STAND_IN_SHARE 0.2

enum { DUEL_DISCARDED = 2, DUEL_ORDER_MAX = ARM_COUNT + 1 };

struct duel_side {
    const char *program;      /* what is executed */
    const char *const *argv;  /* NULL-terminated, with its own name first */
    const char *label;        /* as people read it */
    uint64_t code_hash;       /* of the files it runs */
    bool has_unread;          /* one of them may not be read: then the hash says nothing */
    struct named_file *files; /* which those are, and others that argv names; may be NULL */
    size_t file_count;
};

/* One comparison. Everything is borrowed. */
struct duel_subject {
    const char *name; /* what tolerances are given for */
    struct duel_side base, head;
    const char *failure;  /* why a side does not run at all; NULL: nobody knows of any */
    const char *relinked; /* base, linked in another order; NULL: copied in memory instead */
    struct file_mark relinked_mark;
    bool is_identical;   /* the same file, the same words: a difference is not theirs */
    bool has_equal_code; /* the files are equal; what they load may not be */
    bool prints_metrics; /* contend.sample/1 on stdout; otherwise wall time is judged */
    struct sample_place place;
    bool has_cpu_each; /* its threads, as far as anybody knows: real time may be tried */
    /*
     * How many pairs are measured side by side, each on a CPU of its own.  0: two where both sides
     * are one thread and lanes do not slow each other down, otherwise one.
     */
    unsigned lanes;
};

/* A glob of names, or of NAME:METRIC ("*:startup_ns"); the first that matches counts. */
struct duel_tolerance {
    const char *glob;
    double ratio;
};

struct duel_options {
    uint64_t budget_ns;  /* a comparison; a confirmation may take as long again */
    uint64_t timeout_ns; /* a sample */
    size_t pairs_most;   /* 0: as many as the budget holds */
    struct judge_limits limits;
    const char *const *gates; /* the metrics judged; NULL: those that say so themselves */
    size_t gate_count;
    const struct duel_tolerance *tolerances;
    size_t tolerance_count;
    uint64_t seed;
    const char *priority_note; /* what priority samples have, in words; NULL: nothing to say */
    bool may_go_realtime;      /* where threads have a CPU each, and it is allowed */
    const volatile bool *interrupted;
    void (*on_progress)(void *context, const char *text); /* where it is; or NULL */
    void *context;
};

/* What was seen in one go. */
struct duel_phase {
    struct observations seen;
    char (*orders)[DUEL_ORDER_MAX]; /* owned; of each slot: "HB", "BNH" .. */
    size_t discarded;               /* the first slots, which count for nothing */
    uint64_t seed;
    size_t padding_bytes; /* in the environment of both sides */
    double seconds;
    double slot_seconds; /* what a slot takes */
};

struct duel_outcome {
    struct duel_phase first, second; /* the second, the confirmation, may be empty */
    struct duel_row rows[DUEL_METRICS_MAX];
    size_t row_count;
    struct noise_delta noise;
    unsigned lanes;        /* 1 or 2 */
    bool is_realtime;      /* nobody else had the CPUs of a sample */
    char mode_note[256];   /* why that, or two lanes, was given up after a trial; or "" */
    char layout_note[256]; /* how the layout control was made, or why there is none */
    char null_note[256];   /* how base differs from itself in the null control */
    char failure[512];     /* a side could not be run, and there is no row; or "" */
};

/*
 * Measures one subject and judges it as one of `subject_count` alike.  -1 when a side could not be
 * run (ERR_FAILED, ERR_UNAVAILABLE), printed something else than metrics, or it was interrupted;
 * the outcome then holds what there was.  duel_outcome_release() in any case.
 */
int duel_run(const struct duel_subject *subject, const struct duel_options *options,
             size_t subject_count, struct duel_outcome *out, struct err *err);
void duel_outcome_release(struct duel_outcome *out);

/* Judges the rows of all subjects together, once all were measured. */
int duel_judge_together(struct duel_outcome *outcomes, size_t count, double alpha, struct err *err);

/* The seed asked for, or a drawn one when it is below 0. */
uint64_t duel_draw_seed(int64_t asked);

/* Seconds until the row would be settled; 0 when it is, NaN when it cannot be said. */
double duel_seconds_to_settle(const struct duel_outcome *o, const struct duel_row *row);

#endif
