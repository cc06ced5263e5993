/*
 * When to wake whom: a heap with four children a node, which touches half the lines of a binary
 * one (Johnson, "Priority queues with update", 1975: d-ary heaps).  For executors that bring no
 * timers of their own.
 *
 * An owner keeps the deadline it waits for in a word of its own, 0 for none; an entry whose
 * deadline is not its owner's any more is dead and dropped when met, and all dead ones are swept
 * out when they outnumber the living.  The owner's memory must stay readable meanwhile.
 */
#ifndef CONTEND_EXECUTORS_TIMER_HEAP_H
#define CONTEND_EXECUTORS_TIMER_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

struct timer_entry {
    uint64_t deadline_ns;
    uint64_t *owner;
};

struct timer_heap {
    struct timer_entry *entries; /* [0] is the earliest */
    size_t count;
    size_t capacity;
    size_t armed; /* entries that are alive */
};

enum { TIMER_FAN = 4, TIMER_SWEEP_LEAST = 64 };

static inline void timer_heap_release(struct timer_heap *h)
{
    free(h->entries);
    *h = (struct timer_heap){0};
}

static inline void timer_sift_up(struct timer_heap *h, size_t i, struct timer_entry e)
{
    while (i > 0) {
        size_t parent = (i - 1) / TIMER_FAN;
        if (h->entries[parent].deadline_ns <= e.deadline_ns)
            break;
        h->entries[i] = h->entries[parent];
        i = parent;
    }
    h->entries[i] = e;
}

static inline void timer_sift_down(struct timer_heap *h, size_t i, struct timer_entry e)
{
    for (;;) {
        size_t child = i * TIMER_FAN + 1, end = child + TIMER_FAN, least = child;
        if (child >= h->count)
            break;
        end = end > h->count ? h->count : end;
        for (size_t c = child + 1; c < end; c++)
            if (h->entries[c].deadline_ns < h->entries[least].deadline_ns)
                least = c;
        if (h->entries[least].deadline_ns >= e.deadline_ns)
            break;
        h->entries[i] = h->entries[least];
        i = least;
    }
    h->entries[i] = e;
}

static inline void timer_remove_first(struct timer_heap *h)
{
    struct timer_entry last = h->entries[--h->count];
    if (h->count)
        timer_sift_down(h, 0, last);
}

static inline bool timer_is_alive(const struct timer_entry *e)
{
    return *e->owner == e->deadline_ns;
}

/* Room for `count` entries at once, so that adding them allocates nothing. */
static inline bool timer_heap_reserve(struct timer_heap *h, size_t count)
{
    if (count <= h->capacity)
        return true;
    struct timer_entry *grown = realloc(h->entries, count * sizeof *grown);
    if (!grown)
        return false;
    h->entries = grown;
    h->capacity = count;
    return true;
}

/* Sets *owner. False without memory: nothing has changed. */
static inline bool timer_heap_add(struct timer_heap *h, uint64_t *owner, uint64_t deadline_ns)
{
    if (h->count == h->capacity && !timer_heap_reserve(h, h->capacity ? h->capacity * 2 : 256))
        return false;
    *owner = deadline_ns;
    h->armed++;
    timer_sift_up(h, h->count++, (struct timer_entry){deadline_ns, owner});
    return true;
}

/* The owner does not wait any more. */
static inline void timer_heap_forget(struct timer_heap *h, uint64_t *owner)
{
    if (!*owner)
        return;
    *owner = 0;
    h->armed--;
    if (h->count < TIMER_SWEEP_LEAST || h->count < 2 * h->armed)
        return;
    size_t kept = 0;
    for (size_t i = 0; i < h->count; i++)
        if (timer_is_alive(&h->entries[i]))
            h->entries[kept++] = h->entries[i];
    h->count = kept;
    for (size_t i = kept / TIMER_FAN + 1; i-- > 0;)
        if (i < kept)
            timer_sift_down(h, i, h->entries[i]);
}

/* An owner whose deadline is not after now_ns, earliest first, its word 0; NULL: none is due. */
static inline uint64_t *timer_heap_pop(struct timer_heap *h, uint64_t now_ns)
{
    while (h->count && h->entries[0].deadline_ns <= now_ns) {
        struct timer_entry e = h->entries[0];
        timer_remove_first(h);
        if (timer_is_alive(&e)) {
            *e.owner = 0;
            h->armed--;
            return e.owner;
        }
    }
    return NULL;
}

/* The next deadline; UINT64_MAX without any. */
static inline uint64_t timer_heap_next(struct timer_heap *h)
{
    while (h->count && !timer_is_alive(&h->entries[0]))
        timer_remove_first(h);
    return h->count ? h->entries[0].deadline_ns : UINT64_MAX;
}

#endif
