/*
 * The textbook's hello world of concurrency: a spinner turns while a slow function works.  The two
 * roles, for the workload `spinner` and for the command of that name.
 *
 * Frame k is due k intervals after the work began.  The spinner shows one, computes when the next
 * is due, and waits until then or until the work has ended; frames whose moment passed meanwhile
 * are left out, as on a screen.  Frames due are the whole intervals the work took; responsiveness
 * is frames shown of those by frames due, and it is 1 at most.
 *
 * A frame that was never shown has no lateness: a spinner that stands still for a second of ten
 * frames has one frame late by 0.9 s and nine missing.  Read both.
 */
#ifndef CONTEND_WORKLOADS_SPINNER_ROLES_H
#define CONTEND_WORKLOADS_SPINNER_ROLES_H

#include "bench/contend_sync.h"
#include "workloads/latency_ring.h"
#include "workloads/slow_work.h"

enum { SPINNER_RECENT = 64 };

/* Written by the spinner alone; whoever draws it may read the atomic members meanwhile. */
struct spinner {
    _Alignas(CONTEND_LINE_BYTES) _Atomic uint32_t shown;
    _Atomic uint32_t is_over;                  /* it has heard of the end and cleaned up */
    uint64_t newest;                           /* which frame was shown last */
    uint64_t worst_ns;                         /* most a frame was late */
    uint64_t in_time;                          /* frames shown that were due */
    uint64_t due;                              /* frames due */
    struct latency_ring *lateness;             /* of all frames, or NULL */
    _Atomic uint64_t shown_ns[SPINNER_RECENT]; /* when frame i was shown, at i modulo that */
};

/* What the two share. */
struct spinner_board {
    _Alignas(CONTEND_LINE_BYTES) struct sync_event started;
    struct sync_event done;
    uint64_t interval_ns;
    uint64_t begin_ns; /* of the work, before `started` */
    uint64_t end_ns;   /* of the work, before `done` */
    struct slow_work work;
};

/* measured: shows the frame of this moment, which was to come at due_ns; when the next is due. */
static inline uint64_t spinner_show(struct task *t, const struct spinner_board *b,
                                    struct spinner *s, uint64_t due_ns)
{
    uint64_t now_ns = task_now_ns(t);
    uint64_t late_ns = now_ns > due_ns ? now_ns - due_ns : 0;
    uint32_t shown = atomic_load_explicit(&s->shown, memory_order_relaxed);
    s->newest = (now_ns - b->begin_ns) / b->interval_ns;
    if (late_ns > s->worst_ns)
        s->worst_ns = late_ns;
    if (s->lateness)
        latency_ring_add(s->lateness, late_ns);
    atomic_store_explicit(&s->shown_ns[shown % SPINNER_RECENT], now_ns, memory_order_relaxed);
    atomic_store_explicit(&s->shown, shown + 1, memory_order_release);
    return b->begin_ns + (s->newest + 1) * b->interval_ns;
}

/* After the work's end: books the frames due, and those shown since there were `before`.  The frame
 * of the broken interval at the end was not due. */
static inline void spinner_settle(const struct spinner_board *b, struct spinner *s, uint32_t before)
{
    uint64_t due = (b->end_ns - b->begin_ns) / b->interval_ns;
    uint32_t shown = atomic_load_explicit(&s->shown, memory_order_relaxed) - before;
    s->due += due;
    s->in_time += shown > 0 && s->newest >= due ? shown - 1 : shown;
    atomic_store_explicit(&s->is_over, 1, memory_order_release);
}

/* The spinner of threads and processes: it looks at the event at each turn. */
static inline void spinner_spin(struct task *t, struct spinner_board *b, struct spinner *s)
{
    sync_event_wait(t, &b->started, SYNC_FOREVER);
    uint32_t before = atomic_load_explicit(&s->shown, memory_order_relaxed);
    uint64_t due_ns = b->begin_ns;
    bool is_done = sync_event_is_set(&b->done);
    while (!is_done) {
        due_ns = spinner_show(t, b, s, due_ns);
        uint64_t now_ns = task_now_ns(t);
        is_done = sync_event_wait(t, &b->done, due_ns > now_ns ? due_ns - now_ns : 0);
    }
    spinner_settle(b, s, before);
}

/* The slow function between its two stamps; the answer. */
static inline uint64_t spinner_work(struct task *t, struct spinner_board *b)
{
    b->begin_ns = task_now_ns(t);
    sync_event_set(t, &b->started);
    uint64_t answer = slow_work_do(t, &b->work);
    b->end_ns = task_now_ns(t);
    return answer;
}

/* The supervisor of threads and processes. */
static inline uint64_t spinner_supervise(struct task *t, struct spinner_board *b)
{
    uint64_t answer = spinner_work(t, b);
    sync_event_set(t, &b->done);
    return answer;
}

#endif
