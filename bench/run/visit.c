#include "bench/run/visit.h"

#include "bench/core/affinity.h"
#include "bench/core/clock.h"
#include "bench/registry.h"
#include "bench/run/launch.h"
#include "bench/stats/summary.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/* Passes what one probe or workload found in one launch on to the mailbox. */
struct post {
    struct sink sink; /* first: hooks get its address */
    struct mailbox *mailbox;
    int offset; /* of the owner's metrics in the list */
    uint32_t launch;
    double *quantities[METRICS_MAX]; /* of this launch; owned */
    size_t quantity_counts[METRICS_MAX];
    size_t quantity_capacities[METRICS_MAX];
    struct histogram *histograms[METRICS_MAX]; /* of this launch, where they came whole; owned */
};

static struct found *found_at(struct post *p, int metric)
{
    return &p->mailbox->found[p->offset + metric];
}

static void post_value(struct sink *sink, int metric, double value)
{
    struct post *p = (struct post *)sink;
    if (isfinite(value))
        found_at(p, metric)->values[p->launch] = value;
}

static void post_quantity(struct sink *sink, int metric, uint64_t value)
{
    struct post *p = (struct post *)sink;
    struct found *f = found_at(p, metric);
    int i = p->offset + metric;
    if (!f->has_histogram) {
        histogram_init(&f->histogram);
        f->has_histogram = true;
    }
    histogram_add(&f->histogram, value);
    if (p->quantity_counts[i] == p->quantity_capacities[i]) {
        size_t capacity = p->quantity_capacities[i] ? p->quantity_capacities[i] * 2 : 256;
        double *grown = realloc(p->quantities[i], capacity * sizeof(double));
        if (!grown)
            return;
        p->quantities[i] = grown;
        p->quantity_capacities[i] = capacity;
    }
    p->quantities[i][p->quantity_counts[i]++] = (double)value;
}

static void post_histogram(struct sink *sink, int metric, const struct histogram *h)
{
    struct post *p = (struct post *)sink;
    struct found *f = found_at(p, metric);
    struct histogram **sum = &p->histograms[p->offset + metric];
    if (!f->has_histogram) {
        histogram_init(&f->histogram);
        f->has_histogram = true;
    }
    histogram_merge(&f->histogram, h);
    if (!*sum && (*sum = malloc(sizeof **sum)) != NULL)
        histogram_init(*sum);
    if (*sum)
        histogram_merge(*sum, h);
}

static void post_absent(struct sink *sink, int metric, const char *reason)
{
    struct post *p = (struct post *)sink;
    snprintf(found_at(p, metric)->reason, TEXT_MAX, "%s", reason);
}

static void post_source(struct sink *sink, int metric, const char *source)
{
    struct post *p = (struct post *)sink;
    snprintf(found_at(p, metric)->source, sizeof found_at(p, metric)->source, "%s", source);
}

/* A launch's sample of a distribution is its median. */
static void settle_quantities(struct post *p)
{
    for (size_t i = 0; i < METRICS_MAX; i++) {
        if (p->quantity_counts[i] && isnan(p->mailbox->found[i].values[p->launch])) {
            samples_sort(p->quantities[i], p->quantity_counts[i]);
            p->mailbox->found[i].values[p->launch] =
                median_of_sorted(p->quantities[i], p->quantity_counts[i]);
        }
        free(p->quantities[i]);
        if (p->histograms[i] && p->histograms[i]->count &&
            isnan(p->mailbox->found[i].values[p->launch]))
            p->mailbox->found[i].values[p->launch] =
                (double)histogram_quantile(p->histograms[i], 0.5);
        free(p->histograms[i]);
    }
}

static void collect(struct launch *l, struct mailbox *m, const struct metric_list *list,
                    uint32_t launch, bool with_workload)
{
    static const struct sink sink = {post_value, post_quantity, post_absent, post_source,
                                     post_histogram};
    struct post *p = calloc(1, sizeof *p);
    if (!p)
        return;
    p->sink = sink;
    p->mailbox = m;
    p->launch = launch;
    struct harness *h = harness_of(l);
    for (size_t i = 0; i < h->probe_count; i++) {
        const struct probe *probe = h->probes[i].probe;
        p->offset = metric_offset(list, probe);
        if (p->offset >= 0)
            probe->collect(&h->probes[i], &p->sink);
    }
    if (with_workload && l->workload->collect) {
        p->offset = metric_offset_own(list, l->workload);
        l->workload->collect(l, &p->sink);
    }
    settle_quantities(p);
    free(p);
}

