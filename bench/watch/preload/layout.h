/*
 * The memory that a watched program writes and contend reads: what lies where, and who writes it.
 *
 * contend makes it (a file in memory), the preloaded library maps it in each process of the
 * program. So it outlives whoever is killed.  Nothing in it is ever freed; a reader may look at any
 * moment, and takes each number as one that somebody else may have written.
 *
 *   region: head | processes | modules | locks | threads
 *
 * A thread has one writer, itself.  A lock is written by its holder, and what others write of it as
 * well is atomic.  Times are nanoseconds on the clock of `watch_clock`; addresses are those of the
 * process.
 */
#ifndef CONTEND_WATCH_LAYOUT_H
#define CONTEND_WATCH_LAYOUT_H

#include "bench/stats/histogram.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define WATCH_MAGIC    UINT64_C(0x316863746177636e)
#define WATCH_VARIABLE "CONTEND_WATCH" /* the path of the region, in the environment */

enum {
    WATCH_VERSION = 1,
    WATCH_LINE = 128,

    WATCH_PROCESSES_MOST = 1024,
    WATCH_MODULES_MOST = 512,
    WATCH_LOCKS_MOST = 2048,
    WATCH_THREADS_MOST = 4096,
    /* Of these a thread that begins takes the place of one that has ended, where there is one. */
    WATCH_THREADS_APART = 2048,
    WATCH_ENTRIES = 256, /* locks that a thread tells apart */
    WATCH_STACKS_MOST = 64,
    WATCH_STARTED_MOST = 512,   /* the first so many programs that it starts */
    WATCH_TURNS_MOST = 1 << 18, /* the first so many are kept, where they are asked for */
    WATCH_PATH_MOST = 256,
};

/* ---- Time ---------------------------------------------------------------------------------- */

enum watch_clock_kind { WATCH_CLOCK_MONOTONIC, WATCH_CLOCK_TSC };

/* ns = base_ns + ((tsc - base_tsc) * mult >> 32); of the monotonic clock nothing but its name. */
struct watch_clock {
    uint32_t kind;
    uint32_t unused;
    uint64_t base_tsc, base_ns;
    uint64_t mult;
};

/* ---- What a process is --------------------------------------------------------------------- */

enum watch_runtime {
    WATCH_RUNTIME_NONE,
    WATCH_RUNTIME_CPYTHON,
    WATCH_RUNTIME_CPYTHON_FREE, /* without a GIL */
    WATCH_RUNTIME_PYPY,
    WATCH_RUNTIME_RUBY,
    WATCH_RUNTIME_OCAML,
};

struct watch_process {
    _Alignas(WATCH_LINE) int32_t pid;
    int32_t parent;
    uint32_t is_forked;        /* else it was executed */
    uint32_t runtime;          /* enum watch_runtime, once something of it was seen */
    uint32_t has_exited;       /* its own exit handlers ran */
    uint32_t lock_overflow;    /* contended locks for which there was no place */
    uint64_t begin_ns, end_ns; /* 0: not known */
    /* Waits that no function of the C library's locks made: Rust's, C++20's, a program's own. */
    uint64_t futex_waits, futex_wait_ns;
    char version[32]; /* of the runtime: "3.11.7" */
    char program[WATCH_PATH_MOST];
};

/* A file that was mapped when something called from it. */
struct watch_module {
    uint32_t state; /* 0 free, 1 being written, 2 there */
    char path[WATCH_PATH_MOST];
};

/* Module 0 is none: the address is then as the process had it. */
struct watch_place {
    uint32_t module; /* index + 1 */
    uint32_t unused;
    uint64_t address; /* in the module's own addresses */
};

/* ---- Locks --------------------------------------------------------------------------------- */

enum watch_kind {
    WATCH_MUTEX = 1,
    WATCH_READ,  /* a read-write lock, those that read */
    WATCH_WRITE, /* and those that write */
    WATCH_SPIN,
    WATCH_SEMAPHORE,
    WATCH_CONDITION,
    WATCH_GIL,    /* of CPython */
    WATCH_TOGGLE, /* another runtime's: a mutex that guards who runs */
};

/* The longest of its kind, and whose it was. */
struct watch_longest {
    uint64_t ns;
    uint64_t end_ns;
    uint32_t thread; /* index + 1 */
    uint32_t stack;  /* index + 1; 0: none */
};

/* What a lock is found by, apart from it: looking for one touches no page of those that are not. */
struct watch_key {
    uint32_t state; /* 0 free, 1 being written, 2 there, 3 there no more, and known from then */
    uint32_t process;
    uint64_t address;
    uint32_t kind, unused;
};

