/*
 * contend_lock.h: what a lock is, for authors of locks.  contend.h includes it.
 *
 * A lock says who may compute at a moment.  The skeleton is shown in docs/adding-a-lock.md.
 */
#ifndef CONTEND_LOCK_H
#define CONTEND_LOCK_H

#include "contend.h"

#ifdef __cplusplus
extern "C" {
#endif

enum lock_trait {
    LOCK_EXCLUSIVE = 1,    /* at most one holder */
    LOCK_PER_RUNTIME = 2,  /* by nature one for each address space (an interpreter's lock) */
    LOCK_THREADS_ONLY = 4, /* does not work across processes */
    LOCK_TYPICAL = 8,      /* the one its kind is known by: sentences speak of it before others */
    LOCK_NONE = 16,        /* it is none at all: what others are held against */
    LOCK_TELLS = 32,       /* its acquire says when the holder has changed: LOCK_CHANGED */
    LOCK_PEER = 64         /* somebody else's, here to be compared with: who waits, and when it goes
                              from one unit to another, is not looked at */
};

/*
 * What acquire and handoff return: 0 where nobody was in the way, else the nanoseconds waited, at
 * least 1.  A lock that knows more adds these bits.
 */
#define LOCK_KEPT    UINT64_MAX          /* handoff: the lock was not let go after all */
#define LOCK_CHANGED (UINT64_C(1) << 62) /* LOCK_TELLS: another unit had it since */
#define LOCK_SAMPLED                                                                               \
    (UINT64_C(1) << 61)              /* it waited; the time, which may be 0, stands for it and     \
                                        for waits that were not timed */
#define LOCK_TIME (LOCK_SAMPLED - 1) /* the bits of the time */

/* Why a metric of a LOCK_PEER's waits is absent. */
#define LOCK_PEER_UNSEEN "somebody else's lock, which keeps no books of its waits"

/* In front of each lock's state, on a line of its own that is hardly ever written. */
struct lock_front {
    void *last_holder;            /* LOCK_TELLS: the first one, else who had it last */
    contend_word are_waits_timed; /* somebody looks at each wait: none may be sampled */
    uint32_t is_private;          /* units of one address space alone use it; set before init */
    char padding[CONTEND_LINE_BYTES - sizeof(void *) - 2 * sizeof(uint32_t)];
};

static_assert(sizeof(struct lock_front) == CONTEND_LINE_BYTES, "a line in front of each state");

/*
 * Whether one address space has all who will ever use the lock with this state: FUTEX_PRIVATE_FLAG
 * and PTHREAD_PROCESS_PRIVATE are enough then, and are what a program would use.
 */
static inline bool lock_is_private(const void *state)
{
    return ((const struct lock_front *)state - 1)->is_private != 0;
}

struct lock {
    const char *name;
    const char *summary;
    unsigned traits;
    const struct param *params;
    const char *(*unavailable)(void);
    size_t state_bytes; /* placed in shared memory, zeroed, line-aligned */
    size_t unit_bytes;  /* the same for each unit; its address identifies the unit */
    int (*init)(void *state, const int64_t *params, struct err *err);
    void (*destroy)(void *state);
    /* Takes it; returns 0 if it did not have to wait, else the time waited (at least 1), and what
     * bits it can add to that. */
    uint64_t (*acquire)(void *state, void *unit);
    void (*release)(void *state, void *unit);
    /* The word that is not 0 while somebody wants the lock from this unit; NULL: never. */
    const contend_word *(*wanted)(void *state, void *unit);
    /* What a checkpoint does when it is wanted; returns the time waited, 0 if it did not have to,
     * LOCK_KEPT if it did not let go.  NULL: release, acquire. */
    uint64_t (*handoff)(void *state, void *unit);
};

#ifdef __cplusplus
}
#endif

#endif
