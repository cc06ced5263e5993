/* Empty units, and computing: what an outside timer sees of `contend once`. */
#include "bench/registry.h"
#include "bench/run/launch/launch.h"
#include "bench/worker/worker.h"

static int launch_empties(const struct cell *c, uint64_t units, struct err *err)
{
    const struct executor *x = c->executor;
    const char *reason = x->unavailable ? x->unavailable() : NULL;
    if (reason)
        return err_set(err, ERR_UNAVAILABLE, "%s: %s", x->name, reason);
    struct launch *l;
    uint64_t elapsed_ns;
    if (launch_open(c, c->tasks, NULL, 0, &l, err))
        return -1;
    int failed = 0;
    for (uint64_t done = 0; done < units && !failed; done += c->tasks)
        failed = launch_empty(l, &elapsed_ns, err);
    launch_close(l);
    return failed;
}

/* Marsaglia's xorshift64, which is never 0; some cycles a step, and nothing to run side by side. */
static uint64_t compute(uint64_t steps)
{
    uint64_t x = 88172645463325252u;
    for (uint64_t i = 0; i < steps; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
    }
    return x;
}

int empties_run(const struct cell *c, const struct assignment *a, struct err *err)
{
    if (launch_empties(c, a->units, err))
        return -1;
    return compute(a->steps) ? 0 : err_set(err, ERR_FAILED, "computing ended at 0");
}
