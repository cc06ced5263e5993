/*
 * What a lock costs beside a bare loop around its primitive, alone; and what two threads get done
 * with it, together with the smaller one's share (an unfair lock looks fast).
 *
 *   ninja bench_locks && tests/bench_locks
 *
 * Uncontended: acquire and release through the lock's descriptor against the primitive called
 * directly, in alternation, the least of ROUNDS: whatever disturbs can only add.  A descriptor is
 * called twice where the bare pair is called once; `net` is the ratio of what is left when calls
 * that do nothing are taken off both.  Contended:
 * SPAN_NS of two threads, `in` and `out` empty turns under and outside the lock.  And the
 * checkpoint while nobody waits.
 */
#include "bench/core/affinity.h"
#include "bench/core/clock.h"
#include "bench/registry.h"
#include "bench/stats/summary.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TURNS = 10000, ROUNDS = 501, SPAN_NS = 150000000 };

static struct {
    pthread_mutex_t mutex, adaptive;
    pthread_rwlock_t rwlock;
    sem_t semaphore;
    _Alignas(128) _Atomic uint32_t word;
    _Atomic uint32_t next, serving;
} bare;

static void bare_mutex(void)
{
    pthread_mutex_lock(&bare.mutex);
    pthread_mutex_unlock(&bare.mutex);
}

static void bare_adaptive(void)
{
    pthread_mutex_lock(&bare.adaptive);
    pthread_mutex_unlock(&bare.adaptive);
}

static void bare_rwlock(void)
{
    pthread_rwlock_wrlock(&bare.rwlock);
    pthread_rwlock_unlock(&bare.rwlock);
}

static void bare_semaphore(void)
{
    sem_wait(&bare.semaphore);
    sem_post(&bare.semaphore);
}

static void bare_spin(void)
{
    while (atomic_exchange_explicit(&bare.word, 1, memory_order_acquire))
        ;
    atomic_store_explicit(&bare.word, 0, memory_order_release);
}

/* Both answers are looked at, as whoever uses the primitive must. */
static void bare_futex(void)
{
    uint32_t free_word = 0;
    if (!atomic_compare_exchange_strong(&bare.word, &free_word, 1))
        abort();
    if (atomic_exchange_explicit(&bare.word, 0, memory_order_release) != 1)
        abort();
}

static void bare_nothing(void)
{
    __asm__ volatile("");
}

static void bare_ticket(void)
{
    uint32_t mine = atomic_fetch_add_explicit(&bare.next, 1, memory_order_relaxed);
    while (atomic_load_explicit(&bare.serving, memory_order_acquire) != mine)
        ;
    atomic_store_explicit(&bare.serving, mine + 1, memory_order_release);
}

static const struct {
    const char *lock;
    void (*pair)(void);
} bares[] = {{"mutex", bare_mutex},         {"mutex_adaptive", bare_adaptive},
             {"rwlock", bare_rwlock},       {"spin", bare_spin},
             {"futex", bare_futex},         {"ticket", bare_ticket},
             {"gil_ticks", bare_semaphore}, {"none", bare_nothing}};

/* Two calls of a descriptor's functions that do nothing, and the one of a pair that does nothing.
 */
static double calls_ns, call_ns;

struct user {
    const struct lock *lock;
    void *state, *unit;
    uint64_t in, out, count;
    int cpu;
    _Atomic uint32_t *stop;
};

static void *lines(size_t bytes)
{
    size_t size = (bytes / 4096 + 1) * 4096;
    void *memory = aligned_alloc(4096, size);
    if (!memory)
        abort();
    return memset(memory, 0, size);
}

static double pair_ns(const struct lock *k, void *state, void *unit)
{
    uint64_t begin_ns = clock_now_ns();
    for (int i = 0; i < TURNS; i++) {
        k->acquire(state, unit);
        k->release(state, unit);
    }
    return (double)(clock_now_ns() - begin_ns) / TURNS;
}

static double bare_ns(void (*pair)(void))
{
    uint64_t begin_ns = clock_now_ns();
    for (int i = 0; i < TURNS; i++)
        pair();
    return (double)(clock_now_ns() - begin_ns) / TURNS;
}

static void turn(uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        __asm__ volatile("");
}

static void *use(void *arg)
{
    struct user *u = arg;
    affinity_pin_nth((uint32_t)u->cpu, NULL);
    while (!atomic_load_explicit(u->stop, memory_order_relaxed)) {
        u->lock->acquire(u->state, u->unit);
        turn(u->in);
        u->lock->release(u->state, u->unit);
        turn(u->out);
        u->count++;
    }
    return NULL;
}

