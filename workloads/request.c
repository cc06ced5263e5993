/*
 * request: what a server's unit does all day: it takes a request, computes for it, waits for
 * somebody (a database), and answers.  An operation is one such request.
 *
 * Three ways in which requests come:
 *
 *   each unit its own   every unit has one request at a time, so its next one begins when the wait
 *                       is over and the unit has lock and CPU again
 *   clients             a closed loop: so many requests are outstanding at any time; who gets an
 *                       answer asks again at once, behind those that wait already
 *   every               an open loop: requests come at their own times, drawn from a seed, whether
 *                       anybody is ready for them or not
 *
 * In the latter two, units take requests from one queue, first come, first served, and how long a
 * request took is counted from the moment at which it was to come: what waits for a unit that was
 * held up has that in its time ("coordinated omission", Tene, "How NOT to measure latency", 2013).
 *
 * What is counted lies between the first requests, which find everything idle, and the last fifth,
 * in which units have done their share one after the other and there are fewer of them.
 *
 * A payload is handed over by its address where units share memory with whoever took it from the
 * network; otherwise it is copied to the unit and back.  In both cases the unit looks at all of it.
 *
 * Between two checkpoints there are STRIDE turns of computing, some 60 ns, as between two
 * bytecodes.
 */
#include "workloads/lcg.h"
#include "workloads/request_queue.h"
#include "workloads/wake_time.h"

#include <stdio.h>
#include <string.h>

enum { TURNS, WAIT, EVERY, CLIENTS, PAYLOAD, SEED };

enum { STRIDE = 64, CLIENTS_MAX = 1000000, PAYLOAD_MAX = 16777216 };

static const struct param params[] = {
    {.name = "turns",
     .unit = "count",
     .value = 1000000,
     .min = 0,
     .max = 1000000000,
     .help = "turns of computing in one request"},
    {.name = "wait",
     .unit = "ns",
     .value = 1000000,
     .min = 1,
     .max = 3600000000000,
     .help = "how long a request waits"},
    {.name = "every",
     .unit = "ns",
     .value = 0,
     .min = 0,
     .max = 3600000000000,
     .help = "mean time between requests of an open loop; 0: a closed one"},
    {.name = "clients",
     .unit = "count",
     .value = 0,
     .min = 0,
     .max = CLIENTS_MAX,
     .help = "requests outstanding in a closed loop; 0: one for each unit"},
    {.name = "payload",
     .unit = "bytes",
     .value = 0,
     .min = 0,
     .max = PAYLOAD_MAX,
     .help = "bytes that come with a request"},
    {.name = "seed",
     .unit = "count",
     .value = 1,
     .min = 0,
     .max = INT64_MAX,
     .help = "what arrivals of an open loop are drawn from"},
    {0},
};

enum {
    OP_WAIT = EARLY_WAKES + 1,
    SERVED,
    RESPONSE,
    RESPONSE_P50,
    RESPONSE_P99,
    RESPONSE_MAX,
    OFFERED
};

static const struct metric metrics[] = {
    WAKE_TIME_METRICS,
    OP_WAIT_METRIC,
    {"served_per_s", "per_s", BETTER_HIGHER, NATURE_NOISY, "throughput",
     "requests answered a second, from when as many were answered as come at first until four "
     "fifths of all were"},
    {"response_ns", "ns", BETTER_LOWER, NATURE_NOISY, "latency",
     "from the moment at which a request was to come to its answer"},
    {"response_p50_ns", "ns", BETTER_LOWER, NATURE_NOISY, "latency",
     "half of the requests of a launch took no longer"},
    {"response_p99_ns", "ns", BETTER_LOWER, NATURE_NOISY, "latency",
     "99 of 100 requests of a launch took no longer; from 100 requests on"},
    {"response_max_ns", "ns", BETTER_LOWER, NATURE_NOISY, "latency",
     "the request of a launch that took longest"},
    {"offered_per_s", "per_s", BETTER_NEUTRAL, NATURE_NOISY, "throughput",
     "requests of an open loop that were to come a second, while those of served_per_s were "
     "answered"},
    {0},
};

static const struct metric_role roles[] = {WAKE_TIME_ROLES, {ROLE_WAIT_PER_OP, OP_WAIT}, {0}};

static const uint64_t first_x = 42;

