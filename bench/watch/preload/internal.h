/*
 * What the files of the preloaded library share.
 *
 * It lies between a program that knows nothing of it and its C library: every wrapper answers what
 * the real function answers, keeps errno, allocates nothing and waits for nothing of its own. Where
 * it cannot see (no region, no place left, called from a signal handler amid itself) it hands on.
 */
#ifndef CONTEND_WATCH_INTERNAL_H
#define CONTEND_WATCH_INTERNAL_H

#include "bench/watch/preload/layout.h"

#include <pthread.h>
#include <semaphore.h>
#include <spawn.h>
#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

struct rlimit;

typedef int starts(pid_t *, const char *, const posix_spawn_file_actions_t *,
                   const posix_spawnattr_t *, char *const *, char *const *);

#define EXPORT      __attribute__((visibility("default")))
#define LIKELY(x)   __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
#define CALLER()    ((uintptr_t)__builtin_return_address(0))

/* ---- The functions behind ours: real.c ------------------------------------------------------ */

struct real {
    int (*mutex_init)(pthread_mutex_t *, const pthread_mutexattr_t *);
    int (*mutex_lock)(pthread_mutex_t *);
    int (*mutex_trylock)(pthread_mutex_t *);
    int (*mutex_unlock)(pthread_mutex_t *);
    int (*mutex_timedlock)(pthread_mutex_t *, const struct timespec *);
    int (*mutex_clocklock)(pthread_mutex_t *, clockid_t, const struct timespec *);
    int (*cond_init)(pthread_cond_t *, const pthread_condattr_t *);
    int (*cond_wait)(pthread_cond_t *, pthread_mutex_t *);
    int (*cond_timedwait)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
    int (*cond_clockwait)(pthread_cond_t *, pthread_mutex_t *, clockid_t, const struct timespec *);
    int (*cond_signal)(pthread_cond_t *);
    int (*cond_broadcast)(pthread_cond_t *);
    int (*rwlock_rdlock)(pthread_rwlock_t *);
    int (*rwlock_tryrdlock)(pthread_rwlock_t *);
    int (*rwlock_timedrdlock)(pthread_rwlock_t *, const struct timespec *);
    int (*rwlock_clockrdlock)(pthread_rwlock_t *, clockid_t, const struct timespec *);
    int (*rwlock_wrlock)(pthread_rwlock_t *);
    int (*rwlock_trywrlock)(pthread_rwlock_t *);
    int (*rwlock_timedwrlock)(pthread_rwlock_t *, const struct timespec *);
    int (*rwlock_clockwrlock)(pthread_rwlock_t *, clockid_t, const struct timespec *);
    int (*rwlock_unlock)(pthread_rwlock_t *);
    int (*spin_lock)(pthread_spinlock_t *);
    int (*spin_trylock)(pthread_spinlock_t *);
    int (*spin_unlock)(pthread_spinlock_t *);
    int (*sem_init)(sem_t *, int, unsigned);
    int (*sem_wait)(sem_t *);
    int (*sem_trywait)(sem_t *);
    int (*sem_timedwait)(sem_t *, const struct timespec *);
    int (*sem_clockwait)(sem_t *, clockid_t, const struct timespec *);
    int (*sem_post)(sem_t *);
    int (*thread_create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    int (*thrd_create)(pthread_t *, int (*)(void *), void *);
    int (*dlclose)(void *);
    int (*execve)(const char *, char *const *, char *const *);
    int (*execvpe)(const char *, char *const *, char *const *);
    starts *posix_spawn, *posix_spawnp;
    void (*longjmp)(void *, int);
    void (*siglongjmp)(void *, int);
    void (*_longjmp)(void *, int);
    void (*__longjmp_chk)(void *, int);
    void (*leave_quickly)(int);
    int (*prctl)(int, ...);
    long (*syscall)(long, ...);
    int (*prlimit)(pid_t, int, const struct rlimit *, struct rlimit *);
    int (*chroot)(const char *);
    int (*mlockall)(int);
};

/* dlsym(3) that leaves no message for the program's dlerror(3). */
void *real_symbol(void *handle, const char *name);

extern struct real real_functions;
extern bool real_is_found;
void real_find(void);

/* Before the library was initialised others may call us: their constructors. */
static inline const struct real *real(void)
{
    if (UNLIKELY(!__atomic_load_n(&real_is_found, __ATOMIC_ACQUIRE)))
        real_find();
    return &real_functions;
}

/* ---- This process, this thread: attach.c ----------------------------------------------------- */

enum { MARKS = 4096, GILS_MOST = 64, CANDIDATES = 16 };

/* A mutex with which a thread waited: one more, and it may be a runtime's. */
struct candidate {
    uint64_t mutex;
    uint32_t thread; /* number */
};

/* Of this process; a fork wipes it, by whatever call it is made. */
struct local {
    struct watch_region *region; /* NULL: not attached, or not any more */
    bool is_attaching;           /* somebody is about to */
    uint32_t process;            /* index */
    uint32_t gil_count;
    uint32_t gils[GILS_MOST]; /* indices of locks */
    uint64_t gil_mutexes[GILS_MOST];
    bool is_runtime_known;
    uint32_t next_candidate;
    struct candidate candidates[CANDIDATES];
    uint8_t marks[MARKS]; /* whether a lock of such an address was ever waited for */
};

extern struct local *local;
extern __thread struct watch_thread *self __attribute__((tls_model("initial-exec")));

struct watch_thread *thread_enter_slowly(void);

/* This thread, from now on inside; NULL: hand the call on and do no more. */
static inline struct watch_thread *thread_enter(void)
{
    struct watch_thread *t = self;
    if (UNLIKELY(!t || !local->region))
        return thread_enter_slowly();
    if (UNLIKELY(t->busy))
        return NULL;
    t->busy = 1;
    return t;
}

/* The same where nothing may be set up: signal handlers call it. */
static inline struct watch_thread *thread_enter_if_known(void)
{
    struct watch_thread *t = self;
    if (UNLIKELY(!t || !local->region || t->busy))
        return NULL;
    t->busy = 1;
    return t;
}

static inline void thread_leave(struct watch_thread *t)
{
    t->busy = 0;
}

void thread_ends(void);
void process_ends(void);

/* Another one is about to begin, made by who calls; whether it will be watched. */
bool thread_is_seen(uintptr_t site);
/* This one begins. */
void thread_begins(void);

/* Locks under the names of C11 are the same ones: c11.c.  NULL: for ever. */
int mutex_lock_until(pthread_mutex_t *m, const struct timespec *until, uintptr_t site);
int mutex_try(pthread_mutex_t *m);
int mutex_unlock(pthread_mutex_t *m);
int cond_wait_until(pthread_cond_t *c, pthread_mutex_t *m, const struct timespec *until,
                    uintptr_t site);

/* How long this thread ran, and was ready to run without a CPU: 2 us, and a descriptor for as long.
 */
bool own_schedstat(uint64_t *ran_ns, uint64_t *runnable_ns);

static inline uint32_t thread_number(const struct watch_thread *t)
{
    return (uint32_t)(t - local->region->threads) + 1;
}

static inline uint64_t now_ns(void)
{
    const struct watch_clock *c = &local->region->clock;
#if defined(__x86_64__)
    if (LIKELY(c->kind == WATCH_CLOCK_TSC))
        return watch_clock_ns(c, __builtin_ia32_rdtsc());
#endif
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Which module an address belongs to; module 0 where that is not known. */
struct watch_place place_of(uint64_t address);
/* The path of that module; NULL where it is not known, or the program's own. */
const char *path_of(uint64_t address);

/* Keeps the stack as it is now, in that place or (0) in a new one: its number, 0 without room. */
uint32_t stack_keep(uint32_t number, bool has_words);
void stack_prepare(void);

/* ---- What the program leaves itself: confine.c -------------------------------------------------
 */

/* It chose which system calls it may make: none is made for us from then on. */
extern bool is_sealed;
void confine_find_limits(const struct watch_region *r);
/* Whether the region lies in this process, and takes of what it may map. */
bool is_mapped(void);
struct watch_region *mapped_region(void);
/* What was executed as this process is watched: started.c. */
void started_is_watched(int32_t pid);

/*
 * Whether the C library would look at the lock at all.  A clock or a time that is none it refuses
 * at once, even of a lock that is free: such calls are its own.  NULL: to wait for ever.
 */
static inline bool is_time(clockid_t clock, const struct timespec *until)
{
    return !until || ((clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC) &&
                      until->tv_nsec >= 0 && until->tv_nsec < 1000000000);
}

/* ---- Locks: lock.c ----------------------------------------------------------------------------
 */

/* Readers of a lock that is written as well are another one. */
static inline uint64_t key_of(const void *address, enum watch_kind kind)
{
    return (uint64_t)(uintptr_t)address | (kind == WATCH_READ);
}

static inline uint64_t hash_of(uint64_t key)
{
    return key * UINT64_C(0x9e3779b97f4a7c15);
}

static inline bool is_marked(uint64_t hash)
{
    return local->marks[hash >> 52];
}

/* The thread's own record of it; NULL where there is no more room. */
struct watch_entry *entry_make(struct watch_thread *t, uint64_t key);
struct watch_entry *entry_find(struct watch_thread *t, uint64_t key);

/* The lock that others know as well, made where `makes`; NULL where there is none. */
struct watch_lock *lock_of(uint64_t key, enum watch_kind kind, uintptr_t site, bool makes);
static inline struct watch_lock *entry_lock(const struct watch_entry *e)
{
    return e->lock ? &local->region->locks[e->lock - 1] : NULL;
}

/* It was taken: at once, or (waited) after lock_wait_ended(). */
void lock_taken(struct watch_thread *t, struct watch_entry *e, bool waited, uint64_t at_ns);
/* It is about to be let go. */
void lock_drops(struct watch_thread *t, struct watch_entry *e, enum watch_kind kind);

/*
 * It is taken by somebody else, and this thread waits: not inside, for its signal handlers may take
 * locks meanwhile, or leave for good (siglongjmp).
 */
struct waiting {
    struct watch_lock *lock;   /* NULL: there is no place for it */
    struct watch_entry *entry; /* NULL likewise */
    uint64_t key, since_ns;
    bool is_want;   /* it is a lock: the thread cannot go on only because another has it */
    uint32_t outer; /* what the thread waits for while a signal handler of it waits; 0 */
};
void wait_begins(struct watch_thread *t, struct waiting *w, struct watch_entry *e, uint64_t key,
                 enum watch_kind kind, uintptr_t site);
/* `got` or not; returns when that was. */
uint64_t wait_ends(struct watch_thread *t, struct waiting *w, bool got, bool timed_out);
/* Its two parts, for who must not be slow yet: to file that it was over, and what of it was waiting
 * for a CPU (a read of a file). */
void wait_ended(struct watch_thread *t, struct waiting *w, bool got, bool timed_out,
                uint64_t at_ns);
void split_wait(struct watch_thread *t, struct watch_entry *e, uint64_t since_ns);
/* The thread ends, and waited to the last: it was cancelled. */
void wait_is_given_up(struct watch_thread *t);

/* measured: no allocation, no locks, no I/O.  By many at once, weighted. */
void histogram_count(struct histogram *h, uint64_t value, uint32_t weight);
void longest_note(struct watch_longest *l, uint64_t ns, uint64_t end_ns, uint32_t thread);

/* They are about to be written. */
void pages_are_wanted(void *from, size_t bytes);

/* ---- The locks of interpreters: gil.c ---------------------------------------------------------
 */

static inline struct watch_lock *gil_of(const void *mutex)
{
    uint32_t count = local->gil_count;
    for (uint32_t i = 0; i < count; i++)
        if (local->gil_mutexes[i] == (uintptr_t)mutex)
            return &local->region->locks[local->gils[i]];
    return NULL;
}

/* Whether it is what a thread that was put out waits on until another has it, or its mutex: a part
 * of handing over, and no lock of its own. */
bool gil_is_switch(const void *address);

/* The library that the lock of that index lay in is gone. */
void gil_is_gone(uint32_t lock);

/* Four of these in a row are how a GIL begins. */
void gil_saw_init(struct watch_thread *t, const void *address, bool is_condition, uintptr_t site);
/* And a semaphore that was made, taken, and then a thread was begun: the GIL of CPython 2. */
void gil_saw_start(struct watch_thread *t, uintptr_t site);
int gil_mutex_lock(struct watch_thread *t, struct watch_lock *g, pthread_mutex_t *m);
int gil_mutex_unlock(struct watch_thread *t, struct watch_lock *g, pthread_mutex_t *m);
void gil_signals(struct watch_thread *t, struct watch_lock *g, const pthread_cond_t *c);
/* A take that goes on waits from now on. */
void gil_begin_waiting(struct watch_thread *t, struct watch_lock *g);
/* Around a wait on its condition; when it began, the lock had last changed hands at `switched_ns`.
 */
void gil_wait_begins(struct watch_thread *t, struct watch_lock *g);
void gil_wait_ended(struct watch_thread *t, struct watch_lock *g, uint64_t switched_ns, int result);

/* ---- Those of Ruby and OCaml: toggle.c ---------------------------------------------------------
 */

/* Which of them this process is, before it runs. */
void toggle_find_runtime(void);
/* A thread waits on a condition with that mutex, which it holds. */
void toggle_saw_wait(struct watch_thread *t, const pthread_mutex_t *m, uintptr_t site);
void toggle_wait_begins(struct watch_thread *t, struct watch_lock *g);
void toggle_joins(struct watch_thread *t, struct watch_lock *g);
void toggle_drops(struct watch_thread *t, struct watch_lock *g);
bool toggle_takes(struct watch_thread *t, struct watch_lock *g);

#endif
