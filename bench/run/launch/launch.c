#include "bench/run/launch/launch.h"

#include "bench/base/clock.h"
#include "bench/registry.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static const _Atomic uint32_t never = 0;
static const _Atomic uint32_t always = 1;

static size_t lines(size_t bytes)
{
    return (bytes + CONTEND_LINE_BYTES - 1) / CONTEND_LINE_BYTES * CONTEND_LINE_BYTES;
}

#define UNMAPPABLE_BYTES ((size_t)1 << 62)

/* Hands out pieces of the mapping; with base NULL it only adds up. */
struct cutter {
    char *base;
    size_t used;
};

/* A hook may ask for more than there are numbers: the sum stays at what no machine has. */
static void *cut(struct cutter *c, size_t bytes)
{
    void *piece = c->base ? c->base + c->used : NULL;
    if (bytes >= UNMAPPABLE_BYTES || c->used >= UNMAPPABLE_BYTES)
        c->used = UNMAPPABLE_BYTES;
    else
        c->used += lines(bytes);
    return piece;
}

static size_t lock_instances(const struct cell *c, uint32_t tasks)
{
    uint32_t runtimes =
        c->executor->traits & EXECUTOR_GROUPED ? runtimes_of(c->executor_params, tasks) : tasks;
    return cell_has_own_locks(c) ? (size_t)runtimes + 1 : 1;
}

/* Who holds a lock for others: a task a loop, behind the coordinator. */
static size_t holders(const struct cell *c, uint32_t tasks)
{
    unsigned traits = c->executor->traits;
    return (traits & EXECUTOR_GROUPED) && !(traits & EXECUTOR_PREEMPTIVE)
               ? runtimes_of(c->executor_params, tasks)
               : 0;
}

/* A text lies in the mapping, where every unit can read it. */
static void copy_text(struct cutter *cutter, const struct param *table, const int64_t *values,
                      int64_t *copies)
{
    for (size_t i = 0; i < param_count(table); i++) {
        size_t bytes = table[i].text ? strlen(param_text(values[i])) + 1 : 0;
        char *copy = bytes ? cut(cutter, bytes) : NULL;
        if (copy)
            copies[i] = (int64_t)(intptr_t)memcpy(copy, param_text(values[i]), bytes);
    }
}

static void copy_params(struct cutter *cutter, const struct cell *c, struct harness *h)
{
    if (cutter->base) {
        memcpy(h->workload_params, c->workload_params, sizeof h->workload_params);
        memcpy(h->executor_params, c->executor_params, sizeof h->executor_params);
        memcpy(h->lock_params, c->lock_params, sizeof h->lock_params);
    }
    copy_text(cutter, c->workload->params, c->workload_params, h ? h->workload_params : NULL);
    copy_text(cutter, c->executor->params, c->executor_params, h ? h->executor_params : NULL);
    copy_text(cutter, c->lock->params, c->lock_params, h ? h->lock_params : NULL);
}

static void set_reach_of_locks(struct harness *h, bool is_private)
{
    for (size_t i = 0; i < h->lock_count; i++)
        ((struct lock_front *)(void *)(h->locks + h->lock_stride * i))->is_private = is_private;
}

