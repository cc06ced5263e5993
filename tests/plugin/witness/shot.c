/* A probe whose launch is killed in the first round, and goes well in all others. */
#include "bench/contend.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const struct metric metrics[] = {
    {"shot_value", "count", BETTER_NEUTRAL, NATURE_EXACT, "cpu", "1 where nobody was shot"},
    {0},
};

/* The first process of a run that comes here dies: the file says that one has. */
static void unit_begin(struct probe_run *p, struct task *t)
{
    char path[4096];
    (void)p, (void)t;
    snprintf(path, sizeof path, "%s/shot", getenv("CONTEND_TEST_MARK"));
    int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    close(fd);
    kill(getpid(), SIGKILL);
}

static void collect(struct probe_run *p, struct sink *sink)
{
    (void)p;
    sink->value(sink, 0, 1);
}

const struct probe probe_shot = {
    .name = "shot",
    .summary = "kills the first unit it meets",
    .traits = PROBE_OWN_LAUNCH | PROBE_KERNEL_UNITS,
    .metrics = metrics,
    .unit_begin = unit_begin,
    .collect = collect,
};

const struct contend_plugin contend_plugin_v1 = {
    .abi = CONTEND_ABI,
    .name = "shot",
    .probes = (const struct probe *const[]){&probe_shot, NULL},
};
