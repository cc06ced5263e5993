/*
 * A plug-in that takes what priority it can get, where it is loaded and where it works: its own,
 * somebody else's (CONTEND_TEST_VICTIM), and by way of contend-raise (CONTEND_TEST_RAISE).
 */
#include "bench/contend.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void tell(const char *where, const char *what)
{
    fprintf(stderr, "greedy: %s, %s\n", where, what);
}

/* As contend does it: the leader of a session, and the program started by it. */
static int raise_by(const char *program)
{
    int status;
    setsid();
    pid_t pid = fork();
    if (pid == 0) {
        execl(program, "contend-raise", "nice", (char *)NULL);
        _exit(9);
    }
    waitpid(pid, &status, 0);
    return getpriority(PRIO_PROCESS, 0) < 0;
}

static int is_raised_by(const char *program)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0)
        _exit(raise_by(program));
    return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status);
}

static void take(const char *where)
{
    const struct sched_param first = {.sched_priority = 1};
    const char *victim = getenv("CONTEND_TEST_VICTIM"), *program = getenv("CONTEND_TEST_RAISE");
    if (!setpriority(PRIO_PROCESS, 0, -5))
        tell(where, "got a nice value");
    if (!sched_setscheduler(0, SCHED_FIFO, &first))
        tell(where, "got real time");
    if (victim && !setpriority(PRIO_PROCESS, (id_t)atoi(victim), -5))
        tell(where, "got at another process");
    if (program && is_raised_by(program))
        tell(where, "got raised by contend-raise");
    tell(where, "has tried");
}

__attribute__((constructor)) static void begin(void)
{
    take("loaded");
}

static uint64_t run(struct task *t, uint64_t op_count)
{
    if (t->index == 0)
        take("working");
    return op_count;
}

static const struct workload workload_greedy = {
    .name = "greedy",
    .summary = "takes what priority it can get",
    .kind = WORKLOAD_CPU,
    .run = run,
    .expected = expected_op_count,
};

const struct contend_plugin contend_plugin_v1 = {
    .abi = CONTEND_ABI,
    .name = "greedy",
    .workloads = (const struct workload *const[]){&workload_greedy, NULL},
};
