/* contend run --launcher: shards through somebody else's engine, as a command does it. */
#ifndef CONTEND_CLI_RUN_FLEET_H
#define CONTEND_CLI_RUN_FLEET_H

#include "bench/base/opts.h"
#include "bench/fleet/fleet.h"
#include "bench/run/run.h"

/* Of a command that can hand its run out. */
struct fleet_options {
    struct opt_list launchers;
    int64_t at_once, shards, lost_after_ns;
    const char *launched;
};

/* ERR_USAGE where something of it is given that goes with --launcher alone. */
int run_fleet_check(const struct fleet_options *o, struct err *err);

/*
 * Does it, with what happens on stderr.  `table` and `settings`: what workers are called with is
 * spelled from the rows of the plan among them.  -1 with err where nothing could be merged.
 */
int run_fleet_do(const struct fleet_options *o, const struct run_options *run,
                 const struct opt *table, const void *settings, bool is_quiet,
                 struct fleet_report *report, struct err *err);

/* The exit status, and with a status of failure err. */
int run_fleet_status(const struct fleet_report *r, const char *path, struct err *err);

#endif
