/*
 * contend once: starts, runs and joins N empty units once, and ends.  What an outside timer
 * such as hyperfine measures when it wants to know what units cost.
 */
#include "bench/cli/cli.h"
#include "bench/cli/commands.h"
#include "bench/core/opts.h"
#include "bench/registry.h"
#include "bench/run/launch.h"
#include "bench/run/plan.h"

#include <stdio.h>

static int launch_empties(const struct executor *x, uint32_t units, uint32_t tasks, struct err *err)
{
    const struct workload *w = registry_find_workload("noop", err);
    const struct lock *k = registry_find_lock("none", err);
    if (!w || !k)
        return -1;
    const char *reason = x->unavailable ? x->unavailable() : NULL;
    if (reason)
        return err_set(err, ERR_UNAVAILABLE, "%s: %s", x->name, reason);
    struct cell c;
    cell_init(&c, w, k, x);
    c.workers = x->traits & EXECUTOR_POOLED ? plan_cpus() : 0;
    struct launch *l;
    uint64_t elapsed_ns;
    if (launch_open(&c, tasks, NULL, 0, &l, err))
        return -1;
    int failed = 0;
    for (uint32_t done = 0; done < units && !failed; done += tasks)
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
    if (launch_empties(x, (uint32_t)units, (uint32_t)tasks, err))
        return EXIT_RUN_FAILED;
    return compute((uint64_t)steps) ? EXIT_FINE : EXIT_RUN_FAILED;
}

const struct command command_once = {
    .name = "once",
    .usage = "contend once [--executor NAME] [--units N] [--steps N]",
    .run = run,
};
