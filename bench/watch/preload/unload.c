/*
 * Libraries that are unloaded: their locks are gone, and another library's may lie where they were.
 * What was seen of them stays, and is known by no address any more.
 */
#include "bench/watch/preload/internal.h"

#include <dlfcn.h>

/* Keys are even, but for readers: what no key is, no thread finds again. */
enum { GONE = 2 };

static bool is_there(const struct watch_lock *l)
{
    struct watch_place now = place_of(l->address);
    return now.module == l->where.module && now.address == l->where.address;
}

static void each_entry(void (*does)(struct watch_entry *e, uint32_t lock), uint32_t lock)
{
    struct watch_region *r = local->region;
    uint32_t count = watch_thread_count(r);
    for (uint32_t i = 0; i < count; i++) {
        struct watch_thread *t = &r->threads[i];
        for (size_t k = 0; t->process == local->process && k < WATCH_ENTRIES; k++)
            if (t->entries[k].address)
                does(&t->entries[k], lock);
    }
}

static void note_place(struct watch_entry *e, uint32_t unused)
{
    (void)unused;
    e->is_of_library = path_of(e->address) != NULL;
}

static void forget(struct watch_entry *e, uint32_t lock)
{
    if (e->lock == lock)
        e->address |= GONE;
}

/* Of a lock that nobody ever waited for: others know nothing of it. */
static void forget_quiet(struct watch_entry *e, uint32_t unused)
{
    (void)unused;
    if (!e->lock && !e->depth && e->is_of_library && !path_of(e->address))
        e->address |= GONE;
}

static void forget_unloaded(struct watch_region *r)
{
    for (uint32_t i = 0; i < WATCH_LOCKS_MOST; i++) {
        struct watch_key *k = &r->keys[i];
        struct watch_lock *l = &r->locks[i];
        if (__atomic_load_n(&k->state, __ATOMIC_ACQUIRE) != 2 || k->process != local->process ||
            !l->where.module || is_there(l))
            continue;
        gil_is_gone(i);
        __atomic_store_n(&k->state, 3, __ATOMIC_RELEASE);
        each_entry(forget, i + 1);
    }
    each_entry(forget_quiet, 0);
}

EXPORT int dlclose(void *handle)
{
    struct watch_thread *t = thread_enter();
    if (t) {
        each_entry(note_place, 0);
        thread_leave(t);
    }
    int result = real()->dlclose(handle);
    t = result ? NULL : thread_enter();
    if (t) {
        forget_unloaded(local->region);
        thread_leave(t);
    }
    return result;
}
