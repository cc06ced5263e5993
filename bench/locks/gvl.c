/*
 * gvl: a global lock that behaves as Ruby's does.
 *
 * Source: the behaviour of Ruby 3.1 (thread_pthread.c, thread.c), written anew from a description
 * of it.  Waiters stand in a queue, each with a condition of its own.  One of them is the timer: it
 * waits until the quantum is over, 100 ms, and then flags the holder, who goes to the queue's end
 * at its next checkpoint once somebody else has really taken the lock.  Properties: first come,
 * first served, to the quantum; a unit that sleeps beside N computing ones waits N quanta.  The
 * deadline is the queue's, not the turn's: who becomes timer before it is over goes on with it. Any
 * return from the timer's wait flags the holder, also one that was a signal: early hand-overs are
 * possible.  Who is woken to be the timer and finds the lock free takes it, so turns shorter than a
 * wake-up are not served in order.
 */
#include "bench/base/err.h"
#include "bench/contend.h"
#include "bench/locks/turn_queue.h"

#include <errno.h>
#include <sched.h>

enum { QUANTUM };

static const struct param params[] = {
    {.name = "quantum",
     .unit = "ns",
     .value = 100000000,
     .min = 1000,
     .max = 60000000000,
     .help = "how long a turn may last while somebody waits"},
    {0},
};

/* A unit's place in the queue. */
struct unit {
    struct place place;
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint32_t flag; /* the word it looks at while it holds it */
};

struct state {
    pthread_mutex_t mutex; /* guards all of it */
    struct unit *owner, *timer;
    struct turn_queue queue;
    uint64_t quantum_ns, deadline_ns;
    bool is_over; /* the last timed wait ran to its end, so that the next begins a quantum */
    bool is_switch_wanted, is_switch_waited_for;
    pthread_cond_t switched, waited;
};

static int init(void *state, const int64_t *values, struct err *err)
{
    struct state *s = state;
    s->quantum_ns = (uint64_t)values[QUANTUM];
    s->is_over = true;
    bool is_private = s->queue.is_private = lock_is_private(state);
    int failed = lock_mutex_init(&s->mutex, is_private);
    failed = failed ? failed : lock_cond_init(&s->switched, is_private);
    failed = failed ? failed : lock_cond_init(&s->waited, is_private);
    return failed ? err_set_sys(err, failed, "gvl: initialisation") : 0;
}

/* One wait; the one who finds no timer is it. */
static void wait_for_turn(struct state *s, struct unit *u)
{
    if (s->timer) {
        pthread_cond_wait(&u->place.turn, &s->mutex);
        return;
    }
    s->timer = u;
    if (s->is_over)
        s->deadline_ns = clock_now_ns() + s->quantum_ns;
    s->is_over = lock_cond_wait_until(&u->place.turn, &s->mutex, s->deadline_ns) == ETIMEDOUT;
    if (s->owner)
        atomic_store_explicit(&s->owner->flag, 1, memory_order_relaxed);
    s->timer = NULL;
}

/* With the mutex. Returns the time waited, 0 if it did not have to. */
static uint64_t take(struct state *s, struct unit *u)
{
    uint64_t begin_ns = 0;
    if (s->owner) {
        begin_ns = clock_now_ns();
        queue_add(&s->queue, &u->place);
        do
            wait_for_turn(s, u);
        while (s->owner);
        queue_remove(&s->queue, &u->place);
        if (s->is_switch_wanted) {
            s->is_switch_wanted = false;
            pthread_cond_signal(&s->switched);
        }
    } else {
        s->is_over = true;
    }
    s->owner = u;
    atomic_store_explicit(&u->flag, 0, memory_order_relaxed);
    /* The last to come becomes the timer, if there is none. */
    if (!s->timer && s->queue.last)
        pthread_cond_signal(&s->queue.last->turn);
    if (!begin_ns)
        return 0;
    uint64_t waited_ns = clock_now_ns() - begin_ns;
    return waited_ns ? waited_ns : 1;
}

/* With the mutex. Returns whether somebody was woken. */
static bool drop(struct state *s)
{
    s->owner = NULL;
    if (s->queue.first)
        pthread_cond_signal(&s->queue.first->turn);
    return s->queue.first != NULL;
}

static uint64_t acquire(void *state, void *unit)
{
    struct state *s = state;
    int kept = errno;
    pthread_mutex_lock(&s->mutex);
    uint64_t waited_ns = take(s, unit);
    pthread_mutex_unlock(&s->mutex);
    errno = kept;
    return waited_ns;
}

static void release(void *state, void *unit)
{
    (void)unit;
    struct state *s = state;
    pthread_mutex_lock(&s->mutex);
    drop(s);
    pthread_mutex_unlock(&s->mutex);
}

static const _Atomic uint32_t *wanted(void *state, void *unit)
{
    (void)state;
    struct unit *u = unit;
    return &u->flag;
}

/* The quantum is over: the lock goes to the first of the queue, and this unit behind the last. */
static uint64_t handoff(void *state, void *unit)
{
    struct state *s = state;
    int kept = errno;
    pthread_mutex_lock(&s->mutex);
    bool is_somebody_woken = drop(s);
    if (s->is_switch_waited_for) {
        while (s->is_switch_waited_for)
            pthread_cond_wait(&s->waited, &s->mutex);
    } else if (is_somebody_woken) {
        s->is_switch_wanted = s->is_switch_waited_for = true;
        while (s->is_switch_wanted)
            pthread_cond_wait(&s->switched, &s->mutex);
        s->is_switch_waited_for = false;
        pthread_cond_broadcast(&s->waited);
    } else {
        pthread_mutex_unlock(&s->mutex);
        sched_yield();
        pthread_mutex_lock(&s->mutex);
    }
    uint64_t waited_ns = take(s, unit);
    pthread_mutex_unlock(&s->mutex);
    errno = kept;
    return waited_ns;
}

const struct lock lock_gvl = {
    .name = "gvl",
    .summary = "Ruby's global lock: a queue, and turns of 100 ms",
    .traits = LOCK_EXCLUSIVE | LOCK_PER_RUNTIME,
    .params = params,
    .state_bytes = sizeof(struct state),
    .unit_bytes = sizeof(struct unit),
    .init = init,
    .acquire = acquire,
    .release = release,
    .wanted = wanted,
    .handoff = handoff,
};
