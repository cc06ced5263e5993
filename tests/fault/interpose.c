/*
 * Preloaded into contend by the fault tests: makes the n-th call of one function fail.
 *
 *     LD_PRELOAD=.../contend_interpose.so CONTEND_FAULT=fork:3:EAGAIN contend run ...
 *     LD_PRELOAD=...                      CONTEND_FAULT=write:2+:ENOSPC  (the 2nd and all after it)
 *     CONTEND_FAULT_SCOPE=process         each process counts for itself; otherwise all together
 *     CONTEND_FAULT_REPORT=FILE           "calls injected" is written there as the process ends
 *
 * Counts live in one shared mapping made before main(), so that children made by fork count on, and
 * so do programs started by exec: the file behind it is named by CONTEND_FAULT_COUNTS, which the
 * first process sets and whose file it removes.  Calls the C library makes inside itself
 * (stdio's write, pthread_create's mmap of a stack) do not pass here: what is tested is what
 * contend itself does with a refusal.  write() to stdout and stderr is never refused, so that the
 * message can be read.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

struct counts {
    atomic_uint calls;    /* of the chosen function, so far */
    atomic_uint injected; /* refused */
};

static struct counts own;            /* scope=process: copied by fork, counted alone */
static struct counts *counts = &own; /* or the shared mapping */
static char chosen[32];              /* the function; "" for none */
static unsigned nth;                 /* the first call that fails, from 1 */
static bool and_later;               /* all after it too */
static int fault_errno;
static pid_t owner; /* writes the report, and removes the file of the counts */

static const struct {
    const char *name;
    int value;
} errnos[] = {{"EAGAIN", EAGAIN}, {"ENOMEM", ENOMEM}, {"EMFILE", EMFILE}, {"ENOSPC", ENOSPC},
              {"EIO", EIO},       {"EACCES", EACCES}, {"EINTR", EINTR},   {"EROFS", EROFS},
              {"EPERM", EPERM},   {"ENOSYS", ENOSYS}};

static void complain(const char *text)
{
    fprintf(stderr, "interpose: CONTEND_FAULT=%s: expected FUNCTION:N[+]:ERRNO\n", text);
    _exit(99);
}

/* By number all through: the interposed functions must not see it. */
static void map_counts(void)
{
    static char made[] = "/tmp/contend-interpose.XXXXXX";
    const char *path = getenv("CONTEND_FAULT_COUNTS");
    long fd = -1;
    if (path) {
        fd = syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
    } else if ((fd = mkostemp(made, O_CLOEXEC)) >= 0) {
        syscall(SYS_ftruncate, fd, sizeof *counts);
        setenv("CONTEND_FAULT_COUNTS", made, 1);
    }
    long at =
        fd < 0 ? -1
               : syscall(SYS_mmap, NULL, sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at > 0)
        counts = (struct counts *)at;
    if (fd >= 0)
        syscall(SYS_close, fd);
}

__attribute__((constructor)) static void start(void)
{
    const char *text = getenv("CONTEND_FAULT");
    if (!text)
        return;
    char name[16] = "", plus[2] = "";
    if (sscanf(text, "%31[a-z_]:%u:%15s", chosen, &nth, name) != 3 &&
        sscanf(text, "%31[a-z_]:%u%1[+]:%15s", chosen, &nth, plus, name) != 4)
        complain(text);
    and_later = plus[0] == '+';
    for (size_t i = 0; i < sizeof errnos / sizeof errnos[0]; i++)
        if (!strcmp(name, errnos[i].name))
            fault_errno = errnos[i].value;
    if (!fault_errno || nth == 0)
        complain(text);
    const char *scope = getenv("CONTEND_FAULT_SCOPE");
    if (!scope || strcmp(scope, "process")) {
        map_counts();
    }
    /* The first of them all, which may become another program. */
    char number[16];
    snprintf(number, sizeof number, "%d", (int)getpid());
    const char *known = getenv("CONTEND_FAULT_OWNER");
    owner = known ? (pid_t)atol(known) : getpid();
    setenv("CONTEND_FAULT_OWNER", number, 0);
}

