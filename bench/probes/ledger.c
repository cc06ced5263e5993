/*
 * ledger: contention for the lock, from what each unit booked when it took it.
 *
 * The verbs count acquisitions in the unit's own line and read the clock only when there was
 * something to wait for, so an uncontended lock costs two additions.  Where waits are so short that
 * two clock reads would show in them, locks time some of them (bench/locks/waiting.h), and the
 * metric's source says so.
 */
#include "bench/contend.h"
#include "bench/probes/window.h"

enum { WAIT_RATIO, CONTENDED_RATIO, ACQUISITIONS, HANDOFFS, FAIRNESS };

static const struct metric metrics[] = {
    {"lock_wait_ratio", "ratio", BETTER_LOWER, NATURE_NOISY, "contention",
     "time waited for the lock, over the time of all units from gate to last operation"},
    {"lock_contended_ratio", "ratio", BETTER_LOWER, NATURE_NOISY, "contention",
     "acquisitions that had to wait, over all acquisitions"},
    {"lock_acquisitions_per_s", "per_s", BETTER_NEUTRAL, NATURE_NOISY, "contention",
     "times the lock was taken, a second of makespan"},
    {"handoffs_per_s", "per_s", BETTER_NEUTRAL, NATURE_NOISY, "contention",
     "times the lock went from one unit to another, a second of makespan"},
    {"fairness_ratio", "ratio", BETTER_HIGHER, NATURE_NOISY, "contention",
     "Jain's index over the operations each unit did in the window; 1 is even"},
    {0},
};

static const struct metric_role roles[] = {{ROLE_HANDOFFS, HANDOFFS}, {0}};

static uint64_t makespan_ns(const struct launch *l)
{
    uint64_t end_ns = l->opened_ns;
    for (uint32_t i = 0; i < l->task_count; i++)
        end_ns = l->tasks[i].joined_ns > end_ns ? l->tasks[i].joined_ns : end_ns;
    return end_ns - l->opened_ns;
}

/* (sum x)^2 / (n sum x^2): Jain, Chiu and Hawe, 1984. */
static void collect_fairness(const struct launch *l, struct sink *sink)
{
    if (l->task_count < 2) {
        sink->absent(sink, FAIRNESS, "a single unit has nobody to share with");
        return;
    }
    struct window w;
    if (!window_of_launch(l, &w) || !w.is_overlap) {
        sink->absent(sink, FAIRNESS, "the units were never all at work at once");
        return;
    }
    double sum = 0, squares = 0;
    for (uint32_t i = 0; i < l->task_count; i++) {
        double ops = window_ops(l, i, w.begin_ns, w.end_ns);
        sum += ops;
        squares += ops * ops;
    }
    if (squares > 0)
        sink->value(sink, FAIRNESS, sum * sum / ((double)l->task_count * squares));
    else
        sink->absent(sink, FAIRNESS, "no operation fell into the window");
}

static void collect(struct probe_run *p, struct sink *sink)
{
    const struct launch *l = p->launch;
    collect_fairness(l, sink);
    if (!(l->lock->traits & LOCK_EXCLUSIVE)) {
        for (int i = WAIT_RATIO; i <= HANDOFFS; i++)
            sink->absent(sink, i, "there is no lock to wait for");
        return;
    }
    uint64_t waited = 0, unit_ns = 0, acquired = 0, contended = 0, handoffs = 0;
    bool is_sampled = false;
    /* The coordinator too, and those behind it: on event loops they hold the lock for all. */
    for (uint32_t i = 0; i <= l->task_count + launch_holders(l); i++) {
        const struct task *t = &l->tasks[i];
        waited += t->wait_ns;
        acquired += t->acquire_count;
        contended += t->contended_count;
        handoffs += t->handoff_count;
        is_sampled |= t->is_wait_sampled;
        if (t->last_ns > t->gate_ns)
            unit_ns += t->last_ns - t->gate_ns;
    }
    double seconds = (double)makespan_ns(l) * 1e-9;
    sink->value(sink, ACQUISITIONS, (double)acquired / seconds);
    if (l->lock->traits & LOCK_PEER) {
        static const int unseen[] = {WAIT_RATIO, CONTENDED_RATIO, HANDOFFS};
        for (size_t i = 0; i < sizeof unseen / sizeof *unseen; i++)
            sink->absent(sink, unseen[i], LOCK_PEER_UNSEEN);
        return;
    }
    if (unit_ns > 0) {
        /* Sampled waits stand for others, and may come to more than all the time there was. */
        sink->value(sink, WAIT_RATIO,
                    is_sampled && waited > unit_ns ? 1 : (double)waited / (double)unit_ns);
        if (is_sampled)
            sink->source(sink, WAIT_RATIO, "ledger, short waits sampled");
    } else {
        sink->absent(sink, WAIT_RATIO, "the units took less time than the clock can tell");
    }
    if (acquired > 0)
        sink->value(sink, CONTENDED_RATIO, (double)contended / (double)acquired);
    else
        sink->absent(sink, CONTENDED_RATIO, "the lock was never taken");
    sink->value(sink, HANDOFFS, (double)handoffs / seconds);
}

const struct probe probe_ledger = {
    .name = "ledger",
    .summary = "waiting for the lock, hand-overs and fairness",
    .traits = PROBE_ANY_CLOCK,
    .metrics = metrics,
    .roles = roles,
    .collect = collect,
};
