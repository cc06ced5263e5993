/*
 * What this machine is made of, as hwloc tells it: packages, NUMA nodes, groups of CPUs that share
 * a last-level cache, cores, and CPUs; on hybrid machines also kinds of cores.  And in which order
 * units take CPUs under a placement.
 *
 * hwloc is loaded by whoever asks, and is nowhere linked.
 */
#ifndef CONTEND_MACHINE_TOPOLOGY_H
#define CONTEND_MACHINE_TOPOLOGY_H

#include "bench/base/err.h"
#include "bench/base/vec.h"

#include <stdbool.h>
#include <stddef.h>

enum { TOPOLOGY_UNKNOWN = -1, TOPOLOGY_KIND_BYTES = 32, TOPOLOGY_WORDS_BYTES = 400 };

/* Of its package, node and so on the logical number, counted from 0 over the whole machine;
 * TOPOLOGY_UNKNOWN where hwloc does not tell. */
struct topology_cpu {
    int cpu; /* as the kernel counts */
    int package, node, llc, core;
    int kind; /* index in topology.kinds */
    bool is_allowed;
};

/* One kind of cores; a larger rank is a more capable one. */
struct topology_kind {
    char name[TOPOLOGY_KIND_BYTES]; /* "IntelCore" */
    int rank, cpus;
};

/* Online CPUs in hwloc's logical order: neighbours share most. */
struct topology_cpus {
    VEC(struct topology_cpu);
};

struct topology_kinds {
    VEC(struct topology_kind);
};

struct topology {
    struct topology_cpus cpus;
    struct topology_kinds kinds; /* none where all cores are alike */
    int packages, nodes, llcs, cores;
    char source[TOPOLOGY_KIND_BYTES]; /* "hwloc 2.9.0" */
};

/* Where it is read from; one member at most is set, none is this machine. */
struct topology_source {
    const char *synthetic; /* "package:2 core:4 pu:2", hwloc's notation */
    const char *xml;       /* hwloc's document */
};

/*
 * CPUs are allowed when they are among `allowed`, which is ascending.  -1 with ERR_LIMIT, in words
 * for a user, where hwloc is not here or does not answer; *out is then empty.
 */
int topology_read(struct topology *out, const struct topology_source *source, const int *allowed,
                  size_t allowed_count, struct err *err);
void topology_release(struct topology *t);

/*
 * This machine, read once in the life of the process; NULL with ERR_LIMIT when it cannot be had.
 * Takes some milliseconds the first time.
 */
const struct topology *topology_here(struct err *err);

/* "2 packages, 4 NUMA nodes, 4 last-level caches, 32 cores, 64 CPUs; 48 of IntelCore, ..." */
void topology_words(const struct topology *t, char out[TOPOLOGY_WORDS_BYTES]);

/* ---- Orders -------------------------------------------------------------------------------- */

enum topology_order {
    TOPOLOGY_CORE,   /* the first CPU of each core */
    TOPOLOGY_SMT,    /* all CPUs of a core, then of the next */
    TOPOLOGY_LLC,    /* those of one last-level cache, and no others */
    TOPOLOGY_NUMA,   /* those of one NUMA node, then of the next */
    TOPOLOGY_SPREAD, /* as far from those before as can be */
};

struct topology_list {
    VEC(int);
};

/*
 * The allowed CPUs in the order in which units take them, all of the most capable kind first; core
 * by core before a second CPU of one, except with TOPOLOGY_SMT.  -1 with ERR_LIMIT and why where
 * this machine has no such thing.
 */
int topology_list(const struct topology *t, enum topology_order order, struct topology_list *out,
                  struct err *err);

#endif
