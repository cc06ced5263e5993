/*
 * tally: a workload with every field there is, to be copied.
 *
 * An operation writes one row of a list that the task owns, in shared memory.
 */
#include "bench/contend.h"

enum { WIDTH, ORDER }; /* rows of the table below */

static const char *const orders[] = {"up", "down", NULL};

static const struct param params[] = {
    /* name, unit, default, least, most, help: all required. "ns", "bytes" or "count". */
    {.name = "width",
     .unit = "count",
     .value = 16,
     .min = 1,
     .max = 1024,
     .help = "numbers in a row"},
    /* With `choices` the value is an index, and `min`, `max` are its bounds. */
    {.name = "order",
     .unit = "count",
     .value = 0,
     .max = 1,
     .help = "which end of a row is written first",
     .choices = orders},
    {0}, /* a table ends with a row without name */
};

enum { ROWS }; /* rows of the table below */

static const struct metric metrics[] = {
    {"rows_written", "count", BETTER_NEUTRAL, NATURE_EXACT, "throughput",
     "rows that all tasks have written"},
    {0},
};

/* What a task has in shared memory; a line of its own, because each has one writer. */
struct row {
    _Alignas(CONTEND_LINE_BYTES) uint64_t count;
    uint64_t numbers[1024];
};

static size_t shared_bytes(const int64_t *values, uint32_t task_count)
{
    (void)values;
    return sizeof(struct row) * task_count;
}

static int setup(struct launch *l, struct err *err)
{
    (void)l;
    (void)err;
    return 0;
}

static void teardown(struct launch *l)
{
    (void)l;
}

/* measured: no allocation, no output, no lock but the one under test */
static uint64_t run(struct task *t, uint64_t op_count)
{
    struct row *mine = (struct row *)t->launch->workload_shared + t->index;
    uint64_t width = (uint64_t)task_param(t, WIDTH), sum = 0;
    bool is_down = task_param(t, ORDER) == 1;
    for (uint64_t op = 0; op < op_count; op++) {
        for (uint64_t i = 0; i < width; i++) {
            uint64_t at = is_down ? width - 1 - i : i;
            mine->numbers[at] = op + at;
        }
        sum += mine->numbers[0] + mine->numbers[width - 1];
        mine->count++;
        task_checkpoint(t);
    }
    return sum;
}

/* The sum of (op + 0) + (op + width - 1) over all operations, another way. */
static uint64_t expected(const int64_t *values, uint64_t op_count)
{
    return op_count * (op_count - 1) + op_count * (uint64_t)(values[WIDTH] - 1);
}

static void collect(struct launch *l, struct sink *sink)
{
    const struct row *rows = l->workload_shared;
    uint64_t sum = 0;
    for (uint32_t i = 0; i < l->task_count; i++)
        sum += rows[i].count;
    sink->value(sink, ROWS, (double)sum);
}

static const char *unfit(const struct executor *x, const int64_t *values)
{
    (void)x;
    (void)values;
    return NULL;
}

/* run() cut at its suspensions; this one has none. */
static enum step step(struct task *t, struct step_state *s)
{
    s->checksum = run(t, s->op_count);
    return STEP_DONE;
}

const struct workload workload_tally = {
    .name = "tally",                     /* required: file, symbol and name are one word */
    .summary = "writes rows of numbers", /* required: at most 60 columns */
    .kind = WORKLOAD_CPU,                /* required: decides the ceiling and the sweep */
    .traits = 0,                         /* optional: WORKLOAD_YIELDS */
    .params = params,                    /* optional */
    .ops_per_task = 20000,               /* optional: 0 is calibrated to --task-time */
    .needs = NULL,                       /* optional: executors it is meant for */
    .metrics = metrics,                  /* optional: with collect */
    .shared_bytes = shared_bytes,        /* optional: called when memory is laid out */
    .setup = setup,                      /* optional: called before units exist */
    .teardown = teardown,                /* optional: called when all units are gone */
    .run = run,                          /* required: called once a batch, in the unit */
    .expected = expected,                /* optional: called once a launch is mapped */
    .collect = collect,                  /* optional: called after the last join */
    .unfit = unfit,                      /* optional: called when the plan is made */
    .step = step,                        /* optional: called in units that have no stack */
};