/* Lays the parts out; run twice, first to add up the size and then with the memory. */
static void lay_out(struct cutter *cutter, const struct cell *c, uint32_t tasks,
                    const struct probe *const *probes, size_t probe_count, struct launch **out)
{
    struct harness *h = cut(cutter, sizeof *h);
    /* The gate begins a page: launch_attach() makes private what comes before. */
    size_t page = (size_t)sysconf(_SC_PAGESIZE), before = offsetof(struct launch, gate);
    cutter->used = (cutter->used + before + page - 1) / page * page - before;
    struct launch *l = cut(cutter, sizeof *l);
    size_t units = (size_t)tasks + 1;
    struct task *task_area = cut(cutter, sizeof(struct task) * (units + holders(c, tasks)));
    size_t lock_count = lock_instances(c, tasks);
    size_t lock_stride = sizeof(struct lock_front) + lines(c->lock->state_bytes);
    char *locks = cut(cutter, lock_stride * lock_count);
    /* Without a record of its own a unit is still known by an address: one byte will do. */
    size_t lock_unit_stride = c->lock->unit_bytes ? lines(c->lock->unit_bytes) : 1;
    char *lock_units = cut(cutter, lock_unit_stride * units);
    uint64_t *stamps =
        c->batch_count < 2 ? NULL : cut(cutter, sizeof(uint64_t) * (c->batch_count + 1) * tasks);
    size_t workload_bytes =
        c->workload->shared_bytes ? c->workload->shared_bytes(c->workload_params, tasks) : 0;
    char *workload_area = workload_bytes ? cut(cutter, workload_bytes) : NULL;
    copy_params(cutter, c, h);
    uint16_t *cpus = c->cpus ? cut(cutter, c->cpus->count * sizeof *cpus) : NULL;
    for (size_t i = 0; i < probe_count; i++) {
        void *state = cut(cutter, probes[i]->state_bytes);
        char *unit_records = cut(cutter, probes[i]->unit_bytes * units);
        if (cutter->base)
            h->probes[i] = (struct probe_run){
                .probe = probes[i], .launch = l, .state = state, .units = unit_records};
    }
    if (!cutter->base)
        return;
    h->probe_count = probe_count;
    h->lock_count = lock_count;
    h->lock_stride = lock_stride;
    h->locks = locks;
    set_reach_of_locks(h, c->executor->traits & EXECUTOR_SHARED_HEAP || cell_has_own_locks(c));
    h->lock_units = lock_units;
    h->lock_unit_stride = lock_unit_stride;
    h->workload_area = workload_area;
    h->workload_bytes = workload_bytes;
    l->harness = h;
    l->tasks = task_area;
    l->stamps = stamps;
    l->workload_shared = workload_area;
    if (cpus)
        l->cpus = memcpy(cpus, c->cpus->cpus, c->cpus->count * sizeof *cpus);
    *out = l;
}

static void fill_names(struct launch *l)
{
    struct harness *h = harness_of(l);
    struct launch_names *n = &h->names;
    snprintf(n->workload, sizeof n->workload, "%s", l->workload->name);
    snprintf(n->executor, sizeof n->executor, "%s", l->executor->name);
    snprintf(n->lock, sizeof n->lock, "%s", l->lock->name);
    for (size_t i = 0; i < h->probe_count; i++)
        snprintf(n->probes[i], sizeof n->probes[i], "%s", h->probes[i].probe->name);
}

static void fill_launch(struct launch *l, const struct cell *c, uint32_t tasks)
{
    l->workload = c->workload;
    l->executor = c->executor;
    l->lock = c->lock;
    struct harness *h = harness_of(l);
    l->workload_params = h->workload_params;
    l->executor_params = h->executor_params;
    l->lock_params = h->lock_params;
    l->body = unit_body;
    l->step = unit_step;
    l->coordinator = &l->tasks[tasks];
    l->task_count = tasks;
    l->worker_count = c->workers;
    l->placement = cell_is_spread(c) ? PLACEMENT_SPREAD : c->placement;
    l->cpu_count = c->cpus ? c->cpus->count : 0;
    l->batch_ops = c->batch_ops;
    l->batch_count = c->batch_count;
    l->has_expected = c->workload->expected != NULL && c->batch_ops > 0;
    if (l->has_expected)
        l->expected = c->workload->expected(c->workload_params, c->batch_ops);
    for (size_t i = 0; i < h->probe_count; i++) {
        const struct probe *p = h->probes[i].probe;
        h->has_unit_hooks |= probe_wants_units(p, l);
        h->is_traced |= (p->traits & PROBE_EVERY_VERB) != 0;
    }
    if (l->memory_fd >= 0)
        fill_names(l);
}

/* The last one is the coordinator's. */
static void *lock_state_of(const struct launch *l, uint32_t unit)
{
    const struct harness *h = harness_of(l);
    size_t instance = h->lock_count > 1 ? unit : 0;
    if (h->lock_count > 1 && (l->executor->traits & EXECUTOR_GROUPED))
        instance = unit < l->task_count ? unit % launch_runtimes(l) : h->lock_count - 1;
    return h->locks + h->lock_stride * instance + sizeof(struct lock_front);
}

/* On a cooperative executor the loop's thread holds the lock in the name of all its tasks. */
static struct task *holder_of(struct launch *l, struct task *t)
{
    uint32_t loops = launch_holders(l);
    if (!launch_is_cooperative(l))
        return t;
    return loops && t->index < l->task_count ? l->coordinator + 1 + t->index % loops
                                             : l->coordinator;
}

