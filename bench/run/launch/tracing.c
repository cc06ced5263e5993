#include "bench/run/launch/tracing.h"

#include "bench/base/clock.h"
#include "bench/machine/schedstat.h"
#include "bench/run/launch/launch.h"

#include <unistd.h>

enum {
    LONG_NS = 20000,   /* a span behind which the kernel is asked: that takes 0.4 us */
    SHORT_LOOK = 4000, /* looks at the clock are made so far apart ... */
    LONG_LOOK = 16000, /* ... */
    LOOKS_MOST = 4096, /* ... and no more checkpoints than these */
};

/* Of the launch; written before the gate opens. */
struct state {
    uint64_t capacity; /* events of a ring */
    size_t stride;     /* bytes of a ring with its head */
    uint64_t until_ns; /* nothing is recorded from here on */
    _Atomic uint32_t has_queue;
};

struct ring {
    _Alignas(CONTEND_LINE_BYTES) uint64_t count; /* events ever */
    uint64_t last_ns;                            /* of its thread: the last event or look */
    uint64_t queued_ns;                          /* of its thread: waited for a CPU, as last told */
    int32_t fd;      /* of its thread's schedstat; 0 or below: there is none */
    uint32_t looks;  /* checkpoints since the last look */
    uint32_t stride; /* ... that lie between two; 0: one */
    bool is_over;    /* nothing more is recorded */
    _Alignas(CONTEND_LINE_BYTES) struct traced_event events[];
};

static_assert(sizeof(struct ring) == CONTEND_LINE_BYTES, "a ring's head is one line pair");

static struct probe_run *recorder_of(const struct launch *l)
{
    return l->watch_data;
}

static struct ring *ring_of(const struct probe_run *p, const struct task *t)
{
    const struct state *s = p->state;
    return (struct ring *)(void *)(p->units + s->stride * t->index);
}

/* ---- In units ------------------------------------------------------------------------------ */

/* How long the thread has waited for a CPU since it was last asked. */
static uint32_t queued_since(struct ring *thread)
{
    struct schedstat s;
    if (thread->fd <= 0 || !schedstat_read(thread->fd, &s))
        return 0;
    uint64_t now_ns = (uint64_t)s.wait_ns, since_ns = now_ns - thread->queued_ns;
    thread->queued_ns = now_ns;
    return since_ns > UINT32_MAX ? UINT32_MAX : (uint32_t)since_ns;
}

static void record(struct ring *r, const struct state *s, const struct traced_event *e)
{
    r->events[r->count++ % s->capacity] = *e;
}

void traced_note(struct task *t, enum traced_kind kind, uint64_t value)
{
    struct probe_run *p = recorder_of(t->launch);
    const struct state *s = p ? p->state : NULL;
    uint64_t now_ns = task_now_ns(t);
    if (!s || !s->until_ns)
        return;
    struct ring *r = ring_of(p, t), *thread = ring_of(p, t->holder);
    if (r->is_over)
        return;
    /* One more, behind the end: what was going on then, and how long it had no CPU meanwhile. */
    r->is_over = now_ns >= s->until_ns;
    uint32_t queued_ns = now_ns - thread->last_ns < LONG_NS ? 0 : queued_since(thread);
    thread->last_ns = now_ns;
    record(r, s,
           &(struct traced_event){
               .at_ns = now_ns, .value = value, .queued_ns = queued_ns, .kind = kind});
}

/* So many checkpoints lie between two looks that these are some microseconds apart. */
static void adapt(struct ring *r, uint64_t apart_ns)
{
    if (apart_ns > LONG_LOOK)
        r->stride /= 2;
    else if (apart_ns < SHORT_LOOK)
        r->stride = 2 * r->stride + 1 > LOOKS_MOST ? LOOKS_MOST : 2 * r->stride + 1;
}

