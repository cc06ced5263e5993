/*
 * mutex_adaptive: a POSIX mutex whose waiters spin a little before they sleep.
 *
 * Source: PTHREAD_MUTEX_ADAPTIVE_NP of the GNU C library; spinning as long as spinning has lately
 * paid, at most 100 turns.  Properties: not fair; with a short critical section on several CPUs it
 * saves the sleep and the wake; with more units than CPUs the spinning is wasted, but bounded.
 */
#include "bench/locks/mutex_state.h"

static int init(void *state, const int64_t *params, struct err *err)
{
    (void)params;
    return mutex_init(state, PTHREAD_MUTEX_ADAPTIVE_NP, err);
}

const struct lock lock_mutex_adaptive = {
    .name = "mutex_adaptive",
    .summary = "a POSIX mutex that spins a while before it sleeps",
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
