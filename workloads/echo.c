/*
 * echo: each task has a connection to a process that sends back what it gets, and does one round
 * trip after the other.  I/O-bound work as it really is: system calls, the kernel's buffers, and
 * the wake-ups of two sides.
 *
 * Under a global lock each call lets the lock go and takes it again, as an interpreter does around
 * send() and recv().  On an event loop a task that would block waits in the loop's own poller.
 */
#include "workloads/echo_peer.h"
#include "workloads/latency_ring.h"

enum { TRANSPORT, BYTES };

static const char *const transports[] = {"tcp", "unix", NULL};

static const struct param params[] = {
    {.name = "transport",
     .unit = "count",
     .value = ECHO_TCP,
     .max = ECHO_UNIX,
     .help = "sockets of the loopback interface, or local ones",
     .choices = transports},
    {.name = "bytes",
     .unit = "bytes",
     .value = 1,
     .min = 1,
     .max = ECHO_BYTES_MAX / 4, /* fits into a socket's buffer, so that nobody blocks both ways */
     .help = "length of a message"},
    {0},
};

enum { IO_LATENCY };

static const struct metric metrics[] = {
    {"io_latency_ns", "ns", BETTER_LOWER, NATURE_NOISY, "latency",
     "from before a message is sent until the whole answer is there and the lock is held again"},
    {0},
};

/* Of each task: the latencies, then room for a message each way (stacks may be small). */
static size_t stride(const int64_t *values)
{
    size_t bytes = sizeof(struct latency_ring) + 2 * (size_t)values[BYTES];
    return (bytes + CONTEND_LINE_BYTES - 1) / CONTEND_LINE_BYTES * CONTEND_LINE_BYTES;
}

static struct latency_ring *latencies_of(const struct launch *l, uint32_t index)
{
    char *shared = l->workload_shared;
    return (struct latency_ring *)(void *)(shared + stride(l->workload_params) * index);
}

static size_t shared_bytes(const int64_t *values, uint32_t task_count)
{
    return stride(values) * task_count;
}

static int setup(struct launch *l, struct err *err)
{
    l->workload_state = echo_peers_open((enum echo_transport)l->workload_params[TRANSPORT],
                                        l->task_count, l->executor, err);
    return l->workload_state ? 0 : -1;
}

static void teardown(struct launch *l)
{
    echo_peers_close(l->workload_state);
    l->workload_state = NULL;
}

static uint64_t run(struct task *t, uint64_t op_count)
{
    struct latency_ring *latencies = latencies_of(t->launch, t->index);
    const struct echo_peers *peers = t->launch->workload_state;
    size_t bytes = (size_t)task_param(t, BYTES);
    char *out = (char *)(latencies + 1), *in = out + bytes;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < op_count; i++) {
        memset(out, (int)(i & 255), bytes);
        uint64_t begin_ns = task_now_ns(t);
        if (!echo_round_trip(t, peers->ends[t->index], out, in, bytes))
            return 0; /* which is never the checksum of an operation */
        latency_ring_add(latencies, task_now_ns(t) - begin_ns);
        sum += (uint64_t)(unsigned char)in[bytes - 1] + 1;
        task_checkpoint(t);
    }
    return sum;
}

/* Each message is 0, 1, ... 255, 0 ... repeated; one is added for each so that none is lost. */
static uint64_t expected(const int64_t *values, uint64_t op_count)
{
    (void)values;
    uint64_t full = op_count / 256, rest = op_count % 256;
    return full * (255 * 256 / 2) + (rest ? rest * (rest - 1) / 2 : 0) + op_count;
}

static void collect(struct launch *l, struct sink *sink)
{
    for (uint32_t i = 0; i < l->task_count; i++)
        latency_ring_post(latencies_of(l, i), sink, IO_LATENCY);
}

static const char *unfit(const struct executor *x, const int64_t *values)
{
    (void)values;
    return echo_unfit(x);
}

const struct workload workload_echo = {
    .name = "echo",
    .summary = "round trips with another process over sockets",
    .kind = WORKLOAD_IO,
    .traits = WORKLOAD_PRIVATE,
    .params = params,
    .ops_per_task = 200,
    .metrics = metrics,
    .shared_bytes = shared_bytes,
    .setup = setup,
    .teardown = teardown,
    .run = run,
    .expected = expected,
    .collect = collect,
    .unfit = unfit,
};
