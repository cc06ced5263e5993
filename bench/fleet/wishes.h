/* What a run is asked for that is handed out, and what is said of it at the end. */
#ifndef CONTEND_FLEET_WISHES_H
#define CONTEND_FLEET_WISHES_H

#include "bench/fleet/fleet.h"
#include "bench/run/run.h"

struct fleet_wishes {
    struct opt_list launchers; /* none: it is not handed out */
    int64_t at_once, shards, lost_after_ns;
    const char *launched; /* contend as launchers find it; NULL: this one */
};

/* ERR_USAGE where something of it is given that goes with --launcher alone. */
int fleet_wishes_check(const struct fleet_wishes *w, struct err *err);

/*
 * Does it, until an interrupt, into a path that is taken where none was said.  `words`: what
 * workers are called with besides their shard; `say` gets what happens, or is NULL.  -1 with err
 * where nothing could be merged.
 */
int fleet_run(const struct fleet_wishes *w, struct run_options *run, const struct opt_list *words,
              void (*say)(const char *line), struct fleet_report *report, struct err *err);

/* "9 of 12 shards measured; 1 worker lost" and a line feed, and how to go on where it was
 * interrupted. */
void fleet_report_words(struct buf *out, const struct fleet_report *r, const char *path);

/* With ERR_FAILED, and how to go on, where shards are missing. */
int fleet_report_status(const struct fleet_report *r, const char *path, struct err *err);

#endif
