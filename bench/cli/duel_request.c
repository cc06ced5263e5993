/* The options of `contend duel`. */
#include "bench/cli/duel_request.h"

#include "bench/cli/known.h"
#include "bench/page/formats.h"

#include <string.h>

static const char *const placements[] = {"free", "same", "spread", "lanes", NULL};
static const char *const priorities[] = {"auto", "raise", "keep", NULL};

static int check(const struct duel_request *r, struct err *err)
{
    bool is_cell = r->workloads.count > 0;
    if (r->set && r->command_count)
        return err_set(err, ERR_USAGE,
                       "duel: --set compares settings of this program; it does not "
                       "go with -- BASE -- HEAD");
    if (r->command_count)
        return 0;
    if (!is_cell && (r->set || r->plugins.count))
        return err_set(err, ERR_USAGE, "duel: --workload is needed: which cell is compared");
    if (!is_cell)
        return err_set(err, ERR_USAGE,
                       "duel: nothing to compare; expected -- BASE [ARG].. -- HEAD [ARG].., or "
                       "--workload W with --set KEY=A,B or with two --plugin");
    if (!r->set && r->plugins.count != 2)
        return err_set(err, ERR_USAGE,
                       "duel: %zu --plugin given; two are compared, or two settings with --set",
                       r->plugins.count);
    if (r->prints_metrics)
        return err_set(err, ERR_USAGE,
                       "--metrics: cells print theirs anyway; it is for -- BASE .. "
                       "-- HEAD ..");
    return 0;
}

const struct opt duel_options[] = {
    {OPT_AT(struct duel_request, set), .name = "set", .argument = "KEY=A,B",
     .help = "compare two settings: lock, executor, tasks, .. or NAME.PARAM"},
    {OPT_AT(struct duel_request, plugins), .name = "plugin", .argument = "FILE",
     .help = "given twice: compare these plug-ins; with --set: load it"},
    {OPT_AT(struct duel_request, workloads), .name = "workload", .argument = "A,B",
     .help = "of the cells compared", .choice_at = known_workload},
    {OPT_AT(struct duel_request, locks), .name = "lock", .argument = "A,B", .help = "their locks",
     .without = "none", .choice_at = known_lock},
    {OPT_AT(struct duel_request, executors), .name = "executor", .argument = "A,B",
     .help = "their executors", .without = "thread", .choice_at = known_executor},
    {OPT_AT(struct duel_request, tasks), .name = "tasks", .argument = "N,M", .help = "their tasks",
     .without = "2"},
    {OPT_AT(struct duel_request, workers), .name = "workers", .argument = "N",
     .help = "workers of pools", .without = "as many as CPUs", .unit = "count", .min = 1,
     .max = 100000},
    {OPT_AT(struct duel_request, params), .name = "param", .letter = 'p',
     .argument = "NAME.PARAM=V", .help = "a parameter of both sides; may be given again"},
    {OPT_AT(struct duel_request, placement), .name = "placement", .argument = "P",
     .help = "CPUs of both sides", .without = "spread where there are several tasks",
     .choices = placements},
    {OPT_AT(struct duel_request, priority), .name = "priority", .argument = "P",
     .help = "of all processes here: raised where allowed", .initial = "auto",
     .choices = priorities},
    {OPT_AT(struct duel_request, ops), .name = "ops", .argument = "N", .help = "operations a task",
     .without = "calibrated on base", .unit = "count", .min = 1, .max = INT64_C(1000000000000)},
    {OPT_AT(struct duel_request, task_time_ns), .name = "task-time", .argument = "T",
     .help = "what a calibrated task aims at", .initial = "20ms", .unit = "ns", .min = 10000,
     .max = INT64_C(60000000000)},
    {OPT_AT(struct duel_request, prints_metrics), .name = "metrics",
     .help = "both commands print contend.sample/1: judge that, not wall time"},
    {OPT_AT(struct duel_request, relinked), .name = "relinked", .argument = "FILE",
     .help = "base linked in another order: the layout control"},
    {OPT_AT(struct duel_request, budget_ns), .name = "budget", .argument = "T",
     .help = "time of a comparison; a confirmation may take as long again", .initial = "5s",
     .unit = "ns", .min = 1, .max = INT64_C(86400000000000)},
    {OPT_AT(struct duel_request, pairs), .name = "pairs", .argument = "N",
     .help = "at most so many pairs", .without = "as many as the budget holds", .unit = "count",
     .min = 1, .max = 1000000},
    {OPT_AT(struct duel_request, threshold), .name = "threshold", .argument = "R",
     .help = "what is still tolerated", .initial = "1%"},
    {OPT_AT(struct duel_request, gates), .name = "gate", .argument = "METRIC",
     .help = "judge this metric; may be given again",
     .without = "wall time, or what says so itself"},
    {OPT_AT(struct duel_request, tolerances), .name = "tolerances", .argument = "FILE",
     .help = "thresholds by name: lines \"GLOB PERCENT\""},
    {OPT_AT(struct duel_request, floor_ns), .name = "floor", .argument = "T",
     .help = "smaller differences of times count for nothing",
     .without = "of wall time two clock steps", .unit = "ns", .max = INT64_C(3600000000000)},
    {OPT_AT(struct duel_request, seed), .name = "seed", .argument = "N", .help = "of all orders",
     .without = "drawn", .unit = "count", .max = INT64_MAX},
    {OPT_AT(struct duel_request, timeout_ns), .name = "timeout", .argument = "T",
     .help = "a sample is killed after this", .initial = "60s", .unit = "ns", .min = 1000000,
     .max = INT64_C(86400000000000)},
    {OPT_AT(struct duel_request, is_strict), .name = "strict",
     .help = "exit with 4 when a row is undecided"},
    {OPT_AT(struct duel_request, format), .name = "format", .letter = 'f', .argument = "F",
     .help = "on standard output", .initial = "text", .choices = page_formats},
    {OPT_AT(struct duel_request, output), .name = "output", .letter = 'o', .argument = "FILE",
     .help = "write everything, raw pairs too, as JSON"},
    {OPT_AT(struct duel_request, is_quiet), .name = "quiet", .letter = 'q', .help = "no progress"},
    {0},
};

void duel_request_init(void *request)
{
    struct duel_request *r = request;
    r->floor_ns = -1;
    r->seed = -1;
}

int duel_request_check(struct duel_request *r, const struct call *call, struct err *err)
{
    if (call->words->count && (!call->is_divided || call->before))
        return err_set(err, ERR_USAGE, "unexpected argument \"%s\"; --help shows the usage",
                       call->words->items[0]);
    r->commands = call->words->items;
    r->command_count = call->words->count;
    return check(r, err);
}
