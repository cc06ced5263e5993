/*
 * Programs that the watched one starts, or becomes: what it executes is written down, and struck
 * out by whoever finds itself watched.  What is left ran unwatched.  Also called between vfork(2)
 * and execve(2): nothing but the region is touched.
 */
#include "bench/watch/preload/internal.h"

#include <string.h>
#include <unistd.h>

/* NULL where it is not asked, or there are too many. */
static struct watch_started *note(int32_t pid, const char *path)
{
    struct watch_region *r = mapped_region();
    if (!r || is_sealed || r->is_children_off)
        return NULL;
    uint32_t index = __atomic_fetch_add(&r->started_count, 1, __ATOMIC_RELAXED);
    if (index >= WATCH_STARTED_MOST)
        return NULL;
    struct watch_started *s = &r->started[index];
    strncpy(s->program, path ? path : "", sizeof s->program - 1);
    __atomic_store_n(&s->pid, pid, __ATOMIC_RELEASE);
    return s;
}

static void strike_out(struct watch_started *s)
{
    if (s)
        __atomic_store_n(&s->is_watched, 1, __ATOMIC_RELEASE);
}

void started_is_watched(int32_t pid)
{
    struct watch_region *r = mapped_region();
    for (uint32_t i = watch_started_count(r); i > 0; i--)
        if (__atomic_load_n(&r->started[i - 1].pid, __ATOMIC_ACQUIRE) == pid) {
            strike_out(&r->started[i - 1]);
            return;
        }
}

static int execute(int (*how)(const char *, char *const *, char *const *), const char *file,
                   char *const argv[], char *const envp[])
{
    struct watch_started *s = note(is_sealed ? 0 : getpid(), file);
    how(file, argv, envp);
    strike_out(s); /* it failed: nothing was started */
    return -1;
}

EXPORT int execve(const char *path, char *const argv[], char *const envp[])
{
    return execute(real()->execve, path, argv, envp);
}

EXPORT int execv(const char *path, char *const argv[])
{
    return execute(real()->execve, path, argv, environ);
}

EXPORT int execvpe(const char *file, char *const argv[], char *const envp[])
{
    return execute(real()->execvpe, file, argv, envp);
}

EXPORT int execvp(const char *file, char *const argv[])
{
    return execute(real()->execvpe, file, argv, environ);
}
