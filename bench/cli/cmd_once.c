/*
 * contend once: starts, runs and joins N empty units once, and ends.  What an outside timer
 * such as hyperfine measures when it wants to know what units cost.
 */
#include "bench/cli/cli.h"
#include "bench/cli/commands.h"
#include "bench/core/opts.h"
#include "bench/registry.h"
#include "bench/run/plan.h"
#include "bench/run/worker.h"

/* Whoever started this process measures it: the worker takes its place. */
static int become_worker(const struct executor *x, int64_t units, int64_t tasks, int64_t steps,
                         struct err *err)
{
    const struct workload *w = registry_find_workload("noop", err);
    const struct lock *k = registry_find_lock("none", err);
    struct mailbox *m = w && k ? mailbox_new(err) : NULL;
    if (!m)
        return -1;
    struct cell c;
    cell_init(&c, w, k, x);
    c.tasks = (uint32_t)tasks;
    c.workers = x->traits & EXECUTOR_POOLED ? plan_cpus() : 0;
    assignment_init(&m->job, ASSIGN_EMPTIES);
    m->job.units = (uint64_t)units;
    m->job.steps = (uint64_t)steps;
    int failed = assignment_set_cell(&m->job, &c, err) ? -1 : worker_become(m, err);
    mailbox_free(m);
    return failed;
}

static int run(int argc, char *const *argv, struct err *err)
{
    const char *executor = "thread";
    int64_t units = 1, tasks = 0, steps = 0;
    bool help;
    const struct opt table[] = {
        {.name = "executor",
         .kind = OPT_TEXT,
         .out = &executor,
         .argument = "NAME",
         .help = "what makes the units"},
        {.name = "units",
         .kind = OPT_NUMBER,
         .out = &units,
         .argument = "N",
         .unit = "count",
         .min = 0,
         .max = TASKS_MAX,
         .help = "how many; 0 measures the program alone"},
        {.name = "tasks",
         .kind = OPT_NUMBER,
         .out = &tasks,
         .argument = "N",
         .unit = "count",
         .min = 1,
         .max = TASKS_MAX,
         .help = "so many at once, again and again (all of them)"},
        {.name = "steps",
         .kind = OPT_NUMBER,
         .out = &steps,
         .argument = "N",
         .help = "then compute so many steps, each from the one before it",
         .unit = "count",
         .min = 0,
         .max = INT64_C(1000000000000000)},
        {0},
    };
    if (opts_parse(table, argc, argv, NULL, &help, err))
        return EXIT_USAGE;
    if (help) {
        struct buf out = {0};
        buf_printf(&out, "usage: %s\n\n", command_once.usage);
        opts_help(table, &out);
        int failed = cli_print(buf_text(&out), err);
        buf_release(&out);
        return failed ? EXIT_RUN_FAILED : EXIT_FINE;
    }
    const struct executor *x = registry_find_executor(executor, err);
    if (!x)
        return EXIT_USAGE;
    if (tasks == 0)
        tasks = units > 0 ? units : 1;
    return become_worker(x, units, tasks, steps, err) ? EXIT_RUN_FAILED : EXIT_FINE;
}

const struct command command_once = {
    .name = "once",
    .usage = "contend once [--executor NAME] [--units N] [--steps N]",
    .run = run,
};
