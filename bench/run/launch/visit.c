#include "bench/run/launch/visit.h"

#include "bench/base/clock.h"
#include "bench/machine/affinity.h"
#include "bench/machine/core_share.h"
#include "bench/registry.h"
#include "bench/run/launch/launch.h"
#include "bench/run/launch/post.h"
#include "bench/run/launch/steady.h"
#include "bench/stats/summary.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

static bool probe_fits(const struct probe *p, const struct cell *c)
{
    return !cell_is_virtual(c) || p->traits & PROBE_ANY_CLOCK;
}

/* Notes for every metric of a probe that cannot be used at all why that is so. */
static void note_unavailable(const struct probe *p, const struct metric_list *list,
                             struct mailbox *m, const char *reason)
{
    int offset = metric_offset(list, p);
    for (size_t i = 0; offset >= 0 && i < metric_count(p->metrics); i++)
        snprintf(m->found[(size_t)offset + i].reason, TEXT_MAX, "%.*s", TEXT_MAX - 1, reason);
}

/*
 * And why it could not be done this time.  A limit is what it is; a unit that was killed is told
 * even where other rounds have a number.
 */
static void note_failed(const struct probe *p, const struct metric_list *list, struct mailbox *m,
                        const struct err *err)
{
    int offset = metric_offset(list, p);
    note_unavailable(p, list, m, err->text);
    for (size_t i = 0; offset >= 0 && i < metric_count(p->metrics); i++)
        m->found[(size_t)offset + i].is_failed =
            err->code != ERR_LIMIT && err->code != ERR_UNAVAILABLE;
}

/* The probes that can be used here, with or without launches of their own. */
static size_t choose_probes(const struct visit *v, bool own_launch, const struct probe **chosen,
                            const struct metric_list *list, struct mailbox *m)
{
    size_t count = 0;
    const struct probe *p;
    for (size_t i = 0; (p = registry_probe(i)) != NULL; i++) {
        if (!!(p->traits & PROBE_OWN_LAUNCH) != own_launch)
            continue;
        const char *reason = own_launch && !(v->cell->own_probes >> i & 1)
                                 ? "the suite leaves this probe out"
                             : !probe_fits(p, v->cell) ? "the executor's clock is simulated"
                             : p->unavailable          ? p->unavailable()
                                                       : NULL;
        if (reason)
            note_unavailable(p, list, m, reason);
        else
            chosen[count++] = p; /* the registry holds at most PROBES_MAX */
    }
    return count;
}

static void *return_at_once(void *arg)
{
    return arg;
}

/* A stack of ours is not kept by the C library: a cached one would be copied by every fork. */
static int start_on(void *stack, size_t bytes, pthread_t *thread)
{
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes))
        return -1;
    int failed = pthread_attr_setstack(&attributes, stack, bytes) ||
                 pthread_create(thread, &attributes, return_at_once, NULL);
    pthread_attr_destroy(&attributes);
    return failed;
}

/*
 * glibc leaves atomics out while a program has never had a second thread, which makes a lock five
 * times cheaper than in any program that needs one.
 */
static void make_libc_multithreaded(void)
{
    enum { STACK_BYTES = 1 << 18 };
    pthread_t thread;
    void *stack =
        mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stack == MAP_FAILED)
        return;
    if (!start_on(stack, STACK_BYTES, &thread))
        pthread_join(thread, NULL);
    munmap(stack, STACK_BYTES);
}

static int place_coordinator(const struct cell *c, struct err *err)
{
    if (c->placement != PLACEMENT_SAME)
        return 0;
    int cpus[1024];
    int count = affinity_allowed(cpus, 1024);
    /* The last one: interrupts and everybody's first choice tend to be on the first. */
    return count ? affinity_pin(cpus[count - 1], err) : 0;
}

bool visit_hides_cpu(const struct executor *x)
{
    return (x->traits & EXECUTOR_POOLED) && !(x->traits & EXECUTOR_SHARED_HEAP);
}

uint64_t visit_cpu_ns(void)
{
    struct rusage children;
    getrusage(RUSAGE_CHILDREN, &children);
    return clock_process_cpu_ns() + clock_cpu_ns_of(&children);
}

static void look_around(const struct visit *v, struct noise_reading *out)
{
    if (v->is_sample)
        *out = (struct noise_reading){0};
    else
        noise_read(out);
}

