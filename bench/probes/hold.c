/*
 * hold: the contention ledger in full: how long each wait for the lock and each turn with it took,
 * and what the units did all the time.
 *
 * It is told of each acquisition and each release and reads the clock there, some 50 ns a turn,
 * which would change what is measured.  So it has launches of its own; the same work without it is
 * run before and after, and ledger_cost_ratio says what it cost.  Throughput comes from elsewhere.
 *
 * The four shares of a unit's time.  Each unit's time is cut at its events into spans of three
 * kinds: at work, waiting for the lock, waiting in a verb.  A wait is a wait, asleep or spinning or
 * woken and queued.  Work is running as far as the unit's CPU clock agrees, and waiting for a CPU
 * as far as the kernel's run-queue time says so.  Those two clocks cost 1 us, so they are read only
 * behind a span of LONG_NS or more: what was queued for since the last reading fell into that span,
 * since all others were too short for it.  The shares add up to 1 less what work was blocked for
 * (a page fault, say) and less rounding.
 */
#include "bench/base/clock.h"
#include "bench/contend.h"
#include "bench/machine/schedstat.h"
#include "bench/stats/histogram.h"

#include <unistd.h>

enum {
    LOCK_WAIT,
    LOCK_HOLD,
    LOCK_GAP,
    TIME_RUNNING,
    TIME_LOCK_WAIT,
    TIME_RUNQUEUE,
    TIME_SLEEPING,
    LEDGER_COST
};

static const struct metric metrics[] = {
    {"lock_wait_ns", "ns", BETTER_LOWER, NATURE_NOISY, "contention",
     "how long an acquisition that had to wait took; those that did not are not among them"},
    {"lock_hold_ns", "ns", BETTER_NEUTRAL, NATURE_NOISY, "contention",
     "from having taken the lock to letting it go"},
    {"lock_gap_max_ns", "ns", BETTER_LOWER, NATURE_NOISY, "contention",
     "longest time a unit was without the lock, from letting it go to having it again"},
    {"time_running_ratio", "ratio", BETTER_NEUTRAL, NATURE_NOISY, "contention",
     "share of the units' time in which they ran on a CPU and did not wait for anything"},
    {"time_lock_wait_ratio", "ratio", BETTER_LOWER, NATURE_NOISY, "contention",
     "share of the units' time in which they waited for the lock, asleep or spinning"},
    {"time_runqueue_ratio", "ratio", BETTER_LOWER, NATURE_NOISY, "contention",
     "share of the units' time in which they could have run and waited for a CPU"},
    {"time_sleeping_ratio", "ratio", BETTER_NEUTRAL, NATURE_NOISY, "contention",
     "share of the units' time in verbs that wait: for a moment, for another unit, or for a "
     "descriptor, whose system calls' own work is among it"},
    {"ledger_cost_ratio", "ratio", BETTER_LOWER, NATURE_NOISY, "contention",
     "what keeping the ledger added: makespan of the launch with it over the mean of those just "
     "before and after without it, less 1; negative when noise is greater than the cost"},
    {0},
};

enum {
    BOOKS = 64,      /* units watched at most, evenly chosen; one more is the coordinator's */
    LONG_NS = 20000, /* a span behind which the clocks are read */
};

enum kind { AT_WORK, WAITING, IDLE, KINDS };

/* Time of three clocks. */
struct times {
    uint64_t wall_ns, cpu_ns, queue_ns;
};

struct book {
    _Alignas(CONTEND_LINE_BYTES) struct histogram wait;
    struct histogram hold;
    uint64_t taken_ns;  /* 0 while it has not got the lock */
    uint64_t let_go_ns; /* 0 before the first time */
    uint64_t gap_max_ns;
    uint64_t handing_ns;            /* when a hand-over began, which may turn out not to be one */
    uint64_t mark_ns;               /* the last event: here the present span began */
    struct times reading;           /* the last one; wall_ns is 0 where units have no clocks */
    uint64_t short_ns[KINDS];       /* spans since then, all of them short */
    uint64_t total_ns[KINDS];       /* up to then */
    uint64_t running_ns, queued_ns; /* of total_ns[AT_WORK] */
    int schedstat_fd;
};

struct state {
    struct book books[BOOKS + 1];
};

static struct book *book_of(struct probe_run *p, const struct task *t)
{
    struct state *s = p->state;
    uint64_t units = p->launch->task_count;
    if (t->index == units)
        return &s->books[BOOKS];
    if (units <= BOOKS)
        return &s->books[t->index];
    uint64_t scaled = t->index * (uint64_t)BOOKS;
    return scaled % units < BOOKS ? &s->books[scaled / units] : NULL;
}

