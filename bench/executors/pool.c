#include "bench/executors/pool.h"

#include "bench/base/clock.h"
#include "bench/base/futex.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

enum {
    RING_MOST = 4096,          /* entries: 16 KiB, stays in the first cache */
    CLAIM_NS = 2000,           /* what a claim may hold: the imbalance at the end */
    LONG_NS = 100000,          /* the caller hears of items that took longer at once */
    LOOK_EVERY_NS = 200000000, /* how often a parked caller looks after its workers */
    PAUSES = 32,               /* between two looks at the clock */
};

/* What the caller is parked for; 0: it is not. */
enum pool_wait { WAIT_NONE, WAIT_ROOM, WAIT_ITEM, WAIT_ALL };

static inline void pause_cpu(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static size_t lines(size_t bytes)
{
    return (bytes + POOL_LINE_BYTES - 1) / POOL_LINE_BYTES * POOL_LINE_BYTES;
}

struct pool *pool_new(const struct pool_config *config, struct err *err)
{
    assert(config->batch >= 1 && config->batch <= POOL_BATCH_MAX && config->workers >= 1);
    uint32_t capacity = 2 * POOL_BATCH_MAX;
    while (capacity < RING_MOST && capacity < config->items)
        capacity *= 2;
    size_t ring_at = lines(sizeof(struct pool));
    size_t ended_at = ring_at + lines(sizeof(_Atomic uint32_t) * capacity);
    size_t workers_at = ended_at + lines(config->items);
    size_t bytes = workers_at + sizeof(struct pool_worker) * config->workers;
    char *map = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                     MAP_ANONYMOUS | (config->is_shared ? MAP_SHARED : MAP_PRIVATE), -1, 0);
    if (map == MAP_FAILED) {
        err_set(err, ERR_LIMIT, "no memory for a pool of %zu bytes: %s", bytes, strerror(errno));
        return NULL;
    }
    struct pool *p = (struct pool *)(void *)map;
    p->config = *config;
    p->map_bytes = bytes;
    p->mask = capacity - 1;
    p->low = config->cpus > 1 ? capacity / 2 : 0;
    p->ring = (void *)(map + ring_at);
    p->ended = (void *)(map + ended_at);
    p->workers = (void *)(map + workers_at);
    return p;
}

void pool_free(struct pool *p)
{
    if (p)
        munmap(p, p->map_bytes);
}

/* ---- Waking ------------------------------------------------------------------------ */

/* Items that are published and not claimed. */
static uint64_t items_ready(const struct pool *p)
{
    /* The head first: it never passes the tail, so the difference cannot be negative. */
    uint64_t head = atomic_load(&p->head);
    return atomic_load(&p->tail) - head;
}

/* Whoever takes the mark away has to count the worker as awake again. */
static bool unpark(struct pool *p, struct pool_worker *w)
{
    if (!atomic_load(&w->is_parked) || !atomic_exchange(&w->is_parked, 0))
        return false;
    atomic_fetch_add(&p->awake, 1);
    return true;
}

static void wake_workers(struct pool *p, uint64_t count)
{
    uint32_t total = p->config.workers;
    for (uint32_t looked = 0; looked < total && count > 0; looked++) {
        struct pool_worker *w = &p->workers[p->cursor];
        p->cursor = p->cursor + 1 == total ? 0 : p->cursor + 1;
        if (unpark(p, w)) {
            futex_wake(&w->is_parked, 1, p->config.is_shared);
            count--;
        }
    }
}

static void wake_caller(struct pool *p)
{
    if (atomic_exchange(&p->caller, WAIT_NONE) != WAIT_NONE)
        futex_wake(&p->caller, 1, p->config.is_shared);
}

/* ---- Workers ----------------------------------------------------------------------- */

/* Whether one more awake unit than the caller and the busy workers fits on the CPUs. */
static bool fits(const struct pool *p)
{
    return atomic_load_explicit(&p->awake, memory_order_relaxed) < p->config.cpus;
}

static bool has_news(const struct pool *p)
{
    return items_ready(p) > 0 || atomic_load(&p->is_stopped);
}

/* Looks for work for a while; false when it should park instead. */
static bool spin(const struct pool *p)
{
    if (!p->config.spin_ns)
        return false;
    uint64_t deadline_ns = 0; /* not known: the clock is read when nothing came at once */
    while (fits(p)) {
        for (int i = 0; i < PAUSES; i++) {
            if (has_news(p))
                return true;
            pause_cpu();
        }
        uint64_t now_ns = clock_now_ns();
        if (!deadline_ns)
            deadline_ns = now_ns + p->config.spin_ns;
        if (now_ns >= deadline_ns)
            break;
    }
    return false;
}

/*
 * One worker fewer is awake.  Of two that would give way to each other one may stay: whoever
 * comes second looks again.
 */