/* What units needed of the CPUs, and what others took of them meanwhile. */
static void book_lifecycles(struct launch *l, const struct noise_reading *before,
                            const struct noise_reading *after, uint64_t cpu_ns, double units)
{
    struct noise_delta d;
    noise_diff(before, after, &d);
    bool is_known = !visit_hides_cpu(l->executor);
    l->lifecycle_cpu_ns = is_known ? (double)cpu_ns / units : -1;
    l->lifecycle_others_ratio = -1;
    if (!is_known || !d.has_busy || d.duration_ns == 0)
        return;
    double taken_ns = (double)d.foreign_ns + (d.has_steal ? (double)d.steal_ns : 0) +
                      (d.has_throttled ? (double)d.throttled_ns : 0);
    int cpus[1024], count = affinity_allowed(cpus, 1024);
    double share = taken_ns / ((double)d.duration_ns * (count > 0 ? count : 1));
    /* A tick of the kernel's is counted whole, though most of it may lie before. */
    l->lifecycle_others_ratio = share < 0 ? 0 : share > 1 ? 1 : share;
}

/*
 * Median over a number of create-and-join rounds of all units, a task.  The first round is kept
 * apart: in it every page and every code path is touched for the first time.
 */
static int measure_lifecycle(const struct visit *v, struct launch *l, struct histogram *each,
                             struct err *err)
{
    enum { TIMES_MAX = 301, TIMES_MIN = 5, MOST_NS = 40000000 };
    double rounds[TIMES_MAX];
    size_t count = 0;
    uint64_t spent_ns = 0, cold_ns;
    struct noise_reading before, after;
    if (launch_empty(l, &cold_ns, err))
        return -1;
    l->lifecycle_cold_ns = (double)cold_ns / l->task_count;
    look_around(v, &before);
    uint64_t cpu_ns = visit_cpu_ns();
    while (count < TIMES_MAX && spent_ns < (count < TIMES_MIN ? MOST_NS : v->lifecycle_ns)) {
        uint64_t elapsed_ns;
        if (launch_empty(l, &elapsed_ns, err))
            return -1;
        spent_ns += elapsed_ns;
        histogram_add(each, (elapsed_ns + l->task_count / 2) / l->task_count);
        rounds[count++] = (double)elapsed_ns / l->task_count;
    }
    cpu_ns = visit_cpu_ns() - cpu_ns;
    look_around(v, &after);
    book_lifecycles(l, &before, &after, cpu_ns, (double)count * l->task_count);
    l->lifecycles = each;
    samples_sort(rounds, count);
    l->lifecycle_ns = median_of_sorted(rounds, count);
    return 0;
}

/* What probes found in launches of their own is not used either: it stands with that launch. */
static void drop_launch(struct mailbox *m, const struct metric_list *list, uint32_t i)
{
    for (size_t k = 0; k < list->count; k++) {
        m->found[k].values[i] = NAN;
        m->found[k].has_histogram &= i > 0; /* of the launches before */
    }
}

static void measure_plain(const struct visit *v, const struct metric_list *list,
                          const char *unsteady, struct mailbox *m)
{
    struct steady from;
    steady_read(&from);
    const struct probe *chosen[PROBES_MAX];
    size_t count = choose_probes(v, false, chosen, list, m);
    uint32_t branch_permille = 0;
    if (!v->is_sample && !cell_is_virtual(v->cell))
        core_share_dearest(&branch_permille, NULL);
    struct launch *l;
    if (launch_open(v->cell, v->cell->tasks, chosen, count, &l, &m->err))
        return;
    launch_close_probes(l);
    struct histogram lifecycles;
    histogram_init(&lifecycles);
    int failed = cell_is_virtual(v->cell) ? 0 : measure_lifecycle(v, l, &lifecycles, &m->err);
    for (uint32_t i = 0; i < v->launches && !failed; i++) {
        struct noise_reading before, after;
        look_around(v, &before);
        failed = launch_run(l, &m->err);
        look_around(v, &after);
        if (failed)
            break;
        noise_diff(&before, &after, &m->noise[i]);
        m->noise[i].branch_permille = branch_permille;
        m->noise[i].has_busy &= !visit_hides_cpu(v->cell->executor);
        if (cell_is_virtual(v->cell))
            m->noise[i] = (struct noise_delta){.duration_ns = l->virtual_ns};
        snprintf(m->excluded[i], TEXT_MAX, "%s", unsteady);
        if (steady_launch(v->cell, l, &from, m->excluded[i]) && !*unsteady)
            failed = post_collect(l, m, list, i, true, &m->err);
        else
            drop_launch(m, list, i);
        launch_close_probes(l);
        /* They are one sample of the visit, not one of each launch. */
        l->lifecycle_ns = l->lifecycle_cold_ns = 0;
        l->lifecycles = NULL;
        m->launch_count = i + 1;
    }
    launch_close(l);
}

