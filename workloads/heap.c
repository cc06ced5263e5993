/*
 * heap: empty tasks in a program that holds much memory.  Does a unit cost more there?
 *
 * setup() maps and touches private memory in the coordinator before units are made; tasks do
 * not use it.  What copies page tables (fork) pays by their number: 262144 entries a GiB in pages
 * of 4 KiB, 512 in pages of 2 MiB.  What shares the address space or starts afresh does not.
 */
#include "bench/base/err.h"
#include "bench/contend.h"
#include "bench/machine/limits.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { BYTES, PAGES };
enum { SMALL, HUGE };

/* Of Linux 5.14; older kernels answer EINVAL and the pages are touched one by one. */
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

static const char *const page_choices[] = {"small", "huge", NULL};

static const struct param params[] = {
    {.name = "bytes",
     .unit = "bytes",
     .value = 67108864,
     .min = 0,
     .max = INT64_C(1) << 40,
     .help = "private memory the program holds"},
    {.name = "pages",
     .unit = "count",
     .value = SMALL,
     .max = HUGE,
     .help = "pages it is made of",
     .choices = page_choices},
    {0},
};

enum { HUGE_RATIO };

static const struct metric metrics[] = {
    {"huge_page_ratio", "ratio", BETTER_NEUTRAL, NATURE_NOISY, "memory",
     "share of the memory held that the kernel has put into huge pages"},
    {0},
};

/* Those whose units cost kernel memory management; a coroutine never asks for it. */
static const char *const needs[] = {
    "thread", "process", "process_vfork", "spawn", "thread_pool", "process_pool", NULL};

/* Room that is left to others: the units, and what the kernel needs for them. */
static int check_room(size_t bytes, struct err *err)
{
    struct limits limits;
    limits_read(&limits);
    int64_t there = limits.memory_available_bytes;
    if (there >= 0 && bytes > (uint64_t)there / 10 * 8)
        return err_set(err, ERR_LIMIT,
                       "heap.bytes: %zu bytes are more than four fifths of the %lld available",
                       bytes, (long long)there);
    return 0;
}

static bool are_huge_pages_off(void)
{
    char text[64] = "";
    FILE *file = fopen("/sys/kernel/mm/transparent_hugepage/enabled", "re");
    if (!file)
        return true;
    bool is_read = fgets(text, sizeof text, file) != NULL;
    fclose(file);
    return !is_read || strstr(text, "[never]") != NULL;
}

static void touch(char *memory, size_t bytes)
{
    if (!madvise(memory, bytes, MADV_POPULATE_WRITE))
        return;
    for (size_t at = 0; at < bytes; at += 4096)
        ((volatile char *)memory)[at] = 1;
}

/* Bytes of this process in huge pages; -1 when the kernel does not say. */
static double huge_bytes(void)
{
    FILE *file = fopen("/proc/self/smaps_rollup", "re");
    char line[256];
    double kib = -1;
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "AnonHugePages: %lf kB", &kib) == 1)
            break;
    if (file)
        fclose(file);
    return kib < 0 ? -1 : kib * 1024;
}

/* What is held. The process has other memory, which may lie in huge pages as well. */
struct held {
    char *memory;
    double others; /* bytes in huge pages before; -1: not known */
};

static int setup(struct launch *l, struct err *err)
{
    size_t bytes = (size_t)l->workload_params[BYTES];
    bool is_huge = l->workload_params[PAGES] == HUGE;
    if (!bytes)
        return 0;
    if (is_huge && are_huge_pages_off())
        return err_set(err, ERR_UNAVAILABLE, "this kernel gives no transparent huge pages");
    if (check_room(bytes, err))
        return -1;
    struct held *held = malloc(sizeof *held);
    if (!held)
        return err_set(err, ERR_SYSTEM, "heap: out of memory");
    held->others = huge_bytes();
    char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        free(held);
        return err_set(err, ERR_LIMIT, "heap.bytes: no memory for %zu bytes: %s", bytes,
                       strerror(errno));
    }
    /* Best effort: huge_page_ratio says what came of it. */
    madvise(memory, bytes, is_huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
    touch(memory, bytes);
    held->memory = memory;
    l->workload_state = held;
    return 0;
}

static void teardown(struct launch *l)
{
    struct held *held = l->workload_state;
    if (held)
        munmap(held->memory, (size_t)l->workload_params[BYTES]);
    free(held);
    l->workload_state = NULL;
}

static uint64_t run(struct task *t, uint64_t op_count)
{
    uint64_t done = 0;
    while (done < op_count) {
        task_checkpoint(t);
        done++;
        task_consume(t, done);
    }
    return done;
}

static double share(double part, double whole)
{
    return part <= 0 ? 0 : part >= whole ? 1 : part / whole;
}

static void collect(struct launch *l, struct sink *sink)
{
    const struct held *held = l->workload_state;
    double bytes = (double)l->workload_params[BYTES], huge = huge_bytes();
    if (!held)
        sink->absent(sink, HUGE_RATIO, "there is no memory held");
    else if (huge < 0 || held->others < 0)
        sink->absent(sink, HUGE_RATIO, "/proc/self/smaps_rollup does not say");
    else
        sink->value(sink, HUGE_RATIO, share(huge - held->others, bytes));
}

const struct workload workload_heap = {
    .name = "heap",
    .summary = "empty tasks in a program that holds much memory",
    .kind = WORKLOAD_STARTUP,
    .traits = WORKLOAD_EMPTY,
    .params = params,
    .ops_per_task = 1,
    .needs = needs,
    .metrics = metrics,
    .setup = setup,
    .teardown = teardown,
    .run = run,
    .expected = expected_op_count,
    .collect = collect,
};
