/*
 * What a lock tells beside excluding: that somebody wants it, that nobody does, that another unit
 * had it since, and that it waited.  On the descriptors alone, with the line in front of the state.
 *
 * ctest: timeout 120
 */
#include "bench/registry.h"
#include "tests/test.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATIENCE_S = 110, UNITS = 2 };

/* One lock with two units. */
struct bench {
    const struct lock *lock;
    char *memory;
    void *state, *units[UNITS];
    size_t unit_stride;
};

static size_t lines(size_t bytes)
{
    return (bytes / CONTEND_LINE_BYTES + 1) * CONTEND_LINE_BYTES;
}

static struct bench bench_open(const struct lock *k)
{
    int64_t values[CONTEND_PARAM_MAX] = {0};
    for (size_t i = 0; i < param_count(k->params); i++)
        values[i] = k->params[i].value;
    size_t bytes = sizeof(struct lock_front) + lines(k->state_bytes) + UNITS * lines(k->unit_bytes);
    struct bench b = {.lock = k, .memory = aligned_alloc(CONTEND_LINE_BYTES, bytes)};
    memset(b.memory, 0, bytes);
    b.state = b.memory + sizeof(struct lock_front);
    for (size_t i = 0; i < UNITS; i++)
        b.units[i] =
            b.memory + sizeof(struct lock_front) + lines(k->state_bytes) + i * lines(k->unit_bytes);
    struct err err = {0};
    CHECK_MSG(!k->init || !k->init(b.state, values, &err), "%s: %s", k->name, err.text);
    return b;
}

static void bench_close(struct bench *b)
{
    if (b->lock->destroy)
        b->lock->destroy(b->state);
    free(b->memory);
}

static bool is_there(const struct lock *k)
{
    return k->traits & LOCK_EXCLUSIVE && !(k->unavailable && k->unavailable());
}

static uint64_t take(struct bench *b, int unit)
{
    return b->lock->acquire(b->state, b->units[unit]);
}

static void let_go(struct bench *b, int unit)
{
    b->lock->release(b->state, b->units[unit]);
}

static uint64_t hand_over(struct bench *b, int unit)
{
    if (b->lock->handoff)
        return b->lock->handoff(b->state, b->units[unit]);
    let_go(b, unit);
    return take(b, unit);
}

static bool is_wanted(const struct bench *b, int unit)
{
    return b->lock->wanted &&
           atomic_load_explicit(b->lock->wanted(b->state, b->units[unit]), memory_order_relaxed);
}

static void each_change_of_holder_is_told(void)
{
    const struct lock *k;
    for (size_t i = 0; (k = registry_lock(i)) != NULL; i++) {
        if (!is_there(k) || !(k->traits & LOCK_TELLS))
            continue;
        struct bench b = bench_open(k);
        static const int order[] = {0, 0, 1, 1, 1, 0, 1, 0, 0};
        take(&b, order[0]); /* the first has nobody before it: the harness leaves it out */
        let_go(&b, order[0]);
        for (size_t n = 1; n < sizeof order / sizeof order[0]; n++) {
            uint64_t expected = order[n] != order[n - 1] ? LOCK_CHANGED : 0;
            uint64_t told = take(&b, order[n]);
            CHECK_MSG(told == expected, "%s: turn %zu: %#llx", k->name, n,
                      (unsigned long long)told);
            let_go(&b, order[n]);
        }
        bench_close(&b);
    }
}

/* A second unit in a thread of its own: takes the lock once. */
struct second {
    struct bench *bench;
    pthread_t thread;
    uint64_t told;
    _Atomic uint32_t has_had_it;
};

static void *take_once(void *arg)
{
    struct second *s = arg;
    s->told = take(s->bench, 1);
    atomic_store(&s->has_had_it, 1);
    let_go(s->bench, 1);
    return NULL;
}

/* The holder learns of a waiter, and hand-overs let it in at last: what it was told. */
static uint64_t told_to_waiter(const struct lock *k)
{
    struct bench b = bench_open(k);
    struct second s = {.bench = &b};
    take(&b, 0);
    pthread_create(&s.thread, NULL, take_once, &s);
    usleep(2000); /* mostly enough for it to wait; where it is not, the loop goes on longer */
    bool was_wanted = false;
    while (!atomic_load(&s.has_had_it)) {
        if (is_wanted(&b, 0)) {
            was_wanted = true;
            hand_over(&b, 0);
        }
        usleep(50);
        if (!was_wanted || atomic_load(&s.has_had_it))
            continue;
        /* Who runs already is quicker than a waiter, where order is no promise: a gap. */
        let_go(&b, 0);
        usleep(500);
        take(&b, 0);
    }
    CHECK_MSG(was_wanted, "%s", k->name);
    let_go(&b, 0);
    pthread_join(s.thread, NULL);
    bench_close(&b);
    if (k->traits & LOCK_TELLS)
        CHECK_MSG(s.told & LOCK_CHANGED, "%s: %#llx", k->name, (unsigned long long)s.told);
    return s.told;
}

/* One that was kept from its CPU until the lock was free has said that it wants it, and not waited.
 */
static void a_waiter_is_seen_and_let_in(void)
{
    enum { TRIES = 20 };
    const struct lock *k;
    for (size_t i = 0; (k = registry_lock(i)) != NULL; i++) {
        if (!is_there(k) || !k->wanted)
            continue;
        uint64_t told = 0;
        for (int n = 0; n < TRIES && !(told & ~LOCK_CHANGED); n++)
            told = told_to_waiter(k);
        CHECK_MSG(told & ~LOCK_CHANGED, "%s: it waited and does not say so", k->name);
    }
}

/* A request that is out of date costs a look and no more: afterwards the lock is still held. */
static void a_hand_over_to_nobody_leaves_the_lock_held(void)
{
    const struct lock *k;
    for (size_t i = 0; (k = registry_lock(i)) != NULL; i++) {
        if (!is_there(k) || !(k->traits & LOCK_TELLS))
            continue;
        struct bench b = bench_open(k);
        take(&b, 0);
        for (int n = 0; n < 5; n++) {
            uint64_t told = hand_over(&b, 0);
            CHECK_MSG(told == LOCK_KEPT || told == 0, "%s: %#llx", k->name,
                      (unsigned long long)told);
        }
        CHECK_MSG(!is_wanted(&b, 0), "%s", k->name);
        let_go(&b, 0);
        CHECK_MSG(take(&b, 1) & LOCK_CHANGED, "%s",
                  k->name); /* it would hang, had it not been free */
        let_go(&b, 1);
        bench_close(&b);
    }
}

static const struct test tests[] = {
    {"each_change_of_holder_is_told", each_change_of_holder_is_told},
    {"a_waiter_is_seen_and_let_in", a_waiter_is_seen_and_let_in},
    {"a_hand_over_to_nobody_leaves_the_lock_held", a_hand_over_to_nobody_leaves_the_lock_held},
    {0},
};

int main(int argc, char **argv)
{
    alarm(PATIENCE_S); /* a wait that never ends is a failure that need not take minutes */
    return test_main(tests, argc, argv);
}
