/*
 * payload: an object goes round a ring of tasks, handed over from each to the next; an operation
 * is one round.  The first task makes a new object for each, and every task looks at each number
 * of what it got before it hands that on.
 *
 * Exactly one task has the object at any time, so what tasks do with it, checking and making, can
 * be taken out of a round's time: what is left is handing over.  workloads/payload_ways.h has the
 * ways.
 *
 * The ways by JSON allocate in the measured span, as every program does that parses.
 */
#include "workloads/payload_ways.h"

static const struct param params[] = {
    {.name = "way",
     .unit = "count",
     .value = WAY_SHARED,
     .max = WAY_JSON_PIPE,
     .help = "how the object comes from one task to the next",
     .choices = way_names},
    {.name = "size",
     .unit = "bytes",
     .value = 4096,
     .min = 64,
     .max = 1048576,
     .help = "bytes of the object in memory, a multiple of 8"},
    {0},
};

enum { HANDOVER_TIME, HANDOVER_COPIES, HANDOVER_BYTES, VERIFY_TIME };

static const struct metric metrics[] = {
    {"handover_ns", "ns", BETTER_LOWER, NATURE_NOISY, "latency",
     "from a task that gives the object away to the next one that has it, one way; mean of a "
     "launch, making and checking objects taken out"},
    {"handover_copies", "count", BETTER_LOWER, NATURE_EXACT, "latency",
     "times the object is written anew, by copying or converting it, in one hand-over"},
    {"handover_moved_bytes", "bytes", BETTER_LOWER, NATURE_EXACT, "latency",
     "bytes that pass from one task to the next in one hand-over"},
    {"verify_ns", "ns", BETTER_NEUTRAL, NATURE_NOISY, "latency",
     "reading and checking each number of an object that was handed over; mean of a launch"},
    {0},
};

static size_t shared_bytes(const int64_t *values, uint32_t task_count)
{
    return sizeof(struct seat) * task_count + desk_bytes(values) * task_count;
}

static int setup(struct launch *l, struct err *err)
{
    if (l->task_count < 2)
        return err_set(err, ERR_UNAVAILABLE, "a hand-over needs two tasks");
    return way_open(l, err);
}

static bool verify(struct task *t, struct seat *mine, uint64_t sequence)
{
    uint64_t begin_ns = task_now_ns(t);
    bool is_intact = object_is_intact(mine->held, (size_t)task_param(t, PARAM_SIZE), sequence);
    uint64_t elapsed_ns = task_now_ns(t) - begin_ns;
    if (sequence > 0) {
        mine->verify_ns += elapsed_ns;
        mine->verify_count++;
    }
    return is_intact;
}

static bool pass_on(struct task *t, struct seat *mine, uint64_t sequence)
{
    way_take(t);
    bool is_intact = verify(t, mine, sequence);
    way_give(t);
    return is_intact;
}

/* The first task's round: a new object, and the same one back. */
static bool begin_round(struct task *t, struct seat *mine, uint64_t sequence)
{
    mine->held = desk_object(t);
    object_make(mine->held, (size_t)task_param(t, PARAM_SIZE), sequence);
    uint64_t made_ns = task_now_ns(t);
    way_give(t);
    way_take(t);
    bool is_intact = verify(t, mine, sequence);
    if (sequence > 0)
        mine->round_ns += task_now_ns(t) - made_ns;
    return is_intact;
}

static bool go_round(struct task *t, uint64_t sequence)
{
    struct seat *mine = seat_of(t->launch, t->index);
    return t->index == 0 ? begin_round(t, mine, sequence) : pass_on(t, mine, sequence);
}

/* A launch begins with a round that is not timed: while it lasts, others still come from the gate.
 */
static uint64_t run(struct task *t, uint64_t op_count)
{
    uint64_t intact = 0;
    bool is_whole = t->batch_count > 0 || go_round(t, 0);
    for (uint64_t i = 0; i < op_count; i++)
        intact += go_round(t, t->batch_count * op_count + i + 1);
    return is_whole ? intact : 0;
}

/* Objects that came whole: which one it must be, each task knows. */
static void collect(struct launch *l, struct sink *sink)
{
    const struct seat *first = seat_of(l, 0);
    double verify_ns = 0, verified = 0, handovers = 0, copies = 0, bytes = 0;
    for (uint32_t i = 0; i < l->task_count; i++) {
        const struct seat *seat = seat_of(l, i);
        verify_ns += (double)seat->verify_ns;
        verified += (double)seat->verify_count;
        handovers += (double)seat->handover_count;
        copies += (double)seat->copy_count;
        bytes += (double)seat->byte_count;
    }
    if (handovers > 0) {
        sink->value(sink, HANDOVER_COPIES, copies / handovers);
        sink->value(sink, HANDOVER_BYTES, bytes / handovers);
    }
    if (verified > 0) {
        sink->value(sink, HANDOVER_TIME, ((double)first->round_ns - verify_ns) / verified);
        sink->value(sink, VERIFY_TIME, verify_ns / verified);
    }
}

static const char *unfit(const struct executor *x, const int64_t *values)
{
    int64_t way = values[PARAM_WAY];
    if (values[PARAM_SIZE] % (int64_t)sizeof(int64_t))
        return "payload.size is not a multiple of 8 bytes";
    if (way == WAY_POINTER && !(x->traits & EXECUTOR_SHARED_HEAP))
        return "processes share nothing: a pointer means nothing to another one";
    if (ways[way].has_descriptors && !executor_can_wait_io(x))
        return "the executor cannot wait for a descriptor";
    if (way == WAY_FILE && (x->traits & EXECUTOR_FRESH_IMAGE))
        return "a fresh program image has not got the mapping of the file";
    return NULL;
}

const struct workload workload_payload = {
    .name = "payload",
    .summary = "hands an object over from one task to the next",
    .kind = WORKLOAD_SYNC,
    .traits = WORKLOAD_TOGETHER,
    .params = params,
    .metrics = metrics,
    .shared_bytes = shared_bytes,
    .setup = setup,
    .teardown = way_close,
    .prepare = way_prepare,
    .run = run,
    .expected = expected_op_count,
    .collect = collect,
    .unfit = unfit,
};
