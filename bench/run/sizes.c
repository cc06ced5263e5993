#include "bench/run/sizes.h"

#include "bench/base/clock.h"
#include "bench/run/worker.h"

#include <stdlib.h>
#include <string.h>

/* What was found out about the cells that one calibration stands for. */
struct calibrated {
    size_t cell; /* that was calibrated */
    double op_ns;
    struct err err; /* its worker's: no number of operations can be right */
};

/* Whether what an operation of `a` takes holds for `b`.  Work without a serial form is the
 * executor's own, and the tasks have to be there for it. */
static bool same_work(const struct cell *a, const struct cell *b)
{
    if (a->workload != b->workload ||
        memcmp(a->workload_params, b->workload_params, sizeof a->workload_params))
        return false;
    return b->is_control || b->control != NO_CONTROL ||
           (a->executor == b->executor && a->tasks == b->tasks && a->lock == b->lock &&
            !memcmp(a->executor_params, b->executor_params, sizeof a->executor_params));
}

/* The cell whose serial run tells what an operation of c takes. */
static size_t calibration_cell(const struct plan *p, size_t c)
{
    return p->cells[c].control >= 0 ? (size_t)p->cells[c].control : c;
}

/* Waiting takes as long as it takes, and a given number needs no clock. */
static bool needs_calibration(const struct cell *c, const struct plan_request *request)
{
    return !c->skip_reason && !c->batch_ops && c->workload->kind != WORKLOAD_IO && !request->ops &&
           !c->ops;
}

/* A worker of its own for each: one that crashes or hangs takes no other along. */
static int calibrate_one(const struct sizes_request *r, struct calibrated *done, struct err *err)
{
    const struct cell *c = &r->plan->cells[done->cell];
    mailbox_clear(r->mailbox);
    assignment_init(&r->mailbox->job, ASSIGN_CALIBRATE);
    if (assignment_set_cell(&r->mailbox->job, c, err) ||
        worker_run(r->mailbox, clock_now_ns() + r->plan->timeout_ns, r->interrupted, err))
        return -1;
    done->op_ns = r->mailbox->op_ns;
    done->err = r->mailbox->err;
    return 0;
}

/* The calibration that holds for the cell; NULL where there is none yet. */
static const struct calibrated *calibration_of(const struct sizes *s, const struct plan *p,
                                               size_t cell)
{
    for (size_t i = 0; i < s->count; i++)
        if (same_work(&p->cells[s->calibrated[i].cell], &p->cells[cell]))
            return &s->calibrated[i];
    return NULL;
}

int sizes_find(struct sizes *out, const struct sizes_request *r, struct err *err)
{
    struct plan *p = r->plan;
    uint64_t asked = (uint64_t)r->asked->ops;
    *out = (struct sizes){.calibrated = calloc(p->cell_count + 1, sizeof *out->calibrated),
                          .by = calloc(p->cell_count + 1, sizeof *out->by)};
    if (!out->calibrated || !out->by)
        return err_set(err, ERR_SYSTEM, "no memory for the sizes of %zu cells", p->cell_count);
    for (size_t i = 0; i < p->cell_count; i++) {
        size_t cell = calibration_cell(p, i);
        if (!needs_calibration(&p->cells[i], r->asked) || calibration_of(out, p, cell))
            continue;
        struct calibrated *next = &out->calibrated[out->count++];
        next->cell = cell;
        if (calibrate_one(r, next, err))
            return -1;
    }
    for (size_t i = 0; i < p->cell_count; i++) {
        struct cell *c = &p->cells[i];
        const struct calibrated *found = calibration_of(out, p, i);
        out->by[i] = needs_calibration(c, r->asked) ? found : NULL;
        c->op_ns = found ? found->op_ns : 0;
        plan_size_cell(c, asked ? asked : c->ops, c->op_ns, p->task_time_ns, plan_cpus());
    }
    return 0;
}

const struct err *sizes_failure(const struct sizes *s, size_t cell)
{
    const struct calibrated *by = s->by ? s->by[cell] : NULL;
    return by && by->err.code != ERR_NONE ? &by->err : NULL;
}

void sizes_release(struct sizes *s)
{
    free(s->calibrated);
    free(s->by);
    *s = (struct sizes){0};
}
