/*
 * How a document was made, and where: the objects "run" and "host" that every document of something
 * measured here begins with, whether there was a plan or not.
 */
#ifndef CONTEND_RUN_HEADER_H
#define CONTEND_RUN_HEADER_H

#include "bench/base/buf.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum { HEADER_NO_SLACK = -1 }; /* no timer slack was set: what others start with is theirs to say */

struct header {
    int argc; /* the command, its own name first */
    char *const *argv;
    uint64_t seed;
    uint32_t rounds_planned; /* 0: it does not go by rounds */
    int64_t timer_slack_ns;  /* that was set for what was measured, or HEADER_NO_SLACK */
    bool is_virtual;         /* the same everywhere and always */
};

/* Begun now, by that command and this build. NULL when memory ran out. */
json_t *header_run(const struct header *h);
/* This machine, glanced at for 50 ms: so before anything is measured. */
json_t *header_host(const struct header *h);

/* This build in lines: what a report of a fault needs to know of it. */
void header_version_words(struct buf *out);

#endif
