/* Read-write locks: those that read and those that write are two locks to those who look. */
#include "bench/watch/preload/internal.h"

#include <errno.h>

/* How it is asked for, and by whom. */
struct demand {
    enum watch_kind kind;
    int (*wait)(pthread_rwlock_t *l, const struct demand *d);
    clockid_t clock;
    const struct timespec *until;
};

static int try_at_once(pthread_rwlock_t *l, enum watch_kind kind)
{
    return kind == WATCH_READ ? real()->rwlock_tryrdlock(l) : real()->rwlock_trywrlock(l);
}

static int wait_for_ever(pthread_rwlock_t *l, const struct demand *d)
{
    return d->kind == WATCH_READ ? real()->rwlock_rdlock(l) : real()->rwlock_wrlock(l);
}

static int wait_until(pthread_rwlock_t *l, const struct demand *d)
{
    return d->kind == WATCH_READ ? real()->rwlock_timedrdlock(l, d->until)
                                 : real()->rwlock_timedwrlock(l, d->until);
}

static int wait_until_of_clock(pthread_rwlock_t *l, const struct demand *d)
{
    return d->kind == WATCH_READ ? real()->rwlock_clockrdlock(l, d->clock, d->until)
                                 : real()->rwlock_clockwrlock(l, d->clock, d->until);
}

static void got(struct watch_thread *t, struct watch_entry *e, bool waited, uint64_t at_ns)
{
    if (!e)
        return;
    if (e->depth) { /* a reader may be one several times */
        e->takes++;
        e->depth++;
    } else {
        lock_taken(t, e, waited, at_ns);
    }
}

static int take(pthread_rwlock_t *l, const struct demand *d, uintptr_t site)
{
    struct watch_thread *t = thread_enter();
    if (!t)
        return d->wait(l, d);
    uint64_t key = key_of(l, d->kind), at_ns = 0;
    bool is_sound = is_time(d->clock, d->until);
    int result = is_sound ? try_at_once(l, d->kind) : d->wait(l, d);
    bool waited = result == EBUSY && is_sound;
    struct watch_entry *e = entry_make(t, key);
    if (waited) {
        struct waiting w;
        int error = errno;
        wait_begins(t, &w, e, key, d->kind, site);
        thread_leave(t);
        errno = error;
        result = d->wait(l, d);
        t->busy = 1;
        at_ns = wait_ends(t, &w, result == 0, result == ETIMEDOUT);
        e = w.entry;
    }
    if (result == 0)
        got(t, e, waited, at_ns);
    thread_leave(t);
    return result;
}

EXPORT int pthread_rwlock_rdlock(pthread_rwlock_t *l)
{
    static const struct demand d = {.kind = WATCH_READ, .wait = wait_for_ever};
    return take(l, &d, CALLER());
}

EXPORT int pthread_rwlock_wrlock(pthread_rwlock_t *l)
{
    static const struct demand d = {.kind = WATCH_WRITE, .wait = wait_for_ever};
    return take(l, &d, CALLER());
}

EXPORT int pthread_rwlock_timedrdlock(pthread_rwlock_t *l, const struct timespec *until)
{
    const struct demand d = {.kind = WATCH_READ, .wait = wait_until, .until = until};
    return take(l, &d, CALLER());
}

EXPORT int pthread_rwlock_timedwrlock(pthread_rwlock_t *l, const struct timespec *until)
{
    const struct demand d = {.kind = WATCH_WRITE, .wait = wait_until, .until = until};
    return take(l, &d, CALLER());
}

EXPORT int pthread_rwlock_clockrdlock(pthread_rwlock_t *l, clockid_t clock,
                                      const struct timespec *until)
{
    const struct demand d = {WATCH_READ, wait_until_of_clock, clock, until};
    return take(l, &d, CALLER());
}

EXPORT int pthread_rwlock_clockwrlock(pthread_rwlock_t *l, clockid_t clock,
                                      const struct timespec *until)
{
    const struct demand d = {WATCH_WRITE, wait_until_of_clock, clock, until};
    return take(l, &d, CALLER());
}

static int try_and_note(pthread_rwlock_t *l, enum watch_kind kind)
{
    int result = try_at_once(l, kind);
    struct watch_thread *t = result == 0 ? thread_enter() : NULL;
    if (t) {
        got(t, entry_make(t, key_of(l, kind)), false, 0);
        thread_leave(t);
    }
    return result;
}

EXPORT int pthread_rwlock_tryrdlock(pthread_rwlock_t *l)
{
    return try_and_note(l, WATCH_READ);
}

EXPORT int pthread_rwlock_trywrlock(pthread_rwlock_t *l)
{
    return try_and_note(l, WATCH_WRITE);
}

/*
 * Who lets go is told by what this thread holds.  Readers are waited for by writers and writers by
 * both, so what is dropped ends a hold that the other kind waited for.
 */
static void drop(struct watch_thread *t, pthread_rwlock_t *l, enum watch_kind kind)
{
    struct watch_entry *e = entry_find(t, key_of(l, kind));
    if (e && e->depth > 1)
        e->depth--;
    else if (e && e->depth)
        lock_drops(t, e, kind);
}

EXPORT int pthread_rwlock_unlock(pthread_rwlock_t *l)
{
    struct watch_thread *t = thread_enter();
    if (t) {
        struct watch_entry *writer = entry_find(t, key_of(l, WATCH_WRITE));
        drop(t, l, writer && writer->depth ? WATCH_WRITE : WATCH_READ);
        thread_leave(t);
    }
    return real()->rwlock_unlock(l);
}
