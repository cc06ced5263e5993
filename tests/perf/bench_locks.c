/*
 * What a lock costs beside a bare loop around its primitive, alone and between two threads.
 *
 *   ninja bench_locks && tests/bench_locks [LOCK ...]
 *
 * Uncontended: acquire and release through the lock's descriptor against the primitive called
 * directly, in alternation, the least of ROUNDS: whatever disturbs can only add.  A descriptor is
 * called twice where the bare pair is called once; `net` is the ratio of what is left when calls
 * that do nothing are taken off both.  `called` is the bare one through a descriptor of its own, so
 * that nothing differs but the books.  And the checkpoint while nobody waits.
 *
 * Contended: two threads, each on a CPU, `in` and `out` empty turns under and outside the lock;
 * each lock and the bare one of plugin/bare/bare_locks.c for SPAN_NS, one after the other in drawn
 * order, for SPANS rounds.  A span in which either thread waited for its CPU says nothing of locks
 * and is taken again, TRIES times at most.  Medians of ns an operation of both together, the median
 * of the rounds' own ratios, and the smaller one's share (an unfair lock looks fast).
 */
#include "bench/base/clock.h"
#include "bench/machine/affinity.h"
#include "bench/machine/schedstat.h"
#include "bench/registry.h"
#include "bench/stats/summary.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern const struct lock *const bare_locks[]; /* of plugin/bare/bare_locks.c */

enum { TURNS = 10000, ROUNDS = 501, SPAN_NS = 2000000, SPANS = 25, TRIES = 40, LOCKS_MAX = 64 };

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
    uint64_t in, out, count, begin_ns, end_ns;
    int64_t queued_ns; /* ready to run, without a CPU; below 0: not known */
    int cpu;
    struct signs *signs;
};

/* What the two threads tell each other. */
struct signs {
    _Alignas(128) _Atomic uint32_t ready;
    _Alignas(128) _Atomic uint32_t stop;
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

/* A lock's state behind the line that the harness puts in front; NULL: it cannot be had. */
static char *make_front(const struct lock *k)
{
    int64_t values[CONTEND_PARAM_MAX] = {0};
    for (size_t i = 0; i < param_count(k->params); i++)
        values[i] = k->params[i].value;
    char *front = lines(k->state_bytes + CONTEND_LINE_BYTES);
    ((struct lock_front *)(void *)front)->is_private = 1;
    if ((k->unavailable && k->unavailable()) ||
        (k->init && k->init(front + CONTEND_LINE_BYTES, values, NULL))) {
        free(front);
        return NULL;
    }
    return front;
}

static int64_t queued_ns(int fd)
{
    struct schedstat s;
    return fd >= 0 && schedstat_read(fd, &s) ? s.wait_ns : -1;
}

/* The first one looks at the clock now and then, and ends it for both. */
static void *use(void *arg)
{
    enum { LOOK_EACH = 128 };
    struct user *u = arg;
    affinity_pin_nth((uint32_t)u->cpu, NULL);
    int fd = schedstat_open();
    atomic_fetch_add(&u->signs->ready, 1);
    while (atomic_load(&u->signs->ready) < 2)
        ;
    int64_t before_ns = queued_ns(fd);
    u->begin_ns = clock_now_ns();
    while (!atomic_load_explicit(&u->signs->stop, memory_order_relaxed)) {
        u->lock->acquire(u->state, u->unit);
        turn(u->in);
        u->lock->release(u->state, u->unit);
        turn(u->out);
        if (++u->count % LOOK_EACH == 0 && u->cpu == 0 && clock_now_ns() > u->begin_ns + SPAN_NS)
            atomic_store_explicit(&u->signs->stop, 1, memory_order_relaxed);
    }
    u->end_ns = clock_now_ns();
    u->queued_ns = before_ns < 0 ? -1 : queued_ns(fd) - before_ns;
    if (fd >= 0)
        close(fd);
    return NULL;
}

/* ns an operation of two threads together, and the smaller one's share; 0: no CPU for one of them.
 */
static double contend_once(const struct lock *k, void *state, const uint64_t load[2], double *share)
{
    struct signs *signs = lines(sizeof *signs);
    struct user *users[2];
    void *units[2];
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) {
        users[i] = lines(sizeof *users[i]);
        units[i] = lines(k->unit_bytes);
        *users[i] = (struct user){.lock = k,
                                  .state = state,
                                  .unit = units[i],
                                  .in = load[0],
                                  .out = load[1],
                                  .cpu = i,
                                  .signs = signs};
        pthread_create(&threads[i], NULL, use, users[i]);
    }
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    uint64_t a = users[0]->count, b = users[1]->count;
    double spent = (double)(users[0]->end_ns - users[0]->begin_ns);
    bool is_whole = users[0]->queued_ns <= SPAN_NS / 50 && users[1]->queued_ns <= SPAN_NS / 50 &&
                    b > 0 && spent < 1.5 * SPAN_NS;
    *share = (double)(a < b ? a : b) / (double)(a + b);
    for (int i = 0; i < 2; i++) {
        free(users[i]);
        free(units[i]);
    }
    free(signs);
    return is_whole ? spent / (double)(a + b) : 0;
}

static size_t tries_made, tries_wasted;

