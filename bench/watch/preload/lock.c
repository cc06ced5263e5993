/* What is known of a lock: by the thread that uses it, and by all once one of them had to wait. */
#include "bench/watch/preload/internal.h"

#include <string.h>

enum {
    PROBES = 8,              /* places of a thread's table that an address may have */
    LOCK_PROBES = 64,        /* and of the table of all */
    SAMPLED = 16,            /* one hold of so many is timed, where they are short */
    LONG_HOLD_NS = 2000,     /* beside which two looks at the clock are nothing */
    PAYS_FOR_ONE_NS = 1024,  /* so much of a long hold pays for two more looks: a 25th of it */
    STACK_FROM_NS = 1000000, /* nobody asks who blocked somebody for less */
    TURN_FROM_NS = 15000,    /* a shorter hold that nobody waited for is not in any picture */
    LONG_WAIT_NS = 1000000,  /* and beside this two looks at schedstat(5) */
    SPLIT_ALWAYS = 32,       /* waits of a thread for a lock are all looked at, */
    SPLIT_SAMPLED = 8,       /* and of those that follow one of so many */
};

/* ---- Counting -------------------------------------------------------------------------------- */

#define ADD(place, value) __atomic_fetch_add(&(place), value, __ATOMIC_RELAXED)

static void raise_to(uint64_t *most, uint64_t value)
{
    uint64_t seen = __atomic_load_n(most, __ATOMIC_RELAXED);
    while (value > seen && !__atomic_compare_exchange_n(most, &seen, value, true, __ATOMIC_RELAXED,
                                                        __ATOMIC_RELAXED))
        ;
}

/* What only who holds the lock writes needs no atomic instruction, which costs five times as much.
 */
#define ADD_ALONE(place, value)                                                                    \
    __atomic_store_n(&(place), __atomic_load_n(&(place), __ATOMIC_RELAXED) + (value),              \
                     __ATOMIC_RELAXED)

static bool is_of_one(enum watch_kind kind)
{
    return kind != WATCH_SEMAPHORE && kind != WATCH_READ;
}

static void histogram_count_alone(struct histogram *h, uint64_t value, uint32_t weight)
{
    ADD_ALONE(h->buckets[histogram_index(value)], weight);
    ADD_ALONE(h->count, weight);
    if (UINT64_MAX - value > h->min)
        h->min = UINT64_MAX - value;
    if (value > h->max)
        h->max = value;
}

void histogram_count(struct histogram *h, uint64_t value, uint32_t weight)
{
    /* Memory that was never written is all 0: the least is kept as its distance from above. */
    ADD(h->buckets[histogram_index(value)], weight);
    ADD(h->count, weight);
    raise_to(&h->min, UINT64_MAX - value);
    raise_to(&h->max, value);
}

void longest_note(struct watch_longest *l, uint64_t ns, uint64_t end_ns, uint32_t thread)
{
    if (ns <= l->ns)
        return;
    l->ns = ns;
    l->end_ns = end_ns;
    l->thread = thread;
}

static uint32_t number_of(const struct watch_lock *l)
{
    return (uint32_t)(l - local->region->locks) + 1;
}

/* ---- A thread's own table ---------------------------------------------------------------------
 */

static bool one_in(struct watch_thread *t, uint32_t many)
{
    t->random = t->random * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return ((t->random >> 32) * many) >> 32 == 0;
}

struct watch_entry *entry_find(struct watch_thread *t, uint64_t key)
{
    if (LIKELY(t->last && t->last->address == key))
        return t->last;
    size_t at = hash_of(key) >> 56;
    for (size_t i = 0; i < PROBES; i++) {
        struct watch_entry *e = &t->entries[(at + i) % WATCH_ENTRIES];
        if (e->address == key)
            return t->last = e;
        if (!e->address) /* a place that was taken once is never free again */
            return NULL;
    }
    return NULL;
}

