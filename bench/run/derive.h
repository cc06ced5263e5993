/*
 * What is not measured but follows from several cells or samples: efficiency against the
 * ceiling, and the warnings that a reader should see beside a number.
 */
#ifndef CONTEND_RUN_DERIVE_H
#define CONTEND_RUN_DERIVE_H

#include "bench/run/record.h"

/*
 * The machine it was measured on, which need not be this one: its CPUs that may be used, all and at
 * a time; 0: as many as here.
 */
struct derive_host {
    uint32_t cpus_allowed, cpus;
};

/*
 * efficiency_ratio of a cell, one value a launch: its throughput over the ceiling's median of the
 * same round (of all rounds where that one has none).  The ceiling is the control cell's
 * throughput (the same body, serial, no lock, one task) times the CPUs that are really there, or
 * times the tasks where the body only waits.  Returns NULL and writes the reason when it cannot
 * be had, and the ceiling's own cell is its reference and has none; else an array of
 * record->launch_count values (NAN: this launch has none) to be freed.
 */
double *derive_efficiency(const struct record *records, const struct record *r,
                          const struct derive_host *host, char *reason, size_t size);

extern const struct metric efficiency_metric;

/* A list of { "code", "text" }; a new reference, NULL when memory ran out. */
json_t *derive_warnings(const struct record *r, const struct derive_host *host);

/* Whether they hold "unusable". */
bool derive_is_unusable(const struct record *r);

#endif