struct watch_lock {
    /* Written once. */
    _Alignas(WATCH_LINE) uint32_t kind;
    uint32_t process; /* index */
    uint32_t serial;  /* among the GILs of its process */
    uint32_t is_main; /* GIL: of the main interpreter */
    uint64_t address;
    struct watch_place where; /* the lock itself, where it lies in a module */
    struct watch_place site;  /* who was the first to wait for it */
    /* Of a GIL: its other three. */
    uint64_t condition, switch_mutex, switch_condition;

    /* What changes with each turn. */
    _Alignas(WATCH_LINE) uint32_t holder; /* index + 1 of the thread; 0: nobody */
    uint32_t waiters;                     /* that found it taken and have not got it yet */
    uint64_t first_wait_ns;               /* since when somebody waits, in this hold */
    uint64_t last_take_ns, last_drop_ns;
    uint32_t last_holder, unused;
    uint64_t switched_ns; /* when the holder last was another one than before */
    uint64_t asked_ns;    /* GIL: when a waiter last asked for it */

    /* What is summed up. */
    _Alignas(WATCH_LINE) uint64_t contended;
    uint64_t hand_overs; /* takes from another thread, while it was waited for */
    uint64_t wait_ns;
    uint64_t hold_ns;         /* as far as holds were timed, weighted: of all */
    uint64_t timed;           /* holds, weighted */
    uint64_t asked, given_up; /* drops while a waiter had asked, and others */
    uint64_t timeouts;        /* waits that were ended by their time */
    uint64_t anomalies;       /* what does not fit the rules by which it was recognised */
    uint64_t own_posts;       /* semaphore: posts by the thread that took it last */
    uint64_t posts;
    uint64_t blocked_holds; /* that made somebody wait */
    uint64_t wait_threads;  /* bits of a small set: by how many threads it was waited for */
    struct watch_longest longest_hold, longest_wait, longest_block;
    struct histogram holds, waits, hand_over_times, blocks;
};

/* ---- Threads ------------------------------------------------------------------------------- */

enum watch_phase { WATCH_ELSEWHERE, WATCH_WANTS, WATCH_HOLDS };

/* A lock as one thread knows it. */
struct watch_entry {
    uint64_t address;  /* with the kind in bit 0 for readers; 0: free */
    uint32_t lock;     /* index + 1; 0: it never was waited for */
    uint16_t depth;    /* how often it is held by this thread */
    uint8_t splits;    /* the last wait was long beside two looks at schedstat(5) */
    uint8_t weight;    /* of the hold that is being timed */
    uint64_t since_ns; /* of that hold; 0: not timed */
    uint64_t takes;
    uint32_t contended;
    uint32_t asked; /* GIL: drops while a waiter had asked */
    uint64_t wait_ns, hold_ns;
    uint32_t to_time; /* holds that are timed, whatever is drawn: long ones have paid for it */
    uint32_t is_of_library; /* it was, when one was last unloaded */
};

struct watch_thread {
    /* Who it is. */
    _Alignas(WATCH_LINE) uint32_t state; /* 0 free, 1 alive, 2 ended */
    uint32_t process;                    /* index */
    int32_t tid;
    uint32_t lives;            /* threads that had this place one after another */
    uint64_t begin_ns, end_ns; /* of the one that lives; 0: still does */
    uint64_t life_ns;          /* of those before */
    char name[16];
    /* schedstat(5), of those that ended and of the one alive when the program ended by itself. */
    uint64_t ran_ns, runnable_ns;
    uint64_t first_ran_ns, first_runnable_ns; /* before it was seen */
    uint32_t has_schedstat, is_main;

    /* What it does. */
    _Alignas(WATCH_LINE) uint32_t phase; /* enum watch_phase */
    uint32_t phase_lock;                 /* index + 1 */
    uint64_t phase_since_ns;

