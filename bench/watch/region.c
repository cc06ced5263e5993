/* The memory that both write, and the clock that both read. */
#include "bench/base/clock.h"
#include "bench/base/file.h"
#include "bench/watch/session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

enum { CALIBRATION_NS = 5000000, TRIES = 8 };

/* ---- The clock --------------------------------------------------------------------------------
 */

#if defined(__x86_64__)
/* Both clocks at one moment: of some pairs the one that was read in the shortest time. */
static void read_pair(uint64_t *tsc, uint64_t *ns)
{
    uint64_t best = UINT64_MAX;
    for (int i = 0; i < TRIES; i++) {
        uint64_t before = __builtin_ia32_rdtsc(), now = clock_now_ns();
        uint64_t took = __builtin_ia32_rdtsc() - before;
        if (took < best) {
            best = took;
            *tsc = before + took / 2;
            *ns = now;
        }
    }
}

static bool has_flag(const char *flags, const char *name)
{
    const char *at = strstr(flags, name);
    return at && (at[strlen(name)] == ' ' || at[strlen(name)] == '\n');
}

/* It counts at one rate on all CPUs, asleep or not, and the kernel itself relies on it. */
static bool has_steady_tsc(void)
{
    static char text[16384];
    char source[64];
    if (file_read_small("/proc/cpuinfo", text, sizeof text) <= 0)
        return false;
    const char *flags = strstr(text, "\nflags");
    return flags && has_flag(flags, " constant_tsc") && has_flag(flags, " nonstop_tsc") &&
           !strcmp(clock_source(source, sizeof source), "tsc");
}

/* 5 ms give the rate to within some millionths. */
static void calibrate(struct watch_clock *c)
{
    uint64_t tsc, ns;
    if (!has_steady_tsc())
        return;
    read_pair(&c->base_tsc, &c->base_ns);
    clock_sleep_until_ns(c->base_ns + CALIBRATION_NS);
    read_pair(&tsc, &ns);
    if (tsc <= c->base_tsc)
        return;
    c->mult = (uint64_t)(((unsigned __int128)(ns - c->base_ns) << 32) / (tsc - c->base_tsc));
    c->kind = WATCH_CLOCK_TSC;
}
#else
static void calibrate(struct watch_clock *c)
{
    (void)c;
}
#endif

uint64_t watch_now_ns(const struct watch_region *r)
{
#if defined(__x86_64__)
    if (r->clock.kind == WATCH_CLOCK_TSC)
        return watch_clock_ns(&r->clock, __builtin_ia32_rdtsc());
#endif
    (void)r;
    return clock_now_ns();
}

/* ---- The memory ---------------------------------------------------------------------------------
 */

/* Above those that a program may want for itself; it is closed on exec in any case. */
enum { REGION_FD_LEAST = 100 };

static void note_limits(struct watch_region *r)
{
    struct rlimit memory;
    char status[8192];
    if (!getrlimit(RLIMIT_AS, &memory)) {
        r->memory_current = memory.rlim_cur;
        r->memory_most = memory.rlim_max;
    }
    if (file_read_small("/proc/self/status", status, sizeof status) > 0)
        r->filters = watch_filters(status);
}

int watch_region_open(struct watch_session *s, const struct watch_request *r, struct err *err)
{
    int fd = memfd_create("contend-watch", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return err_set_sys(err, errno, "memory to watch in");
    s->fd = file_raise_fd(fd, REGION_FD_LEAST);
    if (s->fd < 0)
        s->fd = fd;
    else
        close(fd);
    if (ftruncate(s->fd, (off_t)sizeof(struct watch_region)))
        return err_set_sys(err, errno, "memory to watch in");
    /* A program that finds it cannot take it away from under us. */
    fcntl(s->fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
    void *at = mmap(NULL, sizeof(struct watch_region), PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_NORESERVE, s->fd, 0);
    if (at == MAP_FAILED)
        return err_set_sys(err, errno, "memory to watch in");
    s->region = at;
    s->region->version = WATCH_VERSION;
    s->region->bytes = sizeof *s->region;
    s->region->times_all_holds = r->times_all_holds;
    s->region->with_stacks = r->with_stacks;
    s->region->with_turns = r->with_turns;
    s->region->is_children_off = r->is_children_off;
    note_limits(s->region);
    calibrate(&s->region->clock);
    s->region->begin_ns = watch_now_ns(s->region);
    s->region->magic = WATCH_MAGIC;
    s->samples = calloc(WATCH_THREADS_MOST, sizeof *s->samples);
    s->process_ends_ns = calloc(WATCH_PROCESSES_MOST, sizeof *s->process_ends_ns);
    if (!s->samples || !s->process_ends_ns)
        return err_set(err, ERR_SYSTEM, "no memory to watch in");
    return 0;
}

void watch_session_close(struct watch_session *s)
{
    if (s->region)
        munmap(s->region, sizeof *s->region);
    if (s->fd >= 0)
        close(s->fd);
    if (s->library_fd >= 0)
        close(s->library_fd);
    free(s->samples);
    free(s->process_ends_ns);
    *s = (struct watch_session){.fd = -1, .library_fd = -1};
}
