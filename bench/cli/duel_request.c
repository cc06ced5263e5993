/* The options of `contend duel`. */
#include "bench/cli/duel_request.h"

#include "bench/cli/cli.h"
#include "bench/cli/commands.h"
#include "bench/page/formats.h"

#include <string.h>

static const char *const placements[] = {"free", "same", "spread", "lanes", NULL};
static const char *const priorities[] = {"auto", "raise", "keep", NULL};

static int print_help(const struct opt *table, struct err *err)
{
    struct buf out = {0};
    buf_printf(&out, "usage: %s\n\n%s\n\n", command_duel.usage, command_duel.summary);
    opts_help(table, &out);
    buf_add(&out, "\nExit status: 0 nothing slower, 1 slower, 2 usage, 3 a side could not be run, "
                  "4 undecided\nwith --strict, 5 no verdict possible here, 130 interrupted.\n");
    int failed = cli_print(buf_text(&out), err);
    buf_release(&out);
    return failed;
}

/* What is compared must be said in one way, and in one way only. */
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

int duel_request_parse(struct duel_request *r, int argc, char *const *argv, bool *help,
                       struct err *err)
{
    *r = (struct duel_request){.task_time_ns = 20000000,
                               .budget_ns = 5000000000,
                               .timeout_ns = 60000000000,
                               .floor_ns = -1,
                               .seed = -1,
                               .threshold = 0.01,
                               .priority = "auto",
                               .format = "text"};
    const struct opt table[] = {
        {"set", 0, OPT_TEXT, &r->set, "KEY=A,B",
         "compare two settings: lock, executor, tasks, .. or NAME.PARAM", NULL, 0, 0, NULL},
        {"plugin", 0, OPT_LIST, &r->plugins, "FILE",
         "given twice: compare these plug-ins; with --set: load it", NULL, 0, 0, NULL},
        {"workload", 0, OPT_LIST, &r->workloads, "A,B", "of the cells compared", NULL, 0, 0, NULL},
        {"lock", 0, OPT_LIST, &r->locks, "A,B", "their locks (none)", NULL, 0, 0, NULL},
        {"executor", 0, OPT_LIST, &r->executors, "A,B", "their executors (thread)", NULL, 0, 0,
         NULL},
        {"tasks", 0, OPT_LIST, &r->tasks, "N,M", "their tasks (2)", NULL, 0, 0, NULL},
        {"workers", 0, OPT_NUMBER, &r->workers, "N", "workers of pools (as many as CPUs)", "count",
         1, 100000, NULL},
        {"param", 'p', OPT_LIST, &r->params, "NAME.PARAM=V", "a parameter of both sides", NULL, 0,
         0, NULL},
        {"placement", 0, OPT_TEXT, &r->placement, "P", "CPUs of both sides (several tasks: spread)",
         NULL, 0, 0, placements},
        {"priority", 0, OPT_TEXT, &r->priority, "P",
         "of all processes here: raised where allowed (auto)", NULL, 0, 0, priorities},
        {"ops", 0, OPT_NUMBER, &r->ops, "N", "operations a task (calibrated on base)", "count", 1,
         INT64_C(1000000000000), NULL},
        {"task-time", 0, OPT_NUMBER, &r->task_time_ns, "T", "what a calibrated task aims at", "ns",
         10000, 60000000000, NULL},
        {"metrics", 0, OPT_FLAG, &r->prints_metrics, NULL,
         "both commands print contend.sample/1: judge that, not wall time", NULL, 0, 0, NULL},
        {"relinked", 0, OPT_TEXT, &r->relinked, "FILE",
         "base linked in another order: the layout control", NULL, 0, 0, NULL},
        {"budget", 0, OPT_NUMBER, &r->budget_ns, "T",
         "time of a comparison (5s); a confirmation may take as long again", "ns", 1,
         INT64_C(86400000000000), NULL},
        {"pairs", 0, OPT_NUMBER, &r->pairs, "N", "at most so many pairs", "count", 1, 1000000,
         NULL},
        {"threshold", 0, OPT_RATIO, &r->threshold, "R", "what is still tolerated (1%)", NULL, 0, 0,
         NULL},
        {"gate", 0, OPT_LIST, &r->gates, "METRIC",
         "judge this metric, may be given again (wall time, or what says so itself)", NULL, 0, 0,
         NULL},
        {"tolerances", 0, OPT_TEXT, &r->tolerances, "FILE",
         "thresholds by name: lines \"GLOB PERCENT\"", NULL, 0, 0, NULL},
        {"floor", 0, OPT_NUMBER, &r->floor_ns, "T",
         "smaller differences of times count for nothing (wall time: two clock steps)", "ns", 0,
         INT64_C(3600000000000), NULL},
        {"seed", 0, OPT_NUMBER, &r->seed, "N", "of all orders (drawn)", "count", 0, INT64_MAX,
         NULL},
        {"timeout", 0, OPT_NUMBER, &r->timeout_ns, "T", "a sample is killed after this (60s)", "ns",
         1000000, INT64_C(86400000000000), NULL},
        {"strict", 0, OPT_FLAG, &r->is_strict, NULL, "exit with 4 when a row is undecided", NULL, 0,
         0, NULL},
        {"format", 0, OPT_TEXT, &r->format, "F", "on standard output", NULL, 0, 0, page_formats},
        {"output", 'o', OPT_TEXT, &r->output, "FILE", "write everything, raw pairs too, as JSON",
         NULL, 0, 0, NULL},
        {"quiet", 'q', OPT_FLAG, &r->is_quiet, NULL, "no progress", NULL, 0, 0, NULL},
        {0},
    };
    /* The sides may be as long as the system lets them. */
    int dashes = 0;
    while (dashes < argc && strcmp(argv[dashes], "--") != 0)
        dashes++;
    if (opts_parse(table, dashes, argv, NULL, help, err))
        return -1;
    if (dashes < argc) {
        r->commands = (const char *const *)(argv + dashes + 1);
        r->command_count = (size_t)(argc - dashes - 1);
    }
    return *help ? print_help(table, err) : check(r, err);
}
