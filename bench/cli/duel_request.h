/* The command line of `contend duel`. */
#ifndef CONTEND_CLI_DUEL_REQUEST_H
#define CONTEND_CLI_DUEL_REQUEST_H

#include "bench/cli/command.h"
#include "bench/duel/request.h"

extern const struct opt duel_options[]; /* into a struct duel_request */

void duel_request_init(void *request);

/* What is compared must be said in one way, and in one way only. -1 with ERR_USAGE. */
int duel_request_check(struct duel_request *r, const struct call *call, struct err *err);

#endif
