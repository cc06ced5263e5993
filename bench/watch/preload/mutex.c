/* Mutexes, and spin locks, which differ in nothing that is seen here. */
#include "bench/watch/preload/internal.h"

#include <errno.h>

static bool is_got(int result)
{
    return result == 0 || result == EOWNERDEAD;
}

/* The C library's own marks: of one that its holder may take again, of one that outlives him. */
static bool is_recursive(const pthread_mutex_t *m)
{
#ifdef __GLIBC__
    return (m->__data.__kind & 3) == PTHREAD_MUTEX_RECURSIVE;
#else
    (void)m;
    return false;
#endif
}

static bool is_robust(const pthread_mutex_t *m)
{
#ifdef __GLIBC__
    return m->__data.__kind & 16;
#else
    (void)m;
    return false;
#endif
}

/*
 * EBUSY where it has to be waited for.  A robust one that is not to be recovered is left locked by
 * glibc's pthread_mutex_trylock(), and whoever lets it go would crash: of such a one a time that is
 * over is asked for.
 */
static int take_at_once(pthread_mutex_t *m)
{
    static const struct timespec past = {0, 0};
    if (LIKELY(!is_robust(m)))
        return real()->mutex_trylock(m);
    int result = real()->mutex_timedlock(m, &past);
    return result == ETIMEDOUT ? EBUSY : result;
}

static void mutex_got(struct watch_thread *t, const pthread_mutex_t *m, struct watch_entry *e,
                      bool waited, uint64_t at_ns)
{
    if (!e)
        return;
    if (UNLIKELY(e->depth && is_recursive(m))) {
        e->takes++;
        e->depth++;
    } else {
        lock_taken(t, e, waited, at_ns);
    }
}

/* How a thread that must wait does. */
struct patience {
    int (*wait)(pthread_mutex_t *m, const struct patience *p);
    clockid_t clock;
    const struct timespec *until;
};

static int wait_for_ever(pthread_mutex_t *m, const struct patience *p)
{
    (void)p;
    return real()->mutex_lock(m);
}

static int wait_until(pthread_mutex_t *m, const struct patience *p)
{
    return real()->mutex_timedlock(m, p->until);
}

static int wait_until_of_clock(pthread_mutex_t *m, const struct patience *p)
{
    return real()->mutex_clocklock(m, p->clock, p->until);
}

static int mutex_wait(struct watch_thread *t, pthread_mutex_t *m, struct watch_entry *e,
                      const struct patience *p, uintptr_t site)
{
    struct waiting w;
    int error = errno;
    wait_begins(t, &w, e, key_of(m, WATCH_MUTEX), WATCH_MUTEX, site);
    thread_leave(t);
    errno = error;
    int result = p->wait(m, p);
    t->busy = 1;
    uint64_t at_ns = wait_ends(t, &w, is_got(result), result == ETIMEDOUT);
    if (is_got(result))
        mutex_got(t, m, w.entry, true, at_ns);
    return result;
}

static int mutex_take(struct watch_thread *t, pthread_mutex_t *m, const struct patience *p,
                      uintptr_t site)
{
    struct watch_lock *g = gil_of(m);
    int result;
    if (UNLIKELY(g != NULL)) {
        result = gil_mutex_lock(t, g, m);
        thread_leave(t);
        return result;
    }
    if (UNLIKELY(local->gil_count) && gil_is_switch(m)) {
        thread_leave(t);
        return p->wait(m, p);
    }
    bool is_sound = is_time(p->clock, p->until);
    result = LIKELY(is_sound) ? take_at_once(m) : p->wait(m, p);
    if (LIKELY(is_got(result)))
        mutex_got(t, m, entry_make(t, key_of(m, WATCH_MUTEX)), false, 0);
    else if (result == EBUSY && is_sound)
        result = mutex_wait(t, m, entry_make(t, key_of(m, WATCH_MUTEX)), p, site);
    thread_leave(t);
    return result;
}

EXPORT int pthread_mutex_lock(pthread_mutex_t *m)
{
    static const struct patience p = {.wait = wait_for_ever};
    struct watch_thread *t = thread_enter();
    return LIKELY(t != NULL) ? mutex_take(t, m, &p, CALLER()) : real()->mutex_lock(m);
}

