/*
 * absl_mutex: absl::Mutex of Abseil, as it is.
 *
 * Source: Abseil, absl/synchronization/mutex.h (libabsl of the system at build time).  Properties:
 * one word; spins, then sleeps in a queue by priority and arrival, in which each waiter has a
 * semaphore of its own; not fair.  The semaphores are of a process, so it does not work across
 * processes.  Nothing of ours is around it but the call into C++: no wait is timed and nobody is
 * told of waiters.
 */
#include "bench/child/peer.h"
#include "bench/contend.h"

#ifdef CONTEND_ABSL_MUTEX_FILE
#include "bench/locks/absl_mutex.h"

IMAGE_EMBED(absl_mutex_image, CONTEND_ABSL_MUTEX_FILE);

static const struct image image = {"absl_mutex", absl_mutex_image, absl_mutex_image_end};

/* Loaded by the first init(), the same from then on. */
static const struct absl_mutex_half *half;

static int init(void *state, const int64_t *params, struct err *err)
{
    (void)params;
    if (!half && !(half = peer_load_half(&image, "contend_absl_mutex", err)))
        return -1;
    half->make(state);
    return 0;
}

static void destroy(void *state)
{
    half->end(state);
}

static uint64_t acquire(void *state, void *unit)
{
    (void)unit;
    half->lock(state);
    return 0;
}

static void release(void *state, void *unit)
{
    (void)unit;
    half->unlock(state);
}
#endif

static const char *unavailable(void)
{
#if defined(__SANITIZE_THREAD__)
    return PEER_NOT_FOR_TSAN;
#elif defined(CONTEND_ABSL_MUTEX_FILE)
    static enum peer_verdict verdict;
    return peer_half_is_there(&image, &verdict)
               ? NULL
               : "Abseil as it was at build time is missing: install libabsl-dev and build again";
#else
    return "built without Abseil: install libabsl-dev and g++ and build again";
#endif
}

const struct lock lock_absl_mutex = {
    .name = "absl_mutex",
    .summary = "Abseil's absl::Mutex, as it is",
    .traits = LOCK_EXCLUSIVE | LOCK_THREADS_ONLY | LOCK_PEER,
    .unavailable = unavailable,
#ifdef CONTEND_ABSL_MUTEX_FILE
    .state_bytes = ABSL_MUTEX_BYTES,
    .init = init,
    .destroy = destroy,
    .acquire = acquire,
    .release = release,
#endif
};
