/*
 * What was seen of a watched program, put together: a row a process, a lock, a thread.
 *
 * All times are nanoseconds.  Numbers of processes, locks and threads are indices of the lists
 * here. Histograms lie in the session's region, which must outlive the ledger.
 */
#ifndef CONTEND_WATCH_LEDGER_H
#define CONTEND_WATCH_LEDGER_H

#include "bench/base/vec.h"
#include "bench/watch/session.h"

enum { LEDGER_NONE = -1 };

struct ledger_process {
    int pid, parent;
    bool is_forked;
    const char *program; /* path */
    enum watch_runtime runtime;
    const char *version;        /* of the runtime; "" */
    uint64_t begin_ns, life_ns; /* after the session's begin */
    size_t threads;             /* that were seen, those in one place counted each */
    uint64_t untold_takes;      /* of locks that nobody waited for */
    size_t quiet_locks;         /* how many those are, at least */
    uint32_t lock_overflow;
    /* In the kernel directly, by locks and all else that is not the C library's. */
    uint64_t futex_waits, futex_wait_ns;
};

struct ledger_longest {
    uint64_t ns, at_ns;              /* at: its end, after the session's begin */
    int thread;                      /* or LEDGER_NONE */
    bool is_open;                    /* it went on when the program ended */
    const struct watch_stack *stack; /* of who let it go then; or NULL */
};

/* A thread's part of a lock. */
struct ledger_part {
    size_t thread;
    uint64_t takes, contended, asked, wait_ns, hold_ns;
};

struct ledger_lock {
    enum watch_kind kind;
    uint32_t number; /* in the region, from 1 */
    size_t process;
    unsigned serial; /* among the GILs of its process */
    char name[224];  /* "the GIL", "queue_lock in app", "a lock of main" */
    char site[224];  /* where it was waited for first; "" */
    uint64_t address;
    uint64_t takes, contended, hand_overs, asked, given_up, timeouts, anomalies, blocked_holds;
    uint64_t wait_ns, hold_ns;
    bool is_like_lock;      /* a semaphore that who took it gives back */
    size_t waiting_threads; /* how many of its threads ever waited */
    double fairness;        /* Jain's index of its takes over those threads; NAN below two */
    const struct histogram *holds, *waits, *hand_over_times, *blocks;
    struct ledger_longest longest_hold, longest_wait, longest_block;
    struct {
        VEC(char *);         /* owned; the innermost first */
    } stack;                 /* of the longest hold that blocked somebody */
    VEC(struct ledger_part); /* its threads */
};

struct ledger_thread {
    size_t process;
    uint32_t place; /* in the region, from 1 */
    int tid;
    unsigned number; /* in its process, from 1 */
    bool is_main;
    unsigned lives; /* threads that are counted together here */
    char name[16];
    uint64_t begin_ns, life_ns;
    bool has_split; /* else the kernel was not asked in time */
    bool is_rough;  /* of its last look: to within the period of looking */
    uint64_t runs_ns, wants_ns, runnable_ns, sleeps_ns;
    uint64_t takes;
    uint64_t lost; /* takes for which there was no place */
};

/* A hold, and the wait before it: wait_ns is when that began, or equal to take_ns. */
struct ledger_turn {
    size_t lock, thread;
    uint64_t wait_ns, take_ns, drop_ns;
    bool is_put_out;
};

struct ledger {
    const struct watch_session *session;
    uint64_t life_ns;
    struct {
        VEC(struct ledger_process);
    } processes;
    struct {
        VEC(struct ledger_lock);
    } locks; /* those that cost most waiting first */
    struct {
        VEC(struct ledger_thread);
    } threads;
    struct {
        VEC(struct ledger_turn);
    } turns;             /* in the order of their ends, where they were asked for */
    uint64_t turns_seen; /* how many there were; the first ones are kept */
    uint32_t threads_refused, processes_refused;
    /* The program became another one, which was not watched: what runs it at its end is not here.
     */
    bool is_replaced;
};

/* -1 with ERR_SYSTEM; ledger_release() in both cases. */
int ledger_read(struct ledger *l, const struct watch_session *s, struct err *err);
void ledger_release(struct ledger *l);
/* A part of reading: false when memory ran out. */
bool ledger_read_turns(struct ledger *l);

/* "mutex", "semaphore", "GIL". */
const char *ledger_kind_name(enum watch_kind kind);
/* Waiting for it is wanting a lock, not sleeping. */
bool ledger_is_lock(const struct ledger_lock *l);
/* Quantile of a histogram of the region, ns; NAN while empty. */
double ledger_quantile(const struct histogram *h, double q);

/* Names of addresses, from the files they lie in: names.c. */
struct ledger_names;
struct ledger_names *ledger_names_open(const struct watch_region *r);
void ledger_names_close(struct ledger_names *n);
/* "worker+0x1c in app"; false where the address is of no file. */
bool ledger_name(struct ledger_names *n, const struct watch_place *place, bool with_offset,
                 char *out, size_t size);
/* The function alone, or the file where it has no name. */
bool ledger_function(struct ledger_names *n, const struct watch_place *place, char *out,
                     size_t size);

#endif
