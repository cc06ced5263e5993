/*
 * contend.h: the contract between the harness and its plug-ins.
 *
 * A plug-in is a workload (what a task does), an executor (how tasks come to run
 * concurrently), a lock (who may compute at a moment) or a probe (what is measured around
 * it).  Each is one `const` descriptor.  File name, symbol, command-line name and name in
 * the result file are one word.  Built-in plug-ins are listed in *.def files; outside ones
 * come as shared objects with `--plugin` and export `contend_plugin_v1`, see the end.
 *
 * This header depends on nothing but the C library.  All times are nanoseconds of
 * CLOCK_MONOTONIC unless a name says otherwise.
 *
 * Memory of a launch, all in one MAP_SHARED mapping at the same address in every unit:
 *
 *   | launch: gate, ready | tasks[0..n]      | lock states | batch stamps | workload | probes |
 *   |  a line each        | 256 bytes each,  |             | k+1 a task   |          |        |
 *                           one writer each
 */
#ifndef CONTEND_H
#define CONTEND_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * C11 and later, and C++20 and later, whose atomics have the same size, alignment and
 * representation where this runs.  CONTEND_ATOMIC is for plug-ins whose words lie in shared memory.
 */
#ifdef __cplusplus
#include <atomic>
#define CONTEND_ATOMIC(type)   std::atomic<type>
#define CONTEND_ALIGNAS(bytes) alignas(bytes)
#define CONTEND_FLEXIBLE       __extension__
using std::memory_order_acq_rel;
using std::memory_order_acquire;
using std::memory_order_relaxed;
using std::memory_order_release;
#else
#include <stdatomic.h>
#define CONTEND_ATOMIC(type)   _Atomic(type)
#define CONTEND_ALIGNAS(bytes) _Alignas(bytes)
#define CONTEND_FLEXIBLE
#endif

/* What units wait on and locks are made of: 32 bits, as a futex. */
typedef CONTEND_ATOMIC(uint32_t) contend_word;
static_assert(sizeof(contend_word) == sizeof(uint32_t), "a futex is a word");

