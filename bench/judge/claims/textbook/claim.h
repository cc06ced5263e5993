/*
 * A claim: one sentence of the textbook, and what would have to be seen for it to be true.
 *
 * One file a claim, bench/judge/claims/textbook/NAME.c, and one line in claims.def.  A claim is
 * data alone: which cells are needed, which effects are looked at, and on which side of which bound
 * the sentence puts them.  How an effect becomes an interval and a verdict stands once, in
 * judge/judge.h.
 *
 * The textbook is Luciano Ramalho, "Fluent Python", second edition (2022), chapter 19,
 * "Concurrency Models in Python".  Sentences are ours; `where` is the section.
 */
#ifndef CONTEND_JUDGE_CLAIMS_TEXTBOOK_CLAIM_H
#define CONTEND_JUDGE_CLAIMS_TEXTBOOK_CLAIM_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

/* A cell in the words of the command line; what is NULL takes the default. */
struct claim_cell {
    const char *workload; /* NULL: there is no such cell */
    const char *lock;     /* "none" */
    const char *executor;
    const char *tasks; /* "1"; "8", "cpus" or "4cpus" */
    /* What is not the default, as in a cell's id and in that order:
     * "duration=10ms", "gil.interval=1ms", with commas between. */
    const char *params;
    const char *placement; /* "free" */
    const char *probe;     /* a probe with launches of its own that the metric needs */
    unsigned ops;          /* operations a task; 0: the workload's own, or calibrated */
};

enum claim_effect {
    EFFECT_RATIO,     /* subject / base */
    EFFECT_VALUE,     /* subject as it is */
    EFFECT_INTERVALS, /* subject in switch intervals of its lock: a time over it, a rate times it */
    /* subject, a rate, in switch intervals of the CPU time that its units had */
    EFFECT_CPU_INTERVALS,
    EFFECT_BREAKEVEN, /* tasks from which on the pool `subject` beats units of their own, `base` */
    /* subject must be 0 in each sample: one that is not is a counter-example, no statistics */
    EFFECT_NEVER,
};

/* One thing that must be seen: above < effect < below. */
struct claim_part {
    const char *text; /* what is compared, without a full stop */
    enum claim_effect effect;
    const char *metric;
    struct claim_cell subject, base;
    double above, below; /* 0: no lower bound (effects are positive); 0: no upper bound */
    bool in_python;      /* the interpreter can be asked the same */
};

enum { CLAIM_PARTS_MAX = 8 };

struct claim {
    const char *name;       /* file name, symbol and word of the command line */
    int number;             /* in the order of the chapter */
    const char *sentence;   /* one sentence, with its full stop */
    const char *where;      /* the section it stands in */
    const char *needs_cpus; /* why more than one CPU is needed; NULL: one will do */
    /* What is known of machines on which it is refuted; NULL: nothing. */
    const char *known;
    struct claim_part parts[CLAIM_PARTS_MAX]; /* ended by one without text */
};

#endif
