/*
 * process_coroutine: some forked processes, and in each an event loop with a stackful coroutine for
 * each of its tasks: what servers call workers of an event loop.  bench/executors/grouped.h tells
 * which task lives where.
 *
 * Each loop's thread holds the lock in the name of its tasks, as in bench/executors/coroutine.c.
 * Loops hear of words that other processes have changed by a bell: an event descriptor each, rung
 * while somebody there is parked on a word.  Who hears it lets all that are parked look again.
 */
#include "bench/base/clock.h"
#include "bench/base/futex.h"
#include "bench/coro/coro.h"
#include "bench/executors/grouped.h"
#include "bench/executors/spread.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/mman.h>

static const struct param params[] = {GROUPED_PARAM, {0}};

/* One a process, in shared memory. */
struct bell {
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint32_t parked; /* tasks on words */
    int fd;
};

/* Of one process. */
struct carrier {
    struct launch *launch;
    struct coro_loop *loop;
    struct task *holder; /* in whose name the lock is held */
    struct bell *bells;
    uint32_t group, step;
    int failed;
    struct coro **units;    /* of each task here */
    const uint32_t **words; /* on which it is parked, or NULL */
};

static struct carrier *carrier; /* NULL in the coordinator */

static struct bell *bells_of(const struct launch *l)
{
    const struct grouped *s = l->executor_state;
    return s->own;
}

static void close_bells(struct launch *l)
{
    struct bell *bells = bells_of(l);
    uint32_t count = launch_runtimes(l);
    for (uint32_t i = 0; bells && i < count; i++)
        if (bells[i].fd > 0)
            close(bells[i].fd);
    if (bells)
        munmap(bells, sizeof *bells * count);
}

static void close_(struct launch *l)
{
    close_bells(l);
    grouped_close(l);
}

