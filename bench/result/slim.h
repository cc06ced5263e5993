/*
 * A result's text taken apart: the cells one by one, and in each the arrays of numbers (samples,
 * launches, summaries, distributions) apart from the rest, which alone becomes a JSON tree.
 *
 * What has another form than a result has (a field of a launch that is not known, a number that a
 * double does not hold) is not taken out: it stays where it was, in the JSON tree.
 *
 * A result of ten thousand cells with ten metrics of a hundred samples is read in a fraction of
 * the time and memory of its whole tree.  Anything out of the ordinary makes slim_open() or
 * slim_next() fail without a word; the whole text then goes through jansson, which reads it or
 * says what is wrong with line and column.
 */
#ifndef CONTEND_RESULT_SLIM_H
#define CONTEND_RESULT_SLIM_H

#include "bench/base/buf.h"
#include "bench/result/scan.h"
#include "bench/stats/summary.h"

#include <jansson.h>
#include <stdint.h>

/* Quantiles of single events pooled over all launches; NaN: the file does not say. */
struct distribution {
    double n, min, p10, p50, p90, p99, p999, max;
};

extern const struct distribution distribution_absent;

/* Whether the file says anything of it. */
bool distribution_is_there(const struct distribution *d);

/* Events of a distribution that lie in one bucket of its histogram. */
struct result_bucket {
    uint64_t low; /* the lowest value it holds */
    uint64_t count;
};

/* A line of the noise ledger; NaN: not known.  All are whole numbers below 2^53. */
struct result_launch {
    double round;
    double duration_ns, steal_ns, foreign_cpu_ns, throttled_ns, psi_cpu_some_ns;
    double branch_permille; /* the time of a taken branch over that of an addition */
};

extern const struct result_launch result_launch_absent;

/* Whole numbers up to here are exact in a double. */
#define SLIM_WHOLE_MOST 9007199254740992.0

/* Whether it is a whole number from `min` on that a double holds exactly. */
bool slim_is_whole(double value, double min);

/* A growing array of numbers. */
struct numbers {
    double *items;
    size_t count, capacity;
};

/* For scan_numbers(), which knows no types: `numbers` is a struct numbers. False: no memory. */
bool numbers_add(void *numbers, double value);
void numbers_release(struct numbers *n);

/* What was taken out of a metric's text; what it has of these besides is in its head. */
enum slim_part { SLIM_SAMPLES = 1, SLIM_LAUNCHES = 2, SLIM_SUMMARY = 4, SLIM_DISTRIBUTION = 8 };

struct slim_metric {
    const char *name;         /* set by who reads the text; here NULL */
    const json_t *head;       /* likewise: what is not numbers */
    size_t text, text_length; /* in slim_cell.metric_text: "NAME":{...} without its numbers */
    size_t sample, sample_count;
    size_t launch, launch_count; /* 0 launches: every one, in order */
    size_t bucket, bucket_count; /* in slim_cell.buckets, two numbers each */
    unsigned taken;              /* of enum slim_part */
    bool is_checked;             /* its head has passed check_metric() */
    struct summary summary;      /* the file's own; n is 0 without one */
    struct distribution distribution;
};

/* Totals of a cell's launches. `known` is the time of those that say what others took. */
struct slim_ledger {
    double known_ns;
    double foreign_ns; /* CPU time of others and time the hypervisor kept */
    size_t count;
};

/* Members of a cell that are whole numbers. */
enum slim_own { SLIM_TASKS, SLIM_WORKERS, SLIM_OPS, SLIM_BATCH, SLIM_PLACE, SLIM_OWN };
extern const char *const slim_own_names[SLIM_OWN];

struct slim_cell {
    /*
     * Set by who reads, for who does not write the cell again: what cells that are otherwise alike
     * differ in (the id, the numbers above, launch_distributions) is taken out of `rest`, too.
     */
    bool is_brief;
    bool has_id, has_passed;
    struct buf id;         /* where has_id: printable ASCII, at least a character */
    unsigned has_own;      /* a bit for each of enum slim_own: it lies within what is accepted */
    int64_t own[SLIM_OWN]; /* 0 where it is not there */
    struct buf passed;     /* launch_distributions: a text that begins like an object */
    struct buf rest;       /* the cell as JSON, without its metrics and launches */
    struct buf metric_text;
    struct slim_metric *metrics;
    size_t metric_count, metric_capacity;
    bool has_metrics, has_ledger; /* they were taken */
    struct numbers samples;       /* of all metrics, one after the other */
    struct numbers launches;      /* indices of launches, likewise */
    struct numbers buckets;       /* likewise: the lowest value, how many */
    struct result_launch *ledger;
    size_t ledger_count, ledger_capacity;
};

struct slim {
    struct scan scan;
    int fd;           /* where more text comes from; -1: it is all there */
    char *window;     /* owned; what was read of it and is not yet behind us */
    size_t capacity;  /* of the window */
    const char *text; /* the text in hand: the window, or all of it */
    uint64_t text_at; /* where in the file it begins */
    bool at_end;      /* nothing follows the text in hand */
    struct buf head;  /* what stands before the cells, as a JSON object */
    struct buf tail;  /* what stands behind them; complete after the last cell */
    bool first;
    bool is_inner, is_first_result; /* of several in one file: more of the file stands behind it */
    uint64_t cell_at; /* where in the file the last cell's text stands, blanks before it and all */
    size_t cell_length; /* of it */
};

/*
 * Returns 0 when the text begins as a result does and its cells come next.  `at` is where it stands
 * in its file.
 */
int slim_open(struct slim *s, const char *text, size_t length, uint64_t at);

/* The same of a regular file, from there to its end, read as it is gone through; the caller closes
 * it. */
int slim_open_file(struct slim *s, int fd, uint64_t at);

/*
 * The same of a file with the results of several hosts, which are gone through one after the other:
 * slim_next_result() returns 1 when a result has begun and its cells come next, 0 after the last,
 * -1.
 */
int slim_open_several(struct slim *s, int fd, uint64_t at);
int slim_next_result(struct slim *s);

/* Whether the text begins as results of several hosts do; then it is passed up to behind the "[".
 */
bool slim_take_several(struct scan *s);

/* A metric is added; NULL when memory runs out. */
struct slim_metric *slim_metric_add(struct slim_cell *c);

/* A launch is added to the ledger; false when memory runs out. */
bool slim_launch_add(struct slim_cell *c, const struct result_launch *one);

/* One launch is added to the totals; NaN: not known. */
void slim_ledger_add(struct slim_ledger *l, double duration_ns, double foreign_ns, double steal_ns);

/* Empties it and keeps the memory. */
void slim_cell_reset(struct slim_cell *c);

/* Returns 1 with a cell in *out (whose memory is used again), 0 after the last, -1. */
int slim_next(struct slim *s, struct slim_cell *out);

/* For slim.c: passes a cell; a member is added to the object that begins at `begin` of out. */
bool slim_take_cell(struct scan *s, struct slim_cell *c);
void slim_add_member(struct buf *out, size_t begin, struct span key, struct span value);

void slim_close(struct slim *s);
void slim_cell_release(struct slim_cell *c);

#endif
