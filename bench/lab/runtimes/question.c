#include "bench/lab/runtimes/question.h"

#define MS INT64_C(1000000)
/* What contend's own sleeps, too. */
#define SLEEP_DEFAULT_NS (100 * MS)

const struct made_metric made_metrics[MADE_METRICS] = {
    [MADE_STARTUP] = {"startup_ns", "ns", "lower", "startup",
                      "from the call that creates a unit to the first instruction of its body",
                      ROLE_START, "the program's own clock"},
    [MADE_LIFECYCLE] = {"lifecycle_ns", "ns", "lower", "startup",
                        "create, empty body and join of all tasks, divided by their number",
                        ROLE_LIFECYCLE, "the program's own clock"},
    [MADE_MEMORY] = {"memory_bytes", "bytes", "lower", "memory",
                     "what one live, blocked unit adds: resident memory by share, page tables and "
                     "kernel stack",
                     ROLE_NONE, "smaps_rollup of the program and its children, and their threads"},
    [MADE_SWITCH] = {"switch_ns", "ns", "lower", "latency",
                     "from one task's turn to the next one's: a whole turn of the ring divided by "
                     "its tasks",
                     ROLE_NONE, "the program's own clock"},
    [MADE_FUTURE] = {"future_ns", "ns", "lower", "latency",
                     "from starting one child to having its value", ROLE_NONE,
                     "the program's own clock"},
    [MADE_RATE] = {"throughput_per_s", "per_s", "higher", "throughput",
                   "operations of all units a second", ROLE_RATE, "the program's own clock"},
    [MADE_EFFICIENCY] = {"efficiency_ratio", "ratio", "higher", "throughput",
                         "throughput over what one unit of the same kind does, times the CPUs",
                         ROLE_NONE,
                         "derived from throughput_per_s; the ceiling is one unit of its own kind"},
    [MADE_MAKESPAN] = {"makespan_ns", "ns", "lower", "throughput",
                       "from before the first unit is created to after the last has ended",
                       ROLE_MAKESPAN,
                       "the program's own clock; creation is in it, for there is no "
                       "gate"},
    [MADE_LATENCY] = {"io_latency_ns", "ns", "lower", "latency",
                      "how late the unit that waits goes on after each sleep", ROLE_NONE,
                      "the program's own clock; sleeps follow one another"},
    [MADE_LONGEST] = {"io_latency_longest_ns", "ns", "lower", "latency",
                      "the longest of them in a launch: so long nobody else could run", ROLE_NONE,
                      "the program's own clock"},
};

/* Numbers of units rise: on a machine with few CPUs some are the same. */
static void add_computing(struct asked_list *out, int64_t tasks, int64_t before)
{
    if (tasks > before)
        vec_add(out, (struct asked){.workload = "prime",
                                    .kind = "cpu",
                                    .questions = {ASK_COMPUTE, ASK_NOTHING},
                                    .tasks = tasks,
                                    .param = "number",
                                    .unit = "count",
                                    .value = QUESTION_NUMBER});
}

static void add_sleepers(struct asked_list *out, int64_t tasks, int64_t duration_ns)
{
    vec_add(out, (struct asked){.workload = "sleep",
                                .kind = "io",
                                .questions = {ASK_SLEEPERS, ASK_NOTHING},
                                .tasks = tasks,
                                .param = "duration",
                                .unit = "ns",
                                .value = duration_ns,
                                .is_default = duration_ns == SLEEP_DEFAULT_NS,
                                .is_once = tasks >= QUESTION_MANY});
}

static void add_mixed(struct asked_list *out, int64_t tasks)
{
    vec_add(out, (struct asked){.workload = "mixed",
                                .kind = "mixed",
                                .questions = {ASK_MIXED, ASK_NOTHING},
                                .tasks = tasks,
                                .param = "period",
                                .unit = "ns",
                                .value = MS,
                                .is_default = true});
}

static void add_cost(struct asked_list *out, const char *workload, const char *kind,
                     enum question first, enum question second, int64_t tasks)
{
    vec_add(out,
            (struct asked){
                .workload = workload, .kind = kind, .questions = {first, second}, .tasks = tasks});
}

bool questions_list(struct asked_list *out, const struct effort *e)
{
    const int64_t cpus = e->cpus;
    add_cost(out, "noop", "startup", ASK_STARTUP, ASK_NOTHING, 1);
    add_cost(out, "noop", "startup", ASK_STARTUP, ASK_MEMORY, 200);
    add_cost(out, "switch", "sync", ASK_SWITCH, ASK_NOTHING, 2);
    add_cost(out, "future", "startup", ASK_FUTURE, ASK_NOTHING, 1);
    add_computing(out, 1, 0);
    add_computing(out, 2, 1);
    add_computing(out, cpus, 2);
    add_computing(out, 4 * cpus, cpus > 2 ? cpus : 2);
    add_sleepers(out, 200, SLEEP_DEFAULT_NS);
    if (!e->is_quick) {
        add_sleepers(out, 10000, 1000 * MS);
        add_sleepers(out, QUESTION_MANY, 5000 * MS);
    }
    add_mixed(out, 2);
    if (cpus > 1)
        add_mixed(out, cpus + 1);
    return !out->failed;
}

const char *question_name(enum question q)
{
    static const char *const names[] = {"startup", "memory",   "switch", "future",
                                        "compute", "sleepers", "mixed"};
    return names[q];
}

int64_t question_time_ns(enum question q, const struct asked *a, const struct effort *e)
{
    if (q == ASK_SLEEPERS)
        return a->value;
    if (q == ASK_MIXED)
        return e->is_quick ? 60 * MS : 400 * MS;
    return e->is_quick ? 30 * MS : q == ASK_COMPUTE ? 250 * MS : 120 * MS;
}

int64_t question_more(enum question q, const struct runtime_unit *u)
{
    switch (q) {
    case ASK_MEMORY:
        return u->memory_counts[1];
    case ASK_COMPUTE:
        return QUESTION_NUMBER;
    case ASK_MIXED:
        return MS;
    case ASK_STARTUP:
    case ASK_SWITCH:
    case ASK_FUTURE:
    case ASK_SLEEPERS:
    case ASK_NOTHING:
        break;
    }
    return u->batch;
}

int64_t question_count(enum question q, const struct asked *a, const struct runtime_unit *u)
{
    return q == ASK_MEMORY ? u->memory_counts[0] : a->tasks;
}
