/* What charts have in common: which cells belong together, and what they are called. */
#ifndef CONTEND_JUDGE_CHARTS_PICK_H
#define CONTEND_JUDGE_CHARTS_PICK_H

#include "bench/judge/charts/charts.h"
#include "bench/stats/robust.h"

/* Cells that differ in nothing but their executor (and their lock, where families are so made). */
struct family {
    struct chart_cells cells;
    const char *workload, *lock, *rest; /* rest of the id: "tasks=2,duration=50ms" */
    size_t order;                       /* of its first cell */
};

struct families {
    VEC(struct family);
};

/* Of the cells that have a value of that metric, in the order of their first ones. */
int families_of(struct families *out, const struct chart_subject *s, const char *metric,
                bool by_lock, struct err *err);
void families_release(struct families *f);

/* More executors, then more locks, then more tasks. */
bool family_is_better(const struct family *a, const struct family *b);

/* How many different executors (or locks) a family has. */
size_t family_executors(const struct family *f);
size_t family_locks(const struct family *f);

/* What an id says behind workload, lock and executor. */
const char *cell_rest(const struct result_cell *c);
/* As strcmp(), whatever the number of workers. */
int compare_rests(const char *a, const char *b);
/* "2 tasks, duration=50ms" */
void add_rest(struct buf *out, const char *rest);

/* "thread", "uv_pool, 4 workers", "process, one lock for all" */
void add_executor(struct buf *out, const struct result_cell *c);
/* The same of a name that has the executor's settings: "coroutine stack=dense". */
void add_executor_as(struct buf *out, const char *name, const struct result_cell *c);
/* "thread, gil"; the executor alone in a picture where nobody has a lock. */
void add_curve_name(struct buf *out, const struct result_cell *c, bool has_locks);
/* "prime, gil, thread, 2 tasks" */
void add_cell_name(struct buf *out, const struct result_cell *c);

/* No more than there is room for, in their order: `kept`, of which a title is, among them (NULL: no
 * matter which).  How many were left out. */
size_t cells_cut(struct chart_cells *cells, size_t room, const struct result_cell *kept);

/* "3 more cells stand in the tables."; nothing where there are none. */
void add_left_out(struct buf *out, size_t count);

/* PAGE_UNRELIABLE where others had the CPUs. */
unsigned cell_flags(const struct result_cell *c);

/* The same colour for the same lock in all charts of a result; 0: there are more than colours. */
unsigned lock_tint(const struct result *r, const char *lock);

/* "12", "1/3.4" of a ratio of costs, with the digits it deserves; "~" where none can be told. */
void add_times(struct buf *out, const struct ratio *r);

#endif
