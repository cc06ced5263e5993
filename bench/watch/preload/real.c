/* The functions of the C library behind ours. */
#include "bench/watch/preload/internal.h"

#include <dlfcn.h>
#include <stddef.h>

struct real real_functions;
bool real_is_found;

/* Weak: not every C library has it, and none may be kept from starting by us. */
#pragma weak dlvsym

typedef void function(void);

static function *find(const char *name, const char *version)
{
    void *found = NULL;
    if (version && dlvsym)
        found = dlvsym(RTLD_NEXT, name, version);
    if (!found)
        found = dlsym(RTLD_NEXT, name);
    function *out;
    __builtin_memcpy(&out, &found, sizeof out); /* as of dlsym(3) */
    return out;
}

/* There are conditions of an older form as well, which are not asked for without a version. */
static const char conditions[] = "GLIBC_2.3.2";

#define FIND(member, name, version)                                                                \
    {                                                                                              \
        offsetof(struct real, member), name, version                                               \
    }

static const struct {
    size_t offset;
    const char *name, *version;
} rows[] = {
    FIND(mutex_lock, "pthread_mutex_lock", NULL), /* first: what looks for the rest may lock */
    FIND(mutex_trylock, "pthread_mutex_trylock", NULL),
    FIND(mutex_unlock, "pthread_mutex_unlock", NULL),
    FIND(mutex_init, "pthread_mutex_init", NULL),
    FIND(mutex_timedlock, "pthread_mutex_timedlock", NULL),
    FIND(mutex_clocklock, "pthread_mutex_clocklock", NULL),
    FIND(cond_init, "pthread_cond_init", conditions),
    FIND(cond_wait, "pthread_cond_wait", conditions),
    FIND(cond_timedwait, "pthread_cond_timedwait", conditions),
    FIND(cond_clockwait, "pthread_cond_clockwait", NULL),
    FIND(cond_signal, "pthread_cond_signal", conditions),
    FIND(cond_broadcast, "pthread_cond_broadcast", conditions),
    FIND(rwlock_rdlock, "pthread_rwlock_rdlock", NULL),
    FIND(rwlock_tryrdlock, "pthread_rwlock_tryrdlock", NULL),
    FIND(rwlock_timedrdlock, "pthread_rwlock_timedrdlock", NULL),
    FIND(rwlock_clockrdlock, "pthread_rwlock_clockrdlock", NULL),
    FIND(rwlock_wrlock, "pthread_rwlock_wrlock", NULL),
    FIND(rwlock_trywrlock, "pthread_rwlock_trywrlock", NULL),
    FIND(rwlock_timedwrlock, "pthread_rwlock_timedwrlock", NULL),
    FIND(rwlock_clockwrlock, "pthread_rwlock_clockwrlock", NULL),
    FIND(rwlock_unlock, "pthread_rwlock_unlock", NULL),
    FIND(spin_lock, "pthread_spin_lock", NULL),
    FIND(spin_trylock, "pthread_spin_trylock", NULL),
    FIND(spin_unlock, "pthread_spin_unlock", NULL),
    FIND(sem_init, "sem_init", NULL),
    FIND(sem_wait, "sem_wait", NULL),
    FIND(sem_trywait, "sem_trywait", NULL),
    FIND(sem_timedwait, "sem_timedwait", NULL),
    FIND(sem_clockwait, "sem_clockwait", NULL),
    FIND(sem_post, "sem_post", NULL),
    FIND(thread_create, "pthread_create", NULL),
    FIND(thrd_create, "thrd_create", NULL),
    FIND(dlclose, "dlclose", NULL),
    FIND(execve, "execve", NULL),
    FIND(execvpe, "execvpe", NULL),
    FIND(posix_spawn, "posix_spawn", "GLIBC_2.15"),
    FIND(posix_spawnp, "posix_spawnp", "GLIBC_2.15"),
    FIND(longjmp, "longjmp", NULL),
    FIND(siglongjmp, "siglongjmp", NULL),
    FIND(_longjmp, "_longjmp", NULL),
    FIND(__longjmp_chk, "__longjmp_chk", NULL),
    FIND(leave_quickly, "quick_exit", NULL),
    FIND(prctl, "prctl", NULL),
    FIND(syscall, "syscall", NULL),
    FIND(prlimit, "prlimit", NULL),
    FIND(chroot, "chroot", NULL),
    FIND(mlockall, "mlockall", NULL),
};

void *real_symbol(void *handle, const char *name)
{
    void *found = dlsym(handle, name);
    if (!found)
        dlerror();
    return found;
}

/*
 * Several threads may do it at once, and find the same.  What one that is not there makes the C
 * library allocate may lock, and comes back here: the first rows are found by then.
 */
void real_find(void)
{
    static __thread bool is_finding __attribute__((tls_model("initial-exec")));
    if (is_finding)
        return;
    is_finding = true;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        function *found = find(rows[i].name, rows[i].version);
        function **place = (function **)(void *)((char *)&real_functions + rows[i].offset);
        __atomic_store_n(place, found, __ATOMIC_RELEASE);
    }
    is_finding = false;
    __atomic_store_n(&real_is_found, true, __ATOMIC_RELEASE);
}
