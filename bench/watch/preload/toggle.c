/*
 * The global locks of Ruby and OCaml: a mutex that guards who runs, and is let go while he does.
 *
 *   take   lock(M) [wait(C, M)]* unlock(M)
 *   drop   lock(M) unlock(M), with a signal before or behind
 *   yield  lock(M) signal(C) wait(C, M) unlock(M)
 *
 * So who goes in without it comes out with it, and who goes in with it comes out without, unless he
 * waited inside.  A mutex is taken for one where two threads wait on conditions with it and it lies
 * where that runtime has it.  What is mistaken once is right again when the next thread has had it;
 * a take while another should have it counts as an anomaly.
 */
#include "bench/watch/preload/internal.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

enum { SETTLED_AFTER = 8 }; /* takes that waited */

static struct watch_process *this_process(void)
{
    return &local->region->processes[local->process];
}

/* What a program was linked with: found before it runs, for later the search would wait for a lock
 * of the dynamic linker, and perhaps for a thread that waits for one of this thread's. */
static enum watch_runtime linked_runtime;
static const char *linked_version = "";

static bool has_symbol(const char *name)
{
    return real_symbol(RTLD_DEFAULT, name) != NULL;
}

void toggle_find_runtime(void)
{
    if (has_symbol("ruby_version")) {
        linked_runtime = WATCH_RUNTIME_RUBY;
        linked_version = real_symbol(RTLD_DEFAULT, "ruby_version");
    } else if (has_symbol("caml_startup")) {
        linked_runtime = WATCH_RUNTIME_OCAML;
    } else if (has_symbol("pypy_main_startup") || has_symbol("rpython_startup_code")) {
        linked_runtime = WATCH_RUNTIME_PYPY;
    }
}

static void note_runtime(struct watch_process *p)
{
    local->is_runtime_known = true;
    if (p->runtime || !linked_runtime)
        return;
    p->runtime = linked_runtime;
    strncpy(p->version, linked_version, sizeof p->version - 1);
}

/* Ruby's lies in a structure that it allocates, OCaml's among the variables of the program. */
static bool lies_right(enum watch_runtime runtime, const pthread_mutex_t *m)
{
    bool is_variable = place_of((uintptr_t)m).module != 0;
    return runtime == WATCH_RUNTIME_OCAML ? is_variable : !is_variable;
}

static void add(const pthread_mutex_t *m, uintptr_t site)
{
    struct watch_lock *g = lock_of(key_of(m, WATCH_MUTEX), WATCH_TOGGLE, site, true);
    uint32_t index = local->gil_count;
    if (!g || index >= GILS_MOST)
        return;
    g->kind = WATCH_TOGGLE;
    local->gils[index] = (uint32_t)(g - local->region->locks);
    local->gil_mutexes[index] = (uintptr_t)m;
    __atomic_store_n(&local->gil_count, index + 1, __ATOMIC_RELEASE);
}

void toggle_saw_wait(struct watch_thread *t, const pthread_mutex_t *m, uintptr_t site)
{
    struct watch_process *p = this_process();
    if (!local->is_runtime_known)
        note_runtime(p);
    if ((p->runtime != WATCH_RUNTIME_RUBY && p->runtime != WATCH_RUNTIME_OCAML) ||
        local->gil_count || !lies_right((enum watch_runtime)p->runtime, m))
        return;
    uint32_t free_place = CANDIDATES;
    for (uint32_t i = 0; i < CANDIDATES; i++) {
        struct candidate *c = &local->candidates[i];
        if (c->mutex == (uintptr_t)m) {
            if (c->thread != thread_number(t))
                add(m, site); /* it holds the mutex: nobody else does the same */
            return;
        }
        if (!c->mutex && free_place == CANDIDATES)
            free_place = i;
    }
    /* Of many that wait for something else each, the oldest makes room. */
    if (free_place == CANDIDATES)
        free_place = local->next_candidate++ % CANDIDATES;
    local->candidates[free_place] = (struct candidate){(uintptr_t)m, thread_number(t)};
}

/* ---- Taking it, dropping it --------------------------------------------------------------- */

void toggle_drops(struct watch_thread *t, struct watch_lock *g)
{
    struct watch_entry *e = entry_find(t, g->address);
    t->gil = 0;
    t->phase = WATCH_ELSEWHERE;
    g->given_up++;
    if (e && e->depth)
        lock_drops(t, e, WATCH_TOGGLE);
    g->holder = 0;
}

/* A wait inside: who had it has it no more. */
void toggle_wait_begins(struct watch_thread *t, struct watch_lock *g)
{
    if (t->is_drop && !t->signalled)
        toggle_drops(t, g);
    t->signalled = 1;
    if (!t->wait_since_ns)
        gil_begin_waiting(t, g);
}

/* The mutex was known as an ordinary one when this thread began to wait with it. */
void toggle_joins(struct watch_thread *t, struct watch_lock *g)
{
    t->inside = (uint32_t)(g - local->region->locks) + 1;
    t->is_drop = 0;
    t->signalled = 1;
    t->wait_since_ns = 0;
}

bool toggle_takes(struct watch_thread *t, struct watch_lock *g)
{
    if (t->is_drop && !t->signalled) {
        toggle_drops(t, g);
        return false;
    }
    /* Who had it when it was recognised is known only after each has had it. */
    bool is_settled = g->contended >= SETTLED_AFTER;
    g->anomalies += is_settled && g->holder && g->holder != thread_number(t);
    return true;
}