void traced_look(struct task *t)
{
    struct probe_run *p = recorder_of(t->launch);
    if (!p) /* a workload that prepares itself computes before there are units */
        return;
    struct ring *r = ring_of(p, t), *thread = ring_of(p, t->holder);
    if (r->looks++ < r->stride)
        return;
    r->looks = 0;
    const struct state *s = p->state;
    uint64_t now_ns = task_now_ns(t), apart_ns = now_ns - thread->last_ns;
    thread->last_ns = now_ns;
    adapt(r, apart_ns);
    if (apart_ns < LONG_NS || now_ns >= s->until_ns)
        return;
    uint32_t queued_ns = queued_since(thread);
    if (queued_ns >= LONG_NS)
        record(r, s,
               &(struct traced_event){.at_ns = now_ns, .queued_ns = queued_ns, .kind = TRACED_GAP});
}

/* It turned out to be no hand-over: as if it had not begun. */
static void take_back(struct task *t)
{
    struct probe_run *p = recorder_of(t->launch);
    const struct state *s = p->state;
    struct ring *r = ring_of(p, t);
    if (r->count && r->events[(r->count - 1) % s->capacity].kind == TRACED_HAND_OVER)
        r->count--;
}

static void watch(struct task *t, enum watched what, uint64_t value)
{
    static const enum traced_kind kinds[] = {
        [WATCH_LET_GO] = TRACED_LET_GO,       [WATCH_TAKE] = TRACED_TAKE,
        [WATCH_HAND_OVER] = TRACED_HAND_OVER, [WATCH_TAKEN] = TRACED_TAKEN,
        [WATCH_IDLE] = TRACED_IDLE,           [WATCH_AWAKE] = TRACED_AWAKE,
    };
    if (what == WATCH_KEPT)
        take_back(t);
    else
        traced_note(t, kinds[what], value);
}

/* Once a thread: all coroutines of a loop have one. */
static void open_queue(struct ring *thread, _Atomic uint32_t *has_queue)
{
    struct schedstat s;
    if (thread->fd)
        return;
    thread->fd = schedstat_open();
    if (thread->fd <= 0 || !schedstat_read(thread->fd, &s))
        return;
    thread->queued_ns = (uint64_t)s.wait_ns;
    atomic_store_explicit(has_queue, 1, memory_order_relaxed);
}

static void close_queue(struct ring *thread)
{
    if (thread->fd > 0)
        close(thread->fd);
    thread->fd = -1;
}

static void unit_begin(struct probe_run *p, struct task *t)
{
    /* The address is that of this unit's own program image. */
    atomic_store_explicit(&p->launch->watch, watch, memory_order_relaxed);
    struct ring *thread = ring_of(p, t->holder);
    traced_note(t, TRACED_BEGIN, 0);
    if (!(p->launch->executor->traits & EXECUTOR_VIRTUAL))
        open_queue(thread, &((struct state *)p->state)->has_queue);
}

static void unit_end(struct probe_run *p, struct task *t)
{
    traced_note(t, TRACED_END, 0);
    if (t->holder == t)
        close_queue(ring_of(p, t));
}

/* ---- In the coordinator -------------------------------------------------------------------- */

static size_t stride_of(uint32_t events)
{
    size_t bytes = sizeof(struct ring) + sizeof(struct traced_event) * events;
    return (bytes + CONTEND_LINE_BYTES - 1) / CONTEND_LINE_BYTES * CONTEND_LINE_BYTES;
}

static int open_(struct probe_run *p, struct err *err)
{
    (void)err;
    const struct recorder *r = (const struct recorder *)(const void *)p->probe;
    struct state *s = p->state;
    s->capacity = r->events;
    s->stride = stride_of(r->events);
    p->launch->watch_data = p;
    return 0;
}

static void at_gate(struct probe_run *p)
{
    const struct recorder *r = (const struct recorder *)(const void *)p->probe;
    struct state *s = p->state;
    s->until_ns = task_now_ns(p->launch->coordinator) + r->for_ns;
    /* An event loop takes the lock before its first unit is there. */
    atomic_store_explicit(&p->launch->watch, watch, memory_order_relaxed);
}

static void close_(struct probe_run *p)
{
    atomic_store_explicit(&p->launch->watch, NULL, memory_order_relaxed);
    p->launch->watch_data = NULL;
    close_queue(ring_of(p, p->launch->coordinator));
}