/* Prints ns an operation of two threads together, and the smaller one's share. */
static void contend(const struct lock *k, void *state, uint64_t in, uint64_t out)
{
    static _Alignas(128) _Atomic uint32_t stop;
    struct user *users[2];
    pthread_t threads[2];
    atomic_store(&stop, 0);
    uint64_t begin_ns = clock_now_ns();
    for (int i = 0; i < 2; i++) {
        users[i] = lines(sizeof *users[i]);
        *users[i] = (struct user){k, state, lines(k->unit_bytes), in, out, 0, i, &stop};
        pthread_create(&threads[i], NULL, use, users[i]);
    }
    clock_sleep_until_ns(begin_ns + SPAN_NS);
    atomic_store(&stop, 1);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    double spent = (double)(clock_now_ns() - begin_ns);
    uint64_t a = users[0]->count, b = users[1]->count;
    printf("  %7.0f (%2.0f%%)", spent / (double)(a + b),
           100 * (double)(a < b ? a : b) / (double)(a + b));
}

static void *nothing(void *arg)
{
    return arg;
}

static void show(const struct lock *k)
{
    int64_t values[CONTEND_PARAM_MAX] = {0};
    for (size_t i = 0; i < param_count(k->params); i++)
        values[i] = k->params[i].value;
    void *state = lines(k->state_bytes), *unit = lines(k->unit_bytes);
    if ((k->unavailable && k->unavailable()) || (k->init && k->init(state, values, NULL)))
        return;
    void (*bare_pair)(void) = NULL;
    for (size_t i = 0; i < sizeof bares / sizeof bares[0]; i++)
        if (!strcmp(bares[i].lock, k->name))
            bare_pair = bares[i].pair;
    double ours[ROUNDS], theirs[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        ours[i] = pair_ns(k, state, unit);
        theirs[i] = bare_pair ? bare_ns(bare_pair) : 0;
    }
    samples_sort(ours, ROUNDS);
    samples_sort(theirs, ROUNDS);
    double pair = ours[0], base = theirs[0];
    if (!strcmp(k->name, "none")) {
        calls_ns = pair;
        call_ns = base;
    }
    printf("%-15s %6.1f", k->name, pair);
    if (base > call_ns)
        printf("  %6.1f  %5.2f  %5.2f", base, pair / base, (pair - calls_ns) / (base - call_ns));
    else
        printf("  %6s  %5s  %5s", "-", "-", "-");
    if (k->traits & LOCK_EXCLUSIVE) {
        contend(k, state, 0, 0);
        contend(k, state, 0, 200);
        contend(k, state, 100, 400);
    }
    printf("\n");
    fflush(stdout);
}

static void show_checkpoint(void)
{
    static _Atomic uint32_t attention;
    struct task t = {.attention = &attention};
    double with[ROUNDS], without[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        uint64_t begin_ns = clock_now_ns();
        for (uint64_t n = 0; n < 10 * TURNS; n++) {
            task_checkpoint(&t);
            task_consume(&t, n);
        }
        uint64_t middle_ns = clock_now_ns();
        for (uint64_t n = 0; n < 10 * TURNS; n++)
            task_consume(&t, n);
        with[i] = (double)(middle_ns - begin_ns) / (10 * TURNS);
        without[i] = (double)(clock_now_ns() - middle_ns) / (10 * TURNS);
    }
    samples_sort(with, ROUNDS);
    samples_sort(without, ROUNDS);
    printf("checkpoint, nobody waits: %.2f ns more than the empty loop's %.2f\n",
           with[0] - without[0], without[0]);
}

int main(void)
{
    pthread_t thread;
    pthread_mutexattr_t adaptive;
    pthread_mutexattr_init(&adaptive);
    pthread_mutexattr_settype(&adaptive, PTHREAD_MUTEX_ADAPTIVE_NP);
    pthread_mutex_init(&bare.mutex, NULL);
    pthread_mutex_init(&bare.adaptive, &adaptive);
    pthread_rwlock_init(&bare.rwlock, NULL);
    sem_init(&bare.semaphore, 0, 1);
    /* The C library's locks are cheaper while there has never been a second thread. */
    if (!pthread_create(&thread, NULL, nothing, NULL))
        pthread_join(thread, NULL);
    show_checkpoint();
    printf("%-15s %6s  %6s  %5s  %5s  two threads, ns (share): 0/0, 0/200, 100/400\n", "lock",
           "pair", "bare", "ratio", "net");
    const struct lock *k;
    for (size_t i = 0; (k = registry_lock(i)) != NULL; i++)
        show(k);
    return 0;
}
