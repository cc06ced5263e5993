/*
 * When to wake whom: a radix heap over nanoseconds. Adding is O(1); an entry moves down at most 64
 * buckets in its life and in practice a handful, always in runs of memory. That is possible because
 * time only goes forward: no deadline is ever earlier than the last one taken out (`last`), so the
 * bucket of an entry is the highest bit in which it differs from `last`.
 *
 * New entries first lie in an inbox. Most timeouts are cancelled soon, and those never get further.
 * Cancelling is free: the task forgets its deadline, and an entry whose deadline is not its task's
 * own is dropped when met. When the dead outnumber the living they are swept out.
 *
 * Entries of the same deadline come out in the order they went in. The task's memory must stay
 * readable as long as the heap knows it.
 */
#ifndef CORO_TIMER_H
#define CORO_TIMER_H

#include "bench/coro/coro.h"

enum { TIMER_INBOX = 256, TIMER_BUCKETS = 65, TIMER_CHUNK = 63 };

struct timer {
    uint64_t deadline_ns;
    struct coro *task;
};

/* 1 KiB of entries [begin, end). */
struct timer_chunk {
    struct timer_chunk *next;
    uint32_t begin;
    uint32_t end;
    struct timer entries[TIMER_CHUNK];
};
_Static_assert(sizeof(struct timer_chunk) == 1024, "chunks tile their blocks");

struct timer_bucket {
    struct timer_chunk *first;
    struct timer_chunk *last;
    uint64_t least; /* deadline, of all that went in */
};

struct timers {
    uint64_t last;                              /* no entry of buckets 1.. is earlier */
    uint64_t occupied;                          /* bit b - 1: bucket b has entries, for b >= 1 */
    struct timer_bucket buckets[TIMER_BUCKETS]; /* bucket 0: due */
    size_t entries;                             /* in buckets, dead ones included */
    size_t armed; /* tasks with a deadline; the caller lowers it as it clears one */
    size_t inbox_count;
    struct timer inbox[TIMER_INBOX];
    struct timer_chunk *spare;
    size_t spare_count;
    void *blocks; /* all chunks' memory, linked through their first word */
    size_t bytes;
    bool starved; /* the last attempt to get memory failed */
};

void timers_release(struct timers *timers);
/* False when the inbox is full: timers_settle first, on a roomy stack. Sets task->deadline_ns. */
static inline bool timers_add(struct timers *timers, struct coro *task, uint64_t deadline_ns)
{
    if (timers->inbox_count == TIMER_INBOX)
        return false;
    timers->inbox[timers->inbox_count++] = (struct timer){deadline_ns, task};
    timers->armed++;
    task->deadline_ns = deadline_ns;
    return true;
}
/* Sorts the inbox in. CORO_NO_MEMORY: nothing changed. */
int timers_settle(struct timers *timers);
/* A task whose deadline is not after now_ns, earliest first; NULL when there is none (or starved).
 */
struct coro *timers_pop(struct timers *timers, uint64_t now_ns);
/* Of what has been settled: not later than the earliest deadline; UINT64_MAX without entries. */
uint64_t timers_next(const struct timers *timers);
/* Forgets all entries; none may be armed. */
void timers_clear(struct timers *timers);

#endif