/* ---- The shared memory: wake times | queue | payload ----------------------------------------- */

static bool has_queue(const int64_t *values)
{
    return values[EVERY] || values[CLIENTS];
}

static size_t lines(size_t bytes)
{
    return (bytes + CONTEND_LINE_BYTES - 1) / CONTEND_LINE_BYTES * CONTEND_LINE_BYTES;
}

static uint32_t client_count(const int64_t *values, uint32_t task_count)
{
    return values[CLIENTS] > task_count ? (uint32_t)values[CLIENTS] : task_count;
}

static size_t queue_place(uint32_t task_count)
{
    return lines(sizeof(struct wake_time) * task_count);
}

static size_t queue_bytes(const int64_t *values, uint32_t task_count)
{
    return has_queue(values) ? lines(request_queue_bytes(client_count(values, task_count))) : 0;
}

static size_t shared_bytes(const int64_t *values, uint32_t task_count)
{
    return queue_place(task_count) + queue_bytes(values, task_count) + (size_t)values[PAYLOAD];
}

static struct request_queue *queue_of(const struct launch *l)
{
    char *shared = l->workload_shared;
    return (struct request_queue *)(void *)(shared + queue_place(l->task_count));
}

static char *payload_of(const struct launch *l)
{
    char *shared = l->workload_shared;
    return shared + queue_place(l->task_count) + queue_bytes(l->workload_params, l->task_count);
}

/* ---- One request ----------------------------------------------------------------------------- */

static uint64_t compute(struct task *t, uint64_t x)
{
    for (uint64_t left = (uint64_t)task_param(t, TURNS); left > 0;) {
        uint64_t turns = left < STRIDE ? left : STRIDE;
        x = lcg_turn(t, x, turns);
        task_checkpoint(t);
        left -= turns;
    }
    return x;
}

/* Every eighth byte is 1, so that the sum says whether all of it was there. */
static uint64_t look_at(struct task *t, const char *data, size_t bytes)
{
    uint64_t sum = 0, word;
    for (size_t i = 0; i + sizeof word <= bytes; i += sizeof word) {
        memcpy(&word, data + i, sizeof word);
        sum += word;
    }
    task_consume(t, sum);
    return sum;
}

/* In pieces, through memory of the unit's own. */
static uint64_t look_at_copy(struct task *t, const char *data, size_t bytes)
{
    enum { PIECE = 1024 };
    char mine[PIECE], answer[PIECE];
    uint64_t sum = 0;
    for (size_t at = 0; at < bytes; at += PIECE) {
        size_t piece = bytes - at < PIECE ? bytes - at : PIECE;
        memcpy(mine, data + at, piece);
        sum += look_at(t, mine, piece);
        memcpy(answer, mine, piece);
        const char *seen = answer;
        task_consume(t, seen);
    }
    return sum;
}

static void take_payload(struct task *t)
{
    const struct launch *l = t->launch;
    size_t bytes = (size_t)task_param(t, PAYLOAD);
    bool is_near = l->executor->traits & EXECUTOR_SHARED_HEAP;
    uint64_t sum =
        is_near ? look_at(t, payload_of(l), bytes) : look_at_copy(t, payload_of(l), bytes);
    if (sum != bytes / sizeof(uint64_t))
        t->is_failed = 1;
}

static uint64_t serve(struct task *t, uint64_t x)
{
    uint64_t wait_ns = (uint64_t)task_param(t, WAIT);
    if (task_param(t, PAYLOAD))
        take_payload(t);
    x = compute(t, x);
    uint64_t due_ns = task_now_ns(t) + wait_ns;
    task_sleep(t, wait_ns);
    wake_time_book(t, due_ns);
    return x;
}

/* From the queue: who is there before the request waits for it. */
static uint64_t serve_next(struct task *t, struct request_queue *q, uint64_t x)
{
    uint64_t number = request_queue_take(q);
    uint64_t arrival_ns = request_queue_arrival_ns(q, number, t->launch->opened_ns);
    uint64_t now_ns = task_now_ns(t);
    if (arrival_ns > now_ns)
        task_sleep(t, arrival_ns - now_ns);
    x = serve(t, x);
    request_queue_answer(q, number, arrival_ns, task_now_ns(t));
    return x;
}