void launch_bind_task(struct launch *l, uint32_t i)
{
    struct harness *h = harness_of(l);
    struct task *t = &l->tasks[i];
    t->verbs = h->is_traced ? task_verbs_traced() : task_verbs_table();
    const struct task *holder = t->holder;
    bool steps_aside = l->executor->yield && ((l->workload->traits & WORKLOAD_YIELDS) ||
                                              (l->executor->traits & EXECUTOR_VIRTUAL));
    if (steps_aside || h->is_traced)
        t->attention = &always;
    else if (l->lock->wanted)
        t->attention = l->lock->wanted(lock_state_of(l, holder->index),
                                       h->lock_units + h->lock_unit_stride * holder->index);
    else
        t->attention = &never;
}

static void fill_task(struct launch *l, uint32_t i)
{
    struct harness *h = harness_of(l);
    struct task *t = &l->tasks[i];
    memset(t, 0, sizeof *t);
    t->launch = l;
    t->index = i;
    t->lock_state = lock_state_of(l, i);
    t->lock_unit = h->lock_units + h->lock_unit_stride * i;
    t->holder = holder_of(l, t);
    launch_bind_task(l, i);
}

/* Holds the lock for the units of one loop, in the place that the first of them would have. */
static void fill_holder(struct launch *l, uint32_t loop)
{
    struct task *holder = l->coordinator + 1 + loop;
    *holder = l->tasks[loop];
    holder->holder = holder;
}

/* Back to how it was before the first launch; also touches every page that units will write. */
static void reset(struct launch *l, bool is_empty)
{
    struct harness *h = harness_of(l);
    l->is_empty = is_empty;
    l->live_count = 0;
    l->opened_ns = 0;
    l->failure[0] = '\0';
    atomic_store(&l->gate, GATE_CLOSED);
    atomic_store(&l->ready_count, 0);
    if (is_empty && l->coordinator->verbs)
        return;
    /* Tasks are bound to the records of who holds the lock for them. */
    for (uint32_t i = 0; i < launch_holders(l); i++)
        l->coordinator[1 + i].index = i;
    for (uint32_t i = 0; i <= l->task_count; i++)
        fill_task(l, i);
    for (uint32_t i = 0; i < launch_holders(l); i++)
        fill_holder(l, i);
    if (l->stamps)
        memset(l->stamps, 0, sizeof(uint64_t) * (l->batch_count + 1) * l->task_count);
    if (h->workload_bytes)
        memset(h->workload_area, 0, h->workload_bytes);
    for (size_t i = 0; i < h->lock_count; i++) {
        struct lock_front *front = (void *)(h->locks + h->lock_stride * i);
        front->last_holder = NULL;
        atomic_store_explicit(&front->are_waits_timed, 0, memory_order_relaxed);
    }
}

#define EACH_PROBE(h, hook)                                                                        \
    for (size_t i_ = 0; i_ < (h)->probe_count; i_++)                                               \
        if ((h)->probes[i_].probe->hook)                                                           \
    (h)->probes[i_].probe->hook(&(h)->probes[i_])

static void clear_probe(struct probe_run *p, size_t units)
{
    if (p->probe->state_bytes)
        memset(p->state, 0, p->probe->state_bytes);
    if (p->probe->unit_bytes)
        memset(p->units, 0, p->probe->unit_bytes * units);
}

void launch_close_probes(struct launch *l)
{
    struct harness *h = harness_of(l);
    if (!h->are_probes_open)
        return;
    EACH_PROBE(h, close);
    h->are_probes_open = false;
}

/*
 * Outside plug-ins cannot set the record: their reason, or the bare fact, is set here.  Where it is
 * set already, the first cause stays.
 */
static int tell_failure(const struct launch *l, const char *fact, struct err *err)
{
    return err_set(err, ERR_FAILED, "%.*s", (int)sizeof l->failure,
                   l->failure[0] ? l->failure : fact);
}

