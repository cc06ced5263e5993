/* A budget ends a run, but not before the rounds that a verdict needs. */
#include "bench/run/run.h"

#include "tests/test.h"

#include <unistd.h>

static uint32_t rounds_of(uint32_t least_rounds)
{
    static const volatile bool never;
    static char text[2] = "1", executor[] = "fake", workload[] = "noop", lock[] = "none";
    char path[64];
    struct run_report report = {0};
    struct err err = {0};
    struct run_options o = {.path = path, .least_rounds = least_rounds, .interrupted = &never};
    snprintf(path, sizeof path, "/tmp/contend-rounds-%d.json", (int)getpid());
    plan_request_init(&o.plan);
    o.plan.workloads = (struct opt_list){.items = {workload}, .count = 1};
    o.plan.executors = (struct opt_list){.items = {executor}, .count = 1};
    o.plan.locks = (struct opt_list){.items = {lock}, .count = 1};
    o.plan.tasks = (struct opt_list){.items = {text}, .count = 1};
    o.plan.budget_ns = 1;
    o.plan.rounds = 9;
    CHECK_MSG(run_do(&o, &report, &err) == 0, "%s", err.text);
    unlink(path);
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
