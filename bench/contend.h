/*
 * contend.h: the contract between the harness and its plug-ins.
 *
 * A plug-in is a workload (what a task does), an executor (how tasks come to run
 * concurrently), a lock (who may compute at a moment) or a probe (what is measured around
 * it).  Each is one `const` descriptor.  File name, symbol, command-line name and name in
 * the result file are one word.  Built-in plug-ins are listed in *.def files; outside ones
 * come as shared objects with `--plugin` and export `contend_plugin_v1`, see the end.
 *
 * What every author needs stands here: parameters, metrics, tasks and their verbs, workloads,
 * launches.  What only those of one kind need stands in a file of that kind, which this one
 * includes: contend_executor.h, contend_lock.h, contend_probe.h.
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
 * C11 and later, and C++17 and later, whose atomics have the same size, alignment and
 * representation where this runs.  CONTEND_ATOMIC is for plug-ins whose words lie in shared memory.
 */
#ifdef __cplusplus
#include <atomic>
#define CONTEND_ATOMIC(type)   std::atomic<type>
#define CONTEND_ALIGNAS(bytes) alignas(bytes)
using std::memory_order_acq_rel;
using std::memory_order_acquire;
using std::memory_order_relaxed;
using std::memory_order_release;
#else
#include <stdatomic.h>
#define CONTEND_ATOMIC(type)   _Atomic(type)
#define CONTEND_ALIGNAS(bytes) _Alignas(bytes)
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

/* A workload's parameter, by its row. */
static inline int64_t task_param(const struct task *t, int row)
{
    return t->launch->workload_params[row];
}

static inline const char *task_param_text(const struct task *t, int row)
{
    return param_text(task_param(t, row));
}

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

#include "contend_executor.h"
#include "contend_lock.h"
#include "contend_probe.h"

#endif
