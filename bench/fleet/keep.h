/*
 * What a coordinator has collected: a folder beside the result, until that is whole.
 *
 *   RESULT.shards/run.json    how workers are called, in how many shards; locked while we live
 *   RESULT.shards/7.json      the result of shard 7, there as a whole or not at all
 */
#ifndef CONTEND_FLEET_KEEP_H
#define CONTEND_FLEET_KEEP_H

#include "bench/base/buf.h"
#include "bench/base/err.h"
#include "bench/base/opts.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct keep {
    char *folder; /* owned */
    int fd;       /* of run.json, locked; -1 */
    json_t *run;  /* owned; what that says */
};

/* What a fleet is called with. */
struct keep_run {
    const struct opt_list *words;
    int64_t seed;
    int64_t shards;
    uint64_t plan; /* as shards name it */
};

/* A new one.  ERR_INPUT where one is there that was not ended, unless it is to be discarded. */
int keep_create(struct keep *k, const char *path, const struct keep_run *run, bool is_forced,
                struct err *err);

/* The one that is there.  Words of *out are borrowed from k, their list is the caller's. */
int keep_open(struct keep *k, const char *path, struct opt_list *words, struct keep_run *out,
              struct err *err);

/* "RESULT.shards/7.json"; the caller frees it, NULL: no memory. */
char *keep_path(const struct keep *k, int64_t shard);

bool keep_has(const struct keep *k, int64_t shard);
int keep_add(const struct keep *k, int64_t shard, const struct buf *text, struct err *err);

void keep_close(struct keep *k);

/* Nothing of it is wanted any more. */
void keep_remove(struct keep *k, int64_t shards);

#endif
