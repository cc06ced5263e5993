/*
 * The life of a unit, the same for every executor:
 *
 *   first instruction - ready - gate - [lock] - operations, a stamp a batch - [unlock] - exit
 *
 * Nothing is allocated, printed or written between the gate and the last operation.
 */
#include "bench/executors/spread.h"
#include "bench/run/launch/launch.h"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Units of a pool, of a sequence and of a simulation do not wait at a gate: see start(). */
static bool is_gated(const struct launch *l)
{
    return !(l->executor->traits & (EXECUTOR_SEQUENTIAL | EXECUTOR_POOLED));
}

/* Tells the coordinator that this unit is there. */
static void come_to_gate(struct task *t)
{
    struct launch *l = t->launch;
    if (atomic_fetch_add(&l->ready_count, 1) + 1 == l->task_count)
        l->executor->wake(t, &l->ready_count, 1);
}

/* Parks until the gate opens. */
static bool pass_gate(struct task *t)
{
    uint32_t gate;
    come_to_gate(t);
    while ((gate = atomic_load_explicit(&t->launch->gate, memory_order_acquire)) == GATE_CLOSED)
        t->launch->executor->wait(t, &t->launch->gate, GATE_CLOSED, UINT64_MAX);
    return gate == GATE_OPEN;
}

static void call_probes(struct task *t, bool is_begin)
{
    struct harness *h = harness_of(t->launch);
    for (size_t i = 0; i < h->probe_count; i++) {
        struct probe_run *p = &h->probes[i];
        void (*hook)(struct probe_run *, struct task *) =
            is_begin ? p->probe->unit_begin : p->probe->unit_end;
        if (hook && probe_wants_units(p->probe, t->launch))
            hook(p, t);
    }
}

static uint64_t *stamps_of(const struct task *t)
{
    const struct launch *l = t->launch;
    return l->stamps ? l->stamps + (size_t)t->index * (l->batch_count + 1) : NULL;
}

static void book_batch(struct task *t, uint64_t checksum, uint64_t *stamps)
{
    const struct launch *l = t->launch;
    if (stamps)
        stamps[t->batch_count + 1] = task_now_ns(t);
    t->checksum = checksum;
    t->wrong_count += l->has_expected && checksum != l->expected;
    t->batch_count++;
}

static void book_end(struct task *t, const uint64_t *stamps)
{
    const struct launch *l = t->launch;
    t->op_count = l->batch_ops * t->batch_count;
    t->last_ns = stamps && l->batch_count ? stamps[l->batch_count] : task_now_ns(t);
}

/* measured: no allocation, no locks but the one under test, no I/O */
static void work(struct task *t)
{
    const struct launch *l = t->launch;
    uint64_t *stamps = stamps_of(t);
    bool is_kernel_unit = l->executor->traits & EXECUTOR_KERNEL_UNITS;
    int cpu = is_kernel_unit ? sched_getcpu() : 0;
    if (stamps)
        stamps[0] = t->go_ns;
    while (t->batch_count < l->batch_count) {
        uint64_t checksum = l->workload->run(t, l->batch_ops);
        book_batch(t, checksum, stamps);
        if (is_kernel_unit) {
            int here = sched_getcpu();
            t->migration_count += here != cpu;
            cpu = here;
        }
    }
    book_end(t, stamps);
}

/* A probe that watches hears of each wait, so that none may be sampled. */
static void time_each_wait(const struct task *t)
{
    const struct launch *l = t->launch;
    if (atomic_load_explicit(&l->watch, memory_order_relaxed)) {
        struct lock_front *front = (struct lock_front *)t->holder->lock_state - 1;
        atomic_store_explicit(&front->are_waits_timed, 1, memory_order_relaxed);
    }
}

/*
 * From the gate to the end.  Not inlined, and the last thing unit_body() calls: what a unit keeps
 * on its stack while it waits at the gate is what the memory of a suspended coroutine is made of.
 */
