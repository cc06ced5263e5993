/*
 * A result in memory: what a run makes (make.h), and what tables, sentences and comparisons read
 * (read.h); what was read can be written again (write.h).
 *
 * Texts are borrowed from JSON values, which live as long as the result and keep the fields this
 * program does not know.  Numbers are kept out of them (slim.h).  Summaries are computed from the
 * raw samples, never believed; only where a file has none (a foreign runtime's) is its own summary
 * taken.
 */
#ifndef CONTEND_RESULT_RESULT_H
#define CONTEND_RESULT_RESULT_H

#include "bench/base/err.h"
#include "bench/result/slim.h"
#include "bench/result/traits.h"
#include "bench/stats/summary.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RESULT_SCHEMA  "contend.result/1"
#define RESULTS_SCHEMA "contend.results/1" /* of several hosts */

/* What one file may have; readers name the bound that is passed. */
enum {
    RESULT_CELLS_MAX = 4000000,
    RESULT_METRICS_MAX = 1024,     /* of a cell */
    RESULT_TREE_BYTES = 512 << 20, /* of text that has to be read as a whole */
};

struct result_metric {
    const char *name;
    const char *unit;      /* "ns", "bytes", "count", "ratio", "per_s" */
    const char *better;    /* "lower", "higher", "neutral" */
    const char *nature;    /* "noisy", "exact" */
    const char *group;     /* "" when the file does not say */
    const char *source;    /* "none" when it could not be had */
    const char *reason;    /* why it could not be had, or NULL */
    enum role role;        /* what it tells, whatever it is called */
    bool is_reference;     /* it has no value because others are held against this cell */
    const double *samples; /* in the order measured */
    size_t sample_count;
    const uint32_t *launches; /* which launch each sample is of; NULL: the i-th of the i-th */
    struct summary summary;   /* n is 0 when there is nothing to summarise */
    const struct distribution *distribution; /* of single events; distribution_absent without */
    const struct result_bucket *buckets;     /* its histogram, empty ones left out */
    size_t bucket_count;
    const json_t *json; /* the object, without the numbers above */
};

struct result_warning {
    const char *code;
    const char *text;
};

enum cell_status { CELL_OK, CELL_SKIPPED, CELL_FAILED };

struct result_cell {
    const char *id;   /* unique within the result */
    const char *role; /* "measured", "control" */
    const char *workload;
    const char *workload_kind; /* "" when the file does not say */
    const char *lock;
    const char *executor;
    unsigned lock_traits, executor_traits; /* enum lock_trait, enum executor_trait */
    bool has_traits;                       /* the file says them; otherwise what names stand for */
    bool is_peer;                          /* the executor is somebody else's library */
    const char *placement;
    int64_t tasks;
    int64_t workers;      /* 0 unless the executor pools */
    int64_t ops_per_task; /* -1 when the file does not say */
    int64_t batch_ops;    /* likewise */
    bool has_workers;     /* the file says them */
    const json_t *params; /* objects; NULL when there are none */
    const json_t *lock_params;
    const json_t *executor_params;
    const json_t *param_units; /* name as in `id` -> "ns", "bytes", "count" */
    enum cell_status status;
    const char *reason; /* why it is not ok, "" when it is */
    struct result_metric *metrics;
    size_t metric_count;
    struct result_warning *warnings; /* owned, unless is_alike */
    size_t warning_count;
    uint32_t *rounds; /* of each launch; NULL when the file does not say */
    size_t launch_count;
    const struct result_launch *ledger; /* launch_count of them; NULL: not kept, or no rounds */
    bool has_ledger;                    /* it is not in `json`, be it empty */
    void *block;                        /* owned; metrics, their numbers, the id */
    void *ledger_block;                 /* owned; rounds and ledger */
    double foreign_cpus; /* CPUs taken by others while it was measured (load.h); NaN: not known */
    double ledger_ns;    /* of the launches that say so, together */
    size_t ledger_launches;
    /*
     * Without its metrics, and its launches where those were plain.  Read for who writes it again
     * (RESULT_ALL) it is the cell's own; else cells that are alike share it, with their warnings,
     * and what they differ in stands above alone.
     */
    json_t *json;
    bool is_alike; /* it is shared, and the result's: nothing of it is to be changed */
};

struct result {
    char *path;  /* as given; "standard input" for "-" */
    char *label; /* file name without folder and ".json" */
    const char *run_id;
    const char *status;                   /* "complete", "partial" */
    const char *suite;                    /* "" when the cells were named one by one */
    const char *started_at, *finished_at; /* the second is "" where a run was not ended */
    const char *runtime;                  /* "contend 0.1.0", "cpython 3.11.2" */
    const char *sanitizer;                /* "" for a build that may be compared */
    const char *build_type;
    const char *hostname;
    const char *cpu;
    const char *kernel;
    const char *virtualization;
    int64_t cpus_allowed;            /* 0 when the file does not say */
    bool has_cores_apart;            /* the file says that no two CPUs share a core */
    int64_t rounds;                  /* 0 when the file does not say */
    struct result_warning *warnings; /* owned; of the whole run */
    size_t warning_count;
    struct result_cell *cells;
    size_t cell_count, cell_capacity;
    bool is_whole;              /* it may be written: nothing that was read was let go */
    struct metric_heads *heads; /* owned */
    json_t *json;               /* owned; without its cells */
};

/*
 * Reads and checks a file ("-": stdin), see read.h.  Returns 0, or -1 with ERR_INPUT; *out is then
 * empty.
 */
int result_load(struct result *out, const char *path, struct err *err);

/* The same without summaries of what has samples, for who goes to the samples: half the time. */
int result_load_samples(struct result *out, const char *path, struct err *err);

/* The same from text already in memory; `path` is for messages and the label. */
int result_parse(struct result *out, const char *path, const char *text, size_t length,
                 struct err *err);

void result_unload(struct result *r);

/*
 * Makes labels unique among results shown together: the path where file names meet.  The same
 * run given twice is ERR_USAGE: its cells would stand beside themselves.
 */
int results_tell_apart(struct result *results, size_t count, struct err *err);

/* NULL when the cell has no such metric; a metric found may have no value. */
const struct result_metric *result_metric_find(const struct result_cell *c, const char *name);

/* The same, NULL as well when it has no value or the cell is not ok. */
const struct result_metric *result_value_find(const struct result_cell *c, const char *name);

/* By what it tells: the first such metric of the cell, as above. */
const struct result_metric *result_role_find(const struct result_cell *c, enum role role);
const struct result_metric *result_role_value(const struct result_cell *c, enum role role);

/*
 * The round sample i of the metric was taken in: samples of one round are one block.  Without a
 * ledger each sample is a round of its own.
 */
size_t result_round(const struct result_cell *c, const struct result_metric *m, size_t i);

const char *cell_status_name(enum cell_status s);

/* For who fills one: room for a cell more (NULL when memory ran out), and all but its names gone.
 */
struct result_cell *result_cell_new(struct result *r);
void result_empty(struct result *r);

#endif
