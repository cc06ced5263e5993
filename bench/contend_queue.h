/*
 * contend_queue.h: a bounded queue of 64-bit items between units, made of contend_sync.h.
 *
 * The textbook's queue: one mutex and two conditions, any number of producers and consumers,
 * threads, processes or coroutines.  FIFO, LIFO, or smallest priority first with equal ones in FIFO
 * order.  It lies in shared memory, sync_queue_bytes() of it; an item may be a number or an offset
 * into that memory, between units of one address space also a pointer.
 *
 *   | head: mutex, two conditions, counts | entries[capacity]                                   |
 *     FIFO: a ring from `first`;  LIFO: a stack;  priority: a binary heap (Williams, 1964)
 */
#ifndef CONTEND_QUEUE_H
#define CONTEND_QUEUE_H

#include "contend_sync.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sync_order { SYNC_FIFO, SYNC_LIFO, SYNC_PRIORITY };

enum { SYNC_QUEUE_CAPACITY_MAX = 16777216 };

struct sync_entry {
    uint64_t item;
    uint64_t priority;
    uint64_t number; /* of the put: equal priorities leave in this order */
};

struct sync_queue {
    CONTEND_ALIGNAS(CONTEND_LINE_BYTES) struct sync_mutex mutex;
    struct sync_condition not_empty;
    struct sync_condition not_full;
    enum sync_order order;
    bool is_closed;
    uint32_t capacity;
    uint32_t count;
    uint32_t first; /* FIFO: where the oldest is */
    uint32_t peak;  /* most items it ever held */
    uint64_t put_count;
};

/* Behind the head, on a line of their own: C++ knows no array without a length. */
static inline struct sync_entry *sync_queue_entries(struct sync_queue *q)
{
    return (struct sync_entry *)(q + 1);
}

/* Shared memory a queue of that capacity needs, a multiple of a line. */
static inline size_t sync_queue_bytes(uint32_t capacity)
{
    size_t bytes = sizeof(struct sync_queue) + sizeof(struct sync_entry) * capacity;
    return (bytes + CONTEND_LINE_BYTES - 1) / CONTEND_LINE_BYTES * CONTEND_LINE_BYTES;
}

/* Of zeroed memory on a line's boundary, before units exist. capacity: 1 to 2^24. */
static inline void sync_queue_init(struct sync_queue *q, enum sync_order order, uint32_t capacity)
{
    q->order = order;
    q->capacity = capacity;
}

static inline bool sync_entry_before(const struct sync_entry *a, const struct sync_entry *b)
{
    return a->priority != b->priority ? a->priority < b->priority : a->number < b->number;
}

static inline void sync_heap_push(struct sync_entry *heap, uint32_t count, struct sync_entry entry)
{
    uint32_t i = count;
    for (; i > 0 && sync_entry_before(&entry, &heap[(i - 1) / 2]); i = (i - 1) / 2)
        heap[i] = heap[(i - 1) / 2];
    heap[i] = entry;
}

/* Takes the first of `count` entries out. */
static inline struct sync_entry sync_heap_pop(struct sync_entry *heap, uint32_t count)
{
    struct sync_entry first = heap[0], last = heap[count - 1];
    uint32_t left = count - 1, i = 0;
    for (uint32_t child; (child = 2 * i + 1) < left; i = child) {
        if (child + 1 < left && sync_entry_before(&heap[child + 1], &heap[child]))
            child++;
        if (!sync_entry_before(&heap[child], &last))
            break;
        heap[i] = heap[child];
    }
    heap[i] = last;
    return first;
}

/* There is room, and the mutex is held. */
static inline void sync_queue_insert(struct sync_queue *q, struct sync_entry entry)
{
    struct sync_entry *entries = sync_queue_entries(q);
    entry.number = q->put_count++;
    switch (q->order) {
    case SYNC_FIFO:
        entries[(q->first + q->count) % q->capacity] = entry;
        break;
    case SYNC_LIFO:
        entries[q->count] = entry;
        break;
    case SYNC_PRIORITY:
        sync_heap_push(entries, q->count, entry);
        break;
    }
    if (++q->count > q->peak)
        q->peak = q->count;
}

/* There is something, and the mutex is held. */
static inline struct sync_entry sync_queue_remove(struct sync_queue *q)
{
    struct sync_entry *entries = sync_queue_entries(q);
    struct sync_entry entry = entries[q->count - 1]; /* the newest: LIFO */
    if (q->order == SYNC_FIFO) {
        entry = entries[q->first];
        q->first = (q->first + 1) % q->capacity;
    } else if (q->order == SYNC_PRIORITY) {
        entry = sync_heap_pop(entries, q->count);
    }
    q->count--;
    return entry;
}

/*
 * Puts an item; waits while the queue is full.  The priority (smallest first) matters to
 * SYNC_PRIORITY alone.  SYNC_OK, SYNC_TIMED_OUT, or SYNC_CLOSED: the item was not put.
 */
static inline enum sync_result sync_queue_put(struct task *t, struct sync_queue *q, uint64_t item,
                                              uint64_t priority, uint64_t timeout_ns)
{
    const struct sync_entry entry = {item, priority, 0};
    uint64_t deadline_ns = sync_deadline_ns(t, timeout_ns);
    bool may_wait = true;
    sync_mutex_lock(t, &q->mutex);
    while (!q->is_closed && q->count == q->capacity && may_wait)
        may_wait = sync_condition_wait(t, &q->not_full, &q->mutex, deadline_ns);
    if (q->is_closed || q->count == q->capacity) {
        enum sync_result why = q->is_closed ? SYNC_CLOSED : SYNC_TIMED_OUT;
        sync_mutex_unlock(t, &q->mutex);
        return why;
    }
    sync_queue_insert(q, entry);
    sync_condition_signal_and_unlock(t, &q->not_empty, &q->mutex, 1);
    return SYNC_OK;
}

/*
 * Takes an item; waits while there is none.  SYNC_OK, SYNC_TIMED_OUT, or SYNC_CLOSED once the queue
 * is closed and empty; then *item is untouched.
 */
static inline enum sync_result sync_queue_get(struct task *t, struct sync_queue *q, uint64_t *item,
                                              uint64_t timeout_ns)
{
    uint64_t deadline_ns = sync_deadline_ns(t, timeout_ns);
    bool may_wait = true;
    sync_mutex_lock(t, &q->mutex);
    while (!q->is_closed && q->count == 0 && may_wait)
        may_wait = sync_condition_wait(t, &q->not_empty, &q->mutex, deadline_ns);
    if (q->count == 0) {
        enum sync_result why = q->is_closed ? SYNC_CLOSED : SYNC_TIMED_OUT;
        sync_mutex_unlock(t, &q->mutex);
        return why;
    }
    *item = sync_queue_remove(q).item;
    sync_condition_signal_and_unlock(t, &q->not_full, &q->mutex, 1);
    return SYNC_OK;
}

/* No more puts; what is in it may still be taken.  Wakes all who wait. */
static inline void sync_queue_close(struct task *t, struct sync_queue *q)
{
    sync_mutex_lock(t, &q->mutex);
    q->is_closed = true;
    sync_condition_signal_and_unlock(t, &q->not_empty, &q->mutex, UINT32_MAX);
    sync_mutex_lock(t, &q->mutex);
    sync_condition_signal_and_unlock(t, &q->not_full, &q->mutex, UINT32_MAX);
}

#ifdef __cplusplus
}
#endif

#endif