__attribute__((noinline)) static void live(struct task *t)
{
    struct launch *l = t->launch;
    if ((l->executor->traits & EXECUTOR_VIRTUAL) && l->virtual_ns < l->opened_ns)
        l->virtual_ns = l->opened_ns;
    t->gate_ns = task_now_ns(t);
    bool has_hooks = harness_of(l)->has_unit_hooks;
    bool owns_lock = t->holder == t;
    if (has_hooks) {
        call_probes(t, true);
        time_each_wait(t);
    }
    if (owns_lock)
        task_acquire(t);
    /* With nothing in between the moments are one: a clock read is a good part of a coroutine. */
    t->go_ns = has_hooks || owns_lock ? task_now_ns(t) : t->gate_ns;
    work(t);
    if (owns_lock)
        task_release(t);
    if (has_hooks)
        call_probes(t, false);
    t->exit_ns = has_hooks || owns_lock ? task_now_ns(t) : t->last_ns;
}

static void find_place(struct task *t)
{
    const struct launch *l = t->launch;
    t->os_id = (int32_t)syscall(SYS_gettid);
    /* Workers of a pool were pinned when they were made. */
    if (!(l->executor->traits & EXECUTOR_POOLED))
        spread_out(l, t->index);
}

void unit_body(struct task *t)
{
    if (t->launch->is_empty)
        return;
    t->first_ns = task_now_ns(t);
    if (t->launch->executor->traits & EXECUTOR_KERNEL_UNITS)
        find_place(t);
    if (is_gated(t->launch) && !pass_gate(t)) {
        t->exit_ns = task_now_ns(t);
        return;
    }
    live(t);
}

/* ---- Units without a stack: the same life, cut at each suspension ------------------ */

enum { PHASE_BEGIN, PHASE_GATE, PHASE_WORK, PHASE_ASLEEP };

static enum step step_gate(struct task *t, struct step_state *s)
{
    struct launch *l = t->launch;
    uint32_t gate = atomic_load_explicit(&l->gate, memory_order_acquire);
    if (gate == GATE_CLOSED) {
        s->word = &l->gate;
        s->expected = GATE_CLOSED;
        return STEP_WAIT;
    }
    if (gate != GATE_OPEN) {
        t->exit_ns = task_now_ns(t);
        return STEP_DONE;
    }
    t->go_ns = t->gate_ns = task_now_ns(t);
    if (harness_of(l)->has_unit_hooks) {
        call_probes(t, true);
        t->go_ns = task_now_ns(t);
    }
    uint64_t *stamps = stamps_of(t);
    if (stamps)
        stamps[0] = t->go_ns;
    s->phase = PHASE_WORK;
    s->op_count = l->batch_ops;
    return STEP_YIELD;
}

static enum step step_work(struct task *t, struct step_state *s)
{
    const struct launch *l = t->launch;
    if (s->phase == PHASE_ASLEEP) {
        t->idle_ns += task_now_ns(t);
        s->phase = PHASE_WORK;
    }
    while (t->batch_count < l->batch_count) {
        enum step next = l->workload->step(t, s);
        if (next == STEP_SLEEP) {
            t->idle_ns -= task_now_ns(t); /* until it is back the counter is below what it was */
            s->phase = PHASE_ASLEEP;
        }
        if (next != STEP_DONE)
            return next;
        book_batch(t, s->checksum, stamps_of(t));
        s->done = s->own[0] = s->own[1] = 0;
    }
    book_end(t, stamps_of(t));
    t->exit_ns = t->last_ns;
    if (harness_of(l)->has_unit_hooks) {
        call_probes(t, false);
        t->exit_ns = task_now_ns(t);
    }
    return STEP_DONE;
}

enum step unit_step(struct task *t, struct step_state *s)
{
    if (s->phase >= PHASE_WORK)
        return step_work(t, s);
    if (t->launch->is_empty)
        return STEP_DONE;
    if (s->phase == PHASE_BEGIN) {
        t->first_ns = task_now_ns(t);
        come_to_gate(t);
        s->phase = PHASE_GATE;
    }
    enum step next = step_gate(t, s);
    return next == STEP_YIELD ? step_work(t, s) : next;
}