static int open_probes(struct launch *l, struct err *err)
{
    struct harness *h = harness_of(l);
    for (size_t i = 0; i < h->probe_count; i++)
        clear_probe(&h->probes[i], (size_t)l->task_count + 1);
    for (size_t i = 0; i < h->probe_count; i++) {
        const struct probe *p = h->probes[i].probe;
        if (p->open && p->open(&h->probes[i], err)) {
            while (i-- > 0)
                if (h->probes[i].probe->close)
                    h->probes[i].probe->close(&h->probes[i]);
            tell_failure(l, "could not be opened", err);
            return err_prefix(err, "probe %s: ", p->name);
        }
    }
    h->are_probes_open = true;
    return 0;
}

static void destroy_locks(struct launch *l, size_t count)
{
    struct harness *h = harness_of(l);
    for (size_t i = 0; i < count && l->lock->destroy; i++)
        l->lock->destroy(h->locks + h->lock_stride * i + sizeof(struct lock_front));
}

static int init_locks(struct launch *l, struct err *err)
{
    struct harness *h = harness_of(l);
    for (size_t i = 0; i < h->lock_count && l->lock->init; i++) {
        void *state = h->locks + h->lock_stride * i + sizeof(struct lock_front);
        if (l->lock->init(state, l->lock_params, err)) {
            destroy_locks(l, i);
            return tell_failure(l, "the lock's init failed", err);
        }
    }
    return 0;
}

/* With a file behind it a program that is started afresh can map it as well. */
static void *map_memory(size_t bytes, bool with_file, int *fd, struct err *err)
{
    *fd = with_file ? memfd_create("contend launch", MFD_CLOEXEC) : -1;
    void *map = MAP_FAILED;
    if (!with_file)
        map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    else if (*fd >= 0 && !ftruncate(*fd, (off_t)bytes))
        map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0);
    if (map != MAP_FAILED)
        return map;
    err_set(err, ERR_LIMIT, "no memory for a shared mapping of %zu bytes: %s", bytes,
            strerror(errno));
    if (*fd >= 0)
        close(*fd);
    return NULL;
}

static void unmap_memory(void *map, size_t bytes, int fd)
{
    munmap(map, bytes);
    if (fd >= 0)
        close(fd);
}

int launch_open(const struct cell *c, uint32_t tasks, const struct probe *const *probes,
                size_t probe_count, struct launch **out, struct err *err)
{
    struct cutter cutter = {0};
    lay_out(&cutter, c, tasks, probes, probe_count, out);
    size_t bytes = cutter.used;
    int fd;
    void *map = map_memory(bytes, c->executor->traits & EXECUTOR_FRESH_IMAGE, &fd, err);
    if (!map)
        return -1;
    cutter = (struct cutter){.base = map};
    struct launch *l = NULL;
    lay_out(&cutter, c, tasks, probes, probe_count, &l);
    l->memory = map;
    l->memory_bytes = bytes;
    l->memory_fd = fd;
    fill_launch(l, c, tasks);
    reset(l, false);
    if (init_locks(l, err))
        goto unmap;
    if (l->workload->setup && l->workload->setup(l, err)) {
        tell_failure(l, "the workload's setup failed", err);
        goto destroy_all_locks;
    }
    /* Before the executor: what it allocates for its units belongs to the units. */
    if (open_probes(l, err))
        goto tear_down;
    uint64_t begin_ns = clock_now_ns();
    if (l->executor->open && l->executor->open(l, err)) {
        tell_failure(l, "the executor's open failed", err);
        goto close_probes;
    }
    l->open_ns = clock_now_ns() - begin_ns;
    *out = l;
    return 0;
close_probes:
    launch_close_probes(l);
tear_down:
    if (l->workload->teardown)
        l->workload->teardown(l);
destroy_all_locks:
    destroy_locks(l, harness_of(l)->lock_count);
unmap:
    unmap_memory(map, bytes, fd);
    return -1;
}

void launch_close(struct launch *l)
{
    launch_close_probes(l);
    if (l->executor->close)
        l->executor->close(l);
    if (l->workload->teardown)
        l->workload->teardown(l);
    destroy_locks(l, harness_of(l)->lock_count);
    unmap_memory(l->memory, l->memory_bytes, l->memory_fd);
}

int launch_empty(struct launch *l, uint64_t *elapsed_ns, struct err *err)
{
    reset(l, true);
    uint64_t begin_ns = clock_now_ns();
    int failed = l->executor->start(l, err);
    if (l->executor->join(l, err))
        failed = -1;
    if (failed)
        tell_failure(l, "the executor's start or join failed", err);
    *elapsed_ns = clock_now_ns() - begin_ns;
    return failed;
}

