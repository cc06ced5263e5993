/* The C++ half of absl_mutex.c: a library of its own, which contend loads and never links. */
#include "bench/locks/absl_mutex.h"

#include <absl/synchronization/mutex.h>
#include <new>

static_assert(sizeof(absl::Mutex) <= ABSL_MUTEX_BYTES, "a mutex fits into its place");

static absl::Mutex *at(void *place)
{
    return static_cast<absl::Mutex *>(place);
}

static void make(void *place)
{
    new (place) absl::Mutex;
}

static void end(void *place)
{
    at(place)->~Mutex();
}

static void lock(void *place)
{
    at(place)->Lock();
}

static void unlock(void *place)
{
    at(place)->Unlock();
}

const struct absl_mutex_half contend_absl_mutex = {make, end, lock, unlock};
