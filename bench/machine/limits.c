#include "bench/machine/limits.h"

#include "bench/base/file.h"
#include "bench/machine/cgroup.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* A thread's stack is a guard and the stack itself: two mappings. */
enum { MAPS_PER_THREAD = 2 };

/* The kernel keeps identifiers below this for itself once it has wrapped round (pid.c). */
enum { RESERVED_PIDS = 300 };

/*
 * What a blocked unit takes of memory at the least, rounded up: a thread 29 KiB (resident
 * stack, kernel stack and slabs), a forked process 94 KiB and its page tables.
 */
enum { THREAD_BYTES = 32 << 10, PROCESS_BYTES = 128 << 10 };

static int64_t read_number(const char *path)
{
    char text[64];
    return file_read_small(path, text, sizeof text) <= 0 ? LIMITS_UNKNOWN
                                                         : cgroup_parse_number(text);
}

static int64_t read_rlimit(__rlimit_resource_t resource)
{
    struct rlimit limit;
    if (getrlimit(resource, &limit))
        return LIMITS_UNKNOWN;
    return limit.rlim_cur == RLIM_INFINITY ? LIMITS_UNLIMITED : (int64_t)limit.rlim_cur;
}

/* "0.10 0.05 0.01 2/97 1234": 97 threads and processes exist. */
static int64_t read_tasks_now(void)
{
    char text[128];
    long long total;
    if (file_read_small("/proc/loadavg", text, sizeof text) <= 0 ||
        sscanf(text, "%*s %*s %*s %*d/%lld", &total) != 1)
        return LIMITS_UNKNOWN;
    return total;
}

static int64_t count_maps(void)
{
    FILE *f = fopen("/proc/self/maps", "re");
    if (!f)
        return LIMITS_UNKNOWN;
    int64_t lines = 0;
    for (int c; (c = getc_unlocked(f)) != EOF;)
        lines += c == '\n';
    fclose(f);
    return lines;
}

/* RLIMIT_NPROC does not hold for the superuser, nor for CAP_SYS_RESOURCE and CAP_SYS_ADMIN. */
static bool nproc_binds(void)
{
    char text[4096];
    unsigned long long effective;
    if (getuid() == 0)
        return false;
    if (file_read_small("/proc/self/status", text, sizeof text) <= 0)
        return true;
    const char *at = strstr(text, "CapEff:");
    if (!at || sscanf(at, "CapEff: %llx", &effective) != 1)
        return true;
    return !(effective & (1ull << 24 | 1ull << 21));
}

/* Threads of this user, over all of /proc. Some 20 us a process: only where it is needed. */
static int64_t count_user_tasks(void)
{
    DIR *dir = opendir("/proc");
    if (!dir)
        return LIMITS_UNKNOWN;
    int64_t total = 0;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char path[300], text[4096];
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        snprintf(path, sizeof path, "/proc/%s/status", entry->d_name);
        if (file_read_small(path, text, sizeof text) <= 0)
            continue;
        if (file_field(text, "Uid:") == (int64_t)getuid()) {
            int64_t threads = file_field(text, "Threads:");
            total += threads > 0 ? threads : 1;
        }
    }
    closedir(dir);
    return total;
}

/* The level with the least room decides; a limit holds for all groups below it. */
static void read_pids_group(struct limits *out)
{
    struct cgroup c;
    out->pids_max = out->pids_now = LIMITS_UNKNOWN;
    if (!cgroup_open("pids", &c))
        return;
    do {
        int64_t max = cgroup_number(&c, "pids.max");
        int64_t now = cgroup_number(&c, "pids.current");
        if (max < 0 || now < 0)
            continue;
        if (out->pids_max < 0 || max - now < out->pids_max - out->pids_now) {
            out->pids_max = max;
            out->pids_now = now;
        }
    } while (cgroup_parent(&c));
}

static int64_t group_memory_room(void)
{
    struct cgroup c;
    int64_t least = LIMITS_UNLIMITED;
    if (!cgroup_open("memory", &c))
        return least;
    do {
        int64_t max = cgroup_number(&c, c.is_v2 ? "memory.max" : "memory.limit_in_bytes");
        int64_t now = cgroup_number(&c, c.is_v2 ? "memory.current" : "memory.usage_in_bytes");
        if (max >= 0 && now >= 0 && max - now < least)
            least = max > now ? max - now : 0;
    } while (cgroup_parent(&c));
    return least;
}

static int64_t read_memory_available(void)
{
    char text[4096];
    int64_t available = LIMITS_UNKNOWN, in_group = group_memory_room();
    if (file_read_small("/proc/meminfo", text, sizeof text) > 0) {
        int64_t kb = file_field(text, "MemAvailable:");
        if (kb >= 0)
            available = kb * 1024;
    }
    return available < 0 || in_group < available ? in_group : available;
}

