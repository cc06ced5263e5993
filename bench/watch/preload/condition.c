/* Conditions: what waits on one has let its mutex go, and sleeps. */
#include "bench/watch/preload/internal.h"

#include <errno.h>

struct pause {
    int (*wait)(pthread_cond_t *c, pthread_mutex_t *m, const struct pause *p);
    clockid_t clock;
    const struct timespec *until;
};

static int wait_for_ever(pthread_cond_t *c, pthread_mutex_t *m, const struct pause *p)
{
    (void)p;
    return real()->cond_wait(c, m);
}

static int wait_until(pthread_cond_t *c, pthread_mutex_t *m, const struct pause *p)
{
    return real()->cond_timedwait(c, m, p->until);
}

static int wait_until_of_clock(pthread_cond_t *c, pthread_mutex_t *m, const struct pause *p)
{
    return real()->cond_clockwait(c, m, p->clock, p->until);
}

/* A wait may end by the end of its thread: nothing is half done then. */
static int sleep_on(struct watch_thread *t, pthread_cond_t *c, pthread_mutex_t *m,
                    const struct pause *p, uintptr_t site)
{
    struct watch_entry *held = entry_find(t, key_of(m, WATCH_MUTEX));
    uint16_t depth = held ? held->depth : 0;
    struct waiting w;
    int error = errno;
    if (depth)
        lock_drops(t, held, WATCH_MUTEX);
    toggle_saw_wait(t, m, site);
    wait_begins(t, &w, NULL, key_of(c, WATCH_CONDITION), WATCH_CONDITION, site);
    thread_leave(t);
    errno = error;
    int result = p->wait(c, m, p);
    t->busy = 1;
    uint64_t at_ns = wait_ends(t, &w, result == 0, result == ETIMEDOUT);
    if (depth && held->address == key_of(m, WATCH_MUTEX)) {
        lock_taken(t, held, true, at_ns);
        held->takes--; /* it goes on with what it took */
        held->depth = depth;
    }
    struct watch_lock *g = gil_of(m); /* it may have been recognised meanwhile */
    if (UNLIKELY(g != NULL))
        toggle_joins(t, g);
    thread_leave(t);
    return result;
}

static int gil_sleep_on(struct watch_thread *t, struct watch_lock *g, pthread_cond_t *c,
                        pthread_mutex_t *m, const struct pause *p)
{
    uint64_t switched_ns = g->switched_ns;
    gil_wait_begins(t, g);
    thread_leave(t);
    int result = p->wait(c, m, p);
    t->busy = 1;
    gil_wait_ended(t, g, switched_ns, result);
    thread_leave(t);
    return result;
}

static int pause_on(pthread_cond_t *c, pthread_mutex_t *m, const struct pause *p, uintptr_t site)
{
    struct watch_thread *t = thread_enter();
    if (!t)
        return p->wait(c, m, p);
    struct watch_lock *g = gil_of(m);
    if (g && (g->condition == (uintptr_t)c || g->kind == WATCH_TOGGLE))
        return gil_sleep_on(t, g, c, m, p);
    if (local->gil_count && gil_is_switch(c)) { /* until somebody else has it: it wants it back */
        uint64_t began_ns = now_ns();
        thread_leave(t);
        int result = p->wait(c, m, p);
        t->want_ns += now_ns() - began_ns;
        return result;
    }
    return sleep_on(t, c, m, p, site);
}

int cond_wait_until(pthread_cond_t *c, pthread_mutex_t *m, const struct timespec *until,
                    uintptr_t site)
{
    const struct pause p = {.wait = until ? wait_until : wait_for_ever, .until = until};
    return pause_on(c, m, &p, site);
}

EXPORT int pthread_cond_wait(pthread_cond_t *c, pthread_mutex_t *m)
{
    static const struct pause p = {.wait = wait_for_ever};
    return pause_on(c, m, &p, CALLER());
}

EXPORT int pthread_cond_timedwait(pthread_cond_t *c, pthread_mutex_t *m,
                                  const struct timespec *until)
{
    const struct pause p = {.wait = wait_until, .until = until};
    return pause_on(c, m, &p, CALLER());
}

EXPORT int pthread_cond_clockwait(pthread_cond_t *c, pthread_mutex_t *m, clockid_t clock,
                                  const struct timespec *until)
{
    const struct pause p = {.wait = wait_until_of_clock, .clock = clock, .until = until};
    return pause_on(c, m, &p, CALLER());
}

/* ---- Signals: only a GIL's say anything -------------------------------------------------------
 */

static void saw_signal(const pthread_cond_t *c)
{
    struct watch_thread *t = local->gil_count ? thread_enter() : NULL;
    if (t && t->inside)
        gil_signals(t, &local->region->locks[t->inside - 1], c);
    if (t)
        thread_leave(t);
}

EXPORT int pthread_cond_signal(pthread_cond_t *c)
{
    saw_signal(c);
    return real()->cond_signal(c);
}

EXPORT int pthread_cond_broadcast(pthread_cond_t *c)
{
    saw_signal(c);
    return real()->cond_broadcast(c);
}

EXPORT int pthread_cond_init(pthread_cond_t *c, const pthread_condattr_t *attributes)
{
    struct watch_thread *t = thread_enter();
    if (t) {
        gil_saw_init(t, c, true, CALLER());
        thread_leave(t);
    }
    return real()->cond_init(c, attributes);
}
