/*
 * One sample: a fresh process from exec to exit, in a group of its own, with a deadline.
 *
 * The clock runs from the child's last moment before exec to the moment its end is known here.
 * CPU time and memory are the kernel's own account (wait4).  Output that is read goes to memory
 * files, so that no reader is needed while it runs; a side that fills those without end is ended.
 * Nothing of a sample outlives it: its group is killed, and so is whatever left that group.
 */
#ifndef CONTEND_JUDGE_DUEL_SAMPLE_H
#define CONTEND_JUDGE_DUEL_SAMPLE_H

#include "bench/base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where a sample may run; the map turns with `first`. */
struct sample_place {
    unsigned cpus;       /* how many of the CPUs allowed here; 0: all of them */
    bool is_asked_for;   /* by the user: then it is that or an error */
    unsigned first;      /* index of the first one, round and round */
    bool spread_threads; /* each thread that appears gets a CPU of its own, in turn */
    bool is_realtime;    /* nobody else gets that CPU meanwhile; see sampler_may_go_realtime() */
};

enum { SAMPLES_AT_ONCE = 2 };

struct sample_request {
    const char *name;    /* for errors: "base" */
    const char *program; /* what is executed; looked up in PATH when it holds no slash */
    const char *const *argv;
    size_t padding_bytes; /* in the environment: moves the stack */
    struct sample_place place;
    uint64_t timeout_ns;
    bool is_read; /* its output is wanted; otherwise that goes nowhere, as much as there is */
};

struct sample {
    double wall_ns, cpu_ns, memory_bytes;
    double wall_net_ns; /* less waiting for a CPU; NaN where several threads did the work */
    unsigned threads;   /* that were given CPUs of their own, if asked for */
    int exit_status;    /* -1: it did not end by itself; set when the sample failed, too */
    bool has_failed;    /* it is why sampler_run() returned -1 */
    int signal;         /* that it died of by its own doing; 0: none */
    const char *output; /* what it wrote on stdout, NUL-terminated; valid until the next sample */
};

struct sampler;

/* NULL with ERR_SYSTEM. *interrupted, when it becomes true, ends a sample at once. */
struct sampler *sampler_open(const volatile bool *interrupted, struct err *err);
void sampler_close(struct sampler *s);

/* Of how many cores there are CPUs to use. Neighbours in the map belong to different ones. */
int sampler_cores(const struct sampler *s);

/* How many CPUs there are to use. */
int sampler_cpus(const struct sampler *s);

/* Whether samples can be real-time here: it takes a privilege. */
bool sampler_may_go_realtime(struct sampler *s);

/*
 * Runs up to SAMPLES_AT_ONCE at the same time and waits for all of them.
 * Returns 0, or -1: ERR_SYSTEM when no process could be made; ERR_UNAVAILABLE when the program
 * cannot be executed; ERR_FAILED when it ended otherwise than with status 0 (its last words on
 * stderr are passed on), was killed, did not end in time or was interrupted.
 */
int sampler_run(struct sampler *s, const struct sample_request *requests, size_t count,
                struct sample *out, struct err *err);

#endif
