/*
 * contend_executor.h: what an executor is, for authors of executors.  contend.h includes it.
 *
 * An executor makes units of tasks, opens the gate's way to them and takes them back; its hooks are
 * what the verbs of contend.h come down to.  The skeleton is shown in docs/adding-an-executor.md.
 */
#ifndef CONTEND_EXECUTOR_H
#define CONTEND_EXECUTOR_H

#include "contend.h"

#ifdef __cplusplus
extern "C" {
#endif

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

/* ---- What it asks of a launch ------------------------------------------------------ */

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

#ifdef __cplusplus
}
#endif

#endif
