#include "bench/lab/scale_places.h"

#include "bench/base/vec.h"

#include <dirent.h>
#include <errno.h>
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
    SPARE = 64, /* descriptors */
};

/* One CPU's samples. */
struct ring {
    int fd, cpu;
    struct perf_event_mmap_page *head;
};

struct scale_looks {
    struct ring *rings; /* a CPU each */
    struct {
        VEC(int);
    } early; /* events of threads that were there already, which write into the rings */
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

/* Whether code around that place, `before` bytes of it in front, has such an instruction (x86-64);
 * false on others. */
static bool is_atomic(const unsigned char *code, size_t before, size_t count)
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

/* With what the kernel does for it, where that may be seen. */
static int open_best(pid_t pid, int cpu)
{
    int fd = open_event(pid, cpu, true);
    return fd < 0 ? open_event(pid, cpu, false) : fd;
}

static bool open_ring(struct scale_looks *l, pid_t pid, int cpu)
{
    struct ring *r = &l->rings[l->count];
    r->cpu = cpu;
    r->fd = open_best(pid, cpu);
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

/* Descriptors ran out: the run itself needs some. */
static void give_back(struct scale_looks *l)
{
    for (size_t i = 0; i < SPARE && l->early.count; i++)
        close(l->early.items[--l->early.count]);
}

/* False: there are no more descriptors. */
static bool add_thread(struct scale_looks *l, pid_t thread)
{
    for (unsigned i = 0; i < l->count; i++) {
        int fd = open_best(thread, l->rings[i].cpu);
        if (fd < 0 && (errno == EMFILE || errno == ENFILE))
            return false;
        if (fd >= 0 &&
            (ioctl(fd, PERF_EVENT_IOC_SET_OUTPUT, l->rings[i].fd) || !vec_add(&l->early, fd)))
            close(fd);
    }
    return true;
}

/*
 * An event goes on to threads that are started after it.  A program is quick to start its own:
 * those that were there before get one each, as far as descriptors go; the others are not looked
 * at.  (One that came in between has two, and counts twice.)
 */
static void open_early(struct scale_looks *l, pid_t pid)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *tasks = opendir(path);
    bool has_room = true;
    for (const struct dirent *d; tasks && has_room && (d = readdir(tasks));) {
        pid_t thread = (pid_t)strtol(d->d_name, NULL, 10);
        if (thread > 0 && thread != pid && !add_thread(l, thread)) {
            give_back(l);
            has_room = false;
        }
    }
    if (tasks)
        closedir(tasks);
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
    open_early(l, pid);
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
    l->atomic += length == (ssize_t)sizeof code && is_atomic(code, BEFORE, sizeof code);
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
    for (size_t i = 0; i < l->early.count; i++)
        close(l->early.items[i]);
    vec_release(&l->early);
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