uint64_t visit_span_ns(const struct launch *l)
{
    uint64_t end_ns = l->opened_ns;
    for (uint32_t i = 0; i < l->task_count; i++)
        end_ns = l->tasks[i].joined_ns > end_ns ? l->tasks[i].joined_ns : end_ns;
    return end_ns - l->opened_ns;
}

/* What the same work takes without any probe. */
static int run_plain(const struct cell *c, uint32_t tasks, double *span, struct err *err)
{
    struct launch *l;
    if (launch_open(c, tasks, NULL, 0, &l, err))
        return -1;
    int failed = launch_run(l, err);
    *span = (double)visit_span_ns(l);
    launch_close(l);
    return failed;
}

/* One launch for one probe; with least_tasks only the units' being there matters: no work. */
static int measure_one(const struct visit *v, const struct probe *probe,
                       const struct metric_list *list, struct mailbox *m, struct err *err)
{
    uint32_t tasks = v->cell->tasks;
    struct cell small = *v->cell;
    if (probe->least_tasks) {
        tasks = tasks < probe->least_tasks ? probe->least_tasks : tasks;
        small.batch_count = 0;
        small.batch_ops = 0;
    }
    bool is_compared = (probe->traits & PROBE_COMPARED) && !v->is_uncompared;
    struct steady from;
    steady_read(&from);
    double before_ns = 0, after_ns = 0;
    if (is_compared && run_plain(&small, tasks, &before_ns, err))
        return -1;
    struct launch *l;
    if (launch_open(&small, tasks, &probe, 1, &l, err))
        return -1;
    int failed = launch_run(l, err);
    if (!failed && is_compared)
        failed = run_plain(&small, tasks, &after_ns, err);
    char why[TEXT_MAX];
    if (!failed && !steady_launch(v->cell, l, &from, why))
        failed = err_set(err, ERR_FAILED, "%s", why);
    l->plain_ns = (before_ns + after_ns) / 2;
    if (!failed)
        failed = post_collect(l, m, list, 0, false, err);
    launch_close(l);
    return failed;
}

/*
 * Probes that disturb what the others measure.  First of all: memory wants a process in which
 * nothing was cached yet.  One that fails costs its own metrics, not the cell.
 */
static void measure_own(const struct visit *v, const struct metric_list *list, const char *unsteady,
                        struct mailbox *m)
{
    const struct probe *chosen[PROBES_MAX];
    size_t count = choose_probes(v, true, chosen, list, m);
    for (size_t i = 0; i < count; i++) {
        struct err err = {0};
        if (*unsteady) {
            err_set(&err, ERR_FAILED, "%s", unsteady);
            note_failed(chosen[i], list, m, &err);
            continue;
        }
        /* What is compared with plain launches is the lock's ledger: three launches for nothing. */
        if ((chosen[i]->traits & PROBE_COMPARED) && !(v->cell->lock->traits & LOCK_EXCLUSIVE))
            note_unavailable(chosen[i], list, m, "there is no lock to wait for");
        else if (measure_one(v, chosen[i], list, m, &err))
            note_failed(chosen[i], list, m, &err);
    }
}

int visit_begin(const struct visit *v, char unsteady[TEXT_MAX], struct err *err)
{
    struct noise_reading first;
    struct affinity_digest cpus;
    int missing = 0;
    unsteady[0] = '\0';
    look_around(v, &first); /* the first call resolves paths */
    if (!cell_is_virtual(v->cell)) {
        make_libc_multithreaded();
        prctl(PR_SET_TIMERSLACK, v->timer_slack_ns);
        affinity_digest(&cpus);
        steady_cpus(&v->cpus_of_run, &cpus, unsteady, TEXT_MAX);
        if (v->cell->cpus && !cpu_list_is_allowed(v->cell->cpus, &missing) && !*unsteady)
            snprintf(unsteady, TEXT_MAX, "CPU %d, which its placement names, may not be used",
                     missing);
    }
    return place_coordinator(v->cell, err);
}

void visit_measure(const struct visit *v, struct mailbox *m)
{
    struct metric_list list;
    char unsteady[TEXT_MAX];
    metric_list_of(v->cell->workload, v->cell->workload_params, &list);
    if (!visit_begin(v, unsteady, &m->err))
        measure_plain(v, &list, unsteady, m);
}

void visit_measure_own(const struct visit *v, struct mailbox *m)
{
    struct metric_list list;
    char unsteady[TEXT_MAX];
    metric_list_of(v->cell->workload, v->cell->workload_params, &list);
    if (!visit_begin(v, unsteady, &m->err))
        measure_own(v, &list, unsteady, m);
}
