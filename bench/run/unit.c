/*
 * The life of a unit, the same for every executor:
 *
 *   first instruction - ready - gate - [lock] - operations, a stamp a batch - [unlock] - exit
 *
 * Nothing is allocated, printed or written between the gate and the last operation.
 */
#include "bench/core/affinity.h"
#include "bench/run/launch.h"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Units of a pool, of a sequence and of a simulation do not wait at a gate: see start(). */
static bool is_gated(const struct launch *l)
{
    return !(l->executor->traits & (EXECUTOR_SEQUENTIAL | EXECUTOR_POOLED));
}

/* Tells the coordinator that this unit is there and parks until it opens. */
static bool pass_gate(struct task *t)
{
    struct launch *l = t->launch;
    if (atomic_fetch_add(&l->ready_count, 1) + 1 == l->task_count)
        l->executor->wake(t, &l->ready_count, 1);
    uint32_t gate;
    while ((gate = atomic_load_explicit(&l->gate, memory_order_acquire)) == GATE_CLOSED)
        l->executor->wait(t, &l->gate, GATE_CLOSED, UINT64_MAX);
    return gate == GATE_OPEN;
}

static void call_probes(struct task *t, bool is_begin)
{
    struct harness *h = harness_of(t->launch);
    for (size_t i = 0; i < h->probe_count; i++) {
        struct probe_run *p = &h->probes[i];
        void (*hook)(struct probe_run *, struct task *) =
            is_begin ? p->probe->unit_begin : p->probe->unit_end;
        if (hook)
            hook(p, t);
    }
}

/* measured: no allocation, no locks but the one under test, no I/O */
static void work(struct task *t)
{
    const struct launch *l = t->launch;
    uint64_t *stamps = l->stamps ? l->stamps + (size_t)t->index * (l->batch_count + 1) : NULL;
    bool is_kernel_unit = l->executor->traits & EXECUTOR_KERNEL_UNITS;
    int cpu = is_kernel_unit ? sched_getcpu() : 0;
    if (stamps)
        stamps[0] = t->go_ns;
    for (uint32_t batch = 0; batch < l->batch_count; batch++) {
        uint64_t checksum = l->workload->run(t, l->batch_ops);
        if (stamps)
            stamps[batch + 1] = task_now_ns(t);
        if (is_kernel_unit) {
            int here = sched_getcpu();
            t->migration_count += here != cpu;
            cpu = here;
        }
        t->checksum = checksum;
        t->wrong_count += l->has_expected && checksum != l->expected;
        t->batch_count++;
    }
    t->op_count = l->batch_ops * t->batch_count;
    t->last_ns = stamps && l->batch_count ? stamps[l->batch_count] : task_now_ns(t);
}

void unit_body(struct task *t)
{
    struct launch *l = t->launch;
    if (l->is_empty)
        return;
    t->first_ns = task_now_ns(t);
    if (l->executor->traits & EXECUTOR_KERNEL_UNITS) {
        t->os_id = (int32_t)syscall(SYS_gettid);
        /* Workers of a pool were pinned when they were made. */
        if (l->placement == PLACEMENT_SPREAD && !(l->executor->traits & EXECUTOR_POOLED))
            affinity_pin_nth(t->index, NULL);
    }
    if (is_gated(l) && !pass_gate(t)) {
        t->exit_ns = task_now_ns(t);
        return;
    }
    if ((l->executor->traits & EXECUTOR_VIRTUAL) && l->virtual_ns < l->opened_ns)
        l->virtual_ns = l->opened_ns;
    t->gate_ns = task_now_ns(t);
    bool has_hooks = harness_of(l)->has_unit_hooks;
    bool owns_lock = t->holder == t;
    if (has_hooks)
        call_probes(t, true);
    if (owns_lock)
        task_acquire(t);
    t->go_ns = task_now_ns(t);
    work(t);
    if (owns_lock)
        task_release(t);
    if (has_hooks)
        call_probes(t, false);
    t->exit_ns = task_now_ns(t);
}
