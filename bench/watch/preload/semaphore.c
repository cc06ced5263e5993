/* Semaphores: locks where who took one gives it back, else signals; contend tells them apart. */
#include "bench/watch/preload/internal.h"

#include <errno.h>

struct wish {
    int (*wait)(sem_t *s, const struct wish *w);
    clockid_t clock;
    const struct timespec *until;
};

static int wait_for_ever(sem_t *s, const struct wish *w)
{
    (void)w;
    return real()->sem_wait(s);
}

static int wait_until(sem_t *s, const struct wish *w)
{
    return real()->sem_timedwait(s, w->until);
}

static int wait_until_of_clock(sem_t *s, const struct wish *w)
{
    return real()->sem_clockwait(s, w->clock, w->until);
}

/* It may end by a signal (EINTR), or by the end of the thread. */
static int take_waiting(struct watch_thread *t, sem_t *s, struct watch_entry *e,
                        const struct wish *w, uintptr_t site, int before)
{
    struct waiting waiting;
    wait_begins(t, &waiting, e, key_of(s, WATCH_SEMAPHORE), WATCH_SEMAPHORE, site);
    thread_leave(t);
    errno = before;
    int result = w->wait(s, w), error = errno;
    t->busy = 1;
    uint64_t at_ns = wait_ends(t, &waiting, result == 0, result && error == ETIMEDOUT);
    if (!result && waiting.entry)
        lock_taken(t, waiting.entry, true, at_ns);
    thread_leave(t);
    errno = error;
    return result;
}

static void saw_take(struct watch_thread *t, const sem_t *s)
{
    if (LIKELY(!t->semaphore))
        return;
    t->is_semaphore_taken = t->semaphore == (uintptr_t)s;
    if (t->is_semaphore_taken && !t->is_main && !t->end_semaphore)
        t->end_semaphore = (uintptr_t)s;
}

static int take(sem_t *s, const struct wish *w, uintptr_t site)
{
    if (!is_time(w->clock, w->until))
        return w->wait(s, w);
    pthread_testcancel(); /* a thread may be cancelled here, whether it has to wait or not */
    struct watch_thread *t = thread_enter();
    if (!t)
        return w->wait(s, w);
    int error = errno;
    saw_take(t, s);
    struct watch_entry *e = entry_make(t, key_of(s, WATCH_SEMAPHORE));
    if (real()->sem_trywait(s))
        return take_waiting(t, s, e, w, site, error);
    if (e)
        lock_taken(t, e, false, 0);
    thread_leave(t);
    errno = error;
    return 0;
}

EXPORT int sem_wait(sem_t *s)
{
    static const struct wish w = {.wait = wait_for_ever};
    return take(s, &w, CALLER());
}

EXPORT int sem_timedwait(sem_t *s, const struct timespec *until)
{
    const struct wish w = {.wait = wait_until, .until = until};
    return take(s, &w, CALLER());
}

EXPORT int sem_clockwait(sem_t *s, clockid_t clock, const struct timespec *until)
{
    const struct wish w = {.wait = wait_until_of_clock, .clock = clock, .until = until};
    return take(s, &w, CALLER());
}

EXPORT int sem_trywait(sem_t *s)
{
    int result = real()->sem_trywait(s), error = errno;
    struct watch_thread *t = result == 0 ? thread_enter() : NULL;
    if (t) {
        struct watch_entry *e = entry_make(t, key_of(s, WATCH_SEMAPHORE));
        saw_take(t, s);
        if (e)
            lock_taken(t, e, false, 0);
        thread_leave(t);
    }
    errno = error;
    return result;
}

EXPORT int sem_init(sem_t *s, int is_shared, unsigned value)
{
    struct watch_thread *t = thread_enter();
    if (t) {
        t->semaphore = !is_shared && value == 1 ? (uintptr_t)s : 0;
        t->is_semaphore_taken = 0;
        thread_leave(t);
    }
    return real()->sem_init(s, is_shared, value);
}

/* Signal handlers may: nothing is set up here. */
static void saw_post(struct watch_thread *t, sem_t *s)
{
    uint64_t key = key_of(s, WATCH_SEMAPHORE);
    struct watch_entry *e = entry_find(t, key);
    bool is_own = e && e->depth;
    if (is_own)
        lock_drops(t, e, WATCH_SEMAPHORE);
    struct watch_lock *l = NULL;
    if (is_marked(hash_of(key)))
        l = e && e->lock ? entry_lock(e) : lock_of(key, WATCH_SEMAPHORE, 0, false);
    if (!l)
        return;
    l->posts++;
    l->own_posts += is_own && t->end_semaphore != (uintptr_t)s;
    if (!is_own)
        l->last_drop_ns = now_ns();
}

EXPORT int sem_post(sem_t *s)
{
    struct watch_thread *t = thread_enter_if_known();
    if (t) {
        int error = errno;
        saw_post(t, s);
        thread_leave(t);
        errno = error;
    }
    return real()->sem_post(s);
}
