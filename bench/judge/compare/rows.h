/* From cells and metrics to rows: what stands between two results and their verdicts. */
#ifndef CONTEND_JUDGE_COMPARE_ROWS_H
#define CONTEND_JUDGE_COMPARE_ROWS_H

#include "bench/judge/compare/compare.h"

/* A cell in each file that has it; NULL in those that have not. */
struct cell_files {
    const struct result *results;
    const struct result_cell **cells;
    size_t count;
};

/* Working memory shared by all rows. */
struct row_scratch {
    struct numbers rounds, pairs;
    struct moment *moments; /* as many as the larger side has files */
};

/*
 * Compares one metric of one cell and fills the row but for the verdict's correction.  Two moments
 * differ by `control_shift` at least.  -1 when memory runs out.
 */
int compare_row_of(struct compare_row *row, const struct cell_files *base,
                   const struct cell_files *head, const struct result_metric *metric,
                   const struct compare_request *request, double control_shift,
                   struct row_scratch *scratch);

/* Takes a reason over; earlier ones are let go. */
void compare_say(struct compare_row *row, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ln of the median over rounds, what a row calls its center. -1: none above zero, or no memory. */
int compare_center(const struct result_cell *c, const struct result_metric *m,
                   struct row_scratch *scratch, double *center);

/* Widens rows by what others of their kind say. -1 with ERR_SYSTEM when memory runs out. */
int compare_kin(struct comparison *c, struct err *err);

/*
 * Widens by kin, gives each row its word, takes back those that do not hold among all rows of their
 * group of metrics (Benjamini and Hochberg, a family a direction), and fills in what each row could
 * have seen.  -1 with ERR_SYSTEM when memory runs out.
 */
int compare_correct(struct comparison *c, struct err *err);

#endif
