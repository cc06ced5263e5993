/*
 * Whether somebody's program scales, and what stops it.
 *
 * A program was run with 1, 2, 4 .. threads of its own, in rounds, and with as many as there are
 * CPUs also with one thing changed: on one CPU, as so many copies with one thread each, with
 * another allocator, and under the eyes of the watch library.  From the times of these runs
 * follows, purely, a speed-up, a law, and a reason with its evidence, or why none can be told.
 *
 * The method: docs/decisions/0059.  Where thread time goes for one operation, with one thread and
 * with more; what has grown is what stops it.
 */
#ifndef CONTEND_JUDGE_SCALE_SCALE_H
#define CONTEND_JUDGE_SCALE_SCALE_H

#include "bench/base/vec.h"
#include "bench/page/page.h"
#include "bench/stats/robust.h"
#include "bench/stats/usl.h"

/* What one thing was changed. */
enum scale_change {
    SCALE_PLAIN,
    SCALE_PROCESSES, /* the other command, --processes */
    SCALE_PINNED,    /* all of it on one CPU */
    SCALE_COPIES,    /* as many copies, with one thread each */
    SCALE_ALLOCATOR, /* another allocator in place of the C library's */
    SCALE_CHANGES
};

/* What a thread that is not running waits for, by the system call it is in. */
enum scale_wait {
    SCALE_FUTEX, /* a lock, or a condition, of whatever library */
    SCALE_FILE,  /* reads, writes and their confirmation, of files; page faults that read */
    SCALE_TALK,  /* pipes, sockets, and waiting for several of them */
    SCALE_SLEEP, /* a clock */
    SCALE_MAP,   /* the process's own map of memory */
    SCALE_OTHER,
    SCALE_WAITS
};

/* One run.  Times of threads are sums over its threads, without one that only waits for others. */
struct scale_run {
    enum scale_change change;
    unsigned n;
    uint64_t wall_ns;
    uint64_t user_ns, system_ns; /* of all its processes */
    double operations;           /* that it reported; 0: it did not */
    uint64_t life_ns, delay_ns;  /* thread time, and of that, what was waited for a CPU */
    uint64_t waits_ns[SCALE_WAITS];
    uint64_t switches;     /* of its own accord: it had to wait */
    uint64_t preemptions;  /* it was put out */
    uint64_t faults;       /* pages that were new to it */
    uint64_t throttled_ns; /* by a quota of its control group */
    bool has_throttled;
    double quota_cpus;   /* of that group; 0: none */
    double idle_cpus;    /* of those it may use, on average; below 0: not known */
    double others_cpus;  /* CPUs that other programs used; below 0: not known */
    unsigned least_cpus; /* the least number of CPUs that a thread of it may use; 0: not known */
    unsigned threads;    /* at most at a time */
};

/* A lock as the watch library saw it. */
struct scale_lock {
    char name[192];
    double wait_ratio;      /* thread time that was waited for it over all thread time there was */
    double contended_ratio; /* of its takes */
    bool is_lock;           /* else a condition, or a semaphore that others give */
    bool is_turn; /* one of those, and the program's own: no part of a lock that a runtime makes */
};

struct scale_runs {
    VEC(struct scale_run);
};

/* Where samples of the instruction pointer were, while with as many threads as CPUs. */
struct scale_places {
    unsigned samples;
    double kernel_ratio, atomic_ratio; /* of all; of those in the program */
};

struct scale {
    char *const *argv;      /* of the command, with {n}; ended by NULL */
    char *const *processes; /* of the other one; NULL */
    unsigned cpus;          /* it may use */
    unsigned at;            /* how many threads the changed runs had */
    bool is_each;           /* n threads do n times the work; else the same */
    double control_ratio; /* CPU time of a loop of ours that only computes, as many at once as `at`,
                             over one alone: what this machine itself adds; NaN */
    struct scale_runs runs; /* owned */
    struct scale_places places;
    struct {
        VEC(struct scale_lock);
    } locks; /* owned: of the watched run, those that cost most first */
    bool is_watched;
    char unwatched[512];   /* why there is no watched run */
    char unallocated[256]; /* why none with another allocator */
    uint64_t seed;
};

enum scale_cause {
    SCALE_NOTHING, /* it scales as far as was tried */
    SCALE_UNKNOWN,
    SCALE_BY_LOCK,
    SCALE_BY_CPUS,
    SCALE_BY_MEMORY,
    SCALE_BY_ALLOCATOR,
    SCALE_BY_SHARING,
    SCALE_BY_IO,
    SCALE_BY_SCHEDULER,
    SCALE_BY_QUOTA,
};

/* One n of one of the two commands. */
struct scale_point {
    unsigned n;
    double rate;   /* operations a second, where a run is one; median */
    double *rates; /* owned, of each run */
    size_t count;
    struct ratio speedup;     /* to the first n */
    struct scale_run typical; /* medians of everything, of the less disturbed half of its runs */
    double gain;              /* speed-up of these to the first n's */
    double operations;        /* that a run is */
};

struct scale_sweep {
    VEC(struct scale_point);
    struct usl law;
};

struct scale_verdict {
    struct scale_sweep threads, processes;
    enum scale_cause cause;
    char sentence[512]; /* the answer, whole */
    struct {
        VEC(char *);
    } evidence; /* a line each; owned */
};

/* "lock", "memory bandwidth"; "cannot tell", "nothing". */
const char *scale_cause_name(enum scale_cause c);
const char *scale_wait_name(enum scale_wait w);

/* -1 with ERR_SYSTEM; scale_verdict_release() in both cases. */
int scale_judge(const struct scale *s, struct scale_verdict *out, struct err *err);
void scale_verdict_release(struct scale_verdict *v);
void scale_release(struct scale *s);

/* page_release() when it was shown. */
void scale_page(struct page *p, const struct scale *s, const struct scale_verdict *v);
/* contend.scale/1: a new reference, NULL when memory ran out. */
json_t *scale_document(const struct scale *s, const struct scale_verdict *v);

/* ---- Parts ---------------------------------------------------------------------------------- */

/* Median of the less disturbed half of a kind's runs; false where there is none. */
bool scale_typical(const struct scale *s, enum scale_change change, unsigned n,
                   struct scale_run *out);
/* CPU time (or, the whole, with its waits) of an operation: the least and the most of its runs,
 * without a fifth of them at each end; false where there is none. */
bool scale_range(const struct scale *s, enum scale_change change, unsigned n, bool is_whole,
                 double *least, double *most);
/* Operations that a run is taken for. */
double scale_operations(const struct scale *s, const struct scale_run *r);
/* Fills cause, sentence and evidence from the points. */
void scale_reason(const struct scale *s, struct scale_verdict *v);
void scale_evidence(struct scale_verdict *v, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
