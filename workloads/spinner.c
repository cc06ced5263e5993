/*
 * spinner: task 0 works for a while, all others turn a spinner.  Do they get their turn?
 *
 * The textbook's first example, as a measured cell: `work` is what the slow function does, the
 * roles are in spinner_roles.h.  Threads and processes turn whatever the work is, under an
 * interpreter's lock some milliseconds late; on an event loop the spinner stands still while the
 * work blocks or computes.  An operation is one whole slow function, from its start until each
 * spinner has heard of the end.  Every executor uses the same event here, so that their rows
 * compare; `contend spinner coroutine` cancels in its place, as the textbook does.
 */
#include "bench/base/err.h"
#include "workloads/spinner_roles.h"

#include <stdlib.h>

enum { WORK, DURATION, INTERVAL };

static const char *const work_choices[] = SLOW_KINDS;

static const struct param params[] = {
    {.name = "work",
     .unit = "count",
     .value = SLOW_SLEEP,
     .max = SLOW_NAP,
     .help = "what the slow function does",
     .choices = work_choices},
    {.name = "duration",
     .unit = "ns",
     .value = 1000000000,
     .min = 1,
     .max = 3600000000000,
     .help = "how long it works"},
    {.name = "interval",
     .unit = "ns",
     .value = 100000000,
     .min = 100000,
     .max = 3600000000000,
     .help = "from one frame to the next"},
    {0},
};

enum { RESPONSIVENESS, TICK_LATENESS };

static const struct metric metrics[] = {
    {"responsiveness_ratio", "ratio", BETTER_HIGHER, NATURE_NOISY, "latency",
     "frames shown while the slow function worked, by frames due: one for each whole interval of "
     "it, for each spinner"},
    {"tick_lateness_ns", "ns", BETTER_LOWER, NATURE_NOISY, "latency",
     "from the moment a frame was due to the moment it was shown; frames left out meanwhile have "
     "none: see responsiveness_ratio"},
    {0},
};

enum { RINGS = 16 };

struct shared {
    struct spinner_board board;
    struct sync_barrier meeting;         /* all tasks, at the end of an operation */
    struct latency_ring lateness[RINGS]; /* of the first spinners */
    struct spinner spinners[];           /* one a task; that of task 0 is not used */
};

static size_t shared_bytes(const int64_t *values, uint32_t task_count)
{
    (void)values;
    return sizeof(struct shared) + sizeof(struct spinner) * task_count;
}

/* The amount of work is fixed here, once for all launches, and copied into each. */
static int setup(struct launch *l, struct err *err)
{
    struct slow_work *work = calloc(1, sizeof *work);
    if (!work)
        return err_set(err, ERR_LIMIT, "no memory for the plan of the work");
    if (l->batch_count > 0)
        *work = slow_work_plan(l->coordinator, (enum slow_kind)l->workload_params[WORK],
                               (uint64_t)l->workload_params[DURATION]);
    l->workload_state = work;
    return 0;
}

static void teardown(struct launch *l)
{
    free(l->workload_state);
    l->workload_state = NULL;
}

static void prepare(struct launch *l)
{
    struct shared *s = l->workload_shared;
    s->board.work = *(const struct slow_work *)l->workload_state;
    s->board.interval_ns = (uint64_t)l->workload_params[INTERVAL];
    s->meeting.parties = l->task_count;
    for (uint32_t i = 1; i < l->task_count && i <= RINGS; i++)
        s->spinners[i].lateness = &s->lateness[i - 1];
}

static uint64_t run(struct task *t, uint64_t op_count)
{
    struct shared *s = t->launch->workload_shared;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < op_count; i++) {
        uint64_t answer = SLOW_ANSWER;
        if (t->index == 0)
            answer = spinner_supervise(t, &s->board);
        else
            spinner_spin(t, &s->board, &s->spinners[t->index]);
        /* All have heard of the end before the events are cleared, and all find them clear. */
        if (sync_barrier_wait(t, &s->meeting) == SYNC_LAST) {
            sync_event_clear(&s->board.started);
            sync_event_clear(&s->board.done);
        }
        sync_barrier_wait(t, &s->meeting);
        sum += answer;
    }
    return sum;
}

static uint64_t expected(const int64_t *values, uint64_t op_count)
{
    (void)values;
    return op_count * SLOW_ANSWER;
}

static void collect(struct launch *l, struct sink *sink)
{
    const struct shared *s = l->workload_shared;
    uint64_t due = 0, in_time = 0;
    for (uint32_t i = 1; i < l->task_count; i++) {
        due += s->spinners[i].due;
        in_time += s->spinners[i].in_time;
    }
    if (due > 0)
        sink->value(sink, RESPONSIVENESS, (double)in_time / (double)due);
    else
        sink->absent(sink, RESPONSIVENESS,
                     l->task_count > 1 ? "the work took less than one interval"
                                       : "the working task is alone");
    for (uint32_t i = 0; i < RINGS; i++)
        latency_ring_post(&s->lateness[i], sink, TICK_LATENESS);
    if (s->lateness[0].kept == 0)
        sink->absent(sink, TICK_LATENESS,
                     l->task_count > 1 ? "no frame was ever shown" : "the working task is alone");
}

const struct workload workload_spinner = {
    .name = "spinner",
    .summary = "spinners turn while one task works",
    .kind = WORKLOAD_SYNC,
    .traits = WORKLOAD_TOGETHER,
    .params = params,
    .ops_per_task = 1,
    .metrics = metrics,
    .shared_bytes = shared_bytes,
    .setup = setup,
    .teardown = teardown,
    .prepare = prepare,
    .run = run,
    .expected = expected,
    .collect = collect,
};
