/*
 * A plug-in that leaves something to be done when the program ends (CONTEND_TEST_PART: abort, exit,
 * stay), and has a workload that wants more memory than there are addresses.
 */
#include "bench/contend.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

__attribute__((destructor)) static void end(void)
{
    const char *how = getenv("CONTEND_TEST_PART");
    if (how && !strcmp(how, "abort"))
        abort();
    if (how && !strcmp(how, "exit"))
        _exit(0);
    while (how && !strcmp(how, "stay"))
        pause();
}

static uint64_t run(struct task *t, uint64_t op_count)
{
    (void)t;
    return op_count;
}

static size_t shared_bytes(const int64_t *params, uint32_t tasks)
{
    (void)params, (void)tasks;
    return SIZE_MAX - 1;
}

static const struct workload workload_parting = {
    .name = "parting",
    .summary = "does nothing, and goes with a bang",
    .kind = WORKLOAD_CPU,
    .run = run,
    .expected = expected_op_count,
};

static const struct workload workload_vast = {
    .name = "vast",
    .summary = "does nothing, in more memory than there is",
    .kind = WORKLOAD_CPU,
    .shared_bytes = shared_bytes,
    .run = run,
    .expected = expected_op_count,
};

const struct contend_plugin contend_plugin_v1 = {
    .abi = CONTEND_ABI,
    .name = "parting",
    .workloads = (const struct workload *const[]){&workload_parting, &workload_vast, NULL},
};