static void collect(struct probe_run *p, struct sink *sink)
{
    (void)p;
    (void)sink;
}

static const struct metric none[] = {{0}};

const struct probe probe_trace = {
    .name = "trace",
    .summary = "what each unit did and when",
    .traits = PROBE_OWN_LAUNCH | PROBE_EVERY_VERB,
    .metrics = none,
    .state_bytes = sizeof(struct state),
    .open = open_,
    .at_gate = at_gate,
    .unit_begin = unit_begin,
    .unit_end = unit_end,
    .collect = collect,
    .close = close_,
};

void recorder_init(struct recorder *r, uint32_t events, uint64_t for_ns)
{
    *r = (struct recorder){.probe = probe_trace, .events = events, .for_ns = for_ns};
    r->probe.unit_bytes = stride_of(events);
}

/* ---- What it found ------------------------------------------------------------------------- */

size_t traced_room(uint32_t launches, uint32_t tasks, uint32_t events)
{
    size_t unit = sizeof(struct traced_unit) + sizeof(struct traced_event) * events;
    return sizeof(struct traced) +
           launches * (sizeof(struct traced_launch) + ((size_t)tasks + 1) * unit);
}

static size_t take_unit(const struct probe_run *p, const struct task *t, char *out)
{
    const struct state *s = p->state;
    const struct harness *h = harness_of(p->launch);
    const struct ring *r = ring_of(p, t);
    struct traced_unit *u = (struct traced_unit *)(void *)out;
    struct traced_event *events = (struct traced_event *)(u + 1);
    *u = (struct traced_unit){
        .index = t->index,
        .os_id = (uint32_t)t->os_id,
        .lock = h->lock_count > 1 ? t->holder->index : 0,
        .holder = t->holder->index,
        .create_ns = t->create_ns,
        .created_ns = t->created_ns,
        .first_ns = t->first_ns,
        .exit_ns = t->exit_ns,
        .recorded = r->count,
        .kept = r->count < s->capacity ? r->count : s->capacity,
    };
    for (uint64_t i = 0; i < u->kept; i++)
        events[i] = r->events[(r->count - u->kept + i) % s->capacity];
    return sizeof *u + sizeof *events * u->kept;
}

size_t recorder_take(struct launch *l, char *out)
{
    const struct probe_run *p = recorder_of(l);
    const struct state *s = p->state;
    struct traced_launch *head = (struct traced_launch *)(void *)out;
    uint64_t begin_ns = l->tasks[0].create_ns, joined_ns = l->opened_ns;
    size_t used = sizeof *head;
    for (uint32_t i = 0; i < l->task_count; i++) {
        uint64_t gone_ns = l->tasks[i].joined_ns;
        joined_ns = gone_ns > joined_ns ? gone_ns : joined_ns;
    }
    for (uint32_t i = 0; i <= l->task_count; i++)
        used += take_unit(p, &l->tasks[i], out + used);
    *head = (struct traced_launch){
        .units = l->task_count + 1,
        .open_ns = l->open_ns,
        .begin_ns = begin_ns && begin_ns < l->opened_ns ? begin_ns : l->opened_ns,
        .opened_ns = l->opened_ns,
        .until_ns = s->until_ns,
        .joined_ns = joined_ns,
    };
    return used;
}

bool recorder_has_queue(const struct launch *l)
{
    struct state *s = recorder_of(l)->state;
    return atomic_load_explicit(&s->has_queue, memory_order_relaxed) != 0;
}

double recorder_event_ns(struct launch *l)
{
    enum { EVENTS = 2000 };
    struct state *s = recorder_of(l)->state;
    if (l->executor->traits & EXECUTOR_VIRTUAL)
        return 0;
    s->until_ns = UINT64_MAX;
    uint64_t begin_ns = clock_now_ns();
    for (int i = 0; i < EVENTS; i++)
        traced_note(l->coordinator, TRACED_BACK, 0);
    return (double)(clock_now_ns() - begin_ns) / EVENTS;
}