static int open_(struct launch *l, struct err *err)
{
    uint32_t count = launch_runtimes(l);
    if (grouped_open(l, err))
        return -1;
    struct grouped *s = l->executor_state;
    struct bell *bells = mmap(NULL, sizeof *bells * count, PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    s->own = bells == MAP_FAILED ? NULL : bells;
    for (uint32_t i = 0; s->own && i < count; i++) {
        bells[i].fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
        if (bells[i].fd >= 0)
            continue;
        err_set(err, ERR_LIMIT, "eventfd for process %u of %u: %s", i, count, strerror(errno));
        close_(l);
        return -1;
    }
    if (s->own)
        return 0;
    err_set(err, ERR_LIMIT, "no shared memory for %u processes: %s", count, strerror(errno));
    close_(l);
    return -1;
}

/* ---- In a process ---------------------------------------------------------------------------- */

static void before_wait(void *context)
{
    const struct carrier *c = context;
    if (!c->launch->is_empty)
        task_release(c->holder);
}

static void after_wait(void *context)
{
    const struct carrier *c = context;
    if (!c->launch->is_empty)
        task_acquire(c->holder);
}

/* Lets all that are parked here look at their words. */
static int hear(void *arg, uint64_t *value)
{
    (void)value;
    const struct carrier *c = arg;
    int fd = c->bells[c->group].fd;
    while (c->loop) { /* to the loop's end, which drops this */
        uint64_t rung;
        if (read(fd, &rung, sizeof rung) < 0 && errno == EAGAIN) {
            coro_wait_fd(fd, CORO_READABLE, CORO_FOREVER);
            continue;
        }
        for (uint32_t i = 0; c->group + i * c->step < c->launch->task_count; i++)
            if (c->words[i])
                coro_wake(c->loop, c->words[i], UINT32_MAX);
    }
    return 0;
}

static int unit(void *arg, uint64_t *value)
{
    (void)value;
    struct task *t = arg;
    t->launch->body(t);
    return 0;
}

/* Inside the loop, because only a task can start another one eagerly. */
static int live_in_loop(void *arg, uint64_t *value)
{
    (void)value;
    struct carrier *c = arg;
    struct launch *l = c->launch;
    uint32_t made = 0;
    if (!l->is_empty)
        c->failed = coro_spawn(c->loop, hear, c, 0, NULL);
    for (uint32_t i = c->group; i < l->task_count && !c->failed; i += c->step) {
        struct task *t = &l->tasks[i];
        t->os_id = (int32_t)getpid();
        t->create_ns = launch_stamp_ns(l);
        c->failed = coro_spawn(c->loop, unit, t, CORO_EAGER, &c->units[made]);
        t->created_ns = launch_stamp_ns(l);
        made += !c->failed;
    }
    for (uint32_t i = 0; i < made && !c->failed; i++)
        c->failed = coro_await(c->units[i], NULL);
    return 0;
}

/* The lock is held from before units are made: an event loop has it while it runs any. */
static void run_loop(struct carrier *c)
{
    struct coro *root;
    after_wait(c);
    int failed = coro_spawn(c->loop, live_in_loop, c, 0, &root);
    if (!failed) {
        const struct coro_until until = {.task = root};
        failed = coro_loop_run(c->loop, &until);
    }
    before_wait(c);
    if (failed < 0 || c->failed)
        grouped_refuse(c->launch, coro_strerror(c->failed ? c->failed : failed));
}

static void live(struct launch *l, uint32_t group)
{
    uint32_t step = launch_runtimes(l), tasks = l->task_count / step + 1;
    struct carrier c = {.launch = l,
                        .holder = l->tasks[group].holder,
                        .bells = bells_of(l),
                        .group = group,
                        .step = step,
                        .units = calloc(tasks, sizeof(struct coro *)),
                        .words = calloc(tasks, sizeof(uint32_t *))};
    struct coro_config config = {
        .before_wait = before_wait, .after_wait = after_wait, .wait_context = &c};
    spread_out(l, group);
    carrier = &c;
    c.loop = coro_loop_new(&config, &c.failed);
    if (!c.loop || !c.units || !c.words)
        grouped_refuse(l, c.loop ? "no memory for coroutine handles" : coro_strerror(c.failed));
    run_loop(&c);
    coro_loop_free(c.loop);
    free(c.units);
    free(c.words);
}

static int start(struct launch *l, struct err *err)
{
    return grouped_start(l, live, err);
}

static void sleep_until(struct task *t, uint64_t deadline_ns)
{
    (void)t;
    coro_sleep_until(deadline_ns);
}

/* Until when a task is parked, as the loop has it. */
static uint64_t timeout_until(uint64_t deadline_ns)
{
    if (deadline_ns == UINT64_MAX)
        return CORO_FOREVER;
    uint64_t now_ns = clock_now_ns();
    return deadline_ns > now_ns ? deadline_ns - now_ns : CORO_NO_WAIT;
}

/*
 * The coordinator has no loop.  A task says that it is parked before the word is looked at; who
 * changed the word looks afterwards whether somebody is: so one of both sees the other.
 */
static bool wait_(struct task *t, _Atomic uint32_t *word, uint32_t expected, uint64_t deadline_ns)
{
    if (!coro_self())
        return futex_wait(word, expected, deadline_ns, true);
    struct carrier *c = carrier;
    const uint32_t *plain = (const uint32_t *)(uintptr_t)word;
    uint32_t place = t->index / c->step;
    c->words[place] = plain;
    atomic_fetch_add(&c->bells[c->group].parked, 1);
    int woken = coro_wait(plain, expected, timeout_until(deadline_ns));
    atomic_fetch_sub(&c->bells[c->group].parked, 1);
    c->words[place] = NULL;
    return woken != CORO_TIMED_OUT;
}

static void wake(struct task *t, _Atomic uint32_t *word, uint32_t count)
{
    const struct launch *l = t->launch;
    struct bell *bells = bells_of(l);
    const uint64_t once = 1;
    if (carrier)
        coro_wake(carrier->loop, (const uint32_t *)(uintptr_t)word, count);
    futex_wake(word, count, true);
    atomic_thread_fence(memory_order_seq_cst);
    for (uint32_t i = 0; i < launch_runtimes(l); i++)
        if ((!carrier || i != carrier->group) && atomic_load(&bells[i].parked))
            while (write(bells[i].fd, &once, sizeof once) < 0 && errno == EINTR)
                ;
}

static void yield(struct task *t)
{
    (void)t;
    coro_yield();
}

static int wait_io(struct task *t, int descriptor, bool is_writing)
{
    (void)t;
    int failed = coro_wait_fd(descriptor, is_writing ? CORO_WRITABLE : CORO_READABLE, CORO_FOREVER);
    if (failed && failed != CORO_SYSTEM)
        errno = EBUSY; /* somebody else of us waits for it */
    return failed ? -1 : 0;
}

#ifdef __SANITIZE_THREAD__
/* Its processes are forked from one that has threads, and have more than one unit. */
static const char *unavailable(void)
{
    return "ThreadSanitizer does not follow units of a process that was forked beside threads";
}
#endif

const struct executor executor_process_coroutine = {
    .name = "process_coroutine",
    .summary = "some processes, in each an event loop with its tasks",
    .traits = EXECUTOR_PARALLEL | EXECUTOR_GROUPED,
#ifdef __SANITIZE_THREAD__
    .unavailable = unavailable,
#endif
    .params = params,
    .open = open_,
    .start = start,
    .join = grouped_join,
    .close = close_,
    .sleep_until = sleep_until,
    .wait = wait_,
    .wake = wake,
    .yield = yield,
    .wait_io = wait_io,
};
