/*
 * coroutine_stackless: a state machine for each task, on one event loop in one thread.
 *
 * The other design of coroutines, as in async/await of most languages: a suspended task is one
 * line of state and no stack, so a million of them fit where a thousand stacks do; in return every
 * function that suspends must be cut at its suspensions, which is why only the workloads with a
 * step() run here.
 *
 * The loop's thread holds the lock in the name of all tasks and lets it go around its own wait.
 */
#include "bench/base/clock.h"
#include "bench/base/err.h"
#include "bench/contend.h"
#include "bench/executors/timer_heap.h"

#include <stdlib.h>
#include <string.h>

enum { LOOK_EVERY = 1024, LISTS = 256, NOBODY = UINT32_MAX };

/* Tasks that wait on words, oldest first, by a hash of the address. */
struct list {
    uint32_t first;
    uint32_t last;
};

struct state {
    struct launch *launch;
    struct step_state *steps; /* one a task */
    uint64_t *deadlines;      /* one a task: what timers look at */
    uint32_t *next;           /* one a task: the one behind it in a list of waiters */
    uint32_t *ring;           /* the run queue; room for all */
    uint32_t ring_mask;
    uint32_t head, tail; /* run freely, masked for use */
    uint32_t alive;      /* tasks not done */
    bool holds_lock;     /* the lock is ours to let go around a wait */
    struct timer_heap timers;
    struct list lists[LISTS];
};

static void close_(struct launch *l)
{
    struct state *s = l->executor_state;
    timer_heap_release(&s->timers);
    free(s->ring);
    free(s->next);
    free(s->deadlines);
    free(s->steps);
    free(s);
    l->executor_state = NULL;
}

static int open_(struct launch *l, struct err *err)
{
    struct state *s = calloc(1, sizeof *s);
    if (!s)
        return err_set(err, ERR_LIMIT, "no memory for an event loop");
    uint32_t capacity = 1;
    while (capacity < l->task_count)
        capacity *= 2;
    s->launch = l;
    s->ring_mask = capacity - 1;
    s->steps = aligned_alloc(sizeof *s->steps, sizeof *s->steps * l->task_count);
    s->deadlines = calloc(l->task_count, sizeof *s->deadlines);
    s->next = calloc(l->task_count, sizeof *s->next);
    s->ring = calloc(capacity, sizeof *s->ring);
    l->executor_state = s;
    if (!s->steps || !s->deadlines || !s->next || !s->ring ||
        !timer_heap_reserve(&s->timers, l->task_count)) {
        close_(l);
        return err_set(err, ERR_LIMIT, "no memory for the states of %u tasks", l->task_count);
    }
    return 0;
}

static inline void push(struct state *s, uint32_t i)
{
    s->ring[s->tail++ & s->ring_mask] = i;
}

static struct list *list_of(struct state *s, const _Atomic uint32_t *word)
{
    return &s->lists[(uint64_t)(uintptr_t)word * UINT64_C(0x9e3779b97f4a7c15) >> 56];
}

static void append(struct state *s, struct list *list, uint32_t i)
{
    s->next[i] = NOBODY;
    if (list->first == NOBODY)
        list->first = i;
    else
        s->next[list->last] = i;
    list->last = i;
}

/* Puts those of the list that wait on the word into the ring, up to count; keeps the others. */
static void wake_list(struct state *s, const _Atomic uint32_t *word, uint32_t count)
{
    struct list *list = list_of(s, word);
    uint32_t i = list->first;
    list->first = NOBODY;
    while (i != NOBODY) {
        uint32_t next = s->next[i];
        if (count > 0 && s->steps[i].word == word) {
            push(s, i);
            count--;
        } else {
            append(s, list, i);
        }
        i = next;
    }
}