static double contend(const struct lock *k, const uint64_t load[2], double *share)
{
    for (int i = 0; i < TRIES; i++) {
        tries_made++;
        char *front = make_front(k);
        double ns = front ? contend_once(k, front + CONTEND_LINE_BYTES, load, share) : 0;
        free(front);
        if (!front || ns > 0)
            return ns;
        tries_wasted++;
    }
    return 0;
}

/* A lock, the bare one of its name, and what rounds found of both. */
struct pair {
    const struct lock *lock, *bare;
    double ns[2][SPANS], share[SPANS], ratio[SPANS];
};

static void measure_round(struct pair *p, int round, const uint64_t load[2])
{
    double ignored;
    bool is_bare_first = rand() % 2;
    for (int i = 0; i < 2; i++) {
        bool is_bare = (i == 0) == is_bare_first;
        const struct lock *k = is_bare ? p->bare : p->lock;
        p->ns[is_bare][round] = k ? contend(k, load, is_bare ? &ignored : &p->share[round]) : 0;
    }
    p->ratio[round] = p->ns[1][round] > 0 ? p->ns[0][round] / p->ns[1][round] : 0;
}

/* Of those that could be had; 0: none. */
static double median(double *values)
{
    size_t none = 0;
    samples_sort(values, SPANS);
    while (none < SPANS && values[none] <= 0)
        none++;
    return none < SPANS ? values[none + (SPANS - none) / 2] : 0;
}

static void show_contended(struct pair *pairs, size_t count, const uint64_t load[2])
{
    printf("\ntwo threads, %llu turns under the lock and %llu outside, medians of %d rounds\n"
           "%-15s %8s %8s %6s %6s\n",
           (unsigned long long)load[0], (unsigned long long)load[1], SPANS, "lock", "ns", "bare",
           "ratio", "share");
    for (int round = 0; round < SPANS; round++)
        for (size_t i = 0, from = (size_t)rand(); i < count; i++)
            measure_round(&pairs[(from + i) % count], round, load);
    for (size_t i = 0; i < count; i++) {
        struct pair *p = &pairs[i];
        printf("%-15s %8.0f", p->lock->name, median(p->ns[0]));
        if (p->bare)
            printf(" %8.0f %6.2f", median(p->ns[1]), median(p->ratio));
        else
            printf(" %8s %6s", "-", "-");
        printf(" %5.0f%%\n", 100 * median(p->share));
    }
    printf("%zu spans, and %zu in which a thread had to wait for its CPU\n", tries_made,
           tries_wasted);
    fflush(stdout);
}

static void *nothing(void *arg)
{
    return arg;
}

static bool is_asked_for(const char *name, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], name))
            return true;
    return argc < 2;
}

static const struct lock *bare_of(const char *name)
{
    for (size_t i = 0; bare_locks[i]; i++)
        if (!strcmp(bare_locks[i]->name + strlen("bare_"), name))
            return bare_locks[i];
    return NULL;
}

static void show(const struct lock *k)
{
    char *state = make_front(k);
    void *unit = lines(k->unit_bytes);
    if (!state)
        return;
    state += CONTEND_LINE_BYTES;
    void (*bare_pair)(void) = NULL;
    for (size_t i = 0; i < sizeof bares / sizeof bares[0]; i++)
        if (!strcmp(bares[i].lock, k->name))
            bare_pair = bares[i].pair;
    const struct lock *bare_lock = bare_of(k->name);
    char *bare_state = bare_lock ? make_front(bare_lock) : NULL;
    void *bare_unit = lines(bare_lock ? bare_lock->unit_bytes : 0);
    double ours[ROUNDS], theirs[ROUNDS], called[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        ours[i] = pair_ns(k, state, unit);
        theirs[i] = bare_pair ? bare_ns(bare_pair) : 0;
        called[i] = bare_state ? pair_ns(bare_lock, bare_state + CONTEND_LINE_BYTES, bare_unit) : 0;
    }
    samples_sort(ours, ROUNDS);
    samples_sort(theirs, ROUNDS);
    samples_sort(called, ROUNDS);
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
    if (called[0] > 0)
        printf("  %6.1f  %5.2f", called[0], pair / called[0]);
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

int main(int argc, char **argv)
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
    struct pair *pairs = lines(LOCKS_MAX * sizeof *pairs);
    size_t count = 0;
    const struct lock *k;
    printf("%-15s %6s  %6s  %5s  %5s  %6s  %5s\n", "lock", "pair", "bare", "ratio", "net", "called",
           "ratio");
    for (size_t i = 0; (k = registry_lock(i)) != NULL; i++) {
        if (is_asked_for(k->name, argc, argv) || k->traits & LOCK_NONE)
            show(k);
        if (k->traits & LOCK_EXCLUSIVE && !(k->unavailable && k->unavailable()) &&
            is_asked_for(k->name, argc, argv) && count < LOCKS_MAX)
            pairs[count++] = (struct pair){.lock = k, .bare = bare_of(k->name)};
    }
    static const uint64_t loads[][2] = {{0, 0}, {0, 200}, {100, 400}};
    for (size_t i = 0; i < sizeof loads / sizeof loads[0]; i++)
        show_contended(pairs, count, loads[i]);
    return 0;
}
