/*
 * CPython's global interpreter lock, seen by its calls alone (Python/ceval_gil.h, 3.2 to 3.14).
 *
 *   begin  mutex_init(M) mutex_init(SM) cond_init(C) cond_init(SC), one behind the other
 *   take   lock(M) [timedwait(C, M)]* lock(SM) signal(SC) unlock(SM) unlock(M)
 *   drop   lock(M) signal(C) unlock(M) [lock(SM) [wait(SC, SM)] unlock(SM)]
 *
 * A waiter whose wait ends by its time asks the holder to drop it.  A hold ends at the signal: whom
 * it wakes often runs before the unlock does.  All of it is written by who holds M.
 */
#include "bench/watch/preload/internal.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

enum { INIT_MUTEX, INIT_SWITCH_MUTEX, INIT_CONDITION, INIT_SWITCH_CONDITION, INITS };

enum { NEAR_BYTES = 256 };

static uint32_t number_of(const struct watch_lock *g)
{
    return (uint32_t)(g - local->region->locks) + 1;
}

bool gil_is_switch(const void *address)
{
    for (uint32_t i = 0; i < local->gil_count; i++) {
        const struct watch_lock *g = &local->region->locks[local->gils[i]];
        if (g->switch_mutex == (uintptr_t)address || g->switch_condition == (uintptr_t)address)
            return true;
    }
    return false;
}

void gil_is_gone(uint32_t lock)
{
    for (uint32_t i = 0; i < local->gil_count; i++) {
        struct watch_lock *g = &local->region->locks[local->gils[i]];
        if (local->gils[i] == lock)
            local->gil_mutexes[i] = g->switch_mutex = g->switch_condition = 0;
    }
}

/* ---- Recognising it ----------------------------------------------------------------------------
 */

/* "3.11.7 (main, ..": NULL where there is no such interpreter in this process.  One that a program
 * loads for itself alone is found by who calls. */
static const char *python_version(uintptr_t site)
{
    void *found = real_symbol(RTLD_DEFAULT, "Py_GetVersion");
    const char *(*version)(void);
    const char *path = found ? NULL : path_of(site);
    void *module = path ? dlopen(path, RTLD_LAZY | RTLD_NOLOAD) : NULL;
    if (module) {
        found = real_symbol(module, "Py_GetVersion");
        dlclose(module); /* it stays: who calls lies in it */
    }
    memcpy(&version, &found, sizeof version);
    return version ? version() : NULL;
}

static void python_note(const char *version)
{
    struct watch_process *p = &local->region->processes[local->process];
    size_t length = strcspn(version, " ");
    if (p->runtime)
        return;
    length = length < sizeof p->version - 1 ? length : sizeof p->version - 1;
    memcpy(p->version, version, length);
    p->version[length] = '\0';
    p->runtime =
        strstr(version, "free-threading") ? WATCH_RUNTIME_CPYTHON_FREE : WATCH_RUNTIME_CPYTHON;
}

/* As they lie in struct _gil_runtime_state, of 3.7 and later. */
static bool is_of_one_struct(const uint64_t at[INITS])
{
    uint64_t mutex = at[INIT_CONDITION] + sizeof(pthread_cond_t);
    uint64_t switch_condition = mutex + sizeof(pthread_mutex_t);
    return at[INIT_MUTEX] == mutex && at[INIT_SWITCH_CONDITION] == switch_condition &&
           at[INIT_SWITCH_MUTEX] == switch_condition + sizeof(pthread_cond_t);
}

/* Older ones have four variables beside each other. */
static bool is_near(const uint64_t at[INITS])
{
    for (size_t i = 1; i < INITS; i++) {
        uint64_t apart = at[i] > at[0] ? at[i] - at[0] : at[0] - at[i];
        if (apart > NEAR_BYTES)
            return false;
    }
    return true;
}

static bool is_old(const char *version)
{
    return !strncmp(version, "3.", 2) && version[2] >= '2' && version[2] <= '6' &&
           version[3] == '.';
}

static void add_gil(const uint64_t at[INITS], uintptr_t site)
{
    struct watch_lock *g = lock_of(at[INIT_MUTEX], WATCH_GIL, site, true);
    if (!g || local->gil_count >= GILS_MOST) {
        if (g)
            __atomic_fetch_add(&local->region->processes[local->process].lock_overflow, 1,
                               __ATOMIC_RELAXED);
        return;
    }
    g->kind = WATCH_GIL;
    g->condition = at[INIT_CONDITION];
    g->switch_mutex = at[INIT_SWITCH_MUTEX];
    g->switch_condition = at[INIT_SWITCH_CONDITION];
    uint32_t index = local->gil_count;
    g->serial = index;
    local->gils[index] = number_of(g) - 1;
    local->gil_mutexes[index] = at[INIT_MUTEX];
    __atomic_store_n(&local->gil_count, index + 1, __ATOMIC_RELEASE);
}

static bool is_known(uint64_t mutex)
{
    for (uint32_t i = 0; i < local->gil_count; i++)
        if (local->gil_mutexes[i] == mutex)
            return true;
    return false;
}

void gil_saw_init(struct watch_thread *t, const void *address, bool is_condition, uintptr_t site)
{
    static const bool conditions[INITS] = {false, false, true, true};
    uint64_t at[INITS];
    memmove(t->inits, t->inits + 1, sizeof t->inits - sizeof t->inits[0]);
    t->inits[INITS - 1] = (uintptr_t)address | is_condition;
    for (size_t i = 0; i < INITS; i++) {
        at[i] = t->inits[i] & ~UINT64_C(1);
        if (!at[i] || (t->inits[i] & 1) != conditions[i])
            return;
    }
    if (!is_near(at))
        return;
    const char *version = python_version(site);
    if (!version || !(is_of_one_struct(at) || is_old(version)))
        return;
    python_note(version);
    if (!is_known(at[INIT_MUTEX]))
        add_gil(at, site);
}

