/*
 * Fidelity: does an emulated runtime behave as the real one?
 *
 * Compared are shapes: each figure is a ratio within its own runtime (two threads against one), a
 * time in units of the switch interval, or a rate that the interval sets.  How fast an interpreter
 * runs a loop is not the question, so no absolute speed is compared.
 *
 * A row never vanishes: what a result does not hold is `missing`, with the reason.
 */
#ifndef CONTEND_JUDGE_FIDELITY_FIDELITY_H
#define CONTEND_JUDGE_FIDELITY_FIDELITY_H

#include "bench/base/err.h"
#include "bench/page/page.h"
#include "bench/result/result.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FIDELITY_ROWS_MAX = 64, FIDELITY_TEXT_MAX = 24, FIDELITY_REASON_MAX = 240 };

/*
 * Results of one interleaved run (both name the same session) are judged round by round: undecided
 * is what the rounds so far do not settle.  Of results of two moments it is what lies out of
 * tolerance by less than either side varies from launch to launch.
 */
enum fidelity_verdict {
    FIDELITY_AGREES,
    FIDELITY_DIFFERS,
    FIDELITY_UNDECIDED,
    FIDELITY_MISSING,
    FIDELITY_VERDICTS
};

/* One runtime's figure of a row, and between what its launches lie. */
struct fidelity_value {
    double center; /* NaN when it could not be had */
    double lo, hi; /* both the center where there is a single launch */
};

/* How a row's figure is made from the metric of its cells. */
enum fidelity_kind {
    FIDELITY_RATIO,     /* subject / base */
    FIDELITY_INTERVALS, /* subject / its switch interval */
    FIDELITY_RATE,      /* subject as it is, a second */
    FIDELITY_COLLAPSE,  /* 1 - subject / base: the share that is lost */
    FIDELITY_DURATIONS, /* subject / its parameter "duration" */
    FIDELITY_ORDER,     /* which of the four forms of prime is done first */
    FIDELITY_VARIANT,   /* subject / base, both emulated, against what is known of the variant */
    FIDELITY_SHAPE,     /* the subject's whole distribution, counted in switch intervals */
};

/* Which cell: NULL and 0 stand for the default. */
struct fidelity_cell {
    const char *workload;
    const char *executor;
    int64_t tasks;
    int64_t interval_ns; /* of the lock; 0: 5 ms */
    const char *mode;    /* the workload's parameter of that name */
    const char *lock;    /* NULL: gil */
    bool is_unforced;    /* the lock without its forced switch */
};

struct fidelity_rule {
    const char *group;
    const char *text;
    const char *name; /* of the row in JSON */
    enum fidelity_kind kind;
    const char *metric;
    double quantile; /* of its distribution: 0.5 or 0.9; 0: the median of its samples */
    struct fidelity_cell subject, base;
    /* The relative difference allowed; of a collapse the share that both must lose; of a shape by
     * how much a share of the events may differ. */
    double tolerance;
    double least, most; /* of a variant: between these */
};

/* The table's rows, ended by one without name. */
extern const struct fidelity_rule fidelity_rules[];

struct fidelity_row {
    const struct fidelity_rule *rule;
    struct fidelity_value emulated, real;
    char emulated_text[FIDELITY_TEXT_MAX], real_text[FIDELITY_TEXT_MAX];
    double difference;     /* emulated / real - 1; of collapses and shapes the plain difference */
    size_t rounds;         /* that have all the row needs; 0 for results of two moments */
    size_t rounds_lacking; /* in sight until an undecided row is settled; 0: not in sight */
    enum fidelity_verdict verdict;
    char reason[FIDELITY_REASON_MAX]; /* why it is missing, or what a decision lacks */
};

struct fidelity {
    struct fidelity_row rows[FIDELITY_ROWS_MAX];
    size_t count;
    size_t counts[FIDELITY_VERDICTS];
    bool is_paired; /* judged round by round */
};

/*
 * Fills the table.  Rules and results are borrowed.  `references` is how many real ones are judged
 * beside each other, of which this is one: one wrong "differs" in all of them is as unlikely as in
 * a table alone.  Returns -1 with ERR_SYSTEM when memory runs out.
 */
int fidelity_of(struct fidelity *out, const struct result *emulated, const struct result *real,
                size_t references, struct err *err);

/*
 * The cell that rule side asks for, or NULL with the reason in words.  Cells of a lock called gil
 * are meant; one after the other there is nothing to lock, so any lock will do.
 */
const struct result_cell *fidelity_find(const struct result *r, const struct fidelity_cell *wanted,
                                        char *reason, size_t size);

/* As tables and programs are told it; of static life. */
const char *fidelity_verdict_name(enum fidelity_verdict v);

/* How a cell is called that a result may have: "mixed/gil/thread/tasks=3,mode=echo". */
void fidelity_name_cell(const struct fidelity_cell *w, char *out, size_t size);

/*
 * The table as a page; of several real ones, `tables` and `real` in the same order, each has a
 * column.
 */
void fidelity_page(struct page *p, const struct fidelity *tables, const struct result *emulated,
                   const struct result *real, size_t count);

/* The same for programs; NULL when memory ran out. */
json_t *fidelity_document(const struct fidelity *tables, const struct result *emulated,
                          const struct result *real, size_t count);

#endif
