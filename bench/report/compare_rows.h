/* From cells and metrics to rows: what stands between two results and their verdicts. */
#ifndef CONTEND_REPORT_COMPARE_ROWS_H
#define CONTEND_REPORT_COMPARE_ROWS_H

#include "bench/report/compare.h"

/* Which metrics of a cell are rows. */
struct metric_choice {
    char *names[64]; /* owned copies; none: the default choice */
    size_t count;
    bool all;
};

/* ERR_USAGE when no cell of `r` has one of the names. */
int metric_choice_parse(struct metric_choice *out, const char *text, const struct result *r,
                        struct err *err);
void metric_choice_release(struct metric_choice *c);
bool metric_is_chosen(const struct metric_choice *c, const struct result_metric *m);

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
 * Compares one metric of one cell and fills the row but for the verdict's correction.
 * `control_shift` widens as a disturbance does.  -1 when memory runs out.
 */
int compare_row_of(struct compare_row *row, const struct cell_files *base,
                   const struct cell_files *head, const struct result_metric *metric,
                   const struct compare_request *request, double control_shift,
                   struct row_scratch *scratch);

#endif
