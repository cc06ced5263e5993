/*
 * coroutine: a stackful coroutine for each task, all on one event loop in one thread.
 *
 * The loop's thread holds the lock in the name of all tasks and lets it go around its own wait in
 * the kernel, as an interpreter's event loop does.  Units are started eagerly: each runs to
 * its first suspension before the next is made.
 */
#include "bench/base/clock.h"
#include "bench/base/err.h"
#include "bench/contend.h"
#include "bench/coro/coro.h"
#include "bench/executors/coroutine_runtime.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { STACK, STACK_BYTES, LATENESS };

/* In the order of enum coro_stack and enum coro_lateness. */
static const char *const stack_choices[] = {"guarded", "dense", "compact", NULL};
static const char *const lateness_choices[] = {"default", "coalesced", "precise", NULL};

static const struct param params[] = {
    {.name = "stack",
     .unit = "count",
     .value = CORO_GUARDED,
     .max = CORO_COMPACT,
     .help = "kind of stacks",
     .choices = stack_choices},
    {.name = "stack_bytes",
     .unit = "bytes",
     .value = 0,
     .max = 1073741824,
     .help = "usable stack of a task; 0 is the kind's default"},
    {.name = "lateness",
     .unit = "count",
     .value = CORO_DEFAULT,
     .max = CORO_PRECISE,
     .help = "how precisely sleepers are woken",
     .choices = lateness_choices},
    {0},
};

struct state {
    struct launch *launch;
    struct coro_loop *loop;
    bool holds_lock; /* the lock is ours to let go around a wait */
    int failed;      /* of a spawn or an await inside the loop */
    int failed_errno;
    struct coro *tasks[]; /* task_count */
};

static void before_wait(void *context)
{
    struct state *s = context;
    if (s->holds_lock)
        task_release(s->launch->coordinator);
}

static void after_wait(void *context)
{
    struct state *s = context;
    if (s->holds_lock)
        task_acquire(s->launch->coordinator);
}

static int open_(struct launch *l, struct err *err)
{
    struct state *s = calloc(1, sizeof *s + sizeof(struct coro *) * l->task_count);
    if (!s)
        return err_set(err, ERR_LIMIT, "no memory for %u coroutine handles", l->task_count);
    struct coro_config config = {
        .stack = (enum coro_stack)l->executor_params[STACK],
        .lateness = (enum coro_lateness)l->executor_params[LATENESS],
        .stack_bytes = (size_t)l->executor_params[STACK_BYTES],
        .before_wait = before_wait,
        .after_wait = after_wait,
        .wait_context = s,
    };
    int failed = 0;
    s->launch = l;
    s->loop = coro_loop_new(&config, &failed);
    if (!s->loop) {
        free(s);
        if (failed == CORO_SMALL)
            return err_set(
                err, ERR_USAGE, "coroutine.stack_bytes: %lld is too small (at least %zu)",
                (long long)l->executor_params[STACK_BYTES], coro_stack_least(config.stack));
        return err_set(err, ERR_LIMIT, "no event loop: %s", coro_strerror(failed));
    }
    l->executor_state = s;
    return 0;
}

static void close_(struct launch *l)
{
    struct state *s = l->executor_state;
    coro_loop_free(s->loop);
    free(s);
    l->executor_state = NULL;
}

static int unit(void *arg, uint64_t *value)
{
    (void)value;
    struct task *t = arg;
    t->launch->body(t);
    return 0;
}

/* Inside the loop, because only a task can start another one eagerly. */
static int start_all(void *arg, uint64_t *value)
{
    (void)value;
    struct state *s = arg;
    struct launch *l = s->launch;
    for (uint32_t i = 0; i < l->task_count; i++) {
        struct task *t = &l->tasks[i];
        t->create_ns = launch_stamp_ns(l);
        s->failed = coro_spawn(s->loop, unit, t, CORO_EAGER, &s->tasks[i]);
        if (s->failed) {
            s->failed_errno = errno;
            return s->failed;
        }
        t->created_ns = launch_stamp_ns(l);
        l->live_count = i + 1;
    }
    return 0;
}

