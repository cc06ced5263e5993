/* What probes and the workload found in a launch, on its way into the mailbox. */
#ifndef CONTEND_RUN_LAUNCH_POST_H
#define CONTEND_RUN_LAUNCH_POST_H

#include "bench/run/launch/launch.h"
#include "bench/run/launch/mailbox.h"

/*
 * Asks each probe of the launch, and the workload too, for its values of the launch-th launch.
 * Where memory runs out they are missing, and each says so as any that could not be had.  -1 with
 * ERR_FAILED where one told of a metric that it has not got.
 */
int post_collect(struct launch *l, struct mailbox *m, const struct metric_list *list,
                 uint32_t launch, bool with_workload, struct err *err);

#endif