/* One of which nothing more can be said than that it was taken makes room. */
static struct watch_entry *place_for(struct watch_thread *t, uint64_t key)
{
    size_t at = hash_of(key) >> 56;
    for (size_t i = 0; i < PROBES; i++) {
        struct watch_entry *e = &t->entries[(at + i) % WATCH_ENTRIES];
        if (!e->address)
            return e;
    }
    for (size_t i = 0; i < PROBES; i++) {
        struct watch_entry *e = &t->entries[(at + i) % WATCH_ENTRIES];
        if (!e->depth && !e->lock) {
            t->other_takes += e->takes;
            return e;
        }
    }
    return NULL;
}

struct watch_entry *entry_make(struct watch_thread *t, uint64_t key)
{
    struct watch_entry *e = entry_find(t, key);
    if (LIKELY(e != NULL))
        return e;
    e = place_for(t, key);
    if (!e) {
        t->lost++;
        return NULL;
    }
    memset(e, 0, sizeof *e);
    e->to_time = 1;
    e->address = key;
    return t->last = e;
}

/* ---- The table of all --------------------------------------------------------------------------
 */

static struct watch_lock *lock_init(uint32_t index, uint64_t key, enum watch_kind kind,
                                    uintptr_t site)
{
    struct watch_region *r = local->region;
    struct watch_lock *l = &r->locks[index];
    struct watch_key *k = &r->keys[index];
    k->process = local->process;
    k->address = key;
    k->kind = kind;
    l->kind = kind;
    l->process = local->process;
    l->address = key & ~UINT64_C(1);
    l->where = place_of(l->address);
    l->site = place_of(site);
    __atomic_store_n(&k->state, 2, __ATOMIC_RELEASE);
    __atomic_store_n(&local->marks[hash_of(key) >> 52], 1, __ATOMIC_RELAXED);
    pages_are_wanted(l, sizeof *l);
    return l;
}

static bool is_it(const struct watch_key *k, uint64_t key)
{
    return k->address == key && k->process == local->process;
}

struct watch_lock *lock_of(uint64_t key, enum watch_kind kind, uintptr_t site, bool makes)
{
    struct watch_region *r = local->region;
    uint64_t hash = hash_of(key ^ (uint64_t)local->process << 48);
    for (uint32_t i = 0; i < LOCK_PROBES; i++) {
        uint32_t index = (uint32_t)(hash >> 32) + i;
        index %= WATCH_LOCKS_MOST;
        struct watch_key *k = &r->keys[index];
        uint32_t state = __atomic_load_n(&k->state, __ATOMIC_ACQUIRE);
        if (state == 0 && !makes)
            return NULL;
        if (state == 0 && __atomic_compare_exchange_n(&k->state, &state, 1, false, __ATOMIC_ACQUIRE,
                                                      __ATOMIC_ACQUIRE))
            return lock_init(index, key, kind, site);
        /* Its maker is about to say what it is; one that was preempted, or killed, is passed over.
         */
        for (unsigned tries = 0; state == 1 && tries < 1000; tries++)
            state = __atomic_load_n(&k->state, __ATOMIC_ACQUIRE);
        if (state == 2 && is_it(k, key))
            return &r->locks[index];
    }
    if (makes)
        ADD(r->processes[local->process].lock_overflow, 1);
    return NULL;
}

/* ---- Takes and drops ---------------------------------------------------------------------- */

void lock_taken(struct watch_thread *t, struct watch_entry *e, bool waited, uint64_t at_ns)
{
    /* It has left that wait by a signal, and perhaps for good. */
    if (UNLIKELY(t->waits_for))
        t->phase = WATCH_ELSEWHERE;
    e->takes++;
    e->depth = 1;
    if (waited || local->region->times_all_holds)
        e->weight = 1;
    else if (e->to_time)
        e->weight = (uint8_t)(e->to_time-- > 0);
    else
        e->weight = one_in(t, SAMPLED) ? SAMPLED : 0;
    e->since_ns = !e->weight ? 0 : at_ns ? at_ns : now_ns();
    if (e->lock) {
        struct watch_lock *l = entry_lock(e);
        l->holder = thread_number(t);
        l->last_take_ns = e->since_ns;
    }
}

