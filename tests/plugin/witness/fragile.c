/*
 * What breaks: a workload that kills its process when it is alone, as it is when it is calibrated,
 * or hangs there.
 */
#include "bench/contend.h"

#include <signal.h>
#include <unistd.h>

enum { PARAM_HANGS };

static const struct param params[] = {
    {.name = "hangs", .unit = "count", .max = 1, .help = "1: alone it hangs in place of dying"},
    {0},
};

static uint64_t run(struct task *t, uint64_t op_count)
{
    while (t->launch->task_count == 1 && task_param(t, PARAM_HANGS))
        pause();
    if (t->launch->task_count == 1)
        raise(SIGKILL) /* a sanitizer turns other ends into its own */;
    return op_count;
}

const struct workload workload_fragile = {
    .name = "fragile",
    .summary = "kills its process when it is alone",
    .kind = WORKLOAD_CPU,
    .params = params,
    .run = run,
    .expected = expected_op_count,
};
