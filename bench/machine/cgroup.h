/*
 * Control groups: where this process sits, and what is written there.  Version 1 (a hierarchy
 * a controller) and version 2 (one for all) may be mounted side by side; the controller asked
 * for decides which is read.  Only reads.
 */
#ifndef CONTEND_MACHINE_CGROUP_H
#define CONTEND_MACHINE_CGROUP_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Numbers of this layer: unknown is negative, "max" is CGROUP_UNLIMITED. */
#define CGROUP_UNLIMITED INT64_MAX

struct cgroup {
    char path[PATH_MAX]; /* directory of this process's group, without a slash at the end */
    size_t root_length;  /* how much of it is the mount point: the top of what is visible */
    bool is_v2;
};

/*
 * Finds the group for a controller ("cpu", "pids", "memory") in the texts of
 * /proc/self/cgroup and /proc/self/mountinfo.  A version 1 hierarchy that has the controller
 * is preferred; else the version 2 one.  False when neither is mounted, or where its path is longer
 * than any that can be opened.
 */
bool cgroup_find(const char *self_cgroup, const char *mountinfo, const char *controller,
                 struct cgroup *out);

/* The same from the running system. */
bool cgroup_open(const char *controller, struct cgroup *out);

/* Goes one level up; false at the top. A limit holds for all levels above too. */
bool cgroup_parent(struct cgroup *c);

/* Reads a file of the group; its length, or -1 with errno. */
long cgroup_read(const struct cgroup *c, const char *file, char *out, size_t size);

/* A file that holds one number or "max"; -1 when it is not there. */
int64_t cgroup_number(const struct cgroup *c, const char *file);

/* One number or "max" at the start of text; -1 when there is neither. */
int64_t cgroup_parse_number(const char *text);

/*
 * CPUs the groups allow, the least of all levels: cpu.max, or cpu.cfs_quota_us over
 * cpu.cfs_period_us.  0 when no quota is set or none can be read.
 */
double cgroup_cpu_quota(void);

/* The quota in the text of cpu.max ("150000 100000" is 1.5); 0 for none. */
double cgroup_parse_cpu_max(const char *text);

#endif
