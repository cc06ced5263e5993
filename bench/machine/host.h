/*
 * Facts about this machine and this process's place on it, for the result file and `doctor`.
 * Texts are valid UTF-8 without control characters; "unknown" is an empty text, a negative
 * number, or HOST_UNKNOWN, and never 0.
 */
#ifndef CONTEND_MACHINE_HOST_H
#define CONTEND_MACHINE_HOST_H

#include "bench/machine/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum host_switch { HOST_UNKNOWN = -1, HOST_OFF = 0, HOST_ON = 1 };

struct host {
    char hostname[128];
    char cpu[128];           /* model name */
    char architecture[32];   /* "x86_64" */
    char kernel[128];        /* release */
    char libc[64];           /* "glibc 2.36" */
    char virtualization[64]; /* "none", "kvm", "vm" (of an unknown kind), "docker", "kvm, docker" */
    int32_t cpus_online;
    int32_t cpus_allowed; /* by this process's affinity */
    double cpu_quota;     /* CPUs the control groups allow; 0: no quota */
    int64_t memory_bytes;

    char clock_source[32]; /* "tsc" */
    uint64_t clock_resolution_ns;
    double clock_read_cost_ns;
    int64_t timer_slack_ns; /* of the calling thread */

    double load_1min;  /* negative: unknown */
    char governor[32]; /* "performance"; empty where there is no frequency scaling to see */
    enum host_switch turbo;
    enum host_switch smt;
    enum host_switch aslr; /* address-space randomisation, of this process */
    char thp[16];          /* transparent huge pages: "always", "madvise", "never" */
    int32_t nice;          /* of this process, which those it starts inherit */
    const char *policy;    /* "other", "batch", "idle", "fifo", "rr", "deadline", "ext"; or NULL */
    int64_t swap_bytes;    /* total swap space */
    int32_t perf_paranoid; /* kernel.perf_event_paranoid, -1 .. 4; INT32_MIN: unknown */

    struct limits limits;
};

/* Fills everything; takes about a millisecond. Never fails. */
void host_read(struct host *out);

/* Copies text as valid UTF-8 on one line: other bytes and control characters become "?". */
void host_sanitise(char *out, size_t size, const char *text);

/* Parsers. The model name in /proc/cpuinfo (several architectures' spellings), "" if none. */
void host_parse_cpu_model(const char *cpuinfo, char *out, size_t size);
/* Whether /proc/cpuinfo lists the flag "hypervisor". */
bool host_parse_hypervisor(const char *cpuinfo);
/* The kind of machine from its DMI product and vendor; NULL when they say nothing. */
const char *host_vm_from_dmi(const char *vendor, const char *product);
/* The kind of container from /proc/1/environ's "container=" and /proc/1/cgroup; or NULL. */
const char *host_container_from(const char *environ1, const char *cgroup1);
/* The word in brackets: "always [madvise] never". */
void host_parse_bracketed(const char *text, char *out, size_t size);

#endif
