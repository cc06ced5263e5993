/*
 * What a page's simulator of units under a lock (bench/page/assets/explore.js) is fed with: the
 * constants of this result, and the measured cells that its curves can be held against.
 *
 * A cell fits where an operation computes for a time, then waits for a time, and does nothing else
 * that the simulator does not know: no control, no pool, no other clock, under no lock, or one that
 * excludes.  How long it computes is the least CPU time that an operation of the same work took in
 * any such cell of the executor; how long it waits is what it says itself (ROLE_WAIT_PER_OP).
 */
#ifndef CONTEND_JUDGE_EXPLORE_EXPLORE_H
#define CONTEND_JUDGE_EXPLORE_EXPLORE_H

#include "bench/base/vec.h"
#include "bench/page/page.h"
#include "bench/result/result.h"

/* Most measured cells that are drawn; of more the first, and how many were left out is said. */
enum { EXPLORE_CELLS_MOST = 300 };

/* One kind of unit, by the executor it is best known by. */
struct explore_kind {
    const struct result_cell *like; /* of that executor; NULL: this kind was not measured */
    double switch_ns;               /* from one's turn to the next one's; NaN: not measured */
    double startup_ns; /* to start one and see it end, at its fastest tenth: of the ladder's cell */
    double wake_ns;    /* from the end of a wait to the next instruction, of one that is alone */
};

enum { EXPLORE_KINDS = UNIT_NONE };

struct explore_cell {
    const struct result_cell *cell;
    const struct result_metric *rate;
    double cpu_ns, wait_ns; /* of an operation */
    int64_t ops, batches;   /* of a task */
    double interval_ns;     /* a waiter waits before it is given the lock; NaN: for ever */
};

struct explore {
    const struct result *result;
    struct explore_kind kinds[EXPLORE_KINDS];
    double slice_ns; /* of CPU time before somebody else has a turn; NaN: not measured */
    struct {
        VEC(struct explore_cell);
    } cells;
    size_t left_out;
};

/* Of a result that outlives it. 0, or -1 with ERR_SYSTEM; explore_release() also then. */
int explore_of(struct explore *out, const struct result *r, struct err *err);
void explore_release(struct explore *e);

/*
 * Adds the part of a page, for viewers: words, constants, and the model to play with.  Nothing
 * where no kind of unit has a switch or a start that was measured.
 */
int explore_page(struct page *p, const struct result *r, struct err *err);

#endif