static bool leave(struct pool *p)
{
    uint32_t awake = atomic_load(&p->awake);
    bool was_crowded = awake >= p->config.cpus;
    while (!atomic_compare_exchange_weak(&p->awake, &awake, awake - 1))
        if (was_crowded && p->config.spin_ns && awake < p->config.cpus)
            return false;
    return true;
}

static void idle(struct pool *p, struct pool_worker *w)
{
    /* The ring is empty: a caller that waits for room has it, whoever made it. */
    if (atomic_load(&p->caller) == WAIT_ROOM)
        wake_caller(p);
    if (spin(p) || !leave(p))
        return;
    /* The mark, then a look at the tail; the caller moves the tail, then looks at `awake`. */
    atomic_store(&w->is_parked, 1);
    if (has_news(p)) {
        unpark(p, w);
        return;
    }
    while (atomic_load(&w->is_parked))
        futex_wait(&w->is_parked, 1, UINT64_MAX, p->config.is_shared);
}

/* What a worker knows of how long items are. */
struct pace {
    uint32_t round;
    uint32_t limit; /* items to claim at most */
};

/* Copies the entries before it claims them: behind the head they may be written over. */
static uint32_t claim(struct pool *p, struct pace *pace, uint32_t *items)
{
    uint64_t head = atomic_load_explicit(&p->head, memory_order_acquire);
    for (;;) {
        uint64_t ready = atomic_load_explicit(&p->tail, memory_order_acquire) - head;
        if (!ready)
            return 0;
        uint32_t round = atomic_load_explicit(&p->round, memory_order_relaxed);
        if (round != pace->round) /* what the last round's items took says nothing of these */
            *pace = (struct pace){.round = round, .limit = 1};
        uint64_t share = (ready + p->config.workers - 1) / p->config.workers;
        uint32_t count = share < pace->limit ? (uint32_t)share : pace->limit;
        for (uint32_t i = 0; i < count; i++)
            items[i] = atomic_load_explicit(&p->ring[(head + i) & p->mask], memory_order_relaxed);
        /* Release: our reads are over before the caller may write there again. */
        if (atomic_compare_exchange_weak_explicit(&p->head, &head, head + count,
                                                  memory_order_acq_rel, memory_order_acquire))
            return count;
    }
}

/* Wakes the caller when what it waits for has come: `done` items have ended by now. */
static void tell_caller(struct pool *p, uint64_t done, uint64_t took_ns)
{
    switch (atomic_load(&p->caller)) {
    case WAIT_ROOM:
        if (items_ready(p) <= p->low)
            wake_caller(p);
        break;
    case WAIT_ITEM:
        if (took_ns >= LONG_NS || done == atomic_load(&p->target))
            wake_caller(p);
        break;
    case WAIT_ALL:
        if (done == atomic_load(&p->target))
            wake_caller(p);
        break;
    default:
        break;
    }
}

/* How many items to claim next, so that they take about CLAIM_NS. */
static uint32_t next_limit(uint32_t limit, uint32_t count, uint64_t took_ns, uint32_t most)
{
    if (took_ns > CLAIM_NS) {
        uint64_t fitting = (uint64_t)count * CLAIM_NS / took_ns;
        return fitting ? (uint32_t)fitting : 1;
    }
    return count < limit || limit * 2 > most ? limit : limit * 2;
}

static void run_claim(const struct pool *p, const uint32_t *items, uint32_t count)
{
    void (*run)(void *, uint32_t) = p->config.run;
    void *context = p->config.context;
    if (!atomic_load_explicit(&p->is_tracked, memory_order_relaxed)) {
        for (uint32_t i = 0; i < count; i++)
            run(context, items[i]);
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        run(context, items[i]);
        /* Release: what the item wrote is there for the caller of pool_wait_item(). */
        atomic_store_explicit(&p->ended[items[i]], 1, memory_order_release);
    }
}

void pool_work(struct pool *p, uint32_t worker)
{
    uint32_t items[POOL_BATCH_MAX];
    struct pace pace = {.limit = 1};
    uint64_t begin_ns = 0; /* of the claim; 0: not known, so that its time is not judged */
    atomic_fetch_add(&p->awake, 1);
    atomic_fetch_add(&p->ready, 1);
    futex_wake(&p->ready, 1, p->config.is_shared);
    for (;;) {
        uint32_t count = claim(p, &pace, items);
        if (!count) {
            if (atomic_load(&p->is_stopped))
                return;
            begin_ns = 0;
            idle(p, &p->workers[worker]);
            continue;
        }
        run_claim(p, items, count);
        /* Before anything else: the caller may be looking at it. */
        uint64_t done = atomic_fetch_add(&p->done, count) + count;
        uint64_t now_ns = clock_now_ns(), took_ns = LONG_NS;
        if (begin_ns) {
            took_ns = now_ns - begin_ns;
            pace.limit = next_limit(pace.limit, count, took_ns, p->config.batch);
        }
        begin_ns = now_ns;
        tell_caller(p, done, took_ns);
    }
}

