#include "bench/lab/scale_places.h"

#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    PERIOD_NS = 500000,
    PAGES = 16,
    BEFORE = 14, /* bytes in front of a sample: the clock's interrupt comes behind what was slow */
    AROUND = 18,
};

/* One CPU's samples. */
struct ring {
    int fd;
    struct perf_event_mmap_page *head;
};

struct scale_looks {
    struct ring *rings; /* a CPU each */
    unsigned count, samples, kernel, atomic;
    int memory; /* of the program */
    size_t page;
};

/* ---- Instructions --------------------------------------------------------------------------- */

static bool is_locked(const unsigned char *at, size_t left)
{
#ifdef __x86_64__
    if (left >= 2 && at[0] == 0xf3 && at[1] == 0x90)
        return true; /* pause */
    size_t k = at[0] == 0xf0;
    bool is_locked = k > 0;
    if (left <= k + 2)
        return false;
    k += (at[k] & 0xf0) == 0x40; /* REX */
    bool is_exchange = (at[k] == 0x86 || at[k] == 0x87) && (at[k + 1] & 0xc0) != 0xc0;
    bool changes = at[k] == 0x0f || at[k] == 0xff || at[k] == 0xfe || at[k] == 0x81 ||
                   at[k] == 0x83 || at[k] == 0x80 || (at[k] < 0x32 && (at[k] & 6) < 2);
    return is_exchange || (is_locked && changes);
#else
    (void)at;
    (void)left;
    return false;
#endif
}

bool scale_is_atomic(const unsigned char *code, size_t before, size_t count)
{
    for (size_t i = 0; i <= before && i < count; i++)
        if (is_locked(code + i, count - i))
            return true;
    return false;
}

/* ---- Samples -------------------------------------------------------------------------------- */

static int open_event(pid_t pid, int cpu, bool with_kernel)
{
    struct perf_event_attr a = {
        .size = sizeof a,
        .type = PERF_TYPE_SOFTWARE,
        .config = PERF_COUNT_SW_CPU_CLOCK,
        .sample_period = PERIOD_NS,
        .sample_type = PERF_SAMPLE_IP,
        .inherit = 1,
        .exclude_kernel = !with_kernel,
        .exclude_hv = 1,
    };
    return (int)syscall(SYS_perf_event_open, &a, pid, cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

static bool open_ring(struct scale_looks *l, pid_t pid, int cpu)
{
    struct ring *r = &l->rings[l->count];
    r->fd = open_event(pid, cpu, true);
    if (r->fd < 0)
        r->fd = open_event(pid, cpu, false);
    if (r->fd < 0)
        return false;
    void *map = mmap(NULL, (PAGES + 1) * l->page, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, 0);
    if (map == MAP_FAILED) {
        close(r->fd);
        return false;
    }
    r->head = map;
    l->count++;
    return true;
}

struct scale_looks *scale_looks_open(pid_t pid)
{
    char path[64];
    struct scale_looks *l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    l->page = (size_t)sysconf(_SC_PAGESIZE);
    long cpus = sysconf(_SC_NPROCESSORS_CONF);
    l->rings = calloc((size_t)cpus, sizeof *l->rings);
    for (int cpu = 0; l->rings && cpu < cpus; cpu++)
        open_ring(l, pid, cpu); /* one that is off has none */
    snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
    l->memory = open(path, O_RDONLY | O_CLOEXEC);
    if (l->count && l->memory >= 0)
        return l;
    scale_looks_close(l, NULL);
    return NULL;
}

static void note(struct scale_looks *l, uint64_t place)
{
    unsigned char code[AROUND];
    l->samples++;
    if (place >> 63) {
        l->kernel++;
        return;
    }
    ssize_t length = pread(l->memory, code, sizeof code, (off_t)(place - BEFORE));
    l->atomic += length == (ssize_t)sizeof code && scale_is_atomic(code, BEFORE, sizeof code);
}

static void take_ring(struct scale_looks *l, struct ring *r)
{
    struct record {
        struct perf_event_header header;
        uint64_t place;
    } record = {.place = 0};
    const char *data = (const char *)r->head + l->page;
    size_t size = PAGES * l->page;
    uint64_t head = __atomic_load_n(&r->head->data_head, __ATOMIC_ACQUIRE), at = r->head->data_tail;
    while (at < head) {
        for (size_t i = 0; i < sizeof record; i++)
            ((char *)&record)[i] = data[(at + i) % size];
        if (record.header.size < sizeof record.header)
            break;
        if (record.header.type == PERF_RECORD_SAMPLE)
            note(l, record.place);
        at += record.header.size;
    }
    __atomic_store_n(&r->head->data_tail, head, __ATOMIC_RELEASE);
}

void scale_looks_take(struct scale_looks *l)
{
    for (unsigned i = 0; l && i < l->count; i++)
        take_ring(l, &l->rings[i]);
}

void scale_looks_close(struct scale_looks *l, struct scale_places *out)
{
    if (!l)
        return;
    for (unsigned i = 0; i < l->count; i++) {
        munmap(l->rings[i].head, (PAGES + 1) * l->page);
        close(l->rings[i].fd);
    }
    if (l->memory >= 0)
        close(l->memory);
    unsigned in_program = l->samples - l->kernel;
    if (out && in_program >= 50)
        *out = (struct scale_places){.samples = l->samples,
                                     .kernel_ratio = (double)l->kernel / l->samples,
                                     .atomic_ratio = (double)l->atomic / in_program};
    free(l->rings);
    free(l);
}
