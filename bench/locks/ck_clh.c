/* ck_clh: Concurrency Kit's clh queue (ck_spinlock_clh), as it is: see ck_peer.h. */
#include "bench/locks/ck_peer.h"

#ifdef CONTEND_HAVE_CK
struct state {
    ck_spinlock_clh_t *tail;
    _Alignas(CONTEND_LINE_BYTES) ck_spinlock_clh_t first; /* free: the node before the first's */
};

/* Nodes change hands: a unit goes on with the one before it. */
struct unit {
    ck_spinlock_clh_t *node; /* NULL before the first time */
    _Alignas(CONTEND_LINE_BYTES) ck_spinlock_clh_t own;
};

static int init(void *state, const int64_t *params, struct err *err)
{
    (void)params;
    (void)err;
    struct state *s = state;
    ck_spinlock_clh_init(&s->tail, &s->first);
    return 0;
}

static uint64_t acquire(void *state, void *unit)
{
    struct state *s = state;
    struct unit *u = unit;
    if (!u->node)
        u->node = &u->own;
    ck_spinlock_clh_lock(&s->tail, u->node);
    return 0;
}

static void release(void *state, void *unit)
{
    (void)state;
    struct unit *u = unit;
    ck_spinlock_clh_unlock(&u->node);
}
#endif

const struct lock lock_ck_clh = {
    .name = "ck_clh",
    .summary = "Concurrency Kit's clh queue, as it is",
    .traits = LOCK_EXCLUSIVE | LOCK_PEER,
    .unavailable = ck_unavailable,
#ifdef CONTEND_HAVE_CK
    .state_bytes = sizeof(struct state),
    .unit_bytes = sizeof(struct unit),
    .init = init,
    .acquire = acquire,
    .release = release,
#endif
};
