/*
 * Compact stacks: all tasks of the loop run on one stack, and a suspended task's frames lie in a
 * save area just large enough for them, in lines of 64 bytes:
 *
 *     run stack:   | guard |        free        | frames ... | first frame | coro_top |
 *                                               ^ low                                ^ end
 *     save area:   |  bytes of [low, end)  | unused |
 *
 * The loop copies out and in, standing on its own stack, so compact tasks never hand over directly.
 * Areas come from free lists by size; a task that suspends at the same depth again keeps its own.
 */
#ifndef CORO_COMPACT_H
#define CORO_COMPACT_H

#include "bench/coro/coro.h"

enum { COMPACT_CLASSES = 64 }; /* sizes of up to 4 KiB; larger areas come from malloc */

struct compact_area {
    struct compact_area *next; /* in a free list; else these are saved bytes as well */
};

struct compact {
    char *map; /* the run stack with its guard */
    size_t map_bytes;
    char *low;         /* above the guard */
    unsigned valgrind; /* its name of the stack */
    struct coro_top *top;
    bool is_checked;          /* wipe the run stack behind a suspended task */
    bool is_exposed;          /* a checker of memory has to be told */
    struct compact_area *own; /* of the running task, to be used again */
    struct coro *stranded;    /* could not be copied out for want of memory: its frames stay */
    struct compact_area *free[COMPACT_CLASSES + 1]; /* by lines */
    char *fresh;                                    /* of the newest block */
    size_t fresh_left;                              /* bytes */
    char *ready;                                    /* the pages below are touched */
    uint32_t large_count;                           /* areas from malloc */
    void *blocks;
    uint32_t block_count;
    size_t bytes; /* mapped for areas */
};

/* CORO_NO_MEMORY, CORO_BAD (too large for the size of an area). 0 bytes: the default. */
int compact_init(struct compact *compact, size_t bytes, bool is_checked);
void compact_release(struct compact *compact);
static inline void compact_prefetch(const struct coro *task)
{
    uintptr_t area = (uintptr_t)task->context; /* of one not yet begun: anything */
    __builtin_prefetch((const void *)area);
    __builtin_prefetch((const void *)(area + 64));
    __builtin_prefetch((const void *)(area + 128));
}
/* Before a switch to the task: its frames are on the run stack, task->context points there. */
void compact_enter(struct compact *compact, struct coro_loop *loop, struct coro *task);
/* After it came back: copies its frames out, or frees its area when it has ended. */
int compact_leave(struct compact *compact, struct coro *task);
/* Frees what a task that will never go on has from malloc. */
void compact_drop(struct compact *compact, struct coro *task);
/* Where a variable of a suspended task lies meanwhile. */
void *compact_see(const struct compact *compact, const struct coro *task, void *variable);
/* Whether others may not keep this pointer. */
static inline bool compact_owns(const struct compact *compact, const void *pointer)
{
    return (uintptr_t)pointer - (uintptr_t)compact->map < compact->map_bytes;
}

#endif