/* Run-queue time of the calling thread. */
static uint64_t queue_ns(int fd)
{
    struct schedstat s;
    return fd > 0 && schedstat_read(fd, &s) ? (uint64_t)s.wait_ns : 0;
}

static struct times times_now(const struct book *b)
{
    return (struct times){clock_now_ns(), clock_thread_cpu_ns(), queue_ns(b->schedstat_fd)};
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Reads the clocks behind a span and settles all that was since the last reading. */
static void settle(struct book *b, enum kind kind, uint64_t span_ns)
{
    struct times now = times_now(b);
    uint64_t cpu_ns = now.cpu_ns - b->reading.cpu_ns;
    uint64_t queue_ns = now.queue_ns - b->reading.queue_ns;
    uint64_t work_ns = b->short_ns[AT_WORK] + (kind == AT_WORK ? span_ns : 0);
    uint64_t queued_ns = kind == AT_WORK ? least(queue_ns, span_ns) : 0;
    b->queued_ns += queued_ns;
    b->running_ns += least(work_ns - queued_ns, cpu_ns);
    b->total_ns[kind] += span_ns;
    for (int i = 0; i < KINDS; i++) {
        b->total_ns[i] += b->short_ns[i];
        b->short_ns[i] = 0;
    }
    b->reading = now;
    b->mark_ns = now.wall_ns;
}

/* A span of this kind ends now. */
static void cut(struct book *b, enum kind kind, uint64_t now_ns)
{
    if (!b->reading.wall_ns)
        return;
    uint64_t span_ns = now_ns > b->mark_ns ? now_ns - b->mark_ns : 0;
    b->mark_ns = now_ns;
    if (span_ns < LONG_NS)
        b->short_ns[kind] += span_ns;
    else
        settle(b, kind, span_ns);
}

static void let_go(struct book *b, uint64_t now_ns)
{
    if (b->taken_ns)
        histogram_add(&b->hold, now_ns - b->taken_ns);
    b->taken_ns = 0;
    b->let_go_ns = now_ns;
}

static void taken(struct book *b, uint64_t waited_ns)
{
    uint64_t now_ns = clock_now_ns();
    if (b->handing_ns)
        let_go(b, b->handing_ns);
    b->handing_ns = 0;
    if (waited_ns)
        histogram_add(&b->wait, waited_ns);
    if (b->let_go_ns && now_ns - b->let_go_ns > b->gap_max_ns)
        b->gap_max_ns = now_ns - b->let_go_ns;
    cut(b, waited_ns ? WAITING : AT_WORK, now_ns);
    b->taken_ns = b->mark_ns > now_ns ? b->mark_ns : now_ns;
}

/* In the unit, at each event. */
static void watch(struct task *t, enum watched what, uint64_t waited_ns)
{
    struct book *b = book_of(t->launch->watch_data, t);
    if (!b)
        return;
    switch (what) {
    case WATCH_LET_GO:
        let_go(b, clock_now_ns());
        break;
    case WATCH_TAKE:
        cut(b, AT_WORK, clock_now_ns());
        break;
    case WATCH_HAND_OVER:
        /* What the releasing half waits for counts as waiting for the lock. */
        b->handing_ns = clock_now_ns();
        cut(b, AT_WORK, b->handing_ns);
        break;
    case WATCH_TAKEN:
        taken(b, waited_ns);
        break;
    case WATCH_KEPT:
        b->handing_ns = 0;
        break;
    case WATCH_IDLE:
        cut(b, AT_WORK, clock_now_ns());
        break;
    case WATCH_AWAKE:
        cut(b, IDLE, clock_now_ns());
        break;
    }
}

static int open_(struct probe_run *p, struct err *err)
{
    (void)err;
    struct state *s = p->state;
    for (size_t i = 0; i <= BOOKS; i++)
        s->books[i].wait.min = s->books[i].hold.min = UINT64_MAX;
    p->launch->watch_data = p;
    return 0;
}

static void close_(struct probe_run *p)
{
    atomic_store_explicit(&p->launch->watch, NULL, memory_order_relaxed);
    p->launch->watch_data = NULL;
}

static void unit_begin(struct probe_run *p, struct task *t)
{
    /* Here, not at the gate: the address is that of this unit's own program image. */
    atomic_store_explicit(&p->launch->watch, watch, memory_order_relaxed);
    struct book *b = book_of(p, t);
    if (!b || !(p->launch->executor->traits & EXECUTOR_KERNEL_UNITS))
        return;
    b->schedstat_fd = schedstat_open();
    if (b->schedstat_fd < 0)
        return;
    b->reading = times_now(b);
    b->mark_ns = b->reading.wall_ns;
}

static void unit_end(struct probe_run *p, struct task *t)
{
    struct book *b = book_of(p, t);
    if (!b || !b->reading.wall_ns)
        return;
    settle(b, AT_WORK, clock_now_ns() - b->mark_ns);
    close(b->schedstat_fd);
}

static void collect_times(const struct probe_run *p, struct sink *sink)
{
    const struct state *s = p->state;
    double whole = 0, running = 0, waiting = 0, queued = 0, idle = 0;
    for (size_t i = 0; i < BOOKS; i++) {
        const struct book *b = &s->books[i];
        whole += (double)(b->total_ns[AT_WORK] + b->total_ns[WAITING] + b->total_ns[IDLE]);
        running += (double)b->running_ns;
        waiting += (double)b->total_ns[WAITING];
        queued += (double)b->queued_ns;
        idle += (double)b->total_ns[IDLE];
    }
    if (whole > 0) {
        if (p->launch->lock->traits & LOCK_PEER) {
            sink->absent(sink, TIME_RUNNING, LOCK_PEER_UNSEEN);
            sink->absent(sink, TIME_LOCK_WAIT, LOCK_PEER_UNSEEN);
        } else {
            sink->value(sink, TIME_RUNNING, running / whole);
            sink->value(sink, TIME_LOCK_WAIT, waiting / whole);
        }
        sink->value(sink, TIME_RUNQUEUE, queued / whole);
        sink->value(sink, TIME_SLEEPING, idle / whole);
        return;
    }
    const char *reason = p->launch->executor->traits & EXECUTOR_KERNEL_UNITS
                             ? "no unit could read its run-queue time"
                             : "units are not kernel threads: the kernel keeps no times of them";
    for (int i = TIME_RUNNING; i <= TIME_SLEEPING; i++)
        sink->absent(sink, i, reason);
}

static void collect_lock(const struct probe_run *p, struct sink *sink)
{
    const struct state *s = p->state;
    uint64_t gap_ns = 0, waits = 0, holds = 0;
    if (!(p->launch->lock->traits & LOCK_EXCLUSIVE)) {
        for (int i = LOCK_WAIT; i <= LOCK_GAP; i++)
            sink->absent(sink, i, "there is no lock to wait for");
        return;
    }
    for (size_t i = 0; i <= BOOKS; i++) {
        const struct book *b = &s->books[i];
        if (b->wait.count)
            sink->histogram(sink, LOCK_WAIT, &b->wait);
        if (b->hold.count)
            sink->histogram(sink, LOCK_HOLD, &b->hold);
        waits += b->wait.count;
        holds += b->hold.count;
        gap_ns = b->gap_max_ns > gap_ns ? b->gap_max_ns : gap_ns;
    }
    if (!waits)
        sink->absent(sink, LOCK_WAIT,
                     p->launch->lock->traits & LOCK_PEER ? LOCK_PEER_UNSEEN
                                                         : "no acquisition had to wait");
    if (!holds)
        sink->absent(sink, LOCK_HOLD, "the lock was never let go by a unit");
    if (gap_ns)
        sink->value(sink, LOCK_GAP, (double)gap_ns);
    else
        sink->absent(sink, LOCK_GAP, "no unit took the lock a second time");
}

static void collect(struct probe_run *p, struct sink *sink)
{
    const struct launch *l = p->launch;
    collect_lock(p, sink);
    collect_times(p, sink);
    uint64_t end_ns = l->opened_ns;
    for (uint32_t i = 0; i < l->task_count; i++)
        end_ns = l->tasks[i].joined_ns > end_ns ? l->tasks[i].joined_ns : end_ns;
    if (l->plain_ns > 0)
        sink->value(sink, LEDGER_COST, (double)(end_ns - l->opened_ns) / l->plain_ns - 1);
    else
        sink->absent(sink, LEDGER_COST, "there was no launch without it to compare with");
}

const struct probe probe_hold = {
    .name = "hold",
    .summary = "waits for the lock one by one, and where time went",
    .traits = PROBE_OWN_LAUNCH | PROBE_COMPARED,
    .metrics = metrics,
    .state_bytes = sizeof(struct state),
    .open = open_,
    .unit_begin = unit_begin,
    .unit_end = unit_end,
    .collect = collect,
    .close = close_,
};