#ifdef __cplusplus
extern "C" {
#endif

/* Grows with each change of a structure below, so that no plug-in is misread; registry.c keeps
 * which releases load which. */
#define CONTEND_ABI 4

/* 128: two lines, because the prefetcher pulls pairs. */
#define CONTEND_LINE_BYTES 128

struct err;
struct executor;
struct histogram; /* bench/stats/histogram.h */
struct launch;
struct task;
struct sink;

/* ---- Parameters -------------------------------------------------------------------- */

/*
 * One row of a parameter table; the command line, its help, its checks and the echo in the
 * result file are all made from it.  Values are whole numbers in the unit, the index of a
 * choice, or a text.  A table ends with a row without name.
 *
 * A text is one line of UTF-8 without control characters.  Its value is where it stands:
 * param_text() reads it, task_param_text() in a unit, and equal texts of the parameters of cells
 * have equal values.
 */
struct param {
    const char *name;           /* "duration" */
    const char *unit;           /* "ns", "bytes", "count"; "text" where `text` is given */
    int64_t value;              /* default; of a text: 0 */
    int64_t min, max;           /* inclusive; of a text: its bytes */
    const char *help;           /* one line */
    const char *const *choices; /* NULL-terminated words instead of numbers, or NULL */
    const char *text;           /* the default of a text, or NULL: it is none */
    /* What is wrong with a text, in words that stand behind it, or NULL; the hook may be NULL. */
    const char *(*fault)(const char *text);
};

enum {
    CONTEND_PARAM_MAX = 8,         /* rows of one table */
    CONTEND_PARAM_TEXT_MAX = 4096, /* bytes of a text, at most */
};

static inline const char *param_text(int64_t value)
{
    return (const char *)(intptr_t)value;
}

/* ---- Metrics ----------------------------------------------------------------------- */

enum better { BETTER_LOWER, BETTER_HIGHER, BETTER_NEUTRAL };
enum nature {
    NATURE_NOISY, /* differs from launch to launch: medians and intervals */
    NATURE_EXACT  /* a count that must not differ: compared for equality */
};

/* Unit, direction and definition travel with the metric: tables and verdicts know none. */
struct metric {
    const char *name; /* "startup_ns": its unit is its suffix */
    const char *unit; /* "ns", "bytes", "count", "ratio", "per_s" */
    enum better better;
    enum nature nature;
    const char *group;      /* "startup", "throughput", "contention", "latency", "cpu", "memory",
                               "counters": column groups of the tables */
    const char *definition; /* one sentence, written into the result */
};

/*
 * What a metric tells, for those who ask for that and not for a name: sentences, break-even points,
 * ceilings, verdicts, whatever the metric is called.  Of several in a cell the first is meant, the
 * probes' in their order, then the workload's own.  In the result it is a word (traits.h).
 */
enum role {
    ROLE_NONE,
    ROLE_START,            /* what it costs to start a unit */
    ROLE_LIFECYCLE,        /* ... to start and end one that does nothing */
    ROLE_LIFECYCLE_CPU,    /* ... of that, the CPU time */
    ROLE_LIFECYCLE_OTHERS, /* share of the machine that others had meanwhile */
    ROLE_POOL_START,       /* what it costs to make all workers of a pool */
    ROLE_RATE,             /* operations of all units a second */
    ROLE_MAKESPAN,         /* time that all operations of all units took together */
    ROLE_TASK_TIME,        /* time that all operations of one unit took */
    ROLE_CPU,              /* CPU time of all units */
    ROLE_CPU_PER_OP,       /* ... of one operation */
    ROLE_PROCESS_CPU,      /* CPU time of the coordinating process */
    ROLE_EARLY,            /* how often a sleeper was woken too early; not 0: warned of */
    ROLE_WAIT_PER_OP,      /* time that one operation waits because it was told to */
    ROLE_MEMORY,           /* what one live unit adds; absent where tasks have none of their own */
    ROLE_HANDOFFS,         /* times a second that the lock goes from one unit to another */
    ROLES
};

/* A row of the table that says which metrics have one; it ends with ROLE_NONE. */
struct metric_role {
    enum role role;
    int metric; /* row of the plug-in's metric table */
};

/* Where a probe or workload puts what it found. `metric` is the row in its own table. */
struct sink {
    /* The launch's one sample. NaN and infinity are turned into absence. */
    void (*value)(struct sink *sink, int metric, double value);
    /* One element of the launch's distribution; the launch's sample becomes their median. */
    void (*quantity)(struct sink *sink, int metric, uint64_t value);
    /* It could not be had, with the reason in words. Never report 0 instead. */
    void (*absent)(struct sink *sink, int metric, const char *reason);
    /* Where the number comes from, when it is not the probe's own name ("perf", "schedstat"). */
    void (*source)(struct sink *sink, int metric, const char *source);
    /* Many elements of the launch's distribution at once. */
    void (*histogram)(struct sink *sink, int metric, const struct histogram *h);
};

/* ---- Tasks and their verbs --------------------------------------------------------- */

/* What the inlined verbs below call; filled by the harness, the same for all tasks. */
struct task_verbs {
    void (*sleep)(struct task *t, uint64_t ns);
    void (*block)(struct task *t, uint64_t ns);
    void (*checkpoint)(struct task *t);
    void (*release)(struct task *t);
    void (*acquire)(struct task *t);
    bool (*wait)(struct task *t, contend_word *word, uint32_t expected, uint64_t timeout_ns);
    void (*wake)(struct task *t, contend_word *word, uint32_t count);
    uint64_t (*now)(struct task *t);
    ssize_t (*read)(struct task *t, int descriptor, void *buffer, size_t bytes);
    ssize_t (*write)(struct task *t, int descriptor, const void *buffer, size_t bytes);
};

/*
 * One task: its own two line pairs, written by its unit alone while it runs.  Workloads use
 * the verbs and task_param(); executors set `executor_data`; the rest is the harness's.
 */
struct task {
    /* First pair: the verbs' working set. */
    const contend_word *attention; /* not 0: checkpoint leaves the fast path */
    const struct task_verbs *verbs;
    struct launch *launch;
    struct task *holder;      /* on whose behalf the lock is held: itself, or its event loop */
    void *lock_state;         /* the lock instance of this unit's runtime */
    void *lock_unit;          /* this unit's own record for that lock */
    void *executor_data;      /* the executor's own: thread, process or coroutine handle */
    uint32_t index;           /* 0 .. task_count-1; task_count for the coordinator */
    int32_t os_id;            /* thread or process id of the unit, 0 while unknown */
    uint64_t acquire_count;   /* times the lock was taken */
    uint64_t contended_count; /* of these, times it had to be waited for */
    uint64_t wait_ns;         /* time waited for the lock */
    uint64_t handoff_count;   /* times it was taken over from another unit */
    uint64_t idle_ns;         /* time spent in task_sleep, task_block and task_wait */
    uint32_t is_failed;       /* the unit could not do its work; see launch->failure */
    uint32_t is_wait_sampled; /* wait_ns is an estimate: not each wait was timed */

    /* Second pair: stamps. 0 means "did not happen". */
    CONTEND_ALIGNAS(CONTEND_LINE_BYTES) uint64_t create_ns; /* the create call begins */
    uint64_t created_ns;      /* ... and has returned to the creator */
    uint64_t first_ns;        /* first instruction of the unit's body */
    uint64_t gate_ns;         /* it has passed the gate */
    uint64_t go_ns;           /* it has the lock, its first operation begins */
    uint64_t last_ns;         /* its last operation has ended */
    uint64_t exit_ns;         /* its body ends */
    uint64_t joined_ns;       /* the coordinator has it back */
    uint64_t op_count;        /* operations done */
    uint64_t checksum;        /* of the last batch */
    uint32_t batch_count;     /* batches done */
    uint32_t wrong_count;     /* batches whose checksum was not the expected one */
    uint32_t migration_count; /* changes of CPU seen between batches */
    uint32_t padding2;
};

static_assert(sizeof(struct task) == 2 * CONTEND_LINE_BYTES, "two line pairs a task");

/* Waits ns nanoseconds as this executor waits, without the lock. */
static inline void task_sleep(struct task *t, uint64_t ns)
{
    t->verbs->sleep(t, ns);
}

/* Waits without telling the executor: an event loop freezes. The lock is let go. */
static inline void task_block(struct task *t, uint64_t ns)
{
    t->verbs->block(t, ns);
}

/*
 * "I am computing": hands the lock over if somebody asked for it, and steps aside where the
 * executor is cooperative and the workload asked to.  One relaxed load while neither is due.
 */
static inline void task_checkpoint(struct task *t)
{
    if (__builtin_expect(atomic_load_explicit(t->attention, memory_order_relaxed) != 0, 0))
        t->verbs->checkpoint(t);
}

/* Computes outside the lock on purpose, as an extension that releases the GIL does. */
static inline void task_release(struct task *t)
{
    t->verbs->release(t);
}

static inline void task_acquire(struct task *t)
{
    t->verbs->acquire(t);
}

/*
 * Parks while *word == expected, at most timeout_ns (UINT64_MAX: without limit).  Returns
 * false when the time ran out.  May return early: test the condition again.  The word lies
 * in the launch's shared memory.  The lock is let go meanwhile.
 */
static inline bool task_wait(struct task *t, contend_word *word, uint32_t expected,
                             uint64_t timeout_ns)
{
    return t->verbs->wait(t, word, expected, timeout_ns);
}

/* Wakes up to count units parked on word. */
static inline void task_wake(struct task *t, contend_word *word, uint32_t count)
{
    t->verbs->wake(t, word, count);
}

/*
 * read(2) and write(2) as an interpreter does them: the lock is let go around the call, which waits
 * as this executor waits.  May do less than asked; -1 with errno.  Descriptors must be non-blocking
 * where the executor has wait_io, and can be used only where executor_can_wait_io().
 */
static inline ssize_t task_read(struct task *t, int descriptor, void *buffer, size_t bytes)
{
    return t->verbs->read(t, descriptor, buffer, bytes);
}

static inline ssize_t task_write(struct task *t, int descriptor, const void *buffer, size_t bytes)
{
    return t->verbs->write(t, descriptor, buffer, bytes);
}

/* The executor's clock (a virtual one has its own). */
static inline uint64_t task_now_ns(struct task *t)
{
    return t->verbs->now(t);
}

/* Keeps a value alive for the optimiser: it must be computed, and may have changed. */
#define task_consume(t, v)                                                                         \
    do {                                                                                           \
        (void)(t);                                                                                 \
        __asm__ volatile("" : "+r"(v));                                                            \
    } while (0)

/* ---- Workloads --------------------------------------------------------------------- */

enum { CONTEND_OWN_MAX = 8 }; /* metrics that metrics_of() adds */

enum workload_kind {
    WORKLOAD_IO,     /* waits: its ceiling is all tasks waiting at once */
    WORKLOAD_CPU,    /* computes: its ceiling is all CPUs computing */
    WORKLOAD_MIXED,  /* both */
    WORKLOAD_SYNC,   /* units hand something to each other */
    WORKLOAD_STARTUP /* the unit itself is what is measured */
};

enum workload_trait {
    WORKLOAD_YIELDS = 1, /* its checkpoints step aside in a cooperative executor */
    /* Its units use what setup() made outside the shared mapping: a fresh image has not got it. */
    WORKLOAD_PRIVATE = 2,
    /* Its units wait for each other: all of a launch have to be alive at once. */
    WORKLOAD_TOGETHER = 4,
    /*
     * It runs the user's own programs: its units have the directory, the umask and the whole
     * environment that contend was started with.  All others have those of any other run.
     */
    WORKLOAD_SURROUNDINGS = 8,
    /* An operation is next to nothing: how many go into a second tells where the linker has put a
     * loop, not what this machine can do.  There is no ceiling to hold a rate against. */
    WORKLOAD_EMPTY = 16,
};

/* What the stackless form of a workload asks for when it comes back. */
enum step {
    STEP_DONE,  /* state->checksum is that of the batch */
    STEP_YIELD, /* let the others run */
    STEP_SLEEP, /* until state->deadline_ns */
    STEP_WAIT   /* while *state->word == state->expected, perhaps less */
};

/* All that is kept of a task without a stack: one line. */
struct step_state {
    uint64_t op_count;    /* of this batch */
    uint64_t done;        /* the form's own, 0 when a batch begins: operations done */
    uint64_t own[2];      /* the form's own, 0 when a batch begins */
    uint64_t checksum;    /* what run() would have returned */
    uint64_t deadline_ns; /* with STEP_SLEEP */
    contend_word *word;
    uint32_t expected;
    uint32_t phase; /* the harness's */
};

static_assert(sizeof(struct step_state) == 64, "a task without a stack is one cache line");

struct workload {
    const char *name;
    const char *summary; /* at most 60 columns */
    enum workload_kind kind;
    unsigned traits;              /* enum workload_trait */
    const struct param *params;   /* or NULL */
    uint64_t ops_per_task;        /* operations a task does; 0: calibrated to a time */
    const char *const *needs;     /* executors this is meant for, NULL-terminated; NULL: all */
    const struct metric *metrics; /* its own metrics, ended by a row without name, or NULL */

    /* Bytes of shared memory it wants, zeroed; or NULL. */
    size_t (*shared_bytes)(const int64_t *params, uint32_t task_count);
    /* Before units exist and after all are gone, once for a series of launches; outside every
     * measured span.  A failing setup puts its reason into l->failure. Or NULL. */
    int (*setup)(struct launch *l, struct err *err);
    void (*teardown)(struct launch *l);
    /* Before each launch, when the shared memory has just been zeroed. Or NULL. */
    void (*prepare)(struct launch *l);
    /* op_count operations; returns a checksum that depends on each of them. */
    uint64_t (*run)(struct task *t, uint64_t op_count);
    /* What run() must return. NULL: no checksum is known (say why in a comment). */
    uint64_t (*expected)(const int64_t *params, uint64_t op_count);
    /* After the last join: its own metrics from what units left in shared memory. Or NULL. */
    void (*collect)(struct launch *l, struct sink *sink);
    /* Why this executor cannot do it with these parameters, or NULL. The hook may be NULL. */
    const char *(*unfit)(const struct executor *x, const int64_t *params);
    /*
     * run() cut at its suspensions, for executors whose tasks have no stack: called again after
     * each until it returns STEP_DONE.  NULL: such executors leave the workload out.
     */
    enum step (*step)(struct task *t, struct step_state *state);
    const struct metric_role *roles; /* what its metrics are to others, or NULL */
    /*
     * Metrics that depend on the parameters: `metrics` and behind them at most CONTEND_OWN_MAX
     * more. Kept for the life of the program; equal parameters, the same table.  Or NULL:
     * `metrics`.
     */
    const struct metric *(*metrics_of)(const int64_t *params);
};

/* A workload's metrics in a cell. */
static inline const struct metric *workload_metrics(const struct workload *w, const int64_t *params)
{
    return w->metrics_of ? w->metrics_of(params) : w->metrics;
}

/* For workloads whose run() returns how many operations it has done. */
static inline uint64_t expected_op_count(const int64_t *params, uint64_t op_count)
{
    (void)params;
    return op_count;
}

/* ---- Executors --------------------------------------------------------------------- */

enum executor_trait {
    EXECUTOR_PARALLEL = 1,    /* tasks can run on several CPUs at once */
    EXECUTOR_SHARED_HEAP = 2, /* tasks share one address space, so one runtime's lock */
    EXECUTOR_PREEMPTIVE = 4,  /* a task that never steps aside does not stop the others */
    /*
     * Tasks share worker_count workers, made by open() and ended by close().  join() hands the
     * tasks out (create_ns and created_ns around the hand-over of each) and waits for them.
     */
    EXECUTOR_POOLED = 8,
    EXECUTOR_SEQUENTIAL = 16,    /* one task after the other; nothing overlaps, nothing waits */
    EXECUTOR_VIRTUAL = 32,       /* its clock is simulated */
    EXECUTOR_HIDDEN = 64,        /* not listed, not part of defaults */
    EXECUTOR_KERNEL_UNITS = 128, /* bodies run on kernel threads other than the coordinator's */
    EXECUTOR_PEER = 256,         /* somebody else's library, here to be compared with */
    EXECUTOR_STACKLESS = 512,    /* tasks have no stack: workloads need a step() */
    EXECUTOR_FRESH_IMAGE = 1024, /* units are new program images: memory_fd is there for them */
    /* The one that its kind is known by: of several that make threads, say, sentences speak of it.
     */
    EXECUTOR_TYPICAL = 2048,
    /* Several units to a process, each process a runtime: launch_runtimes() says how many.  Where
     * units are not preempted, each process has an event loop that holds its lock for them. */
    EXECUTOR_GROUPED = 4096,
};

/* Whether it makes units: tasks that run one after the other in their caller are none. */
static inline bool executor_makes_units(unsigned traits)
{
    return !(traits & EXECUTOR_SEQUENTIAL) || (traits & (EXECUTOR_VIRTUAL | EXECUTOR_KERNEL_UNITS));
}

/* What a child that is to be stopped does, and when; for struct runtime. */
struct stopping {
    uint64_t turns;    /* of computing, about 1 ns each, from one suspension or look to the next */
    uint64_t delay_ns; /* from just before it is started until the request is due */
    /* Called for each: how late the request was made, and how long until the child was gone. */
    void (*note)(struct task *t, uint64_t late_ns, uint64_t latency_ns);
};

/* The error of the n-th child, n = 1, 2 ...: 1 to 100, so that an exit status can carry it. */
static inline int runtime_error(uint64_t n)
{
    return (int)((n - 1) % 100) + 1;
}

/*
 * What a runtime's own operations cost, measured by the workloads of the same names.  The members
 * are whole loops, not single verbs, because an indirect call around each operation would cost
 * more than the fastest ones do; bench/executors/runtime_bodies.h writes the loops once for all
 * executors.  Called by a unit.  Each returns a checksum that depends on every operation; NULL: the
 * runtime has no such operation.
 */
struct runtime {
    /* Lets the others run, count times. Returns count. */
    uint64_t (*yield)(struct task *t, uint64_t count);
    /* Spawns children 1..count, `burst` at a time, then awaits those: the sum of their numbers.
     * handles: room for `burst` words of 8 bytes. */
    uint64_t (*spawn)(struct task *t, uint64_t count, uint64_t *handles, uint64_t burst);
    /* One child after the other, spawned to run later or eagerly at once: the same sum. */
    uint64_t (*await)(struct task *t, uint64_t count);
    uint64_t (*await_eager)(struct task *t, uint64_t count);
    /* Spawns a child that sleeps long, cancels it, awaits it: how many were cancelled. */
    uint64_t (*cancel)(struct task *t, uint64_t count);
    /* Sends 1..count to one child through a bounded channel: the sum it received. */
    uint64_t (*channel)(struct task *t, uint64_t count, uint32_t capacity);
    /* A tree of tasks, ten children each, `depth` levels down: the sum of its leaves' numbers. */
    uint64_t (*tree)(struct task *t, uint32_t depth);
    /*
     * One child after the other, which ends with its number or with the error runtime_error() of
     * it, as the runtime hands either back: the sum of what came back.  *steps grows by each
     * operation that the caller needs for it.
     */
    uint64_t (*future)(struct task *t, uint64_t count, bool is_error, uint64_t *steps);
    /* One child after the other, which computes until it is made to end: how many were. */
    uint64_t (*stop)(struct task *t, uint64_t count, const struct stopping *how);
};

struct executor {
    const char *name;
    const char *summary;
    unsigned traits;
    const struct param *params;
    uint32_t task_limit;              /* most tasks it can hold at once; 0: no limit of its own */
    const char *(*unavailable)(void); /* NULL or the reason in words; the hook may be NULL */
    const char *(*variant)(void);     /* which implementation this build uses, or NULL */

    /* Allocates what task_count units need; outside every measured span. */
    int (*open)(struct launch *l, struct err *err);
    /*
     * Creates the units in order, stamping create_ns and created_ns around each call and
     * counting launch->live_count.  On failure those already made stay: join() takes them.
     */
    int (*start)(struct launch *l, struct err *err);
    /* Waits until each unit is gone, stamping joined_ns; runs them if nobody else does. */
    int (*join)(struct launch *l, struct err *err);
    /* Frees what open() made; units are gone. open..close may be repeated. */
    void (*close)(struct launch *l);

    /* What a unit's verbs do.  The coordinator calls wait and wake too. */
    void (*sleep_until)(struct task *t, uint64_t deadline_ns);
    bool (*wait)(struct task *t, contend_word *word, uint32_t expected, uint64_t deadline_ns);
    void (*wake)(struct task *t, contend_word *word, uint32_t count);
    void (*yield)(struct task *t); /* steps aside; NULL where the kernel preempts */
    /* Waits until the descriptor may be read (or written): 0, or -1 with errno.  NULL: a unit
     * simply blocks in the call, which harms nobody where the kernel preempts. */
    int (*wait_io)(struct task *t, int descriptor, bool is_writing);
    const struct runtime *runtime; /* its own operations in loops; or NULL */
};

/* Whether its units can wait for a descriptor without stopping others. */
static inline bool executor_can_wait_io(const struct executor *x)
{
    return x->wait_io || ((x->traits & (EXECUTOR_PREEMPTIVE | EXECUTOR_SEQUENTIAL)) &&
                          !(x->traits & EXECUTOR_VIRTUAL));
}

/* ---- Locks ------------------------------------------------------------------------- */

enum lock_trait {
    LOCK_EXCLUSIVE = 1,    /* at most one holder */
    LOCK_PER_RUNTIME = 2,  /* by nature one for each address space (an interpreter's lock) */
    LOCK_THREADS_ONLY = 4, /* does not work across processes */
    LOCK_TYPICAL = 8,      /* the one its kind is known by: sentences speak of it before others */
    LOCK_NONE = 16,        /* it is none at all: what others are held against */
    LOCK_TELLS = 32,       /* its acquire says when the holder has changed: LOCK_CHANGED */
    LOCK_PEER = 64         /* somebody else's, here to be compared with: who waits, and when it goes
                              from one unit to another, is not looked at */
};

/*
 * What acquire and handoff return: 0 where nobody was in the way, else the nanoseconds waited, at
 * least 1.  A lock that knows more adds these bits.
 */
#define LOCK_KEPT    UINT64_MAX          /* handoff: the lock was not let go after all */
#define LOCK_CHANGED (UINT64_C(1) << 62) /* LOCK_TELLS: another unit had it since */
#define LOCK_SAMPLED                                                                               \
    (UINT64_C(1) << 61)              /* it waited; the time, which may be 0, stands for it and     \
                                        for waits that were not timed */
#define LOCK_TIME (LOCK_SAMPLED - 1) /* the bits of the time */

/* Why a metric of a LOCK_PEER's waits is absent. */
#define LOCK_PEER_UNSEEN "somebody else's lock, which keeps no books of its waits"

/* In front of each lock's state, on a line of its own that is hardly ever written. */
struct lock_front {
    void *last_holder;            /* LOCK_TELLS: the first one, else who had it last */
    contend_word are_waits_timed; /* somebody looks at each wait: none may be sampled */
    char padding[CONTEND_LINE_BYTES - sizeof(void *) - sizeof(uint32_t) - 4];
};

static_assert(sizeof(struct lock_front) == CONTEND_LINE_BYTES, "a line in front of each state");

struct lock {
    const char *name;
    const char *summary;
    unsigned traits;
    const struct param *params;
    const char *(*unavailable)(void);
    size_t state_bytes; /* placed in shared memory, zeroed, line-aligned */
    size_t unit_bytes;  /* the same for each unit; its address identifies the unit */
    int (*init)(void *state, const int64_t *params, struct err *err);
    void (*destroy)(void *state);
    /* Takes it; returns 0 if it did not have to wait, else the time waited (at least 1), and what
     * bits it can add to that. */
    uint64_t (*acquire)(void *state, void *unit);
    void (*release)(void *state, void *unit);
    /* The word that is not 0 while somebody wants the lock from this unit; NULL: never. */
    const contend_word *(*wanted)(void *state, void *unit);
    /* What a checkpoint does when it is wanted; returns the time waited, 0 if it did not have to,
     * LOCK_KEPT if it did not let go.  NULL: release, acquire. */
    uint64_t (*handoff)(void *state, void *unit);
};

/* ---- Launches ---------------------------------------------------------------------- */

enum placement {
    PLACEMENT_FREE,   /* the scheduler decides */
    PLACEMENT_SAME,   /* all units on one CPU */
    PLACEMENT_SPREAD, /* unit i on the CPU launch_cpu() has for it: also of what is below */
    /* Cells are placed so; a launch of theirs is PLACEMENT_SPREAD over a list of its own. */
    PLACEMENT_CORE, /* a unit a core */
    PLACEMENT_SMT,  /* all CPUs of a core before the next */
    PLACEMENT_LLC,  /* the CPUs of one last-level cache alone */
    PLACEMENT_NUMA, /* the CPUs of one NUMA node before the next */
};

/* What a probe that watches the verbs is told of, by the unit that does it. */
enum watched {
    WATCH_LET_GO,    /* about to let the lock go */
    WATCH_TAKE,      /* about to take it */
    WATCH_HAND_OVER, /* about to let it go and take it again */
    WATCH_TAKEN,     /* has it again; waited_ns as acquire() gave it */
    WATCH_KEPT,      /* ... or has not let it go after all */
    WATCH_IDLE,      /* about to wait for something else: until when, in place of waited_ns */
    WATCH_AWAKE,     /* that wait is over */
};

typedef void contend_watch_fn(struct task *t, enum watched what, uint64_t waited_ns);

enum gate { GATE_CLOSED = 0, GATE_OPEN = 1, GATE_ABORT = 2 };

/* One launch of one cell: n tasks from creation to join. Lies in the shared mapping. */
struct launch {
    const struct workload *workload;
    const struct executor *executor;
    const struct lock *lock;
    const int64_t *workload_params;
    const int64_t *executor_params;
    const int64_t *lock_params;
    void (*body)(struct task *t); /* what each unit runs, start to end */
    /* The same for a unit without a stack; a zeroed state begins. */
    enum step (*step)(struct task *t, struct step_state *state);
    struct task *tasks;       /* task_count of them, and the coordinator behind them */
    struct task *coordinator; /* the task in whose name start() and join() run */
    uint32_t task_count;
    uint32_t worker_count; /* for pools */
    uint32_t live_count;   /* units made by start() */
    enum placement placement;
    int same_cpu;         /* PLACEMENT_SAME: which */
    uint64_t batch_ops;   /* operations of one call of run() */
    uint32_t batch_count; /* calls a task makes; 0: an empty body */
    bool is_empty;        /* lifecycle launch: the body stamps and ends */
    uint64_t expected;    /* checksum of a batch */
    bool has_expected;
    uint64_t *stamps;         /* batch_count + 1 a task, or NULL when batch_count < 2 */
    void *workload_shared;    /* the workload's shared memory */
    void *workload_state;     /* what setup() made for itself; not shared */
    void *executor_state;     /* the executor's own */
    void *harness;            /* the harness's own */
    double lifecycle_ns;      /* create + empty body + join, a task; 0: not measured here */
    double lifecycle_cold_ns; /* the same, the first time in this process */
    uint64_t open_ns;         /* what the executor's open() took */
    uint64_t opened_ns;       /* the gate was opened */
    uint64_t virtual_ns;      /* clock of a virtual executor */
    void *memory;             /* the mapping all this lies in */
    size_t memory_bytes;      /* ... and its size */
    int memory_fd;            /* its file; -1 unless the executor is EXECUTOR_FRESH_IMAGE */
    /* A probe's, NULL unless it watches; `t` is the task, or who holds the lock for it. */
    CONTEND_ATOMIC(contend_watch_fn *) watch;
    void *watch_data;
    double plain_ns; /* PROBE_COMPARED: the same work without the probe, gate to last join */
    /* Of the lifecycle launches, with lifecycle_ns: each of them, a task; NULL: none. */
    const struct histogram *lifecycles;
    double lifecycle_cpu_ns;       /* CPU time of all of them, a task; below 0: not known */
    double lifecycle_others_ratio; /* of the machine, that others used; below 0: not known */
    /* PLACEMENT_SPREAD: the CPUs that units are put on, in turn; none: all allowed, ascending. */
    const uint16_t *cpus;
    uint32_t cpu_count;

    /* What comes before may be made private by a fresh image: here a page begins. */
    CONTEND_ALIGNAS(CONTEND_LINE_BYTES) contend_word gate;
    CONTEND_ALIGNAS(CONTEND_LINE_BYTES) contend_word ready_count;
    CONTEND_ALIGNAS(CONTEND_LINE_BYTES) char failure[256]; /* why a unit failed, first one wins */
};

/*
 * PLACEMENT_SPREAD: the CPU of the index-th unit, or of what an executor puts units on (workers of
 * a pool, event loops); -1: the index-th of those that the kernel allows, round and round.
 */
static inline int launch_cpu(const struct launch *l, uint32_t index)
{
    return l->cpu_count ? l->cpus[index % l->cpu_count] : -1;
}

/*
 * EXECUTOR_GROUPED: how many processes the tasks are spread over, its first parameter; task i lives
 * in process i mod that.
 */
static inline uint32_t runtimes_of(const int64_t *executor_params, uint32_t tasks)
{
    uint64_t asked = (uint64_t)executor_params[0];
    return asked < tasks ? (uint32_t)asked : tasks;
}

static inline uint32_t launch_runtimes(const struct launch *l)
{
    return runtimes_of(l->executor_params, l->task_count);
}

/*
 * Whether units are on event loops, whose threads hold the lock in their name, and how many more
 * tasks than the coordinator there are behind the units for that: holders[0 .. count-1].
 */
static inline bool launch_is_cooperative(const struct launch *l)
{
    return !(l->executor->traits & (EXECUTOR_PREEMPTIVE | EXECUTOR_SEQUENTIAL));
}

static inline uint32_t launch_holders(const struct launch *l)
{
    bool has_loops = (l->executor->traits & EXECUTOR_GROUPED) && launch_is_cooperative(l);
    return has_loops ? launch_runtimes(l) : 0;
}

/* What executors stamp create_ns, created_ns and joined_ns with; 0 in a lifecycle launch,
 * where the stamps themselves would be most of what is measured. */
static inline uint64_t launch_stamp_ns(struct launch *l)
{
    return l->is_empty ? 0 : l->coordinator->verbs->now(l->coordinator);
}

/* A workload's parameter, by its row. */
static inline int64_t task_param(const struct task *t, int row)
{
    return t->launch->workload_params[row];
}

static inline const char *task_param_text(const struct task *t, int row)
{
    return param_text(task_param(t, row));
}

/* ---- Probes ------------------------------------------------------------------------ */

enum probe_trait {
    /* It disturbs what the others measure: it gets launches of its own. */
    PROBE_OWN_LAUNCH = 1,
    /* Its hooks in units are for kernel threads and processes: other units are not asked. */
    PROBE_KERNEL_UNITS = 2,
    /* With it: launches without the probe stand before and after, for what the probe costs. */
    PROBE_COMPARED = 4,
    /* It reads nothing but the stamps of tasks: right under a simulated clock as well. */
    PROBE_ANY_CLOCK = 8,
    /* The harness's own recorder: tasks of its launches have verbs that tell it of each checkpoint.
     */
    PROBE_EVERY_VERB = 16,
};

/* One probe at work in one launch. */
struct probe_run {
    const struct probe *probe;
    struct launch *launch;
    void *state; /* state_bytes of shared memory, zeroed at open */
    char *units; /* unit_bytes for each task and the coordinator, zeroed */
};

static inline void *probe_unit(const struct probe_run *p, const struct task *t, size_t unit_bytes)
{
    return p->units + unit_bytes * t->index;
}

struct probe {
    const char *name;
    const char *summary;
    unsigned traits;
    const struct metric *metrics; /* ended by a row without name */
    const char *(*unavailable)(void);
    size_t state_bytes;
    size_t unit_bytes;    /* a multiple of 64 keeps writers apart */
    uint32_t least_tasks; /* with PROBE_OWN_LAUNCH: units it needs for a slope */

    /* All hooks but collect may be NULL.  In the coordinator: */
    int (*open)(struct probe_run *p, struct err *err); /* before units exist */
    void (*at_gate)(struct probe_run *p);              /* all units are parked at the gate */
    void (*end)(struct probe_run *p);                  /* after the last join */
    void (*collect)(struct probe_run *p, struct sink *sink);
    void (*close)(struct probe_run *p);
    /* In each unit, right after the gate and after the last operation: */
    void (*unit_begin)(struct probe_run *p, struct task *t);
    void (*unit_end)(struct probe_run *p, struct task *t);

    const struct metric_role *roles; /* what its metrics are to others, or NULL */
};

/* ---- Outside plug-ins -------------------------------------------------------------- */

/*
 * A shared object exports one of these under the name contend_plugin_v1.  Lists end with
 * NULL; a list may be NULL.  `abi` must be CONTEND_ABI: another number is refused.
 */
struct contend_plugin {
    uint32_t abi;
    const char *name;
    const struct workload *const *workloads;
    const struct executor *const *executors;
    const struct lock *const *locks;
    const struct probe *const *probes;
};

/* Whoever defines it has the right linkage, in C++ too, whatever its visibility is otherwise. */
extern const struct contend_plugin contend_plugin_v1 __attribute__((visibility("default")));

#ifdef __cplusplus
}
#endif

#endif