static uint64_t run(struct task *t, uint64_t op_count)
{
    const struct launch *l = t->launch;
    struct request_queue *q = has_queue(l->workload_params) ? queue_of(l) : NULL;
    uint64_t x = first_x;
    for (uint64_t done = 0; done < op_count; done++)
        x = q ? serve_next(t, q, x) : serve(t, x);
    return x;
}

static enum step step(struct task *t, struct step_state *s)
{
    uint64_t *x = &s->own[0];
    if (s->done > 0)
        wake_time_book(t, s->deadline_ns);
    else
        *x = first_x;
    if (s->done == s->op_count) {
        s->checksum = *x;
        return STEP_DONE;
    }
    *x = compute(t, *x);
    s->done++;
    s->deadline_ns = task_now_ns(t) + (uint64_t)task_param(t, WAIT);
    return STEP_SLEEP;
}

static const char *unfit(const struct executor *x, const int64_t *values)
{
    if ((x->traits & EXECUTOR_STACKLESS) && (has_queue(values) || values[PAYLOAD]))
        return "its requests have no stackless form where they come by themselves or with a "
               "payload";
    if (values[EVERY] && values[CLIENTS])
        return "requests come every so often, or from clients, not both";
    return NULL;
}

/* ---- Around a launch ------------------------------------------------------------------------- */

static void prepare(struct launch *l)
{
    const int64_t *values = l->workload_params;
    uint64_t word = 1;
    char *payload = payload_of(l);
    for (size_t i = 0; i + sizeof word <= (size_t)values[PAYLOAD]; i += sizeof word)
        memcpy(payload + i, &word, sizeof word);
    if (has_queue(values))
        request_queue_init(queue_of(l), &(struct request_queue_form){
                                            .clients = client_count(values, l->task_count),
                                            .every_ns = (uint64_t)values[EVERY],
                                            .seed = (uint64_t)values[SEED],
                                            .total = l->task_count * l->batch_ops * l->batch_count,
                                        });
}

static uint64_t expected(const int64_t *values, uint64_t op_count)
{
    return lcg_jump(first_x, op_count * (uint64_t)values[TURNS]);
}

static void collect(struct launch *l, struct sink *sink)
{
    wake_time_collect(l, sink);
    sink->value(sink, OP_WAIT, (double)l->workload_params[WAIT]);
    if (!has_queue(l->workload_params)) {
        for (int m = SERVED; m <= OFFERED; m++)
            sink->absent(sink, m, "each unit has a request of its own: there is no queue");
        return;
    }
    struct request_figures f;
    request_queue_figures(queue_of(l), &f);
    if (f.served_per_s > 0)
        sink->value(sink, SERVED, f.served_per_s);
    else
        sink->absent(sink, SERVED, "there were too few requests to tell");
    if (f.offered_per_s > 0)
        sink->value(sink, OFFERED, f.offered_per_s);
    else
        sink->absent(sink, OFFERED,
                     l->workload_params[EVERY] ? "there were too few requests to tell"
                                               : "a request of a closed loop comes with an answer");
    if (f.count == 0) {
        for (int m = RESPONSE; m <= RESPONSE_MAX; m++)
            sink->absent(sink, m, "there were too few requests to tell");
        return;
    }
    for (size_t i = 0; i < f.count; i++)
        sink->quantity(sink, RESPONSE, f.sorted_ns[i]);
    size_t half = (f.count - 1) / 2, most = (f.count * 99 + 99) / 100 - 1; /* nearest rank */
    sink->value(sink, RESPONSE_P50, (double)f.sorted_ns[half]);
    sink->value(sink, RESPONSE_MAX, (double)f.sorted_ns[f.count - 1]);
    if (f.count >= 100)
        sink->value(sink, RESPONSE_P99, (double)f.sorted_ns[most]);
    else
        sink->absent(sink, RESPONSE_P99, "fewer than 100 requests were counted");
}

const struct workload workload_request = {
    .name = "request",
    .summary = "computes, then waits, as a server's unit does",
    .kind = WORKLOAD_MIXED,
    .params = params,
    .ops_per_task = 20,
    .metrics = metrics,
    .roles = roles,
    .shared_bytes = shared_bytes,
    .prepare = prepare,
    .run = run,
    .expected = expected,
    .collect = collect,
    .unfit = unfit,
    .step = step,
};
