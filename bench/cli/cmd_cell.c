/*
 * contend cell: measures one cell once, as a worker of a run would, and prints what it found as one
 * line of JSON (contend.sample/1).  What `contend duel` starts for each sample when its sides are
 * settings, plug-ins or other builds of this program.
 */
#include "bench/cli/cli.h"
#include "bench/lab/known.h"
#include "bench/run/single.h"

/* One cell, where a run would take all executors and a sweep of tasks. */
static const struct opt options[] = {
    {OPT_AT(struct single_request, plan.workloads), .name = "workload", .argument = "NAME",
     .help = "the workload", .choice_at = known_workload},
    {OPT_AT(struct single_request, plan.locks), .name = "lock", .argument = "NAME",
     .help = "the lock", .without = "none and gil", .choice_at = known_lock},
    {OPT_AT(struct single_request, plan.executors), .name = "executor", .argument = "NAME",
     .help = "the executor", .initial = "thread", .choice_at = known_executor},
    {OPT_AT(struct single_request, plan.tasks), .name = "tasks", .argument = "N",
     .help = "how many tasks", .initial = "1"},
    {OPT_AT(struct single_request, plan.workers), .name = "workers", OPT_COUNT(1, WORKERS_MAX),
     .help = "workers of pools", .without = "as many as CPUs"},
    {OPT_AT(struct single_request, plan.placements), .name = "placement", .argument = "P",
     .help = "where units may run", .without = "free", .choice_at = known_placement},
    {OPT_AT(struct single_request, plan.params), .name = "param", .letter = 'p',
     .argument = "NAME.PARAM=V", .help = "a parameter; may be given again"},
    {OPT_AT(struct single_request, plan.ops), .name = "ops", OPT_COUNT(1, OPS_MAX),
     .help = "operations a task", .without = "calibrated"},
    {OPT_AT(struct single_request, batches), .name = "batches", OPT_COUNT(1, 1000000),
     .help = "in so many calls", .without = "as time needs"},
    {OPT_AT(struct single_request, plan.task_time_ns), .name = "task-time",
     OPT_TIME(10000, TASK_TIME_MAX_NS), .help = "what a calibrated task aims at",
     .without = PLAN_TASK_TIME},
    {OPT_AT(struct single_request, calibrates), .name = "calibrate",
     .help = "print how many operations fill that time"},
    {OPT_AT(struct single_request, is_whole), .name = "whole",
     .help = "print the cell as it stands in a result"},
    {OPT_AT(struct single_request, probes), .name = "probe", .argument = "NAME",
     .help = "a probe that has launches of its own; may be given again", .choice_at = known_probe},
    {OPT_AT(struct single_request, is_uncompared), .name = "uncompared",
     .help = "without the plain launches that tell what such a probe costs"},
    {OPT_AT(struct single_request, plugins), .name = "plugin", .argument = "FILE",
     .help = "load it first; may be given again"},
    {0},
};

static void init(void *settings)
{
    struct single_request *request = settings;
    plan_request_init(&request->plan);
    request->plan.rounds = 1;
}

static int run(void *settings, const struct call *call, struct err *err)
{
    struct buf text = {0};
    (void)call;
    return single_cell(settings, &text, err) ? -1 : cli_put(NULL, &text, err);
}

const struct command command_cell = {
    .name = "cell",
    .usage = "--workload NAME [--lock NAME] [--executor NAME] [--tasks N] "
             "[--calibrate | --ops N --batches N]",
    .about = "Measures one cell once, as a worker of a run would, and prints what it found.",
    .init = init,
    COMMAND_DOES(options, struct single_request, run),
};