    /* What it did, and how far the library is with it. */
    _Alignas(WATCH_LINE) uint64_t want_ns; /* locks, and semaphores that are such */
    uint64_t want_runnable_ns;             /* as far as is known, what of that it had no CPU */
    uint64_t other_takes;                  /* of locks that are told apart no more */
    uint64_t lost;                         /* takes for which there was no entry */
    uint64_t random;
    uint32_t busy;    /* in a wrapper: what a signal handler calls is only handed on */
    uint32_t gil;     /* index + 1 of the GIL it holds */
    uint32_t inside;  /* index + 1 of the GIL whose mutex it holds */
    uint32_t is_drop; /* it went in as the holder */
    uint32_t signalled, timeouts;
    uint64_t wait_since_ns;    /* of the take that goes on; 0: it did not wait yet */
    uint64_t wait_runnable_ns; /* at its begin; UINT64_MAX: not asked */
    uint64_t inits[4]; /* of what lately was initialised: mutex, mutex, condition, condition */
    uint32_t is_semaphore_taken;
    uint32_t split_weight; /* of the wait that goes on: so many are like it */
    /* The last wait that was over: whether a hold begins where it ended. */
    uint64_t last_wait_since_ns, last_wait_end_ns;
    uint32_t is_put_out;
    uint32_t waits_for; /* index + 1 of the lock, from the begin of a wait to its end */
    uint64_t semaphore; /* that it made last, as a lock that is free; 0 */
    /* The first that it made and took at once: CPython's threads give that back when they end, to
     * who waits for it. */
    uint64_t end_semaphore;
    struct watch_entry *last; /* in its own process */
    struct watch_entry entries[WATCH_ENTRIES];
};

/* ---- All of it ----------------------------------------------------------------------------- */

enum { WATCH_FRAMES = 24 };

struct watch_stack {
    uint32_t count, unused;
    struct watch_place frames[WATCH_FRAMES];
    char text[2048]; /* the interpreter's own, as lines; "" */
};

/* A program that a watched process executed. */
struct watch_started {
    int32_t pid; /* written last; 0: nothing is here */
    uint32_t is_watched;
    char program[120];
};

/* A hold, and the wait before it. */
struct watch_turn {
    uint64_t wait_ns; /* since when it was waited for; 0: it was not */
    uint64_t take_ns, drop_ns;
    uint32_t lock, thread; /* numbers; thread is written last */
    uint32_t is_put_out, unused;
};

struct watch_region {
    uint64_t magic;
    uint32_t version;
    uint32_t times_all_holds;
    uint64_t bytes;
    uint32_t with_stacks, with_turns;
    uint32_t is_children_off, unused;
    struct watch_clock clock;
    uint64_t begin_ns;
    /* Of contend: what a process of the program has of it that differs, the program did. */
    uint64_t memory_current, memory_most; /* RLIMIT_AS */
    uint64_t filters;
    /* How many there are, and were wanted. */
    _Alignas(WATCH_LINE) uint32_t process_count;
    uint32_t thread_count, stack_count, turn_count;
    uint32_t threads_refused, started_count;
    struct watch_process processes[WATCH_PROCESSES_MOST];
    struct watch_module modules[WATCH_MODULES_MOST];
    struct watch_stack stacks[WATCH_STACKS_MOST];
    struct watch_started started[WATCH_STARTED_MOST];
    struct watch_turn turns[WATCH_TURNS_MOST];
    struct watch_key keys[WATCH_LOCKS_MOST];
    struct watch_lock locks[WATCH_LOCKS_MOST]; /* in their keys' order */
    struct watch_thread threads[WATCH_THREADS_MOST];
};

/* How many records there are; those beyond the last place were counted and refused. */
static inline uint32_t watch_process_count(const struct watch_region *r)
{
    uint32_t count = __atomic_load_n(&r->process_count, __ATOMIC_ACQUIRE);
    return count > WATCH_PROCESSES_MOST ? WATCH_PROCESSES_MOST : count;
}

static inline uint32_t watch_thread_count(const struct watch_region *r)
{
    uint32_t count = __atomic_load_n(&r->thread_count, __ATOMIC_ACQUIRE);
    return count > WATCH_THREADS_MOST ? WATCH_THREADS_MOST : count;
}

static inline uint32_t watch_started_count(const struct watch_region *r)
{
    uint32_t count = __atomic_load_n(&r->started_count, __ATOMIC_ACQUIRE);
    return count > WATCH_STARTED_MOST ? WATCH_STARTED_MOST : count;
}

/* Seccomp filters, from /proc/PID/status; of older kernels, whether there are any. */
static inline uint64_t watch_filters(const char *status)
{
    const char *at = strstr(status, "\nSeccomp_filters:\t");
    if (!at)
        at = strstr(status, "\nSeccomp:\t");
    return at ? strtoull(strchr(at, '\t'), NULL, 10) : 0;
}

static inline uint64_t watch_clock_ns(const struct watch_clock *c, uint64_t tsc)
{
    return c->base_ns + (uint64_t)(((unsigned __int128)(tsc - c->base_tsc) * c->mult) >> 32);
}

#endif
