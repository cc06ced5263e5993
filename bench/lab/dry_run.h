/* contend run --dry-run: what would be measured, and how long it takes, without measuring. */
#ifndef CONTEND_LAB_DRY_RUN_H
#define CONTEND_LAB_DRY_RUN_H

#include "bench/page/page.h"
#include "bench/run/plan/plan.h"

/*
 * The cells of that plan with what a visit of each takes, those that cannot be measured here with
 * the reason, and the time of all of it.  Nothing is started and nothing written; so what is
 * calibrated in a run is taken for what it is calibrated to.  -1 with the error of the plan, and
 * no page.
 */
int dry_run_page(struct page *p, const struct plan_request *request, struct err *err);

#endif
