/*
 * The stack of a thread that made others wait, where it lets go: as addresses, and as the
 * interpreter's own words where it has such (CPython's for fatal errors, which neither locks nor
 * allocates).
 */
#include "bench/watch/preload/internal.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of the C library, but not of each. */
extern int backtrace(void **addresses, int size) __attribute__((weak));

enum { OWN_FRAMES = 4 }; /* at most: ours, which are left out by where they lie */

/* The first call loads a library: better now than amid a lock. */
void stack_prepare(void)
{
    void *addresses[OWN_FRAMES];
    if (backtrace)
        backtrace(addresses, OWN_FRAMES);
}

static void keep_addresses(struct watch_stack *s)
{
    void *addresses[WATCH_FRAMES + OWN_FRAMES];
    int got = backtrace ? backtrace(addresses, WATCH_FRAMES + OWN_FRAMES) : 0;
    struct watch_place own = place_of((uintptr_t)(void *)&stack_prepare);
    uint32_t count = 0;
    for (int i = 0; i < got && count < WATCH_FRAMES; i++) {
        struct watch_place place =
            place_of((uintptr_t)addresses[i] - 1); /* the call, not behind it */
        if (place.module != own.module)
            s->frames[count++] = place;
    }
    s->count = count;
}

typedef void *state_function(void);
typedef void dump_function(int fd, void *state);

/* In a file in memory, for as long: the interpreter writes to a descriptor. */
static void keep_words(struct watch_stack *s)
{
    state_function *state;
    dump_function *dump;
    void *found[2] = {real_symbol(RTLD_DEFAULT, "PyGILState_GetThisThreadState"),
                      real_symbol(RTLD_DEFAULT, "_Py_DumpTraceback")};
    s->text[0] = '\0';
    if (!found[0] || !found[1])
        return;
    memcpy(&state, &found[0], sizeof state);
    memcpy(&dump, &found[1], sizeof dump);
    void *thread = state();
    int fd = thread ? (int)syscall(SYS_memfd_create, "contend-stack", MFD_CLOEXEC) : -1;
    if (fd < 0)
        return;
    dump(fd, thread);
    long got = syscall(SYS_pread64, fd, s->text, sizeof s->text - 1, 0L);
    s->text[got > 0 ? got : 0] = '\0';
    syscall(SYS_close, fd);
}

uint32_t stack_keep(uint32_t number, bool has_words)
{
    struct watch_region *r = local->region;
    int error = errno;
    if (!number) {
        number = __atomic_add_fetch(&r->stack_count, 1, __ATOMIC_RELAXED);
        if (number > WATCH_STACKS_MOST)
            return 0;
    }
    struct watch_stack *s = &r->stacks[number - 1];
    keep_addresses(s);
    if (has_words && !is_sealed)
        keep_words(s);
    errno = error;
    return number;
}
