/* A budget ends a run, but not before the rounds that a verdict needs. */
#include "bench/run/run.h"

#include "tests/test.h"

#include <stdlib.h>
#include <unistd.h>

static uint32_t rounds_of(uint32_t least_rounds)
{
    static const volatile bool never;
    static char text[2] = "1", executor[] = "fake", workload[] = "noop", lock[] = "none";
    char directory[] = "/tmp/contend-rounds-XXXXXX", path[64];
    struct run_report report = {0};
    struct err err = {0};
    struct run_options o = {.path = path, .least_rounds = least_rounds, .interrupted = &never};
    CHECK_MSG(mkdtemp(directory) != NULL, "%s", directory);
    snprintf(path, sizeof path, "%s/x.json", directory);
    plan_request_init(&o.plan);
    opt_list_add(&o.plan.workloads, workload, &err);
    opt_list_add(&o.plan.executors, executor, &err);
    opt_list_add(&o.plan.locks, lock, &err);
    opt_list_add(&o.plan.tasks, text, &err);
    o.plan.budget_ns = 1;
    o.plan.rounds = 9;
    CHECK_MSG(run_do(&o, &report, &err) == 0, "%s", err.text);
    unlink(path);
    rmdir(directory);
    vec_release(&o.plan.workloads);
    vec_release(&o.plan.executors);
    vec_release(&o.plan.locks);
    vec_release(&o.plan.tasks);
    return report.rounds;
}

static void the_least_rounds_are_done_whatever_the_budget(void)
{
    CHECK_EQ(rounds_of(0), 1u);
    CHECK_EQ(rounds_of(6), 6u);
    CHECK_EQ(rounds_of(20), 9u);
}

static const struct test tests[] = {
    {"the_least_rounds_are_done_whatever_the_budget",
     the_least_rounds_are_done_whatever_the_budget},
    {0},
};

TEST_MAIN(tests)
