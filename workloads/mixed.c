/*
 * mixed: task 0 does I/O, all others compute until it is done.  Does it get through?
 *
 * The convoy: a task that waits often and briefly needs the lock back after each wait, and those
 * who compute give it up only when they are made to.  Throughput alone hides it, so the I/O task's
 * own latencies are reported.  An operation is one round of the I/O task: it asks to be woken
 * `period` from now, and its latency is how much later than that it computes again; or it sends a
 * byte to another process, and its latency is that of the answer.  The others
 * have no rounds of their own: in each batch they compute, `turns` turns between two checkpoints,
 * until the I/O task has ended the same batch.
 */
#include "workloads/echo_peer.h"
#include "workloads/latency_ring.h"
#include "workloads/lcg.h"

enum { PERIOD, TURNS, MODE };
enum { MODE_SLEEP, MODE_ECHO };

static const char *const modes[] = {"sleep", "echo", NULL};

static const struct param params[] = {
    {.name = "period",
     .unit = "ns",
     .value = 1000000,
     .min = 1,
     .max = 3600000000000,
     .help = "how long the I/O task waits in a round"},
    {.name = "turns",
     .unit = "count",
     .value = 64,
     .min = 1,
     .max = 1000000000,
     .help = "turns of computing between two checkpoints of the others"},
    {.name = "mode",
     .unit = "count",
     .value = MODE_SLEEP,
     .max = MODE_ECHO,
     .help = "what the I/O task does: sleep, or round trips over a local socket",
     .choices = modes},
    {0},
};

enum { IO_LATENCY, IO_THROUGHPUT, CPU_THROUGHPUT };

static const struct metric metrics[] = {
    {"io_latency_ns", "ns", BETTER_LOWER, NATURE_NOISY, "latency",
     "from the moment the I/O task could have gone on (echo: has sent) to its next instruction "
     "under the lock"},
    {"io_throughput_per_s", "per_s", BETTER_HIGHER, NATURE_NOISY, "throughput",
     "rounds of the I/O task, a second of its own time from first to last operation"},
    {"cpu_throughput_per_s", "per_s", BETTER_HIGHER, NATURE_NOISY, "throughput",
     "turns of all computing tasks together, a second of the I/O task's time"},
    {0},
};

/* How far a computing task has come; one writer. */
struct progress {
    _Alignas(CONTEND_LINE_BYTES) uint64_t turns;
};

struct shared {
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint32_t batches_done; /* by the I/O task */
    _Alignas(CONTEND_LINE_BYTES) struct latency_ring latencies;
    struct progress progress[];
};

static size_t shared_bytes(const int64_t *values, uint32_t task_count)
{
    (void)values;
    return sizeof(struct shared) + sizeof(struct progress) * task_count;
}

/* When the answer, or the time to go on, was due; 0 when there was none. */
static uint64_t do_round(struct task *t, uint64_t period_ns)
{
    const struct echo_peers *peers = t->launch->workload_state;
    uint64_t begin_ns = task_now_ns(t);
    char in = 0;
    if (peers)
        return echo_round_trip(t, peers->ends[0], "x", &in, 1) ? begin_ns : 0;
    task_sleep(t, period_ns);
    return begin_ns + period_ns;
}

static uint64_t do_io(struct task *t, uint64_t op_count)
{
    struct shared *s = t->launch->workload_shared;
    uint64_t period_ns = (uint64_t)task_param(t, PERIOD), done = 0;
    for (; done < op_count; done++) {
        uint64_t due_ns = do_round(t, period_ns), now_ns = task_now_ns(t);
        if (!due_ns)
            break; /* the others must be let go all the same */
        latency_ring_add(&s->latencies, now_ns > due_ns ? now_ns - due_ns : 0);
    }
    /* Release: pairs with the load in compute(), though nothing else is handed over. */
    atomic_store_explicit(&s->batches_done, t->batch_count + 1, memory_order_release);
    return done;
}

static uint64_t compute(struct task *t, uint64_t op_count)
{
    struct shared *s = t->launch->workload_shared;
    uint64_t turns = (uint64_t)task_param(t, TURNS), done = 0, x = 0;
    do {
        x = lcg_turn(t, x, turns);
        done += turns;
        task_checkpoint(t);
    } while (atomic_load_explicit(&s->batches_done, memory_order_acquire) <= t->batch_count);
    s->progress[t->index].turns += done;
    /* How much it did is not known beforehand; that it did it right can still be checked. */
    return x == lcg_jump(0, done) ? op_count : 0;
}

static uint64_t run(struct task *t, uint64_t op_count)
{
    return t->index == 0 ? do_io(t, op_count) : compute(t, op_count);
}

static int setup(struct launch *l, struct err *err)
{
    if (l->workload_params[MODE] != MODE_ECHO)
        return 0;
    l->workload_state = echo_peers_open(ECHO_UNIX, 1, l->executor, err);
    return l->workload_state ? 0 : -1;
}

static void teardown(struct launch *l)
{
    echo_peers_close(l->workload_state);
    l->workload_state = NULL;
}

static void collect(struct launch *l, struct sink *sink)
{
    const struct shared *s = l->workload_shared;
    const struct task *io = &l->tasks[0];
    uint64_t turns = 0;
    for (uint32_t i = 1; i < l->task_count; i++)
        turns += s->progress[i].turns;
    latency_ring_post(&s->latencies, sink, IO_LATENCY);
    double seconds = (double)(io->last_ns - io->go_ns) * 1e-9;
    if (io->last_ns > io->go_ns) {
        sink->value(sink, IO_THROUGHPUT, (double)io->op_count / seconds);
        if (l->task_count > 1)
            sink->value(sink, CPU_THROUGHPUT, (double)turns / seconds);
    }
    if (l->task_count == 1)
        sink->absent(sink, CPU_THROUGHPUT, "the I/O task is alone");
}

static const char *unfit(const struct executor *x, const int64_t *values)
{
    if (values[MODE] == MODE_ECHO && x->traits & EXECUTOR_FRESH_IMAGE)
        return "a fresh program image has not got the connection";
    return values[MODE] == MODE_ECHO ? echo_unfit(x) : NULL;
}

const struct workload workload_mixed = {
    .name = "mixed",
    .summary = "one task does I/O while the others compute",
    .kind = WORKLOAD_MIXED,
    .traits = WORKLOAD_YIELDS | WORKLOAD_TOGETHER,
    .params = params,
    .ops_per_task = 50, /* rounds: beside computing tasks one may take 20 ms and more */
    .metrics = metrics,
    .shared_bytes = shared_bytes,
    .setup = setup,
    .teardown = teardown,
    .run = run,
    .expected = expected_op_count,
    .collect = collect,
    .unfit = unfit,
};
