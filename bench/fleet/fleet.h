/*
 * A run whose shards are measured through somebody else's engine: Slurm, ssh, mpirun, a script.
 *
 *   coordinator --- launcher's words + contend run ... --shard I/N --stream --- worker
 *        |                                                                        |
 *        +-- RESULT.shards/I.json <-- stream.h <-- lines of its journal, stdout --+
 *
 * The coordinator measures nothing: it hands out shards, collects what comes, and merges.  Whether
 * a shard is done is said by its stream alone and never by how a launcher ended.  One whose worker
 * is lost is measured again, elsewhere where there is an elsewhere; a worker that is silent for
 * long may be lost, so its shard is given to another one as well, and who is whole first counts.
 * What comes later for the same shard is a duplicate and is dropped.
 */
#ifndef CONTEND_FLEET_FLEET_H
#define CONTEND_FLEET_FLEET_H

#include "bench/base/buf.h"
#include "bench/base/opts.h"
#include "bench/run/plan/plan.h"

#include <stdbool.h>
#include <stdint.h>

enum { FLEET_SEATS_MAX = 10000 };

struct fleet_request {
    const struct opt_list *launchers; /* as typed */
    int64_t at_once;                  /* workers of each launcher at a time */
    const char *contend;              /* the program on the other side */
    const struct opt_list *words;     /* the plan, spelled for workers */
    struct plan_request plan;         /* the same; nothing of it is asked for when going on */
    int64_t shards;                   /* 0: four a worker, and no more than cells */
    uint64_t lost_after_ns;           /* of silence */
    const char *path;                 /* of the result; a file */
    bool resume, force;
    void (*say)(const char *line); /* what happened, in words; or NULL */
    const volatile bool *interrupted;
};

struct fleet_report {
    size_t shards, done;
    size_t lost; /* workers that brought nothing whole */
    size_t late; /* duplicates that were dropped */
    bool is_interrupted;
    bool is_written;     /* there was something to merge */
    size_t failed_cells; /* of what was merged */
};

/*
 * 0: what came is merged and at `path`, all of it where done is shards.  -1: see err; what came is
 * kept beside it for --resume.
 */
int fleet_do(const struct fleet_request *request, struct fleet_report *report, struct err *err);

#endif