void limits_read(struct limits *out)
{
    *out = (struct limits){
        .pid_max = read_number("/proc/sys/kernel/pid_max"),
        .threads_max = read_number("/proc/sys/kernel/threads-max"),
        .tasks_now = read_tasks_now(),
        .max_map_count = read_number("/proc/sys/vm/max_map_count"),
        .maps_now = count_maps(),
        .nproc = read_rlimit(RLIMIT_NPROC),
        .nproc_binds = nproc_binds(),
        .user_tasks_now = LIMITS_UNKNOWN,
        .nofile = read_rlimit(RLIMIT_NOFILE),
        .memory_available_bytes = read_memory_available(),
    };
    if (out->nproc_binds && out->nproc >= 0 && out->nproc < LIMITS_UNLIMITED)
        out->user_tasks_now = count_user_tasks();
    read_pids_group(out);
}

/* The least room found so far, and whose it is. */
struct room {
    int64_t units;
    char limit[96];
};

static void narrow(struct room *room, int64_t max, int64_t used, int64_t per_unit, const char *name)
{
    if (max < 0 || used < 0 || max == LIMITS_UNLIMITED)
        return;
    int64_t left = max > used ? (max - used) / per_unit : 0;
    if (left >= room->units)
        return;
    room->units = left;
    snprintf(room->limit, sizeof room->limit, "%s = %lld", name, (long long)max);
}

static struct room least_room(const struct limits *l, bool processes)
{
    struct room room = {.units = INT64_MAX, .limit = ""};
    int64_t pids_used = l->tasks_now < 0 ? -1 : l->tasks_now + RESERVED_PIDS;
    narrow(&room, l->pid_max, pids_used, 1, "kernel.pid_max");
    narrow(&room, l->threads_max, l->tasks_now, 1, "kernel.threads-max");
    narrow(&room, l->pids_max, l->pids_now, 1, "the control group's pids.max");
    if (l->nproc_binds)
        narrow(&room, l->nproc, l->user_tasks_now, 1, "RLIMIT_NPROC (ulimit -u)");
    if (!processes)
        narrow(&room, l->max_map_count, l->maps_now, MAPS_PER_THREAD, "vm.max_map_count");
    int64_t each = processes ? PROCESS_BYTES : THREAD_BYTES;
    if (l->memory_available_bytes >= 0 && l->memory_available_bytes / each < room.units) {
        room.units = l->memory_available_bytes / each;
        snprintf(room.limit, sizeof room.limit, "available memory = %lld MiB",
                 (long long)(l->memory_available_bytes >> 20));
    }
    return room;
}

uint64_t limits_room(const struct limits *limits, bool processes, char *limit, size_t size)
{
    struct room room = least_room(limits, processes);
    if (limit)
        snprintf(limit, size, "%s", room.limit);
    return room.units == INT64_MAX ? UINT64_MAX : (uint64_t)room.units;
}

int limits_check(const struct limits *limits, uint64_t kernel_units, bool processes, char *reason,
                 size_t size)
{
    struct room room = least_room(limits, processes);
    reason[0] = '\0';
    if (kernel_units <= (uint64_t)room.units)
        return 0;
    snprintf(reason, size, "%llu %s do not fit: %s leaves room for %lld more",
             (unsigned long long)kernel_units, processes ? "processes" : "threads", room.limit,
             (long long)room.units);
    return -1;
}

int limits_check_units(uint64_t kernel_units, bool processes, char *reason, size_t size)
{
    struct limits limits;
    limits_read(&limits);
    return limits_check(&limits, kernel_units, processes, reason, size);
}

void limits_explain(const struct limits *limits, int sys_errno, bool processes, char *out,
                    size_t size)
{
    /* Beyond this much room a limit was hardly the cause. */
    enum { NEAR = 64 };
    const char *what = strerror(sys_errno);
    if (sys_errno == EMFILE || sys_errno == ENFILE) {
        snprintf(out, size, "%s: RLIMIT_NOFILE (ulimit -n) = %lld", what,
                 (long long)limits->nofile);
        return;
    }
    struct room room = least_room(limits, processes);
    if (room.units == INT64_MAX)
        snprintf(out, size, "%s: no limit could be read that would explain it", what);
    else if (room.units <= NEAR)
        snprintf(out, size, "%s: %s is reached (room for %lld more)", what, room.limit,
                 (long long)room.units);
    else
        snprintf(out, size, "%s: the nearest known limit, %s, still has room for %lld", what,
                 room.limit, (long long)room.units);
}

void limits_explain_failure(int sys_errno, bool processes, char *out, size_t size)
{
    struct limits limits;
    limits_read(&limits);
    limits_explain(&limits, sys_errno, processes, out, size);
}
