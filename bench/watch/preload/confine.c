/*
 * What a program does to itself that would reach us as well: it leaves itself few system calls
 * (seccomp), little memory (setrlimit), another root (chroot).  It gets what it asked for, and we
 * keep out of its way.
 */
#include "bench/watch/preload/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- System calls --------------------------------------------------------------------------- */

bool is_sealed;

static bool seals(long number, unsigned long operation)
{
    if (number == SYS_prctl)
        return operation == PR_SET_SECCOMP;
    return number == SYS_seccomp &&
           (operation == SECCOMP_SET_MODE_STRICT || operation == SECCOMP_SET_MODE_FILTER);
}

EXPORT int prctl(int option, ...)
{
    va_list list;
    unsigned long a[4];
    va_start(list, option);
    for (size_t i = 0; i < sizeof a / sizeof *a; i++)
        a[i] = va_arg(list, unsigned long);
    va_end(list);
    bool before = is_sealed;
    is_sealed |= seals(SYS_prctl, (unsigned long)option);
    int result = real()->prctl(option, a[0], a[1], a[2], a[3]);
    if (result < 0)
        is_sealed = before;
    return result;
}

/* By a lock that is none of the C library's, or a condition, or a barrier: what for is not known.
 */
static bool waits_apart(long operation)
{
    int command = (int)operation & FUTEX_CMD_MASK;
    return command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET || command == FUTEX_LOCK_PI;
}

static long wait_apart(long number, long a, long b, long c, long d, long e, long f)
{
    struct watch_process *p = &local->region->processes[local->process];
    uint64_t begin_ns = now_ns();
    long result = real()->syscall(number, a, b, c, d, e, f);
    if (result && errno != ETIMEDOUT) /* what it was to wait for had come already, or a signal */
        return result;
    __atomic_fetch_add(&p->futex_waits, 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&p->futex_wait_ns, now_ns() - begin_ns, __ATOMIC_RELAXED);
    return result;
}

/* As syscall(2), of which it is not known how many arguments there are: the most there can be. */
EXPORT long call_by_number(long number, long a, long b, long c, long d, long e,
                           long f) __asm__("syscall");
long call_by_number(long number, long a, long b, long c, long d, long e, long f)
{
    if (number == SYS_exit_group)
        process_ends();
    if (number == SYS_futex && waits_apart(b) && local->region)
        return wait_apart(number, a, b, c, d, e, f);
    if (LIKELY(!seals(number, (unsigned long)a)))
        return real()->syscall(number, a, b, c, d, e, f);
    bool before = is_sealed;
    is_sealed = true;
    long result = real()->syscall(number, a, b, c, d, e, f);
    if (result < 0)
        is_sealed = before;
    return result;
}

/* ---- Memory ---------------------------------------------------------------------------------- */

/* Of what a process may map, this is ours, and not what the program meant. */
enum { LIBRARY_BYTES = 256 * 1024 };
static const rlim_t own_bytes = sizeof(struct watch_region) + sizeof(struct local) + LIBRARY_BYTES;

/* Whether the limits there are were raised by that. */
static bool is_current_raised, is_most_raised;

static rlim_t raised(rlim_t bytes)
{
    return bytes < RLIM_INFINITY - own_bytes ? bytes + own_bytes : RLIM_INFINITY;
}

static rlim_t lowered(rlim_t bytes, bool is_raised)
{
    return is_raised && bytes != RLIM_INFINITY && bytes > own_bytes ? bytes - own_bytes : bytes;
}

/* One that somebody set before us stays what it is; nothing is above it. */
static int set_memory(const struct rlimit *asked, const struct rlimit *now)
{
    bool is_kept = asked->rlim_max == lowered(now->rlim_max, is_most_raised);
    struct rlimit set = {raised(asked->rlim_cur),
                         is_kept ? now->rlim_max : raised(asked->rlim_max)};
    if (asked->rlim_max <= now->rlim_max && set.rlim_max > now->rlim_max)
        set.rlim_max = now->rlim_max;
    if (set.rlim_cur > set.rlim_max)
        set.rlim_cur = set.rlim_max;
    int result = real()->prlimit(0, RLIMIT_AS, &set, NULL);
    if (!result) {
        is_current_raised = true;
        is_most_raised = is_kept ? is_most_raised : true;
    }
    return result;
}

static int limit(pid_t pid, int resource, const struct rlimit *asked, struct rlimit *before)
{
    struct rlimit now;
    if (resource != RLIMIT_AS || !is_mapped() || (pid && pid != getpid()))
        return real()->prlimit(pid, resource, asked, before);
    int result = real()->prlimit(0, RLIMIT_AS, NULL, &now);
    if (result)
        return result;
    const struct rlimit seen = {lowered(now.rlim_cur, is_current_raised),
                                lowered(now.rlim_max, is_most_raised)};
    if (asked && asked->rlim_cur > asked->rlim_max)
        result = real()->prlimit(0, RLIMIT_AS, asked, NULL); /* it is refused */
    else if (asked)
        result = set_memory(asked, &now);
    if (!result && before)
        *before = seen;
    return result;
}

