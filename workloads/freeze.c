/*
 * freeze: task 0 now and then computes without ever giving way.  How long do the others stand
 * still?
 *
 * An operation is a calm, in which task 0 sleeps, and a freeze as long, in which it computes with
 * no checkpoint in between.  The others compute in small pieces, look up after each and read the
 * clock: a beat.  Whatever stops them shows as a gap between two beats: an event loop that has no
 * other thread, a global lock that is not asked back, or a CPU that is not there.
 */
#include "workloads/latency_ring.h"
#include "workloads/lcg.h"

enum { DURATION, TURNS };

static const struct param params[] = {
    {.name = "duration",
     .unit = "ns",
     .value = 20000000,
     .min = 1000,
     .max = 3600000000000,
     .help = "how long a freeze lasts, and the calm before it"},
    {.name = "turns",
     .unit = "count",
     .value = 1000,
     .min = 1,
     .max = 1000000000,
     .help = "turns of computing between two beats of the others"},
    {0},
};

enum { WAIT_TIME, PROGRESS };

static const struct metric metrics[] = {
    {"freeze_wait_ns", "ns", BETTER_LOWER, NATURE_NOISY, "latency",
     "of each freeze and each other task, the longest time between two of its beats; who stands "
     "still over several freezes has waited once"},
    {"freeze_progress_ratio", "ratio", BETTER_HIGHER, NATURE_NOISY, "throughput",
     "beats of the others in a freeze over those in a calm of the same length"},
    {0},
};

/* Task 0's word to the others; even: calm, odd: frozen, and one freeze is over with each two. */
struct shared {
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint32_t phase;
    uint64_t calm_ns; /* of all calms; task 0's */
    uint64_t frozen_ns;
};

/* One writer: the task. */
struct beats {
    _Alignas(CONTEND_LINE_BYTES) uint64_t calm;
    uint64_t frozen;
    struct latency_ring waits;
};

static struct beats *beats_of(const struct launch *l, uint32_t index)
{
    return (struct beats *)(void *)((struct shared *)l->workload_shared + 1) + index;
}

static size_t shared_bytes(const int64_t *values, uint32_t task_count)
{
    (void)values;
    return sizeof(struct shared) + sizeof(struct beats) * task_count;
}

static void set_phase(struct shared *s, uint32_t phase)
{
    atomic_store_explicit(&s->phase, phase, memory_order_release);
}

/* Reads the clock and nothing else that could let go of the lock or of the loop. */
static uint64_t compute_until(struct task *t, uint64_t x, uint64_t end_ns, uint64_t *turns)
{
    enum { PIECE = 1000 };
    while (task_now_ns(t) < end_ns) {
        x = lcg_turn(t, x, PIECE);
        *turns += PIECE;
    }
    return x;
}

static uint64_t freeze(struct task *t, uint64_t op_count)
{
    struct shared *s = t->launch->workload_shared;
    uint64_t duration_ns = (uint64_t)task_param(t, DURATION), x = 0, turns = 0;
    uint32_t phase = 2 * t->batch_count * (uint32_t)op_count;
    for (uint64_t i = 0; i < op_count; i++) {
        uint64_t begin_ns = task_now_ns(t);
        task_sleep(t, duration_ns);
        uint64_t frozen_ns = task_now_ns(t);
        set_phase(s, ++phase);
        x = compute_until(t, x, frozen_ns + duration_ns, &turns);
        set_phase(s, ++phase);
        s->calm_ns += frozen_ns - begin_ns;
        s->frozen_ns += task_now_ns(t) - frozen_ns;
    }
    return x == lcg_jump(0, turns) ? op_count : 0;
}

/*
 * Until task 0 has ended the same batch.  A beat belongs to the phase it was made in; a gap to the
 * freeze that some of it lies in, also when task 0's freeze has come and gone meanwhile.
 */
static uint64_t beat(struct task *t, uint64_t op_count)
{
    struct shared *s = t->launch->workload_shared;
    struct beats *mine = beats_of(t->launch, t->index);
    uint64_t piece = (uint64_t)task_param(t, TURNS), x = 0, turns = 0;
    uint64_t last_ns = task_now_ns(t), longest_ns = 0;
    uint32_t end = 2 * (t->batch_count + 1) * (uint32_t)op_count;
    uint32_t last = atomic_load_explicit(&s->phase, memory_order_acquire);
    while (last < end) {
        x = lcg_turn(t, x, piece);
        turns += piece;
        task_checkpoint(t);
        uint32_t phase = atomic_load_explicit(&s->phase, memory_order_acquire);
        uint64_t now_ns = task_now_ns(t), gap_ns = now_ns - last_ns;
        bool is_frozen = phase & 1;
        if ((is_frozen || phase != last) && gap_ns > longest_ns)
            longest_ns = gap_ns;
        if (phase / 2 != last / 2) {
            latency_ring_add(&mine->waits, longest_ns);
            longest_ns = is_frozen ? gap_ns : 0;
        }
        if (is_frozen)
            mine->frozen++;
        else if (phase == last)
            mine->calm++;
        last = phase;
        last_ns = now_ns;
    }
    return x == lcg_jump(0, turns) ? op_count : 0;
}

static uint64_t run(struct task *t, uint64_t op_count)
{
    return t->index == 0 ? freeze(t, op_count) : beat(t, op_count);
}

/* How much each computed is not known beforehand; that it was computed right is. */
static void collect(struct launch *l, struct sink *sink)
{
    const struct shared *s = l->workload_shared;
    double calm = 0, frozen = 0;
    for (uint32_t i = 1; i < l->task_count; i++) {
        calm += (double)beats_of(l, i)->calm;
        frozen += (double)beats_of(l, i)->frozen;
        latency_ring_post(&beats_of(l, i)->waits, sink, WAIT_TIME);
    }
    if (l->task_count == 1) {
        sink->absent(sink, WAIT_TIME, "there is nobody else who could wait");
        sink->absent(sink, PROGRESS, "there is nobody else who could wait");
    } else if (calm == 0 || s->frozen_ns == 0) {
        sink->absent(sink, PROGRESS,
                     "the others made no beat in a calm: its duration is too short");
    } else {
        sink->value(sink, PROGRESS, frozen / (double)s->frozen_ns / (calm / (double)s->calm_ns));
    }
}

const struct workload workload_freeze = {
    .name = "freeze",
    .summary = "one task never gives way: do the others go on?",
    .kind = WORKLOAD_MIXED,
    .traits = WORKLOAD_YIELDS | WORKLOAD_TOGETHER,
    .params = params,
    .ops_per_task = 5,
    .metrics = metrics,
    .shared_bytes = shared_bytes,
    .run = run,
    .expected = expected_op_count,
    .collect = collect,
};