/* From the destructor, and from _exit, which the parent takes when it must not flush. */
static void report(void)
{
    const char *path = getenv("CONTEND_FAULT_REPORT"), *made = getenv("CONTEND_FAULT_COUNTS");
    if (getpid() != owner)
        return;
    if (made)
        syscall(SYS_unlinkat, AT_FDCWD, made, 0);
    if (!path)
        return;
    char line[64];
    int length = snprintf(line, sizeof line, "%u %u\n", atomic_load(&counts->calls),
                          atomic_load(&counts->injected));
    long fd = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0)
        return;
    syscall(SYS_write, fd, line, length);
    syscall(SYS_close, fd);
}

__attribute__((destructor)) static void finish(void)
{
    report();
}

/* Counts a call; true when it is to fail, with errno set. */
static bool fails(const char *function)
{
    if (strcmp(function, chosen))
        return false;
    unsigned call = atomic_fetch_add(&counts->calls, 1) + 1;
    if (and_later ? call < nth : call != nth)
        return false;
    atomic_fetch_add(&counts->injected, 1);
    errno = fault_errno;
    return true;
}

/* The real function; ISO C has no cast from data to function pointers, so it is copied. */
#define REAL(result, name, ...)                                                                    \
    static result (*real)(__VA_ARGS__);                                                            \
    if (!real) {                                                                                   \
        void *symbol = dlsym(RTLD_NEXT, #name);                                                    \
        memcpy(&real, &symbol, sizeof real);                                                       \
    }

pid_t fork(void)
{
    REAL(pid_t, fork, void)
    return fails("fork") ? -1 : real();
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*fn)(void *),
                   void *argument)
{
    REAL(int, pthread_create, pthread_t *, const pthread_attr_t *, void *(*)(void *), void *)
    /* This one returns its error. */
    return fails("pthread_create") ? fault_errno : real(thread, attributes, fn, argument);
}

void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
    if (fails("mmap"))
        return MAP_FAILED;
    /* By number: dlsym itself may allocate, and ask for memory here. */
    return (void *)syscall(SYS_mmap, address, length, protection, flags, fd, offset);
}

/* open's third argument is there only with O_CREAT or O_TMPFILE. */
static mode_t mode_of(int flags, va_list args)
{
    return flags & (O_CREAT | __O_TMPFILE) ? va_arg(args, mode_t) : 0;
}

int open(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = mode_of(flags, args);
    va_end(args);
    return fails("open") ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int openat(int directory, const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = mode_of(flags, args);
    va_end(args);
    return fails("open") ? -1 : (int)syscall(SYS_openat, directory, path, flags, mode);
}

ssize_t write(int fd, const void *data, size_t length)
{
    REAL(ssize_t, write, int, const void *, size_t)
    bool spoken = fd == STDOUT_FILENO || fd == STDERR_FILENO;
    return !spoken && fails("write") ? -1 : real(fd, data, length);
}

int fsync(int fd)
{
    REAL(int, fsync, int)
    return fails("fsync") ? -1 : real(fd);
}

int fdatasync(int fd)
{
    REAL(int, fdatasync, int)
    return fails("fsync") ? -1 : real(fd);
}

int rename(const char *from, const char *to)
{
    REAL(int, rename, const char *, const char *)
    return fails("rename") ? -1 : real(from, to);
}

int memfd_create(const char *name, unsigned flags)
{
    REAL(int, memfd_create, const char *, unsigned)
    return fails("memfd_create") ? -1 : real(name, flags);
}

int pipe2(int ends[2], int flags)
{
    REAL(int, pipe2, int[2], int)
    return fails("pipe") ? -1 : real(ends, flags);
}

int pipe(int ends[2])
{
    REAL(int, pipe, int[2])
    return fails("pipe") ? -1 : real(ends);
}

int epoll_create1(int flags)
{
    REAL(int, epoll_create1, int)
    return fails("epoll_create1") ? -1 : real(flags);
}

/* mmap's and open's twins with 64-bit offsets are the same functions here. */
void *mmap64(void *, size_t, int, int, int, off_t) __attribute__((alias("mmap")));
int open64(const char *, int, ...) __attribute__((alias("open")));
int openat64(int, const char *, int, ...) __attribute__((alias("openat")));
