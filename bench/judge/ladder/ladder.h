/*
 * What a unit of each executor costs, and what it yields waiting and computing, without and with a
 * lock: the one table that the first screen shows, the picture draws and the document holds.
 *
 *            STARTUP  LIFECYCLE  MEMORY  SWITCH  WAITING  COMPUTING  LOCKED  LOCK_WAIT
 *   thread     slot      slot     slot    slot     slot      slot     slot      slot
 *   process     ..
 *
 * A column is one work (workload, parameters, tasks, placement, lock), the same in all rows: the
 * one that most executors did.  Which works these are follows from the kind of the workloads and
 * from what was measured of them, never from names; a kind that the result lacks has no column.
 * Where one executor alone was measured under more locks than that, rows are locks; where there is
 * nothing of all this, as in results of other programs, rows are works and columns their metrics.
 *
 * Nothing is pooled: a slot is one cell.
 */
#ifndef CONTEND_JUDGE_LADDER_LADDER_H
#define CONTEND_JUDGE_LADDER_LADDER_H

#include "bench/base/err.h"
#include "bench/base/vec.h"
#include "bench/judge/parts/dim.h"
#include "bench/result/result.h"

#include <stdbool.h>
#include <stddef.h>

enum ladder_kind {
    LADDER_STARTUP,   /* startup_ns, of as few units at once as were measured */
    LADDER_LIFECYCLE, /* lifecycle_ns: create, empty body, join, a task */
    LADDER_MEMORY,    /* memory_bytes of one more unit */
    LADDER_SWITCH,    /* switch_ns, from one unit's turn to the next one's */
    LADDER_WAITING,   /* throughput_per_s of a workload that waits */
    LADDER_COMPUTING, /* ... of one that computes, without a lock */
    LADDER_LOCKED,    /* ... of the same under a lock */
    LADDER_LOCK_WAIT, /* lock_wait_ratio of that */
    LADDER_OTHER,     /* throughput_per_s of a workload of another kind; of works any metric */
    LADDER_OWN,       /* what such a workload measures itself */
};

struct ladder_column {
    enum ladder_kind kind;
    const char *metric;             /* its name in the file */
    const struct result_cell *like; /* a cell of its work: workload, tasks, lock, parameters */
};

struct ladder_slot {
    const struct result_cell *cell;     /* NULL: this was not measured so */
    const struct result_metric *metric; /* NULL: the cell has no value of it */
    const struct result_metric *alone;  /* throughputs: the same with one task; or NULL */
    bool is_doubtful;                   /* others had the CPUs in all launches of the cell */
    bool is_alone_doubtful;             /* ... or of that of `alone` */
};

struct ladder_row {
    const struct result *result;
    const char *name;          /* of the executor, lock or work, with its settings; owned */
    bool is_peer;              /* somebody else's library */
    bool is_pooled;            /* its tasks share workers: they have no unit of their own */
    struct ladder_slot *slots; /* as many as there are columns; in the ladder's memory */
};

struct ladder_columns {
    VEC(struct ladder_column);
};

struct ladder_rows {
    VEC(struct ladder_row);
};

enum ladder_of { LADDER_OF_EXECUTORS, LADDER_OF_LOCKS, LADDER_OF_WORKS };

struct ladder {
    enum ladder_of of; /* what rows are */
    struct ladder_columns columns;
    struct ladder_rows rows; /* in the order of the results; of one name behind each other */
    struct ladder_slot *slots;
};

/* What a ladder is made of; controls are left out. */
struct ladder_source {
    const struct result *results;
    size_t count;
    const struct entry *entries; /* of these cells alone; NULL: of all */
    size_t entry_count;
};

/*
 * Of results that outlive it.  0, or -1 with ERR_SYSTEM when memory ran out.  ladder_release() also
 * then.
 */
int ladder_of(struct ladder *out, const struct ladder_source *source, struct err *err);
void ladder_release(struct ladder *l);

/* The place of the first column of that kind; the number of columns where there is none. */
size_t ladder_find(const struct ladder *l, enum ladder_kind kind);

/* "cost of a unit", "I/O-bound", "CPU-bound", "throughput", "the workload's own". */
const char *ladder_group(enum ladder_kind kind);
/*
 * What stands over a column: "startup", the workload's name, "no lock", the lock's name, "lock
 * wait". `text` may be used for it.
 */
enum { LADDER_HEAD = 64 };
const char *ladder_head(const struct ladder *l, size_t column, char *text, size_t size);

/* As the member "ladder" of a report for programs (docs/reports.md); NULL when memory ran out. */
json_t *ladder_json(const struct ladder *l);

#endif
