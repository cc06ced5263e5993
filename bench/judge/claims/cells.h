/*
 * A claim's cells in other people's words: as a suite to be run, as the id under which a result
 * holds them, as a command line.
 */
#ifndef CONTEND_JUDGE_CLAIMS_CELLS_H
#define CONTEND_JUDGE_CLAIMS_CELLS_H

#include "bench/base/buf.h"
#include "bench/judge/claims/claims.h"

#include <jansson.h>

/* Read `to` (borrowed) where a claim says `from`: the name of a lock or an executor. */
struct substitution {
    char from[64];
    const char *to;
};

enum { SUBSTITUTIONS_MAX = 16 };

struct substitutions {
    struct substitution items[SUBSTITUTIONS_MAX];
    size_t count;
};

/* "gil=mine" into the list; the text must outlive it. ERR_USAGE. */
int substitutions_add(struct substitutions *s, const char *text, struct err *err);
const char *substitute(const struct substitutions *s, const char *name);

/* The lock's name, "none" where the claim says nothing; the number of tasks on so many CPUs. */
const char *claim_cell_lock(const struct claim_cell *c, const struct substitutions *s);
long claim_cell_tasks(const struct claim_cell *c, long cpus);

/* "sleep/none/thread/tasks=10,duration=10ms", as the runner names it but without a pool's workers.
 */
void claim_cell_id(const struct claim_cell *c, const struct substitutions *s, long cpus,
                   struct buf *out);

/*
 * The cells of all these claims, each once, as a suite (run/suite.h).  A new reference, NULL when
 * memory runs out.  Claims that need several CPUs are left out with `cpus` 1.
 */
json_t *claims_suite(const struct claim_list *claims, const struct substitutions *s, long cpus);

/* "contend run --workload ...", which measures the cells of this part. */
void claim_part_command(const struct claim_part *p, const struct substitutions *s,
                        const struct opt_list *plugins, struct buf *out);

#endif