/* ---- Whom a hold keeps waiting ----------------------------------------------------------------
 */

/* The other side of a read-write lock, where anybody ever waited on that. */
static struct watch_lock *other_side(const struct watch_entry *e, enum watch_kind kind)
{
    uint64_t key = e->address ^ 1;
    if (LIKELY((kind != WATCH_READ && kind != WATCH_WRITE) || !is_marked(hash_of(key))))
        return NULL;
    return lock_of(key, kind == WATCH_READ ? WATCH_WRITE : WATCH_READ, 0, false);
}

/* Since when somebody waits on that side; 0: nobody does. */
static uint64_t wanted_since(const struct watch_lock *l)
{
    return l && __atomic_load_n(&l->waiters, __ATOMIC_RELAXED)
               ? __atomic_load_n(&l->first_wait_ns, __ATOMIC_RELAXED)
               : 0;
}

/* A writer keeps both sides waiting, readers the writers: those who read wait for none of them. */
static uint64_t first_of_both(const struct watch_lock *own, const struct watch_lock *other,
                              enum watch_kind kind)
{
    uint64_t own_ns = kind == WATCH_READ ? 0 : wanted_since(own), other_ns = wanted_since(other);
    return !own_ns || (other_ns && other_ns < own_ns) ? other_ns : own_ns;
}

/* Who goes on waiting does so for the next one. */
static void restart_waits(struct watch_lock *l, uint64_t end_ns)
{
    if (!wanted_since(l))
        return;
    __atomic_store_n(&l->first_wait_ns, end_ns, __ATOMIC_RELAXED);
    l->last_drop_ns = end_ns;
}

static void restart_all(struct watch_lock *own, struct watch_lock *other, enum watch_kind kind,
                        uint64_t end_ns)
{
    if (kind != WATCH_READ) {
        restart_waits(own, end_ns);
        restart_waits(other, end_ns);
    } else if (other) {
        other->last_drop_ns = end_ns; /* other readers go on keeping them waiting */
    }
}

/* Somebody waits, or may: that is what a hold is about. */
static void note_block(struct watch_thread *t, const struct watch_entry *e, struct watch_lock *l,
                       uint64_t first_ns, uint64_t end_ns)
{
    uint64_t from_ns = e->since_ns > first_ns ? e->since_ns : first_ns;
    uint64_t blocked_ns = end_ns > from_ns ? end_ns - from_ns : 0;
    histogram_count(&l->blocks, blocked_ns, 1);
    ADD(l->blocked_holds, 1);
    if (blocked_ns > l->longest_block.ns) {
        longest_note(&l->longest_block, blocked_ns, end_ns, thread_number(t));
        if (local->region->with_stacks && blocked_ns > STACK_FROM_NS)
            l->longest_block.stack = stack_keep(l->longest_block.stack, l->kind == WATCH_GIL);
    }
}

/*
 * One that is waited for counts once, and not as one of many: it is what the ledger is about. Where
 * its begin was not looked at, it has lasted since somebody waited, at least.
 */
static void time_blocking(struct watch_entry *e, uint64_t first_ns)
{
    e->weight = 1;
    if (!e->since_ns)
        e->since_ns = first_ns;
}

static void note_turn(struct watch_thread *t, const struct watch_entry *e,
                      const struct watch_lock *l, uint64_t end_ns, bool is_waited_for)
{
    struct watch_region *r = local->region;
    bool has_waited = t->last_wait_end_ns == e->since_ns;
    if (!has_waited && !is_waited_for && end_ns - e->since_ns < TURN_FROM_NS)
        return;
    uint32_t number = ADD(r->turn_count, 1);
    if (number >= WATCH_TURNS_MOST)
        return; /* the reader says how many there were */
    struct watch_turn *turn = &r->turns[number];
    turn->wait_ns = has_waited ? t->last_wait_since_ns : 0;
    turn->take_ns = e->since_ns;
    turn->drop_ns = end_ns;
    turn->lock = number_of(l);
    turn->is_put_out = t->is_put_out;
    __atomic_store_n(&turn->thread, thread_number(t), __ATOMIC_RELEASE);
}