void gil_saw_start(struct watch_thread *t, uintptr_t site)
{
    if (!t->is_semaphore_taken)
        return;
    const char *version = python_version(site);
    if (version && version[0] == '2') {
        python_note(version);
        lock_of(t->semaphore, WATCH_GIL, site, true);
    }
    t->semaphore = t->is_semaphore_taken = 0;
}

/* ---- Taking it, dropping it --------------------------------------------------------------- */

void gil_begin_waiting(struct watch_thread *t, struct watch_lock *g)
{
    struct waiting w;
    struct watch_entry *e = entry_make(t, g->address);
    if (e)
        e->lock = number_of(g);
    wait_begins(t, &w, e, g->address, WATCH_GIL, 0);
    t->wait_since_ns = w.since_ns;
}

int gil_mutex_lock(struct watch_thread *t, struct watch_lock *g, pthread_mutex_t *m)
{
    t->is_drop = g->kind == WATCH_TOGGLE ? g->holder == thread_number(t) : t->gil == number_of(g);
    t->signalled = t->timeouts = 0;
    t->wait_since_ns = 0;
    int result = real()->mutex_trylock(m);
    if (result == EBUSY) {
        if (!t->is_drop)
            gil_begin_waiting(t, g);
        result = real()->mutex_lock(m);
    }
    t->inside = number_of(g);
    return result;
}

void gil_wait_begins(struct watch_thread *t, struct watch_lock *g)
{
    if (g->kind == WATCH_TOGGLE) {
        toggle_wait_begins(t, g);
        return;
    }
    if (!t->is_drop && !t->wait_since_ns)
        gil_begin_waiting(t, g);
}

/* The interpreter asks on the same condition: nobody else got it meanwhile. */
void gil_wait_ended(struct watch_thread *t, struct watch_lock *g, uint64_t switched_ns, int result)
{
    if (t->is_drop || result != ETIMEDOUT)
        return;
    t->timeouts++;
    g->timeouts++;
    if (g->kind == WATCH_GIL && g->switched_ns == switched_ns)
        g->asked_ns = now_ns();
}

void gil_signals(struct watch_thread *t, struct watch_lock *g, const pthread_cond_t *c)
{
    if (g->kind == WATCH_TOGGLE)
        return;
    if (!t->is_drop) {
        t->signalled |= g->switch_condition == (uintptr_t)c;
        return;
    }
    if (g->condition != (uintptr_t)c)
        return;
    struct watch_entry *e = entry_find(t, g->address);
    bool was_asked = g->asked_ns > g->switched_ns;
    t->signalled = 1;
    t->gil = 0;
    t->phase = WATCH_ELSEWHERE;
    g->asked_ns = 0;
    g->asked += was_asked;
    g->given_up += !was_asked;
    if (e) {
        e->asked += was_asked;
        t->is_put_out = was_asked;
        lock_drops(t, e, WATCH_GIL);
    }
}

/* What the others look at while they hold the mutex. */
static void note_switch(struct watch_thread *t, struct watch_lock *g, uint64_t at_ns)
{
    if (g->last_holder == thread_number(t))
        return;
    g->last_holder = thread_number(t);
    g->switched_ns = at_ns;
}

static void gil_taken(struct watch_thread *t, struct watch_lock *g, uint64_t at_ns)
{
    struct watch_entry *e = entry_make(t, g->address);
    if (t->wait_since_ns) {
        struct waiting w = {.lock = g,
                            .entry = e,
                            .key = g->address,
                            .since_ns = t->wait_since_ns,
                            .is_want = true};
        wait_ended(t, &w, true, false, at_ns);
        if (w.entry)
            split_wait(t, w.entry, w.since_ns);
    }
    if (e) {
        e->lock = number_of(g);
        lock_taken(t, e, true, at_ns);
    }
    t->gil = t->phase_lock = number_of(g);
    t->phase_since_ns = at_ns;
    t->phase = WATCH_HOLDS;
}

/* A thread that ends while the interpreter does leaves without it. */
static void abandoned(struct watch_thread *t, struct watch_lock *g)
{
    struct waiting w = {.lock = g, .since_ns = t->wait_since_ns, .is_want = true};
    if (t->wait_since_ns)
        wait_ends(t, &w, false, false);
}

/* Whether this thread comes out of the mutex with the lock. */
static bool has_taken(struct watch_thread *t, struct watch_lock *g)
{
    if (t->inside != number_of(g))
        return false;
    t->inside = 0;
    if (g->kind == WATCH_TOGGLE)
        return toggle_takes(t, g);
    if (t->is_drop)
        g->anomalies += !t->signalled;
    else if (!t->signalled)
        abandoned(t, g);
    return !t->is_drop && t->signalled;
}

/*
 * The one who was put out is awake by now and wants the mutex: whatever is counted before it is
 * free makes him sleep once more, and costs two switches a turn.  Who has the lock is alone with
 * its record without the mutex as well.
 */
int gil_mutex_unlock(struct watch_thread *t, struct watch_lock *g, pthread_mutex_t *m)
{
    bool is_taken = has_taken(t, g);
    uint64_t at_ns = is_taken ? now_ns() : 0;
    if (is_taken)
        note_switch(t, g, at_ns);
    int result = real()->mutex_unlock(m);
    if (is_taken)
        gil_taken(t, g, at_ns);
    t->wait_since_ns = 0;
    return result;
}
