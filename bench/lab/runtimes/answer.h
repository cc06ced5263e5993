/*
 * What a program says, a line of JSON each, taken one by one: what it may say to a question, how
 * often, and what has to be true of it.  Pure: knows neither programs nor clocks.
 *
 *     startup    {"lifecycle_ns": [..]}, of one unit {"startup_ns": [..]} besides where it can be
 * told memory     {"ready": UNITS}, and waits for a line; twice switch     {"switch_ns": [..]}
 *     future     {"future_ns": [..]}, {"ops": N, "sum": 1 + 2 + .. + N}
 *     compute    {"unit": [BEGIN, END, OPS, SUM]} of each
 *     sleepers   {"slept": [BEGIN, END, WOKEN]}
 *     mixed      {"io_latency_ns": [..]}, {"computed": [OPS of each that computes]}
 *     any        {"skip": "why not"} in place of all that
 *     and last   {"end": true}
 */
#ifndef CONTEND_LAB_RUNTIMES_ANSWER_H
#define CONTEND_LAB_RUNTIMES_ANSWER_H

#include "bench/lab/runtimes/question.h"

enum { ANSWER_LINE_MOST = 1 << 20 };

struct answer {
    enum question question;
    int64_t count, time_ns, more; /* what it was given */

    char *skip;  /* owned; why it has no answer */
    bool at_end; /* it said so */
    unsigned ready_count;
    struct {
        VEC(double);
    } values[MADE_METRICS];
    bool is_summed; /* its ops and their sum were right */
    struct {
        VEC(int64_t);
    } units; /* four numbers each */
    struct {
        VEC(int64_t);
    } computed;
};

void answer_release(struct answer *a);

/* A line without its line feed.  -1 with ERR_FAILED, which says what is wrong with it. */
int answer_take(struct answer *a, const char *line, size_t length, struct err *err);

/* After the last one: whether it is whole, and what follows from it. */
int answer_close(struct answer *a, struct err *err);

#endif
