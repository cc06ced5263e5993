/*
 * A cell: one combination of workload, lock, executor, tasks, workers, placement and
 * parameters, as the plan names it and the runner measures it.
 */
#ifndef CONTEND_RUN_LAUNCH_CELL_H
#define CONTEND_RUN_LAUNCH_CELL_H

#include "bench/base/buf.h"
#include "bench/contend.h"
#include "bench/run/launch/cpu_list.h"

#include <jansson.h>

enum { NO_CONTROL = -1 };

/* Bit i stands for the i-th probe of the registry. */
#define PROBES_ALL UINT64_MAX

struct err;

struct cell {
    char *id; /* owned; made by cell_make_id() */
    const struct workload *workload;
    const struct executor *executor;
    const struct lock *lock;
    uint32_t tasks;
    uint32_t workers; /* 0 unless the executor pools */
    enum placement placement;
    const struct cpu_list *cpus; /* where that puts units, in turn; NULL: as it says by itself */
    bool lock_is_shared;         /* one lock for all processes, where each would have its own */
    bool is_control;             /* measured because others refer to it */
    int64_t workload_params[CONTEND_PARAM_MAX];
    int64_t executor_params[CONTEND_PARAM_MAX];
    int64_t lock_params[CONTEND_PARAM_MAX];
    char *skip_reason; /* owned; NULL: it can be measured */
    int control;       /* index of the cell that is its ceiling, or NO_CONTROL */
    uint32_t place;    /* its index in the whole plan, of which this may be a shard */
    /* Which of the probes with launches of their own it is for.  All: in turn, every third round;
     * those that were named: in every round. */
    uint64_t own_probes;
    double op_ns;         /* what one operation takes alone, when the run began; 0: not known */
    uint64_t ops;         /* operations a task as the suite wants them; 0: not said */
    uint64_t batch_ops;   /* operations of one call of run() */
    uint32_t batch_count; /* calls a task makes */
};

/* All parameters at their defaults, one task, no lock. */
void cell_init(struct cell *c, const struct workload *w, const struct lock *k,
               const struct executor *x);

/* Writes c->id from everything else: defaults are left out. */
void cell_make_id(struct cell *c);
void cell_release(struct cell *c);

/* Whether its clock is simulated: its launches are not disturbed by anything. */
bool cell_is_virtual(const struct cell *c);

/* Whether each of its processes has a lock of its own, as a lock that is by nature one for each
 * runtime has unless asked otherwise. */
bool cell_has_own_locks(const struct cell *c);

/* On how many of so many CPUs its tasks can compute at a time: one, where a lock or an event loop
 * lets only one of them. */
uint32_t cell_cpus(const struct cell *c, uint32_t cpus);

/* "free", "same", "spread", "core", "smt", "llc", "numa"; NULL behind the last. */
const char *placement_name(enum placement p);

/* Whether each of its units has a CPU to be on. */
bool cell_is_spread(const struct cell *c);

/* Adds the probe of that name to a set of own_probes. */
int cell_add_probe(uint64_t *set, const char *name, struct err *err);

/* Parameters of one table as a JSON object; choices become their words. A new reference. */
json_t *params_to_json(const struct param *table, const int64_t *values);
/* And back; unknown names are an error. */
int params_from_json(const struct param *table, const json_t *object, int64_t *values,
                     struct err *err);

/* The first `most` CPUs of a list as an array of numbers, and back, where ERR_INPUT says what it
 * holds. */
json_t *cpu_list_to_json(const struct cpu_list *list, uint32_t most);
int cpu_list_from_json(const json_t *array, const struct cpu_list **out, struct err *err);

/* The plan's half of a cell for the journal and back. */
json_t *cell_to_json(const struct cell *c);
int cell_from_json(const json_t *object, struct cell *c, struct err *err);

#endif
