/*
 * How many more threads and processes fit, and which limit says so.  Asked before a cell is
 * run, and after a create call failed.  A limit that cannot be read does not bind.
 */
#ifndef CONTEND_MACHINE_LIMITS_H
#define CONTEND_MACHINE_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIMITS_UNKNOWN   INT64_C(-1)
#define LIMITS_UNLIMITED INT64_MAX

/* Each is LIMITS_UNKNOWN, LIMITS_UNLIMITED or a number. */
struct limits {
    int64_t pid_max;        /* kernel.pid_max: identifiers for threads and processes together */
    int64_t threads_max;    /* kernel.threads-max: of the whole machine */
    int64_t tasks_now;      /* threads and processes alive on it */
    int64_t max_map_count;  /* vm.max_map_count: mappings of one process; a stack takes two */
    int64_t maps_now;       /* mappings this process has */
    int64_t nproc;          /* RLIMIT_NPROC: threads of this user */
    bool nproc_binds;       /* false for root and other holders of CAP_SYS_RESOURCE */
    int64_t user_tasks_now; /* threads this user has; only read where nproc binds */
    int64_t nofile;         /* RLIMIT_NOFILE */
    int64_t pids_max;       /* pids.max of the control group with the least room */
    int64_t pids_now;       /* pids.current of the same */
    int64_t memory_available_bytes; /* of the machine, or of the control group if less */
};

/* Those of now. */
void limits_read(struct limits *out);

/*
 * Whether that many more units fit: processes, or threads of this process.  Returns 0, or -1
 * with `reason` naming the limit and what room it leaves:
 * "kernel.pid_max = 32768 leaves room for 32388 more".
 */
int limits_check(const struct limits *limits, uint64_t kernel_units, bool processes, char *reason,
                 size_t size);
int limits_check_units(uint64_t kernel_units, bool processes, char *reason, size_t size);

/* How many more fit by that reckoning; UINT64_MAX when nothing binds. `limit` may be NULL. */
uint64_t limits_room(const struct limits *limits, bool processes, char *limit, size_t size);

/*
 * After EAGAIN, ENOMEM or the like from pthread_create, fork or mmap: which limit was most
 * likely reached, from the room each leaves at this moment.  Call it while the units already
 * made are still there.  Always writes one line.
 */
void limits_explain_failure(int sys_errno, bool processes, char *out, size_t size);
void limits_explain(const struct limits *limits, int sys_errno, bool processes, char *out,
                    size_t size);

#endif