int mutex_lock_until(pthread_mutex_t *m, const struct timespec *until, uintptr_t site)
{
    const struct patience p = {.wait = until ? wait_until : wait_for_ever, .until = until};
    struct watch_thread *t = thread_enter();
    return t ? mutex_take(t, m, &p, site) : p.wait(m, &p);
}

EXPORT int pthread_mutex_timedlock(pthread_mutex_t *m, const struct timespec *until)
{
    const struct patience p = {.wait = wait_until, .until = until};
    struct watch_thread *t = thread_enter();
    return t ? mutex_take(t, m, &p, CALLER()) : real()->mutex_timedlock(m, until);
}

EXPORT int pthread_mutex_clocklock(pthread_mutex_t *m, clockid_t clock,
                                   const struct timespec *until)
{
    const struct patience p = {.wait = wait_until_of_clock, .clock = clock, .until = until};
    struct watch_thread *t = thread_enter();
    return t ? mutex_take(t, m, &p, CALLER()) : real()->mutex_clocklock(m, clock, until);
}

int mutex_try(pthread_mutex_t *m)
{
    int result = real()->mutex_trylock(m);
    struct watch_thread *t = is_got(result) ? thread_enter() : NULL;
    if (t && !gil_of(m))
        mutex_got(t, m, entry_make(t, key_of(m, WATCH_MUTEX)), false, 0);
    if (t)
        thread_leave(t);
    return result;
}

EXPORT int pthread_mutex_trylock(pthread_mutex_t *m)
{
    return mutex_try(m);
}

int mutex_unlock(pthread_mutex_t *m)
{
    struct watch_thread *t = thread_enter();
    if (LIKELY(t != NULL)) {
        struct watch_lock *g = gil_of(m);
        if (UNLIKELY(g != NULL)) {
            int result = gil_mutex_unlock(t, g, m);
            thread_leave(t);
            return result;
        }
        struct watch_entry *e = entry_find(t, key_of(m, WATCH_MUTEX));
        if (e && e->depth > 1)
            e->depth--;
        else if (e && e->depth)
            lock_drops(t, e, WATCH_MUTEX);
        thread_leave(t);
    }
    return real()->mutex_unlock(m);
}

EXPORT int pthread_mutex_unlock(pthread_mutex_t *m)
{
    return mutex_unlock(m);
}

EXPORT int pthread_mutex_init(pthread_mutex_t *m, const pthread_mutexattr_t *attributes)
{
    struct watch_thread *t = thread_enter();
    if (t) {
        gil_saw_init(t, m, false, CALLER());
        thread_leave(t);
    }
    return real()->mutex_init(m, attributes);
}

/* ---- Spin locks -------------------------------------------------------------------------------
 */

EXPORT int pthread_spin_lock(pthread_spinlock_t *s)
{
    const void *at = (const void *)(uintptr_t)s;
    struct watch_thread *t = thread_enter();
    if (!t)
        return real()->spin_lock(s);
    struct watch_entry *e = entry_make(t, key_of(at, WATCH_SPIN));
    int result = real()->spin_trylock(s);
    bool waited = result == EBUSY;
    uint64_t at_ns = 0;
    if (waited) {
        struct waiting w;
        wait_begins(t, &w, e, key_of(at, WATCH_SPIN), WATCH_SPIN, CALLER());
        thread_leave(t);
        result = real()->spin_lock(s);
        t->busy = 1;
        at_ns = wait_ends(t, &w, result == 0, false);
        e = w.entry;
    }
    if (!result && e)
        lock_taken(t, e, waited, at_ns);
    thread_leave(t);
    return result;
}

EXPORT int pthread_spin_trylock(pthread_spinlock_t *s)
{
    int result = real()->spin_trylock(s);
    struct watch_thread *t = result == 0 ? thread_enter() : NULL;
    if (t) {
        struct watch_entry *e = entry_make(t, key_of((const void *)(uintptr_t)s, WATCH_SPIN));
        if (e)
            lock_taken(t, e, false, 0);
        thread_leave(t);
    }
    return result;
}

EXPORT int pthread_spin_unlock(pthread_spinlock_t *s)
{
    struct watch_thread *t = thread_enter();
    if (t) {
        struct watch_entry *e = entry_find(t, key_of((const void *)(uintptr_t)s, WATCH_SPIN));
        if (e && e->depth)
            lock_drops(t, e, WATCH_SPIN);
        thread_leave(t);
    }
    return real()->spin_unlock(s);
}
