/*
 * A trace: what each unit did and when, for pictures and for programs that show such.
 *
 *   trace ── part: one launch, or one program: its own clock, from 0 on
 *         ── lane: a unit
 *              span   it was in that state                     spans of a lane do not overlap
 *              hold   it had the lock                          a span lies in a hold or beside it
 *              mark   it was put out: a waiter had asked
 *         ── flow: from the end of a hold to the take it allowed, in another lane
 *
 * Whoever traced something makes one with the verbs below; chrome.h writes and reads it.  Depends
 * on nothing that measures or shows.  Times are nanoseconds of the part's own clock.
 *
 * The error is sticky: where memory runs out the trace remembers it, and is neither written nor
 * shown.
 */
#ifndef CONTEND_TRACE_TRACE_H
#define CONTEND_TRACE_TRACE_H

#include "bench/base/err.h"
#include "bench/base/vec.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum trace_state {
    TRACE_RUNS,    /* with the lock, if there is one */
    TRACE_OUTSIDE, /* runs, and has let the lock go meanwhile */
    TRACE_WANTS,   /* waits for the lock */
    TRACE_QUEUES,  /* could run, and waits for a CPU; a coroutine: for its turn at the loop */
    TRACE_SLEEPS,  /* waits for something else, or has nothing to do */
    TRACE_STARTS,  /* is being made */
    TRACE_STATES
};

/* As in a file: "runs", "wants the lock". */
extern const char *const trace_state_names[TRACE_STATES];

/* The lane of what runs coroutines, which is no unit. */
extern const char trace_loop_name[];

struct trace_span {
    uint64_t begin_ns, end_ns;
    uint32_t lane;
    enum trace_state state;
};

struct trace_hold {
    uint64_t begin_ns, end_ns;
    uint32_t lane;
};

struct trace_mark {
    uint64_t at_ns;
    uint32_t lane;
};

struct trace_flow {
    uint64_t from_ns, to_ns;
    uint32_t from, to; /* lanes */
};

struct trace_metric {
    char *name, *unit; /* owned */
    double value;
};

struct trace_part {
    char *name;   /* what sets it apart from the others: "under the lock"; "" for none. All owned */
    char *id;     /* of the cell, or the command */
    char *told;   /* what else is to be seen in it: "27.5 k lost updates"; "" for nothing */
    char *source; /* who did it: "contend 0.1.0", "cpython 3.11.2" */
    struct {
        VEC(char *); /* owned */
    } lanes;
    struct {
        VEC(struct trace_span);
    } spans;
    struct {
        VEC(struct trace_hold);
    } holds;
    struct {
        VEC(struct trace_mark);
    } marks;
    struct {
        VEC(struct trace_flow);
    } flows;
    struct {
        VEC(struct trace_metric);
    } metrics;            /* what the workload itself measured */
    uint64_t begin_ns;    /* of what is shown: later than 0 where events were lost */
    uint64_t end_ns;      /* ... and its end */
    uint64_t interval_ns; /* after which a waiter may ask for the lock; 0: there is none such */
    uint64_t recorded;    /* events there were */
    uint64_t lost;        /* ... of these not kept: those before begin_ns */
    bool has_lock;        /* one that excludes */
    bool knows_queues;    /* waiting for a CPU could be told from the rest */
    bool is_cut;          /* it went on behind end_ns */
    double event_ns;      /* what recording one event took; NAN: not known */
    double cost_ratio;    /* how much longer the work took with it, less 1; NAN: not known */
    double noise_ratio;   /* how far two launches without it lie apart; NAN: not known */
};

struct trace {
    char *title;        /* of a scene; "" for none. Owned */
    json_t *run, *host; /* owned; NULL: not known */
    struct {
        VEC(struct trace_part);
    } parts;
    bool failed; /* memory ran out */
};

void trace_release(struct trace *t);

/* Takes over nothing; texts are copied.  The part stays where it is until the next one is added;
 * NULL when memory ran out. */
struct trace_part *trace_add(struct trace *t, const char *name, const char *id, const char *source);
void trace_set_title(struct trace *t, const char *title);
void trace_tell(struct trace *t, struct trace_part *p, const char *words);

/* Its number. */
uint32_t trace_lane(struct trace_part *p, const char *name);
/* Empty ones are left out. */
void trace_span(struct trace_part *p, uint32_t lane, enum trace_state state, uint64_t begin_ns,
                uint64_t end_ns);
void trace_hold(struct trace_part *p, uint32_t lane, uint64_t begin_ns, uint64_t end_ns);
void trace_mark(struct trace_part *p, uint32_t lane, uint64_t at_ns);
void trace_flow(struct trace_part *p, uint32_t from, uint64_t from_ns, uint32_t to, uint64_t to_ns);
void trace_metric(struct trace_part *p, const char *name, const char *unit, double value);

/* Everything outside begin_ns .. end_ns is left out or cut, and all is put in order: by lane, then
 * by time.  The last verb. */
void trace_settle(struct trace_part *p);

/* Whether memory ran out for any of it: ERR_SYSTEM. */
int trace_check(const struct trace *t, struct err *err);

/* Time of a lane (UINT32_MAX: of all) in that state. */
uint64_t trace_time_ns(const struct trace_part *p, uint32_t lane, enum trace_state state);

#endif
