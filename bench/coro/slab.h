/*
 * The memory of task stacks: chunks of address space cut into slots of one stride, carved from low
 * to high as they are needed and never moved. Knows where a descriptor lies in its slot and what
 * stands at the low end; knows nothing of scheduling. Who calls it stands on a roomy stack.
 *
 *     guarded:  | guard page | pages ... usable ... | coro_top | descriptor | colour |
 *     dense:    | canary | usable ...               | coro_top | descriptor |
 *     compact:  | descriptor |
 *
 * Slots that repeat at a power of two put all their tops into the same few cache sets (a ring of
 * 1 000 tasks then yields seven times slower). So a guarded slot has an odd number of pages and one
 * of 32 colours, and a dense slot an odd number of cache lines.
 */
#ifndef CORO_SLAB_H
#define CORO_SLAB_H

#include "bench/coro/coro.h"

enum { SLAB_COLOURS = 32, SLAB_LINE = 64 };

enum slab_guard {
    SLAB_GUARD_NONE,    /* compact */
    SLAB_GUARD_CANARY,  /* a pattern at the low end, or (guarded, kernel too old) zeros */
    SLAB_GUARD_PROTECT, /* mprotect: splits the mapping, so only up to a number */
    SLAB_GUARD_MARKER   /* a marker in the page table: as many as wanted */
};

struct slab_chunk {
    char *base;
    size_t bytes;
    uint32_t slots;     /* that fit; what is left over of the chunk stays unused */
    uint32_t carved;    /* in use or in the free list: [0, carved) */
    uint32_t tried;     /* asked for a guard */
    uint32_t guarded;   /* [0, guarded) have a page that faults; those above zeros to compare */
    uint32_t *valgrind; /* its names of the stacks; NULL outside valgrind */
};

struct slab {
    enum coro_stack kind;
    enum slab_guard guard;
    size_t page;
    size_t stride;      /* bytes from slot to slot */
    size_t usable;      /* bytes a task may use, at least */
    size_t guard_bytes; /* at the low end */
    struct slab_chunk *chunks;
    uint32_t chunk_count;
    uint32_t chunk_room;
    uint32_t open;      /* the chunk that is being carved */
    uint32_t carved;    /* of all chunks */
    uint32_t protected; /* by mprotect so far */
    size_t mapped_bytes;
    bool is_tested; /* the markers do guard */
};

/* bytes: usable by a task, 0 for the kind's default. CORO_SMALL, CORO_BAD. */
int slab_init(struct slab *slab, enum coro_stack kind, size_t bytes);
void slab_release(struct slab *slab);
/* Makes up to `count` new slots (one at least) and puts them in front of *list, lowest address
 * first. Returns how many, or an error. */
int slab_carve(struct slab *slab, uint32_t count, struct coro **list);
/* Touches fresh pages in one go: a third cheaper than a fault for each. Within one mapping; the
 * last page is touched whole. */
void slab_populate(char *from, size_t bytes, size_t page);

struct coro *slab_task(const struct slab *slab, const struct slab_chunk *chunk, uint32_t index);
/* The slot an address lies in: its chunk and index; NULL when it is nobody's. */
struct slab_chunk *slab_find(const struct slab *slab, const void *address, uint32_t *index);
/* Lowest address of a slot, guard included. */
char *slab_slot(const struct slab *slab, const struct slab_chunk *chunk, uint32_t index);
/* Whether the task's low end is as it was made. */
bool slab_is_intact(const struct slab *slab, const struct coro *task);

#endif
