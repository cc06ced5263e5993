/*
 * Preloaded into contend by the fault tests: refuses the n-th allocation of a whole tree of
 * processes.
 *
 *     LD_PRELOAD=.../contend_refuse_allocations.so CONTEND_REFUSED_ALLOCATION=N:FILE contend run
 * ...
 *
 * FILE holds two 32-bit numbers, allocations so far and those refused, shared by all processes:
 * made by whoever starts the first.  N of 0 refuses none and counts.  "N+" refuses all from the
 * N-th on. The C library's own allocations (stdio, threads, lists of directories) come here as
 * well.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The C library's own, which those below stand in front of. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static struct counts {
    atomic_uint calls, refused;
} * counts; /* NULL: nobody counts */
static unsigned nth;
static bool and_later;

__attribute__((constructor)) static void begin(void)
{
    const char *text = getenv("CONTEND_REFUSED_ALLOCATION");
    char *end = NULL;
    unsigned long wanted = text ? strtoul(text, &end, 10) : 0;
    if (!text)
        return;
    and_later = *end == '+';
    end += and_later;
    int fd = *end == ':' ? open(end + 1, O_RDWR | O_CLOEXEC) : -1;
    void *at =
        fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fd >= 0)
        close(fd);
    if (at == MAP_FAILED)
        return;
    nth = (unsigned)wanted;
    counts = at;
}

static bool is_refused(void)
{
    if (!counts)
        return false;
    unsigned call = atomic_fetch_add(&counts->calls, 1) + 1;
    if (!nth || (and_later ? call < nth : call != nth))
        return false;
    atomic_fetch_add(&counts->refused, 1);
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    return is_refused() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return is_refused() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return is_refused() ? NULL : __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return is_refused() ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    void *memory = is_refused() ? NULL : __libc_memalign(alignment, size);
    if (!memory)
        return ENOMEM;
    *out = memory;
    return 0;
}