static int join_all(void *arg, uint64_t *value)
{
    (void)value;
    struct state *s = arg;
    struct launch *l = s->launch;
    for (uint32_t i = 0; i < l->live_count && !s->failed; i++) {
        s->failed = coro_await(s->tasks[i], NULL);
        l->tasks[i].joined_ns = launch_stamp_ns(l);
    }
    return 0;
}

/* Runs one task of ours on the loop until it has finished. */
static int run_in_loop(struct state *s, coro_body *body, bool is_all)
{
    struct coro *root;
    int failed = coro_spawn(s->loop, body, s, 0, &root);
    if (failed)
        return failed;
    struct coro_until until = {.task = root};
    int stop = coro_loop_run(s->loop, is_all ? NULL : &until);
    coro_release(s->loop, root);
    return stop < 0 ? stop : s->failed;
}

static int start(struct launch *l, struct err *err)
{
    struct state *s = l->executor_state;
    s->failed = 0;
    int failed = run_in_loop(s, start_all, false);
    if (!failed)
        return 0;
    return err_set(err, ERR_LIMIT, "coroutine %u could not be made: %s%s%s", l->live_count,
                   coro_strerror(failed), s->failed_errno ? ": " : "",
                   s->failed_errno ? strerror(s->failed_errno) : "");
}

static int join(struct launch *l, struct err *err)
{
    struct state *s = l->executor_state;
    bool with_lock = !l->is_empty;
    s->failed = 0;
    if (with_lock)
        task_acquire(l->coordinator);
    s->holds_lock = with_lock;
    int failed = run_in_loop(s, join_all, true);
    s->holds_lock = false;
    if (with_lock)
        task_release(l->coordinator);
    return failed ? err_set(err, ERR_FAILED, "the event loop stopped: %s", coro_strerror(failed))
                  : 0;
}

static void sleep_until(struct task *t, uint64_t deadline_ns)
{
    (void)t;
    coro_sleep_until(deadline_ns);
}

/* The runtime reads words with atomic loads of its own. */
static const uint32_t *plain(_Atomic uint32_t *word)
{
    return (const uint32_t *)(uintptr_t)word;
}

/* The coordinator: lets the others run until there is news or nothing left to do. */
__attribute__((noinline)) static bool wait_outside(struct state *s, _Atomic uint32_t *word,
                                                   uint32_t expected)
{
    struct coro_until until = {.word = plain(word), .value = expected, .idle = true};
    coro_loop_run(s->loop, &until);
    return atomic_load(word) != expected;
}

__attribute__((noinline)) static bool wait_until(_Atomic uint32_t *word, uint32_t expected,
                                                 uint64_t deadline_ns)
{
    uint64_t now_ns = clock_now_ns();
    if (now_ns >= deadline_ns)
        return atomic_load(word) != expected;
    return coro_wait(plain(word), expected, deadline_ns - now_ns) != CORO_TIMED_OUT;
}

/* Its frame stays on the stack of everybody who waits at the gate: the rare cases have their own.
 */
static bool wait_(struct task *t, _Atomic uint32_t *word, uint32_t expected, uint64_t deadline_ns)
{
    if (!coro_self())
        return wait_outside(t->launch->executor_state, word, expected);
    if (deadline_ns != UINT64_MAX)
        return wait_until(word, expected, deadline_ns);
    coro_wait(plain(word), expected, CORO_FOREVER);
    return true;
}

static void wake(struct task *t, _Atomic uint32_t *word, uint32_t count)
{
    struct state *s = t->launch->executor_state;
    coro_wake(s->loop, plain(word), count);
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

const struct executor executor_coroutine = {
    .name = "coroutine",
    .summary = "stackful coroutines on one event loop in one thread",
    .traits = EXECUTOR_SHARED_HEAP | EXECUTOR_TYPICAL,
    .params = params,
    .variant = coro_switch_name,
    .open = open_,
    .start = start,
    .join = join,
    .close = close_,
    .sleep_until = sleep_until,
    .wait = wait_,
    .wake = wake,
    .yield = yield,
    .wait_io = wait_io,
    .runtime = &rt_runtime,
};
