/*
 * contend once: starts, runs and joins N empty units once, and ends.  What an outside timer
 * such as hyperfine measures when it wants to know what units cost.
 */
#include "bench/cli/cli.h"
#include "bench/lab/known.h"
#include "bench/run/single.h"

static const struct opt options[] = {
    {OPT_AT(struct single_units, executor), .name = "executor", .argument = "NAME",
     .help = "what makes the units", .initial = "thread", .choice_at = known_executor,
     .is_open = true},
    {OPT_AT(struct single_units, units), .name = "units", OPT_COUNT(0, TASKS_MAX),
     .help = "how many; 0 measures the program alone", .initial = "1"},
    {OPT_AT(struct single_units, tasks), .name = "tasks", OPT_COUNT(1, TASKS_MAX),
     .help = "so many at once, again and again", .without = "all of them"},
    {OPT_AT(struct single_units, steps), .name = "steps", OPT_COUNT(0, INT64_C(1000000000000000)),
     .help = "then compute so many steps, each from the one before it", .initial = "0"},
    {0},
};

static int run(void *settings, const struct call *call, struct err *err)
{
    (void)call;
    return single_become_units(settings, err);
}

const struct command command_once = {
    .name = "once",
    .usage = "[--executor NAME] [--units N] [--steps N]",
    .about = "Starts, runs and joins empty units once, and ends.",
    COMMAND_DOES(options, struct single_units, run),
};
