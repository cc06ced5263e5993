/*
 * The six questions that every runtime is asked, as cells: each has the workload, the parameters
 * and the metrics of contend's own, so that what comes of them stands beside it.
 */
#ifndef CONTEND_LAB_RUNTIMES_QUESTION_H
#define CONTEND_LAB_RUNTIMES_QUESTION_H

#include "bench/lab/runtimes/runtime.h"
#include "bench/result/traits.h"

/* The divisors of this prime are looked for: some 500 divisions. */
#define QUESTION_NUMBER 1000003

/* Units that are asked for where they are cheap, and once. */
#define QUESTION_MANY 1000000

enum question {
    ASK_STARTUP,
    ASK_MEMORY,
    ASK_SWITCH,
    ASK_FUTURE,
    ASK_COMPUTE,
    ASK_SLEEPERS,
    ASK_MIXED,
    ASK_NOTHING, /* how many there are */
};

enum runtime_metric {
    MADE_STARTUP,
    MADE_LIFECYCLE,
    MADE_MEMORY,
    MADE_SWITCH,
    MADE_FUTURE,
    MADE_RATE,
    MADE_EFFICIENCY,
    MADE_MAKESPAN,
    MADE_LATENCY,
    MADE_LONGEST,
    MADE_METRICS, /* how many there are */
};

struct made_metric {
    const char *name, *unit, *better, *group, *definition;
    enum role role;
    const char *source; /* what of it is the same for all runtimes */
};

extern const struct made_metric made_metrics[MADE_METRICS];

/* A cell that is asked for, of any runtime. */
struct asked {
    const char *workload, *kind;
    enum question questions[2]; /* ASK_NOTHING: no second one */
    int64_t tasks;
    const char *param, *unit; /* that its id tells of; NULL: none */
    int64_t value;
    bool is_default; /* what the workload has anyway */
    bool is_once;    /* in the first round alone */
};

struct asked_list {
    VEC(struct asked);
};

/* How long is looked, and at how many cells. */
struct effort {
    int64_t cpus;
    bool is_quick;
};

/* False when memory ran out. */
bool questions_list(struct asked_list *out, const struct effort *e);

const char *question_name(enum question q);

/* How long the program is to measure, or (sleepers) each of them sleeps. */
int64_t question_time_ns(enum question q, const struct asked *a, const struct effort *e);

/* The last number it is given. */
int64_t question_more(enum question q, const struct runtime_unit *u);

/* How many units. */
int64_t question_count(enum question q, const struct asked *a, const struct runtime_unit *u);

#endif
