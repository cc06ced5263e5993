/*
 * mutex: one POSIX mutex around all computing.
 *
 * Source: pthread_mutex_lock(3), the default kind.  Properties: not fair (whoever runs when it
 * is let go tends to get it back), waiters sleep in the kernel, no hand-over: a checkpoint
 * that is asked lets go and takes again at once, and mostly wins against the unit it woke.
 */
#include "bench/locks/mutex_state.h"

static int init(void *state, const int64_t *params, struct err *err)
{
    (void)params;
    return mutex_init(state, PTHREAD_MUTEX_DEFAULT, err);
}

const struct lock lock_mutex = {
    .name = "mutex",
    .summary = "a POSIX mutex around all computing",
    .traits = LOCK_EXCLUSIVE | LOCK_TELLS,
    .state_bytes = sizeof(struct mutex_state),
    .unit_bytes = sizeof(struct counted),
    .init = init,
    .destroy = mutex_destroy,
    .acquire = mutex_acquire,
    .release = mutex_release,
    .wanted = mutex_wanted,
    .handoff = mutex_handoff,
};
