/*
 * noop: the empty operation.  What does the harness itself cost?
 *
 * Every other figure contains this one.  An operation is one turn of a loop with one
 * checkpoint and one value the optimiser must keep.
 */
#include "bench/contend.h"

static uint64_t run(struct task *t, uint64_t op_count)
{
    uint64_t done = 0;
    while (done < op_count) {
        task_checkpoint(t);
        done++;
        task_consume(t, done);
    }
    return done;
}

static enum step step(struct task *t, struct step_state *s)
{
    s->checksum = run(t, s->op_count);
    return STEP_DONE;
}

const struct workload workload_noop = {
    .name = "noop",
    .summary = "nothing: what the harness itself costs an operation",
    .kind = WORKLOAD_STARTUP,
    .traits = WORKLOAD_EMPTY,
    .run = run,
    .expected = expected_op_count,
    .step = step,
};