static void note_hold(struct watch_thread *t, struct watch_entry *e, struct watch_lock *l,
                      uint64_t end_ns)
{
    uint64_t hold_ns = end_ns > e->since_ns ? end_ns - e->since_ns : 0;
    uint64_t to_time = hold_ns > LONG_HOLD_NS ? hold_ns / PAYS_FOR_ONE_NS : 0;
    e->hold_ns += hold_ns * e->weight;
    if (to_time > e->to_time)
        e->to_time = to_time >> 32 ? ~0u : (uint32_t)to_time;
    if (l && is_of_one((enum watch_kind)l->kind)) {
        histogram_count_alone(&l->holds, hold_ns, e->weight);
        ADD_ALONE(l->hold_ns, hold_ns * e->weight);
        ADD_ALONE(l->timed, e->weight);
    } else if (l) {
        histogram_count(&l->holds, hold_ns, e->weight);
        ADD(l->hold_ns, hold_ns * e->weight);
        ADD(l->timed, e->weight);
    }
    if (l)
        longest_note(&l->longest_hold, hold_ns, end_ns, thread_number(t));
    e->since_ns = 0;
}

/* Its record that others know, where somebody ever waited for it, or waits on its other side. */
static struct watch_lock *known_lock(struct watch_entry *e, enum watch_kind kind,
                                     const struct watch_lock *other)
{
    struct watch_lock *l = entry_lock(e);
    if (LIKELY(l || (!is_marked(hash_of(e->address)) && !wanted_since(other))))
        return l;
    l = lock_of(e->address, kind, 0, wanted_since(other) != 0);
    if (!l)
        return NULL;
    e->lock = number_of(l);
    if (other && !l->site.address)
        l->site = other->site; /* who was the first to wait for it, on that side */
    return l;
}

void lock_drops(struct watch_thread *t, struct watch_entry *e, enum watch_kind kind)
{
    struct watch_lock *other = other_side(e, kind);
    struct watch_lock *l = known_lock(e, kind, other);
    e->depth = 0;
    uint64_t first_ns = l ? first_of_both(l, other, kind) : 0;
    if (LIKELY(!e->since_ns && !first_ns)) {
        if (l)
            l->holder = 0;
        return;
    }
    uint64_t end_ns = now_ns();
    if (first_ns) {
        note_block(t, e, l, first_ns, end_ns);
        time_blocking(e, first_ns);
        restart_all(l, other, kind, end_ns);
    }
    if (l && local->region->with_turns)
        note_turn(t, e, l, end_ns, first_ns != 0);
    note_hold(t, e, l, end_ns);
    t->is_put_out = 0;
    if (l)
        l->holder = 0;
}

/* ---- Waits -------------------------------------------------------------------------------------
 */

/* A semaphore is a lock where those who took it gave it back. */
static bool is_want(const struct watch_lock *l, enum watch_kind kind)
{
    return kind != WATCH_CONDITION &&
           (kind != WATCH_SEMAPHORE || (l && l->own_posts * 2 > l->posts));
}

void wait_begins(struct watch_thread *t, struct waiting *w, struct watch_entry *e, uint64_t key,
                 enum watch_kind kind, uintptr_t site)
{
    struct watch_lock *l = e ? entry_lock(e) : NULL;
    if (!l)
        l = lock_of(key, kind, site, true);
    if (e && l)
        e->lock = number_of(l);
    *w = (struct waiting){.lock = l, .entry = e, .key = key, .since_ns = now_ns()};
    w->is_want = is_want(l, kind);
    if (l) {
        if (ADD(l->waiters, 1) == 0)
            __atomic_store_n(&l->first_wait_ns, w->since_ns, __ATOMIC_RELAXED);
        t->phase_lock = number_of(l);
        w->outer = t->waits_for;
        t->waits_for = number_of(l);
    }
    uint64_t ran_ns;
    t->wait_runnable_ns = UINT64_MAX;
    t->split_weight = e && e->contended < SPLIT_ALWAYS ? 1 : SPLIT_SAMPLED;
    if (e && e->splits && (t->split_weight == 1 || one_in(t, SPLIT_SAMPLED)))
        own_schedstat(&ran_ns, &t->wait_runnable_ns);
    t->phase_since_ns = w->since_ns;
    t->phase = w->is_want ? WATCH_WANTS : WATCH_ELSEWHERE;
}

