/*
 * Two results stored at two moments, judged row by row: a row is a metric of a cell both have.
 *
 * The words and the sign are those of stats/verdict.h; the caution is that of stats/moments.h.
 * Slower and faster are said of a row only when they hold among all rows judged; exact metrics are
 * compared for equality and need no caution.
 */
#ifndef CONTEND_JUDGE_COMPARE_COMPARE_H
#define CONTEND_JUDGE_COMPARE_COMPARE_H

#include "bench/judge/parts/comparable.h"
#include "bench/page/page.h"
#include "bench/stats/moments.h"
#include "bench/stats/verdict.h"

#define COMPARE_TOLERANCE 0.03 /* the default */
#define COMPARE_LEVEL     0.99 /* of the intervals shown */
#define COMPARE_ALPHA     0.01 /* expected share of wrong words among those said, a direction */

/* Several files of one side are replications; at least one. */
struct compare_side {
    const struct result *results;
    size_t count;
};

struct compare_request {
    const char *metric; /* "A,B", "all"; NULL: see docs/compare.md */
    const char *filter; /* as in entries_filter(); NULL: all but controls */
    double tolerance;   /* a relative change, 0.03 */
    double moment_sd;   /* what two moments differ by, a log ratio; 0: MOMENT_FLOOR */
    unsigned allowed;   /* comparable_allow() */
};

/* What keeps a row from being decided more sharply. */
enum compare_limit {
    LIMIT_NONE,
    LIMIT_MOMENT,      /* two moments of a quiet machine */
    LIMIT_FEW,         /* few rounds that happen to agree */
    LIMIT_BETWEEN,     /* files of one side differ */
    LIMIT_KIN,         /* other rows of its kind differ */
    LIMIT_SPREAD,      /* the rounds of a file differ */
    LIMIT_DISTURBANCE, /* others were busy on the machine */
    LIMIT_CONTROL,     /* the control cells moved */
    LIMIT_ROUNDS,      /* one round a side */
    LIMIT_SIZE,        /* it changed; whether by more than the tolerance is open */
    LIMIT_CORRECTION,  /* a change by itself, not among so many rows */
};

struct compare_row {
    const char *id, *workload; /* of the cell */
    const char *metric, *unit, *group;
    bool higher_is_better, is_neutral, is_exact, is_control;
    enum verdict verdict;
    enum compare_limit limit;
    double base, head; /* medians of the medians of rounds, in `unit`; NaN when there is none */
    size_t base_rounds, head_rounds;
    size_t family;              /* rows that were judged together with this one */
    struct moment_shift shift;  /* log ratios */
    double detectable;          /* the smallest effect it could have seen, a log ratio; INFINITY */
    double spread, disturbance; /* the larger of both sides */
    double moment_sd;           /* what two moments were taken to differ by, a log ratio */
    char *reason;  /* owned: why it is not comparable, or what an exact count did; NULL: nothing */
    bool has_lost; /* memory ran out for the reason */
};

struct comparison {
    struct compare_row *rows; /* owned; slower first, then by effect */
    size_t count;
    size_t counts[VERDICT_NOT_COMPARABLE + 1]; /* by verdict, without controls */
    size_t judged;                             /* rows that took part in the correction */
    size_t only_base, only_head;               /* cells without a partner */
    const char *only_example;
    double control_shift;       /* what the controls moved by, a log ratio; 0: no controls */
    double control_cpu_shift;   /* the same of the CPU time of an operation */
    double moment_sd;           /* what was asked for; 0: nothing */
    double tolerance;           /* a log ratio */
    struct difference *allowed; /* owned; each once */
    size_t allowed_count;
    const struct compare_side *base, *head; /* borrowed, as the texts are */
};

/*
 * Returns 0; or -1 with ERR_NOTCOMPARABLE that names the difference (or that there is nothing in
 * common), ERR_USAGE for a metric or filter nothing matches, or ERR_SYSTEM.
 */
int compare_results(struct comparison *out, const struct compare_side *base,
                    const struct compare_side *head, const struct compare_request *request,
                    struct err *err);

void comparison_release(struct comparison *c);

/*
 * The comparison on a page that was begun; of large parts those that it is expected to show
 * (page_expect()).  `with_all` lists every row at a terminal.
 */
void compare_page(struct page *p, const struct comparison *c, bool with_all);

/* How many times as bad each row is, as a chart; nothing where no row has a number. */
void compare_chart(struct page *p, const struct comparison *c);

/* Adds contend.compare/1 to `out`, row by row. */
void compare_document(const struct comparison *c, struct buf *out);

#endif
