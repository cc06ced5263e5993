#include "bench/machine/memory_use.h"

#include "bench/base/file.h"

#include <stdio.h>
#include <sys/types.h>

static int64_t kilobytes(const char *text, const char *field)
{
    int64_t kb = file_field(text, field);
    return kb < 0 ? -1 : kb * 1024;
}

bool memory_use_parse(const char *smaps_rollup, const char *status, struct memory_use *out)
{
    *out = (struct memory_use){0};
    out->page_tables = kilobytes(status, "VmPTE:");
    out->threads = file_field(status, "Threads:");
    out->anonymous = kilobytes(status, "RssAnon:");
    if (smaps_rollup) {
        int64_t exact = kilobytes(smaps_rollup, "Anonymous:");
        if (exact >= 0)
            out->anonymous = exact;
        out->anonymous_share = kilobytes(smaps_rollup, "Pss_Anon:");
        out->shared_share = kilobytes(smaps_rollup, "Pss_Shmem:");
        out->has_shares = out->anonymous_share >= 0 && out->shared_share >= 0;
    }
    return out->page_tables >= 0 && out->anonymous >= 0;
}

/* A process's directory is "self" or its number. */
static long read_of(int32_t pid, const char *file, char *out, size_t size)
{
    char path[64];
    if (pid == 0)
        snprintf(path, sizeof path, "/proc/self/%s", file);
    else
        snprintf(path, sizeof path, "/proc/%d/%s", pid, file);
    return file_read_small(path, out, size);
}

bool memory_use_read(int32_t pid, struct memory_use *out)
{
    char rollup[4096], status[4096];
    bool has_rollup = read_of(pid, "smaps_rollup", rollup, sizeof rollup) > 0;
    return read_of(pid, "status", status, sizeof status) > 0 &&
           memory_use_parse(has_rollup ? rollup : NULL, status, out);
}

int64_t memory_kernel_stacks(void)
{
    char text[4096];
    file_read_small("/proc/sys/vm/stat_refresh", text, sizeof text); /* EACCES but for root */
    if (file_read_small("/proc/meminfo", text, sizeof text) <= 0)
        return -1;
    return kilobytes(text, "KernelStack:");
}

int64_t memory_stack_of_one(void)
{
    char text[128];
    uint32_t threads;
    if (file_read_small("/proc/loadavg", text, sizeof text) <= 0 ||
        sscanf(text, "%*s %*s %*s %*[0-9]/%9u", &threads) != 1)
        return 0;
    return memory_stack_size(memory_kernel_stacks(), threads);
}

int64_t memory_stack_size(int64_t added_bytes, uint32_t count)
{
    if (count == 0 || added_bytes <= 0)
        return 0;
    int64_t each = added_bytes / count;
    for (int64_t size = 4096; size <= 65536; size *= 2)
        if (each >= size - size / 4 && each <= size + size / 4)
            return size;
    return 0;
}
