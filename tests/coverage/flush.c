/*
 * In builds that count which lines run (CONTEND_COVERAGE): what a process counted is written down
 * when it ends by _exit() or becomes another program, as children and workers do; the compiler's
 * own runtime writes only at exit().  The linker puts these in the place of those (--wrap).
 *
 * Nothing is written of a process that is killed, and of units little is: thousands of them end
 * within one test, each would write some 300 files, and they run what the first ones ran.
 */
#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

void __gcov_dump(void);
void __gcov_reset(void);

_Noreturn void __real__exit(int status);
int __real_execvpe(const char *file, char *const *argv, char *const *environment);
int __real_execv(const char *path, char *const *argv);
/* Programs that start none have no such function. */
int __real_image_exec(int fd, char *const *argv, char *const *environment) __attribute__((weak));
_Noreturn void __wrap__exit(int status);
int __wrap_execvpe(const char *file, char *const *argv, char *const *environment);
int __wrap_execv(const char *path, char *const *argv);
int __wrap_image_exec(int fd, char *const *argv, char *const *environment);

enum { FLUSHES_MOST = 100 };

/* Shared with all that this process forks. */
static _Atomic int *flushes;
static pid_t first;

__attribute__((constructor)) static void begin(void)
{
    void *map =
        mmap(NULL, sizeof *flushes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    flushes = map == MAP_FAILED ? NULL : map;
    first = getpid();
}

/* To 0 afterwards: a child of vfork() counts in its parent's memory, which goes on counting. */
static void flush(void)
{
    if (getpid() != first && (!flushes || atomic_fetch_add(flushes, 1) >= FLUSHES_MOST))
        return;
    __gcov_dump();
    __gcov_reset();
}

_Noreturn void __wrap__exit(int status)
{
    flush();
    __real__exit(status);
}

int __wrap_execvpe(const char *file, char *const *argv, char *const *environment)
{
    flush();
    return __real_execvpe(file, argv, environment);
}

int __wrap_execv(const char *path, char *const *argv)
{
    flush();
    return __real_execv(path, argv);
}

int __wrap_image_exec(int fd, char *const *argv, char *const *environment)
{
    flush();
    return __real_image_exec(fd, argv, environment);
}