/* A unit that ended before it was ready would keep the coordinator waiting for ever. */
static int check_children(const struct launch *l, struct err *err)
{
    if (l->executor->traits & EXECUTOR_SHARED_HEAP)
        return 0;
    siginfo_t info = {0};
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) || info.si_pid == 0)
        return 0;
    /* A process that could not make its units says why. */
    if ((l->executor->traits & EXECUTOR_GROUPED) && l->failure[0])
        return err_set(err, ERR_LIMIT, "%.*s", (int)sizeof l->failure, l->failure);
    return err_set(err, ERR_FAILED, "a unit (process %d) ended before the gate opened",
                   info.si_pid);
}

static int wait_until_ready(struct launch *l, struct err *err)
{
    enum { LOOK_EVERY_NS = 200000000 };
    uint32_t seen;
    while ((seen = atomic_load(&l->ready_count)) < l->task_count) {
        if (l->executor->wait(l->coordinator, &l->ready_count, seen,
                              clock_now_ns() + LOOK_EVERY_NS))
            continue;
        if (launch_is_cooperative(l) && !launch_holders(l) && atomic_load(&l->ready_count) == seen)
            return err_set(err, ERR_FAILED, "only %u of %u units came to the gate", seen,
                           l->task_count);
        if (check_children(l, err))
            return -1;
    }
    return 0;
}

static void open_gate(struct launch *l, enum gate gate)
{
    l->opened_ns = task_now_ns(l->coordinator);
    atomic_store_explicit(&l->gate, gate, memory_order_release);
    l->executor->wake(l->coordinator, &l->gate, UINT32_MAX);
}

/*
 * A lock that returns a moment in place of a duration, or another unit than nanoseconds: nobody
 * waits longer than he lives.  Twice as long and a tick of a coarse clock are let pass.
 */
static int check_waits(const struct task *t, struct err *err)
{
    enum { TICK_NS = 20000000 };
    uint64_t life_ns = t->exit_ns > t->gate_ns ? t->exit_ns - t->gate_ns : 0;
    if (!life_ns || t->is_wait_sampled || t->wait_ns <= 2 * life_ns + TICK_NS)
        return 0;
    return err_set(err, ERR_FAILED,
                   "task %u: the lock says that it was waited for %.3g s, in a task of %.3g s",
                   t->index, 1e-9 * (double)t->wait_ns, 1e-9 * (double)life_ns);
}

/* A wrong or missing piece of work fails the launch, whatever its speed. */
static int verify(const struct launch *l, struct err *err)
{
    if (l->failure[0])
        return err_set(err, ERR_FAILED, "%.*s", (int)sizeof l->failure, l->failure);
    for (uint32_t i = 0; i < l->task_count; i++) {
        const struct task *t = &l->tasks[i];
        if (t->is_failed)
            return err_set(err, ERR_FAILED, "task %u could not do its work", i);
        if (t->batch_count != l->batch_count)
            return err_set(err, ERR_FAILED, "task %u did %u batches instead of %u", i,
                           t->batch_count, l->batch_count);
        if (t->wrong_count)
            return err_set(err, ERR_FAILED,
                           "task %u: wrong checksum in %u of %u batches (last %llu, expected %llu)",
                           i, t->wrong_count, t->batch_count, (unsigned long long)t->checksum,
                           (unsigned long long)l->expected);
        if (check_waits(t, err))
            return -1;
    }
    return 0;
}

int launch_run(struct launch *l, struct err *err)
{
    struct harness *h = harness_of(l);
    bool is_gated = !(l->executor->traits & (EXECUTOR_SEQUENTIAL | EXECUTOR_POOLED));
    reset(l, false);
    if (l->workload->prepare)
        l->workload->prepare(l);
    if (!h->are_probes_open && open_probes(l, err))
        return -1;
    int failed = l->executor->start(l, err);
    if (!failed && is_gated)
        failed = wait_until_ready(l, err);
    if (!failed)
        EACH_PROBE(h, at_gate);
    open_gate(l, failed ? GATE_ABORT : GATE_OPEN);
    if (l->executor->join(l, err))
        failed = -1;
    EACH_PROBE(h, end);
    if (failed)
        tell_failure(l, "the executor's start or join failed", err);
    else
        failed = verify(l, err);
    return failed;
}
