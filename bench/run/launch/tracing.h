/*
 * Tracing: what each unit of one launch did and when, for a picture (contend trace).
 *
 * It is a probe that is not in the registry: only who traces puts it into a launch, so no measured
 * run has it.  With it tasks get verbs of their own (task_verbs_traced()), which record a
 * checkpoint too; the verbs of all other launches are the ones they were, without a word about
 * tracing in them.
 *
 * Each unit writes into a ring of its own, in lines that nobody else writes:
 *
 *     | head: 128 bytes | event | event | ...        count % capacity is the next one
 *
 * A ring that is full begins anew: what is kept is the end, and how many were lost is known.
 *
 * Where a unit had to wait for a CPU is the kernel's to say (/proc/thread-self/schedstat), and it
 * says how much, not when.  So it is asked behind each span of 20 us or more, as the ledger does,
 * and a unit that computes looks at the clock every few microseconds, at its checkpoints: where
 * time has jumped it was put off its CPU just then.
 */
#ifndef CONTEND_RUN_LAUNCH_TRACING_H
#define CONTEND_RUN_LAUNCH_TRACING_H

#include "bench/contend.h"
#include "bench/run/launch/visit.h"

enum traced_kind {
    TRACED_BEGIN,     /* it has passed the gate */
    TRACED_TAKE,      /* it goes for the lock */
    TRACED_TAKEN,     /* ... and has it; value: for how long it had to wait */
    TRACED_LET_GO,    /* it lets the lock go of its own accord */
    TRACED_HAND_OVER, /* it was asked for the lock, and lets it go to queue for it again */
    TRACED_IDLE,  /* it waits for something else; value: until when, 0 or UINT64_MAX: no moment */
    TRACED_AWAKE, /* ... and goes on */
    TRACED_ASIDE, /* it lets others of its event loop run */
    TRACED_BACK,  /* ... and has its turn again */
    TRACED_GAP,   /* it computed and was off its CPU, queued_ns up to now */
    TRACED_END,   /* its last operation is over and the lock let go */
    TRACED_KINDS
};

struct traced_event {
    uint64_t at_ns;
    uint64_t value;
    uint32_t queued_ns; /* it waited for a CPU since its thread was last asked */
    uint32_t kind;
};

enum { TRACED_UNITS_MOST = 256, TRACED_LAUNCHES_MOST = 2 };

/* Of all rings together: what a picture may cost of a small machine's memory. */
#define TRACED_BYTES_MOST (UINT64_C(1) << 30)

/* In the mailbox's room: this, then the launches. */
struct traced {
    uint64_t bytes;     /* of the room that are used */
    uint32_t launches;  /* of the same units, the later ones made warm by the first */
    uint32_t has_queue; /* the kernel says how long units waited for a CPU */
    double span_ns;     /* of the first launch: from the gate to the last join */
    /* What tracing took: recording one event; CPU time of the first launch, and of the same work
     * without it before and after.  0: not known. */
    double event_ns, traced_cpu_ns, before_cpu_ns, after_cpu_ns;
};

/* Its units behind it, each with its events. */
struct traced_launch {
    uint32_t units; /* with the coordinator, who is the last */
    uint32_t padding;
    uint64_t open_ns;   /* what the executor's open() took, before begin_ns */
    uint64_t begin_ns;  /* units began to be made */
    uint64_t opened_ns; /* the gate */
    uint64_t until_ns;  /* nothing was recorded from there on */
    uint64_t joined_ns; /* the last unit was gone */
};

struct traced_unit {
    uint32_t index;
    uint32_t os_id;
    uint32_t lock;   /* which instance; units with an equal one exclude each other */
    uint32_t holder; /* in whose name it takes that */
    uint64_t create_ns, created_ns, first_ns, exit_ns;
    uint64_t recorded; /* events there were */
    uint64_t kept;     /* ... and that are here: the last ones */
};

/* Room for so many launches of that many tasks. */
size_t traced_room(uint32_t launches, uint32_t tasks, uint32_t events);

/* The recorder as it is found in a fresh image; who opens a launch has one with rings. */
extern const struct probe probe_trace;
struct recorder {
    struct probe probe; /* first: hooks get its address */
    uint32_t events;    /* of a ring */
    uint64_t for_ns;    /* it records from the gate on */
};
void recorder_init(struct recorder *r, uint32_t events, uint64_t for_ns);

/* In the coordinator, when a launch is over: copies what there is to `out`; the bytes it took. */
size_t recorder_take(struct launch *l, char *out);
/* Whether the kernel told somebody how long it waited for a CPU. */
bool recorder_has_queue(const struct launch *l);
/* What recording one event takes. Afterwards the rings hold nothing of use. */
double recorder_event_ns(struct launch *l);

/* In a unit of a traced launch: records one. */
void traced_note(struct task *t, enum traced_kind kind, uint64_t value);
/* ... at a checkpoint: looks at the clock, if it is time to. */
void traced_look(struct task *t);

/*
 * In the worker: runs the cell with the recorder, as often as v->launches says, in one launch after
 * the other on the same executor, and puts what there was into the mailbox's room.  The workload's
 * own metrics go where a visit puts them.
 */
void traced_measure(const struct visit *v, const struct assignment *a, struct mailbox *m);

#endif