/* Of waiting for a lock what was waiting for a CPU: it belongs to that. */
void split_wait(struct watch_thread *t, struct watch_entry *e, uint64_t since_ns)
{
    uint64_t ran_ns, runnable_ns, at_ns = now_ns();
    uint64_t wait_ns = at_ns > since_ns ? at_ns - since_ns : 0;
    if (t->wait_runnable_ns != UINT64_MAX && own_schedstat(&ran_ns, &runnable_ns)) {
        uint64_t part_ns = runnable_ns - t->wait_runnable_ns;
        t->want_runnable_ns += t->split_weight * (part_ns < wait_ns ? part_ns : wait_ns);
    }
    e->splits = wait_ns > LONG_WAIT_NS;
}

static void note_hand_over(const struct waiting *w, struct watch_lock *l, uint64_t at_ns)
{
    uint64_t drop_ns = l->last_drop_ns;
    ADD(l->hand_overs, 1);
    if (drop_ns > w->since_ns && at_ns >= drop_ns)
        histogram_count(&l->hand_over_times, at_ns - drop_ns, 1);
}

static void leave_queue(struct watch_thread *t, struct watch_lock *l, uint32_t outer)
{
    t->waits_for = outer;
    if (__atomic_sub_fetch(&l->waiters, 1, __ATOMIC_RELAXED) == 0)
        __atomic_store_n(&l->first_wait_ns, 0, __ATOMIC_RELAXED);
}

void wait_is_given_up(struct watch_thread *t)
{
    if (t->waits_for)
        leave_queue(t, &local->region->locks[t->waits_for - 1], 0);
}

void wait_ended(struct watch_thread *t, struct waiting *w, bool got, bool timed_out, uint64_t at_ns)
{
    struct watch_lock *l = w->lock;
    uint64_t wait_ns = at_ns > w->since_ns ? at_ns - w->since_ns : 0;
    /* A signal handler that took many locks meanwhile may have got its place. */
    if (w->entry && w->entry->address != w->key)
        w->entry = NULL;
    t->last_wait_since_ns = w->since_ns;
    t->last_wait_end_ns = at_ns;
    t->phase = WATCH_ELSEWHERE;
    if (l)
        leave_queue(t, l, w->outer);
    if (!got && !timed_out)
        return;
    if (w->is_want)
        t->want_ns += wait_ns;
    if (w->entry) {
        w->entry->contended++;
        w->entry->wait_ns += wait_ns;
    }
    if (!l)
        return;
    ADD(l->contended, 1);
    ADD(l->wait_ns, wait_ns);
    ADD(l->timeouts, timed_out);
    histogram_count(&l->waits, wait_ns, 1);
    longest_note(&l->longest_wait, wait_ns, at_ns, thread_number(t));
    if (got)
        note_hand_over(w, l, at_ns);
}

uint64_t wait_ends(struct watch_thread *t, struct waiting *w, bool got, bool timed_out)
{
    struct watch_lock *l = w->lock;
    /* Who gave a semaphore back for the first time says what it is. */
    if (l && l->kind == WATCH_SEMAPHORE)
        w->is_want = is_want(l, WATCH_SEMAPHORE);
    /* What that takes is waiting, too: the caller does not have it yet. */
    if (w->is_want && w->entry && w->entry->address == w->key && (got || timed_out))
        split_wait(t, w->entry, w->since_ns);
    uint64_t at_ns = now_ns();
    wait_ended(t, w, got, timed_out, at_ns);
    return at_ns;
}
