/* How many operations a cell does in the time it is to take: launches of one batch, timed. */
#include "bench/run/launch/launch.h"
#include "bench/run/launch/steady.h"
#include "bench/run/launch/visit.h"

int visit_calibrate(const struct cell *c, uint64_t op_count, uint64_t *elapsed_ns, struct err *err)
{
    struct cell once = *c;
    once.batch_count = 1;
    once.batch_ops = op_count;
    /* A serial form stands for one task; without one, tasks may need each other. */
    uint32_t tasks = c->is_control || c->control != NO_CONTROL ? 1 : c->tasks;
    struct launch *l;
    struct steady from;
    steady_read(&from);
    if (launch_open(&once, tasks, NULL, 0, &l, err))
        return -1;
    int failed = launch_run(l, err);
    char why[TEXT_MAX];
    if (!failed && !steady_launch(c, l, &from, why))
        failed = err_set(err, ERR_FAILED, "%s", why);
    *elapsed_ns = l->tasks[0].last_ns - l->tasks[0].go_ns;
    launch_close(l);
    return failed;
}

/*
 * The least that so many operations take, of some tries: other programs can only lengthen it.  Some
 * are made also when the first took long, because on a busy machine that may be another's slice.
 */
static uint64_t least_of_tries(const struct cell *c, uint64_t ops, uint64_t first_ns)
{
    enum { TRIES = 5, MOST_NS = 20000000, TRIES_LEAST = 3, MOST_OF_LEAST_NS = 500000000 };
    uint64_t least_ns = first_ns, spent_ns = first_ns, elapsed_ns;
    for (int i = 1; i < TRIES && spent_ns < (i < TRIES_LEAST ? MOST_OF_LEAST_NS : MOST_NS); i++) {
        if (visit_calibrate(c, ops, &elapsed_ns, NULL))
            break;
        spent_ns += elapsed_ns;
        least_ns = elapsed_ns < least_ns ? elapsed_ns : least_ns;
    }
    return least_ns;
}

double visit_op_ns(const struct cell *c, struct err *err)
{
    enum { ENOUGH_NS = 2000000 };
    uint64_t elapsed_ns = 0;
    for (uint64_t ops = 1; ops < UINT64_C(1) << 40; ops *= 2) {
        if (visit_calibrate(c, ops, &elapsed_ns, err))
            return 0;
        /* Only what takes long by itself is long enough: it may have been held up once. */
        if (elapsed_ns >= ENOUGH_NS / 2)
            elapsed_ns = least_of_tries(c, ops, elapsed_ns);
        if (elapsed_ns >= ENOUGH_NS / 2)
            return (double)elapsed_ns / (double)ops;
        if (elapsed_ns < ENOUGH_NS / 8)
            ops *= 4;
    }
    return 0;
}

static double at_least_one(double value)
{
    return value > 1 ? value : 1;
}

double visit_slowdown(const struct cell *c, double op_ns, uint64_t time_ns, uint32_t cpus)
{
    enum { PARTS = 64, ENOUGH = 4 };
    struct cell together = *c;
    together.control = NO_CONTROL; /* with all its tasks, not in its serial form */
    if (c->is_control || op_ns <= 0)
        return 1;
    double alone_ns = op_ns * at_least_one((double)c->tasks / cpus);
    uint64_t most = (uint64_t)at_least_one((double)time_ns / alone_ns), elapsed_ns = 0;
    uint64_t ops = most / PARTS + 1;
    while (!visit_calibrate(&together, ops, &elapsed_ns, NULL) && ops < most &&
           elapsed_ns < time_ns / ENOUGH)
        ops *= ENOUGH;
    return at_least_one((double)elapsed_ns / (double)ops / alone_ns);
}
