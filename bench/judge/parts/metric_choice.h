/* Which metrics of a cell are compared and exported: those named, all, or what users ask about. */
#ifndef CONTEND_JUDGE_PARTS_METRIC_CHOICE_H
#define CONTEND_JUDGE_PARTS_METRIC_CHOICE_H

#include "bench/result/result.h"

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

#endif
