/* C11's threads, mutexes and conditions: the C library's own under other names, with other words.
 */
#include "bench/watch/preload/internal.h"

#ifdef __GLIBC__

#include <errno.h>
#include <stdlib.h>
#include <threads.h>

_Static_assert(sizeof(mtx_t) == sizeof(pthread_mutex_t), "one is the other");
_Static_assert(sizeof(cnd_t) == sizeof(pthread_cond_t), "one is the other");

static int in_words_of_c11(int error)
{
    switch (error) {
    case 0:
        return thrd_success;
    case EBUSY:
        return thrd_busy;
    case ETIMEDOUT:
        return thrd_timedout;
    case ENOMEM:
        return thrd_nomem;
    default:
        return thrd_error;
    }
}

EXPORT int mtx_lock(mtx_t *m)
{
    return in_words_of_c11(mutex_lock_until((void *)m, NULL, CALLER()));
}

EXPORT int mtx_timedlock(mtx_t *restrict m, const struct timespec *restrict until)
{
    return in_words_of_c11(mutex_lock_until((void *)m, until, CALLER()));
}

EXPORT int mtx_trylock(mtx_t *m)
{
    return in_words_of_c11(mutex_try((void *)m));
}

EXPORT int mtx_unlock(mtx_t *m)
{
    return in_words_of_c11(mutex_unlock((void *)m));
}

EXPORT int cnd_wait(cnd_t *c, mtx_t *m)
{
    return in_words_of_c11(cond_wait_until((void *)c, (void *)m, NULL, CALLER()));
}

EXPORT int cnd_timedwait(cnd_t *restrict c, mtx_t *restrict m,
                         const struct timespec *restrict until)
{
    return in_words_of_c11(cond_wait_until((void *)c, (void *)m, until, CALLER()));
}

struct start {
    int (*body)(void *);
    void *argument;
};

static int start_thread(void *memory)
{
    struct start start = *(struct start *)memory;
    free(memory);
    thread_begins();
    return start.body(start.argument);
}

EXPORT int thrd_create(thrd_t *thread, thrd_start_t body, void *argument)
{
    struct start *start = thread_is_seen(CALLER()) ? malloc(sizeof *start) : NULL;
    if (!start)
        return real()->thrd_create(thread, body, argument);
    *start = (struct start){body, argument};
    int failed = real()->thrd_create(thread, start_thread, start);
    if (failed)
        free(start);
    return failed;
}

#endif
