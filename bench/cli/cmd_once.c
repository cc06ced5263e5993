/*
 * contend once: starts, runs and joins N empty units once, and ends.  What an outside timer
 * such as hyperfine measures when it wants to know what units cost.
 */
#include "bench/cli/cli.h"
#include "bench/lab/known.h"
#include "bench/registry.h"
#include "bench/run/single.h"

struct settings {
    const char *executor;
    int64_t units, tasks, steps;
};

static const struct opt options[] = {
    {OPT_AT(struct settings, executor), .name = "executor", .argument = "NAME",
     .help = "what makes the units", .initial = "thread", .choice_at = known_executor,
     .is_open = true},
    {OPT_AT(struct settings, units), .name = "units", OPT_COUNT(0, TASKS_MAX),
     .help = "how many; 0 measures the program alone", .initial = "1"},
    {OPT_AT(struct settings, tasks), .name = "tasks", OPT_COUNT(1, TASKS_MAX),
     .help = "so many at once, again and again", .without = "all of them"},
    {OPT_AT(struct settings, steps), .name = "steps", OPT_COUNT(0, INT64_C(1000000000000000)),
     .help = "then compute so many steps, each from the one before it", .initial = "0"},
    {0},
};

static int run(void *settings, const struct call *call, struct err *err)
{
    const struct settings *s = settings;
    (void)call;
    const struct executor *x = registry_find_executor(s->executor, err);
    if (!x)
        return -1;
    int64_t tasks = s->tasks ? s->tasks : s->units > 0 ? s->units : 1;
    const struct single_units units = {x, (uint64_t)s->units, (uint32_t)tasks, (uint64_t)s->steps};
    return single_become_units(&units, err);
}

const struct command command_once = {
    .name = "once",
    .usage = "[--executor NAME] [--units N] [--steps N]",
    .about = "Starts, runs and joins empty units once, and ends.",
    .options = options,
    .settings_size = sizeof(struct settings),
    .run = run,
};
