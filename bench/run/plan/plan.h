/*
 * The plan: which cells, in which order of rounds, for how long.  Made from a suite or from the
 * command line, complete before the first measurement: what cannot be measured here stands in
 * it as skipped, with the reason.
 */
#ifndef CONTEND_RUN_PLAN_PLAN_H
#define CONTEND_RUN_PLAN_PLAN_H

#include "bench/base/err.h"
#include "bench/base/opts.h"
#include "bench/run/launch/cell.h"

/* Cells: those of all shards together; a round over so many takes days. */
enum { TASKS_MAX = 1000000, WORKERS_MAX = 100000, ROUNDS_MAX = 1000, PLAN_CELLS_MAX = 1000000 };
#define OPS_MAX INT64_C(1000000000000) /* of a task */
/* What is taken where neither the command line nor a suite says, as it would be typed. */
#define PLAN_ROUNDS        "11"
#define PLAN_BUDGET        "60s"
#define PLAN_TASK_TIME     "50ms"
#define PLAN_TIMER_SLACK   "50us"
#define PLAN_TIMEOUT       "5min"
#define TASK_TIME_MAX_NS   INT64_C(60000000000)
#define TIMER_SLACK_MAX_NS INT64_C(1000000000)
#define TIMEOUT_LEAST_NS   INT64_C(100000000)

/* What was asked for. Lists hold words as typed, "a,b,c" allowed in each; empty: the default. */
struct plan_request {
    const char *suite;      /* a suite's name or the path of a suite file; NULL: none was named */
    const json_t *document; /* that suite, where it is in memory already; borrowed */
    const char *origin;     /* the file it was made from, which errors name; NULL */
    struct opt_list workloads, locks, executors, tasks, placements;
    struct opt_list params; /* "sleep.duration=10ms" */
    const char *lock_scope; /* "auto" or "shared"; NULL: auto */
    int64_t workers;        /* 0: as many as CPUs */
    int64_t ops;            /* operations a task; 0: the workload's own, or calibrated */
    int64_t rounds;         /* 0: the suite's */
    int64_t rounds_most;    /* 0: the suite's, or as many as were asked for by number */
    int64_t budget_ns;      /* 0: the suite's */
    int64_t task_time_ns;   /* 0: the suite's */
    int64_t timer_slack_ns;
    int64_t timeout_ns; /* of one visit */
    /* What follows is of the whole, or of a part, and not the same in every part. */
    int64_t seed;                     /* -1: drawn */
    int64_t shard_index, shard_count; /* cells of this shard only; count 0: all */
};

/* Which part of a plan this is. */
struct plan_share {
    uint32_t index, count; /* counted from 1; count 0: it is the whole */
    uint32_t cells;        /* of all shards, each once; 0: not known */
    uint32_t measured;     /* of these; the others are ceilings alone */
    uint64_t plan;         /* the FNV-1a of what was split: the same in all its shards */
};

struct plan {
    struct cell *cells;
    size_t cell_count;
    char *suite; /* owned; NULL when the cells were named one by one */
    uint64_t seed;
    uint32_t rounds;      /* of all cells */
    uint32_t rounds_most; /* of those whose intervals are wide, while the budget lasts; >= rounds */
    uint64_t budget_ns;
    uint64_t task_time_ns;
    uint64_t timer_slack_ns;
    uint64_t timeout_ns;
    struct plan_share share;
};

enum { SHARDS_MAX = 100000 };

/* Values a request has before the command line was read. */
void plan_request_init(struct plan_request *request);

/* "2/4": only the second of four parts. -1 with ERR_USAGE. */
int plan_request_shard(struct plan_request *request, const char *text, struct err *err);

/* Returns 0, or -1 with ERR_USAGE / ERR_INPUT and an empty plan. */
int plan_build(const struct plan_request *request, struct plan *out, struct err *err);
void plan_release(struct plan *p);

/* Whether every cell's clock is simulated: then the result depends on nothing else either. */
bool plan_is_virtual(const struct plan *p);

/* As a shard's result and journal name it: { "index", "count", "plan" }. */
json_t *plan_share_to_json(const struct plan_share *s);

/* As the journal keeps it; NULL: no memory.  Back: 0, or -1 with ERR_INPUT and an empty plan. */
json_t *plan_to_json(const struct plan *p);
int plan_from_json(const json_t *object, struct plan *out, struct err *err);

/* Number of operations and batches from what one operation takes (0: not known). */
void plan_size_cell(struct cell *c, uint64_t ops_wanted, double op_ns, uint64_t task_time_ns,
                    uint32_t cpus);

/*
 * CPUs this process may use at a time: what "cpus" means in a task list, at least 1.  A quota of
 * the control group (cpu.max) counts, rounded up: who has half a CPU of 64 has one.
 */
uint32_t plan_cpus(void);

/* Those it may be put on, whatever the quota: what others take is taken from these. */
uint32_t plan_cpus_allowed(void);

#endif