/* Runs a task to its next suspension. */
static inline void advance(struct state *s, uint32_t i)
{
    struct step_state *step = &s->steps[i];
    switch (s->launch->step(&s->launch->tasks[i], step)) {
    case STEP_YIELD:
        push(s, i);
        break;
    case STEP_SLEEP:
        /* Room for all is reserved: it cannot fail. */
        timer_heap_add(&s->timers, &s->deadlines[i], step->deadline_ns);
        break;
    case STEP_WAIT:
        if (atomic_load_explicit(step->word, memory_order_relaxed) != step->expected)
            push(s, i);
        else
            append(s, list_of(s, step->word), i);
        break;
    case STEP_DONE:
        s->alive--;
        s->launch->tasks[i].joined_ns = launch_stamp_ns(s->launch);
        break;
    }
}

static void wake_due(struct state *s)
{
    uint64_t now_ns = clock_now_ns(), *owner;
    while ((owner = timer_heap_pop(&s->timers, now_ns)) != NULL)
        push(s, (uint32_t)(owner - s->deadlines));
}

static void wait_in_kernel(struct state *s)
{
    if (s->holds_lock)
        task_release(s->launch->coordinator);
    clock_sleep_until_ns(timer_heap_next(&s->timers));
    if (s->holds_lock)
        task_acquire(s->launch->coordinator);
}

/* Until nobody can run (may_wait: ever again), or *word is not `value` any more. */
static void run_loop(struct state *s, const _Atomic uint32_t *word, uint32_t value, bool may_wait)
{
    while (!word || atomic_load_explicit(word, memory_order_relaxed) == value) {
        if (s->timers.count)
            wake_due(s);
        uint32_t runnable = s->tail - s->head;
        if (runnable == 0 && !(may_wait && s->timers.count))
            return;
        if (runnable == 0)
            wait_in_kernel(s);
        for (uint32_t left = runnable < LOOK_EVERY ? runnable : LOOK_EVERY; left > 0; left--)
            advance(s, s->ring[s->head++ & s->ring_mask]);
    }
}

/* Each task runs to its first suspension before the next is made. */
static int start(struct launch *l, struct err *err)
{
    (void)err;
    struct state *s = l->executor_state;
    s->head = s->tail = 0;
    s->alive = 0;
    for (uint32_t i = 0; i < LISTS; i++)
        s->lists[i] = (struct list){NOBODY, NOBODY};
    for (uint32_t i = 0; i < l->task_count; i++) {
        struct task *t = &l->tasks[i];
        t->create_ns = launch_stamp_ns(l);
        s->steps[i] = (struct step_state){0};
        s->alive++;
        l->live_count = i + 1;
        advance(s, i);
        t->created_ns = launch_stamp_ns(l);
    }
    return 0;
}

static int join(struct launch *l, struct err *err)
{
    struct state *s = l->executor_state;
    bool with_lock = !l->is_empty;
    if (with_lock)
        task_acquire(l->coordinator);
    s->holds_lock = with_lock;
    run_loop(s, NULL, 0, true);
    s->holds_lock = false;
    if (with_lock)
        task_release(l->coordinator);
    return s->alive ? err_set(err, ERR_FAILED, "tasks wait for what nobody will do any more") : 0;
}

/* Only the coordinator gets here: tasks suspend by returning. */
static bool wait_(struct task *t, _Atomic uint32_t *word, uint32_t expected, uint64_t deadline_ns)
{
    (void)deadline_ns;
    run_loop(t->launch->executor_state, word, expected, false);
    return atomic_load(word) != expected;
}

static void wake(struct task *t, _Atomic uint32_t *word, uint32_t count)
{
    wake_list(t->launch->executor_state, word, count);
}

static void sleep_until(struct task *t, uint64_t deadline_ns)
{
    (void)t;
    clock_sleep_until_ns(deadline_ns);
}

const struct executor executor_coroutine_stackless = {
    .name = "coroutine_stackless",
    .summary = "state machines on one event loop in one thread",
    .traits = EXECUTOR_SHARED_HEAP | EXECUTOR_STACKLESS,
    .open = open_,
    .start = start,
    .join = join,
    .close = close_,
    .sleep_until = sleep_until,
    .wait = wait_,
    .wake = wake,
};