/* A launch of a virtual executor is not disturbed by anything. */
static bool is_virtual(const struct cell *c)
{
    return c->executor->traits & EXECUTOR_VIRTUAL;
}

static bool probe_fits(const struct probe *p, const struct cell *c)
{
    return !is_virtual(c) || p->traits & PROBE_ANY_CLOCK;
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

/* Processes that live on are not waited for yet: their CPU time looks like somebody else's. */
static bool hides_cpu_time(const struct executor *x)
{
    return (x->traits & EXECUTOR_POOLED) && !(x->traits & EXECUTOR_SHARED_HEAP);
}

/* Of this process and of its children that have ended; reading the ledger is not among it. */
static uint64_t cpu_time_ns(void)
{
    struct rusage children;
    getrusage(RUSAGE_CHILDREN, &children);
    return clock_process_cpu_ns() + clock_cpu_ns_of(&children);
}

/* What units needed of the CPUs, and what others took of them meanwhile. */
static void book_lifecycles(struct launch *l, const struct noise_reading *before,
                            const struct noise_reading *after, uint64_t cpu_ns, double units)
{
    struct noise_delta d;
    noise_diff(before, after, &d);
    bool is_known = !hides_cpu_time(l->executor);
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
static int measure_lifecycle(struct launch *l, uint64_t enough_ns, struct histogram *each,
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
    noise_read(&before);
    uint64_t cpu_ns = cpu_time_ns();
    while (count < TIMES_MAX && spent_ns < (count < TIMES_MIN ? MOST_NS : enough_ns)) {
        uint64_t elapsed_ns;
        if (launch_empty(l, &elapsed_ns, err))
            return -1;
        spent_ns += elapsed_ns;
        histogram_add(each, (elapsed_ns + l->task_count / 2) / l->task_count);
        rounds[count++] = (double)elapsed_ns / l->task_count;
    }
    cpu_ns = cpu_time_ns() - cpu_ns;
    noise_read(&after);
    book_lifecycles(l, &before, &after, cpu_ns, (double)count * l->task_count);
    l->lifecycles = each;
    samples_sort(rounds, count);
    l->lifecycle_ns = median_of_sorted(rounds, count);
    return 0;
}

static void measure_plain(const struct visit *v, const struct metric_list *list, struct mailbox *m)
{
    const struct probe *chosen[PROBES_MAX];
    size_t count = choose_probes(v, false, chosen, list, m);
    struct launch *l;
    if (launch_open(v->cell, v->cell->tasks, chosen, count, &l, &m->err))
        return;
    launch_close_probes(l);
    struct histogram lifecycles;
    histogram_init(&lifecycles);
    int failed =
        is_virtual(v->cell) ? 0 : measure_lifecycle(l, v->lifecycle_ns, &lifecycles, &m->err);
    for (uint32_t i = 0; i < v->launches && !failed; i++) {
        struct noise_reading before, after;
        noise_read(&before);
        failed = launch_run(l, &m->err);
        noise_read(&after);
        if (failed)
            break;
        noise_diff(&before, &after, &m->noise[i]);
        m->noise[i].has_busy &= !hides_cpu_time(v->cell->executor);
        if (is_virtual(v->cell))
            m->noise[i] = (struct noise_delta){.duration_ns = l->virtual_ns};
        collect(l, m, list, i, true);
        launch_close_probes(l);
        /* They are one sample of the visit, not one of each launch. */
        l->lifecycle_ns = l->lifecycle_cold_ns = 0;
        l->lifecycles = NULL;
        m->launch_count = i + 1;
    }
    launch_close(l);
}

static uint64_t span_ns(const struct launch *l)
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
    *span = (double)span_ns(l);
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
    bool is_compared = probe->traits & PROBE_COMPARED;
    double before_ns = 0, after_ns = 0;
    if (is_compared && run_plain(&small, tasks, &before_ns, err))
        return -1;
    struct launch *l;
    if (launch_open(&small, tasks, &probe, 1, &l, err))
        return -1;
    int failed = launch_run(l, err);
    if (!failed && is_compared)
        failed = run_plain(&small, tasks, &after_ns, err);
    l->plain_ns = (before_ns + after_ns) / 2;
    if (!failed)
        collect(l, m, list, 0, false);
    launch_close(l);
    return failed;
}

/*
 * Probes that disturb what the others measure.  First of all: memory wants a process in which
 * nothing was cached yet.  One that fails costs its own metrics, not the cell.
 */
static void measure_own(const struct visit *v, const struct metric_list *list, struct mailbox *m)
{
    const struct probe *chosen[PROBES_MAX];
    size_t count = choose_probes(v, true, chosen, list, m);
    for (size_t i = 0; i < count; i++) {
        struct err err = {0};
        /* What is compared with plain launches is the lock's ledger: three launches for nothing. */
        if ((chosen[i]->traits & PROBE_COMPARED) && !(v->cell->lock->traits & LOCK_EXCLUSIVE))
            note_unavailable(chosen[i], list, m, "there is no lock to wait for");
        else if (measure_one(v, chosen[i], list, m, &err))
            note_failed(chosen[i], list, m, &err);
    }
}

static void begin(const struct visit *v)
{
    struct noise_reading first;
    noise_read(&first); /* the first call resolves paths */
    if (is_virtual(v->cell))
        return;
    make_libc_multithreaded();
    prctl(PR_SET_TIMERSLACK, v->timer_slack_ns);
}

void visit_measure(const struct visit *v, struct mailbox *m)
{
    struct metric_list list;
    metric_list_of(v->cell->workload, &list);
    begin(v);
    if (!place_coordinator(v->cell, &m->err))
        measure_plain(v, &list, m);
}

void visit_measure_own(const struct visit *v, struct mailbox *m)
{
    struct metric_list list;
    metric_list_of(v->cell->workload, &list);
    begin(v);
    if (!place_coordinator(v->cell, &m->err))
        measure_own(v, &list, m);
}

int visit_calibrate(const struct cell *c, uint64_t op_count, uint64_t *elapsed_ns, struct err *err)
{
    struct cell once = *c;
    once.batch_count = 1;
    once.batch_ops = op_count;
    /* A serial form stands for one task; without one, tasks may need each other. */
    uint32_t tasks = c->is_control || c->control != NO_CONTROL ? 1 : c->tasks;
    struct launch *l;
    if (launch_open(&once, tasks, NULL, 0, &l, err))
        return -1;
    int failed = launch_run(l, err);
    *elapsed_ns = l->tasks[0].last_ns - l->tasks[0].go_ns;
    launch_close(l);
    return failed;
}

/*
 * The least that so many operations take, of some tries: other programs can only lengthen it.  Some
 * are made also when the first took long, because on a busy machine that may be another's slice.
 */
static uint64_t least_of_tries(const struct cell *c, uint64_t ops, uint64_t first_ns)
{
    enum { TRIES = 5, MOST_NS = 20000000, TRIES_LEAST = 3, MOST_OF_LEAST_NS = 500000000 };
    uint64_t least_ns = first_ns, spent_ns = first_ns, elapsed_ns;
    for (int i = 1; i < TRIES && spent_ns < (i < TRIES_LEAST ? MOST_OF_LEAST_NS : MOST_NS); i++) {
        if (visit_calibrate(c, ops, &elapsed_ns, NULL))
            break;
        spent_ns += elapsed_ns;
        least_ns = elapsed_ns < least_ns ? elapsed_ns : least_ns;
    }
    return least_ns;
}

double visit_op_ns(const struct cell *c, struct err *err)
{
    enum { ENOUGH_NS = 2000000 };
    uint64_t elapsed_ns = 0;
    for (uint64_t ops = 1; ops < UINT64_C(1) << 40; ops *= 2) {
        if (visit_calibrate(c, ops, &elapsed_ns, err))
            return 0;
        /* Only what takes long by itself is long enough: it may have been held up once. */
        if (elapsed_ns >= ENOUGH_NS / 2)
            elapsed_ns = least_of_tries(c, ops, elapsed_ns);
        if (elapsed_ns >= ENOUGH_NS / 2)
            return (double)elapsed_ns / (double)ops;
        if (elapsed_ns < ENOUGH_NS / 8)
            ops *= 4;
    }
    return 0;
}

static double at_least_one(double value)
{
    return value > 1 ? value : 1;
}

double visit_slowdown(const struct cell *c, double op_ns, uint64_t time_ns, uint32_t cpus)
{
    enum { PARTS = 64, ENOUGH = 4 };
    struct cell together = *c;
    together.control = NO_CONTROL; /* with all its tasks, not in its serial form */
    if (c->is_control || op_ns <= 0)
        return 1;
    double alone_ns = op_ns * at_least_one((double)c->tasks / cpus);
    uint64_t most = (uint64_t)at_least_one((double)time_ns / alone_ns), elapsed_ns = 0;
    uint64_t ops = most / PARTS + 1;
    while (!visit_calibrate(&together, ops, &elapsed_ns, NULL) && ops < most &&
           elapsed_ns < time_ns / ENOUGH)
        ops *= ENOUGH;
    return at_least_one((double)elapsed_ns / (double)ops / alone_ns);
}