/* A limit that a watched program set for those it starts is raised already. */
void confine_find_limits(const struct watch_region *r)
{
    struct rlimit now;
    if (real()->prlimit(0, RLIMIT_AS, NULL, &now))
        return;
    is_current_raised = now.rlim_cur != RLIM_INFINITY && now.rlim_cur != r->memory_current;
    is_most_raised = now.rlim_max != RLIM_INFINITY && now.rlim_max != r->memory_most;
}

#if defined(__GLIBC__) && defined(__LP64__)
EXPORT int prlimit(pid_t pid, enum __rlimit_resource resource, const struct rlimit *asked,
                   struct rlimit *before)
{
    return limit(pid, (int)resource, asked, before);
}

EXPORT int setrlimit(__rlimit_resource_t resource, const struct rlimit *asked)
{
    return limit(0, (int)resource, asked, NULL);
}

EXPORT int getrlimit(__rlimit_resource_t resource, struct rlimit *out)
{
    return limit(0, (int)resource, NULL, out);
}

/* The same under the names that programs with large files call them by: a word holds any size. */
_Static_assert(sizeof(struct rlimit) == sizeof(struct rlimit64), "one is the other");

EXPORT int prlimit64(pid_t pid, enum __rlimit_resource resource, const struct rlimit64 *asked,
                     struct rlimit64 *before)
{
    return limit(pid, (int)resource, (const void *)asked, (void *)before);
}

EXPORT int setrlimit64(__rlimit_resource_t resource, const struct rlimit64 *asked)
{
    return limit(0, (int)resource, (const void *)asked, NULL);
}

EXPORT int getrlimit64(__rlimit_resource_t resource, struct rlimit64 *out)
{
    return limit(0, (int)resource, NULL, (void *)out);
}
#endif

/* ---- Memory that is to stay -------------------------------------------------------------------
 */

/* A line of /proc/self/maps at a time. */
struct maps {
    int fd;
    size_t length;
    char text[1024];
};

/* One is read to its end, though its path may not have room. */
static bool next_line(struct maps *m)
{
    char byte;
    m->length = 0;
    while (syscall(SYS_read, m->fd, &byte, 1) == 1 && byte != '\n')
        if (m->length < sizeof m->text - 1)
            m->text[m->length++] = byte;
    m->text[m->length] = '\0';
    return m->length > 0;
}

/* False where it may not be locked.  What nobody may read is marked, and brought by nobody. */
static bool lock_line(const struct maps *m, const struct watch_region *r, bool is_on_fault)
{
    char *end;
    unsigned long from = strtoul(m->text, &end, 16);
    unsigned long to = *end == '-' ? strtoul(end + 1, &end, 16) : from;
    bool is_ours = from >= (uintptr_t)r && from < (uintptr_t)r + sizeof *r;
    bool is_kernel = from >> 47 != 0, is_kept_out = !strncmp(end, " ---", 4);
    if (is_ours || is_kernel || to <= from)
        return true;
    long failed = is_on_fault ? syscall(SYS_mlock2, from, to - from, MLOCK_ONFAULT)
                              : syscall(SYS_mlock, from, to - from);
    return !failed || is_kept_out;
}

/* As mlockall(MCL_CURRENT), but for the region: two hundred megabytes that are hardly used. */
static int lock_current(bool is_on_fault)
{
    struct maps m = {
        .fd = (int)syscall(SYS_openat, AT_FDCWD, "/proc/self/maps", O_RDONLY | O_CLOEXEC)};
    bool is_locked = m.fd >= 0;
    while (is_locked && next_line(&m))
        is_locked = lock_line(&m, local->region, is_on_fault);
    int error = errno;
    if (m.fd >= 0)
        syscall(SYS_close, m.fd);
    errno = error;
    return is_locked ? 0 : -1;
}

EXPORT int mlockall(int flags)
{
    int rest = flags & ~MCL_CURRENT;
    if (!(flags & MCL_CURRENT) || (rest & ~(MCL_FUTURE | MCL_ONFAULT)) || is_sealed ||
        !is_mapped() || !local->region)
        return real()->mlockall(flags);
    if (lock_current(rest & MCL_ONFAULT))
        return -1;
    return rest & MCL_FUTURE ? real()->mlockall(rest) : 0;
}

/* ---- Another root ----------------------------------------------------------------------------
 */

/* What is executed from now on does not find the library, and would be told so: not by us. */
static void forget_library(void)
{
    static const char here;
    const char *own = path_of((uintptr_t)&here);
    char *list = getenv("LD_PRELOAD"), *at = own && list ? strstr(list, own) : NULL;
    if (!at || is_sealed || !access(own, R_OK))
        return;
    const char *behind = at + strlen(own);
    if (at > list)
        at--; /* the colon in front of it */
    else if (*behind)
        behind++;
    memmove(at, behind, strlen(behind) + 1);
}

EXPORT int chroot(const char *path)
{
    int result = real()->chroot(path), error = errno;
    if (!result && is_mapped())
        forget_library();
    errno = error;
    return result;
}
