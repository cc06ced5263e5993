/*
 * Programs that the watched one starts, or becomes: what it executes is written down, and struck
 * out by whoever finds itself watched.  What is left ran unwatched.  Also called between vfork(2)
 * and execve(2): nothing but the region is touched.
 */
#include "bench/watch/preload/internal.h"

#include <spawn.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

/* NULL where there is no place. */
static struct watch_started *reserve(const char *file)
{
    struct watch_region *r = mapped_region();
    if (!r)
        return NULL;
    uint32_t index = __atomic_fetch_add(&r->started_count, 1, __ATOMIC_RELAXED);
    if (index >= WATCH_STARTED_MOST)
        return NULL;
    struct watch_started *s = &r->started[index];
    strncpy(s->program, file ? file : "", sizeof s->program - 1);
    return s;
}

/* Who looks whether it is watched sees this, or is seen by who wrote it. */
static void say_who(struct watch_started *s, int32_t pid)
{
    __atomic_store_n(&s->pid, pid, __ATOMIC_SEQ_CST);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

static void strike_out(struct watch_started *s)
{
    __atomic_store_n(&s->is_watched, 1, __ATOMIC_RELEASE);
}

void started_is_watched(int32_t pid)
{
    struct watch_region *r = mapped_region();
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    for (uint32_t i = watch_started_count(r); i > 0; i--)
        if (__atomic_load_n(&r->started[i - 1].pid, __ATOMIC_ACQUIRE) == pid) {
            strike_out(&r->started[i - 1]);
            return;
        }
}

/* ---- By who becomes it ------------------------------------------------------------------------
 */

/* Who may make few system calls asks for none. */
static int32_t own_pid(void)
{
    return !is_sealed ? getpid() : local->region ? local->region->processes[local->process].pid : 0;
}

typedef int executes(const char *, char *const *, char *const *);

static int execute(executes *how, const char *file, char *const argv[], char *const envp[])
{
    struct watch_started *s = reserve(file);
    if (s)
        say_who(s, own_pid());
    how(file, argv, envp);
    if (s)
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

/* The words stand in the call, behind them (where it `names_environment`) one more.  They go on the
 * stack, as in the C library: who borrows memory from a parent may allocate none. */
static int execute_words(executes *how, const char *file, const char *first, va_list rest,
                         bool names_environment)
{
    va_list again;
    size_t count = 0;
    va_copy(again, rest);
    for (const char *word = first; word; word = va_arg(again, const char *))
        count++;
    va_end(again);
    const char **argv = __builtin_alloca((count + 1) * sizeof *argv);
    argv[0] = first;
    for (size_t i = 1; i <= count; i++)
        argv[i] = va_arg(rest, const char *);
    char *const *envp = names_environment ? va_arg(rest, char *const *) : environ;
    return execute(how, file, (char *const *)(uintptr_t)argv, envp);
}

EXPORT int execl(const char *path, const char *arg, ...)
{
    va_list rest;
    va_start(rest, arg);
    int result = execute_words(real()->execve, path, arg, rest, false);
    va_end(rest);
    return result;
}

EXPORT int execle(const char *path, const char *arg, ...)
{
    va_list rest;
    va_start(rest, arg);
    int result = execute_words(real()->execve, path, arg, rest, true);
    va_end(rest);
    return result;
}

EXPORT int execlp(const char *file, const char *arg, ...)
{
    va_list rest;
    va_start(rest, arg);
    int result = execute_words(real()->execvpe, file, arg, rest, false);
    va_end(rest);
    return result;
}

/* ---- By who stays what he is -------------------------------------------------------------------
 */

static bool is_attached(int32_t pid)
{
    const struct watch_region *r = mapped_region();
    for (uint32_t i = watch_process_count(r); i > 0; i--)
        if (__atomic_load_n(&r->processes[i - 1].pid, __ATOMIC_ACQUIRE) == pid)
            return true;
    return false;
}

/* Its number is known once it runs, and then it may have looked already. */
static int spawn(starts *how, pid_t *pid, const char *file,
                 const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
                 char *const argv[], char *const envp[])
{
    struct watch_started *s = reserve(file);
    pid_t begun = 0;
    int error = how(pid ? pid : &begun, file, actions, attributes, argv, envp);
    if (error || !s)
        return error;
    begun = pid ? *pid : begun;
    say_who(s, begun);
    if (is_attached(begun))
        strike_out(s);
    return 0;
}

EXPORT int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *file_actions,
                       const posix_spawnattr_t *attrp, char *const argv[], char *const envp[])
{
    return spawn(real()->posix_spawn, pid, path, file_actions, attrp, argv, envp);
}

EXPORT int posix_spawnp(pid_t *pid, const char *file,
                        const posix_spawn_file_actions_t *file_actions,
                        const posix_spawnattr_t *attrp, char *const argv[], char *const envp[])
{
    return spawn(real()->posix_spawnp, pid, file, file_actions, attrp, argv, envp);
}