/* ---- The caller -------------------------------------------------------------------- */

static bool is_over(const struct pool *p, enum pool_wait what, uint32_t item)
{
    if (what == WAIT_ROOM)
        return items_ready(p) <= p->low;
    if (what == WAIT_ITEM)
        return atomic_load_explicit(&p->ended[item], memory_order_acquire) != 0;
    return atomic_load(&p->done) == p->put;
}

static bool spin_until(const struct pool *p, enum pool_wait what, uint32_t item)
{
    if (p->config.cpus < 2 || !p->config.spin_ns)
        return false;
    uint64_t deadline_ns = 0;
    while (fits(p)) {
        for (int i = 0; i < PAUSES; i++) {
            if (is_over(p, what, item))
                return true;
            pause_cpu();
        }
        uint64_t now_ns = clock_now_ns();
        if (!deadline_ns)
            deadline_ns = now_ns + p->config.spin_ns;
        if (now_ns >= deadline_ns)
            break;
    }
    return false;
}

static int wait_for(struct pool *p, enum pool_wait what, uint32_t item, struct err *err)
{
    while (!is_over(p, what, item) && !spin_until(p, what, item)) {
        atomic_store(&p->target, p->put);
        atomic_store(&p->caller, what);
        /* A worker books the end first and looks at `caller` then. */
        if (is_over(p, what, item)) {
            atomic_store(&p->caller, WAIT_NONE);
            break;
        }
        while (atomic_load(&p->caller) == what) {
            /* A timeout costs a timer: only where there is something to look after. */
            uint64_t deadline_ns = p->config.check ? clock_now_ns() + LOOK_EVERY_NS : UINT64_MAX;
            if (futex_wait(&p->caller, what, deadline_ns, p->config.is_shared))
                continue;
            if (p->config.check(p->config.context, err)) {
                atomic_store(&p->caller, WAIT_NONE);
                return -1;
            }
        }
    }
    return 0;
}

int pool_wait_ready(struct pool *p, uint32_t workers, struct err *err)
{
    uint32_t seen;
    while ((seen = atomic_load(&p->ready)) < workers)
        if (!futex_wait(&p->ready, seen, clock_now_ns() + LOOK_EVERY_NS, p->config.is_shared) &&
            p->config.check && p->config.check(p->config.context, err))
            return -1;
    return 0;
}

void pool_stop(struct pool *p)
{
    atomic_store(&p->is_stopped, 1);
    wake_workers(p, p->config.workers);
}

void pool_begin(struct pool *p, bool is_tracked)
{
    atomic_store_explicit(&p->is_tracked, is_tracked, memory_order_relaxed);
    uint32_t round = atomic_load_explicit(&p->round, memory_order_relaxed);
    atomic_store_explicit(&p->round, round + 1, memory_order_relaxed);
    for (uint32_t i = 0; is_tracked && i < p->config.items; i++)
        atomic_store_explicit(&p->ended[i], 0, memory_order_relaxed);
}

/* Tells the workers what has been put; one more of them is woken when the others have enough. */
void pool_publish(struct pool *p)
{
    p->published = p->put;
    atomic_store(&p->tail, p->put);
    if (p->config.cpus < 2)
        return;
    uint32_t awake = atomic_load(&p->awake);
    if (awake < p->config.workers && items_ready(p) >= (uint64_t)awake * p->config.batch)
        wake_workers(p, 1);
}

void pool_flush(struct pool *p)
{
    p->published = p->put;
    atomic_store(&p->tail, p->put);
    /* Whoever is awake has an item or looks for one, and looks again before it parks. */
    uint32_t awake = atomic_load(&p->awake);
    uint64_t left = p->put - atomic_load(&p->done);
    if (awake < p->config.workers && left > awake)
        wake_workers(p, left - awake);
}

int pool_make_room(struct pool *p, struct err *err)
{
    p->head_seen = atomic_load_explicit(&p->head, memory_order_acquire);
    if (p->put - p->head_seen <= p->mask)
        return 0;
    pool_flush(p);
    if (wait_for(p, WAIT_ROOM, 0, err))
        return -1;
    p->head_seen = atomic_load_explicit(&p->head, memory_order_acquire);
    return 0;
}

int pool_wait_item(struct pool *p, uint32_t item, struct err *err)
{
    return wait_for(p, WAIT_ITEM, item, err);
}

int pool_wait_all(struct pool *p, struct err *err)
{
    return wait_for(p, WAIT_ALL, 0, err);
}
