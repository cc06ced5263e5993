/* A plug-in that prints while it is opened, and ends the program where it is asked to. */
#include "bench/contend.h"

#include <stdio.h>
#include <stdlib.h>

__attribute__((constructor)) static void begin(void)
{
    printf("a line that no document wants\n");
    if (getenv("CONTEND_TEST_END"))
        exit(0);
}

static uint64_t run(struct task *t, uint64_t op_count)
{
    (void)t;
    return op_count;
}

static const struct workload workload_ending = {
    .name = "ending",
    .summary = "does nothing, in a plug-in that talks",
    .kind = WORKLOAD_CPU,
    .run = run,
    .expected = expected_op_count,
};

const struct contend_plugin contend_plugin_v1 = {
    .abi = CONTEND_ABI,
    .name = "ending",
    .workloads = (const struct workload *const[]){&workload_ending, NULL},
};
