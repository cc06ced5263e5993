/* The command line of `contend duel`. */
#ifndef CONTEND_CLI_DUEL_REQUEST_H
#define CONTEND_CLI_DUEL_REQUEST_H

#include "bench/duel/request.h"

/* Reads and checks the options; prints the help when asked. -1 with ERR_USAGE. */
int duel_request_parse(struct duel_request *r, int argc, char *const *argv, bool *help,
                       struct err *err);

#endif
