/* The runs that a merged result is made of, and the plans they are shards of. */
#ifndef CONTEND_RESULT_MERGE_PARTS_H
#define CONTEND_RESULT_MERGE_PARTS_H

#include "bench/base/buf.h"
#include "bench/base/vec.h"
#include "bench/result/result.h"

/* How many cells there are of a plan, each once. */
struct part_cells {
    int64_t all, measured; /* without what is a ceiling alone */
};

/* One run on one host, or one shard of it. */
struct part {
    char *key;        /* owned; what cells call it: the run's id, and "#3/10" of a shard */
    const char *path; /* borrowed; where it was found first */
    size_t host;      /* index of its host */
    json_t *json;     /* owned: what its run said */
    const char *plan; /* of a shard, else NULL */
    int64_t index, count;
    struct part_cells has; /* its plan; 0: it does not say */
    bool is_complete;
};

enum { PART_SHARDS_MAX = 1000000, PART_CELLS_MAX = 1000000 };

struct parts {
    VEC(struct part);
    json_t *places; /* owned; of each, by host and key */
};

int parts_open(struct parts *p, struct err *err);
void parts_release(struct parts *p);

/* The parts of a result, each of which is there once afterwards.  ERR_INPUT. */
int parts_add(struct parts *p, const struct result *r, size_t host, struct err *err);

/* The part of that host and name; NULL: there is none. */
struct part *parts_find(const struct parts *p, size_t host, const char *key);

/* What cells of a result call the run they are of, where it is no merged one; the caller frees. */
char *part_key_of(const struct result *r);

/* The same of "run" in the file, or of one of its "parts". */
char *part_key_of_run(const json_t *run);

/* Which began first; those that began together by their keys. */
bool part_is_before(const struct part *a, const struct part *b);

/*
 * Whether the shards among them are all there with all their cells, or there are none: *is_whole.
 * `cells`: how many there are.  What is missing is added to `missing`: "shards 3, 7 of 10 are".
 * ERR_INPUT where they are of different plans and one lacks shards.
 */
int parts_check_plans(const struct parts *p, const struct part_cells *cells, bool *is_whole,
                      struct buf *missing, struct err *err);

/* "run" of a result made of the parts of that host, of what its results say of their runs; a new
 * reference, NULL: no memory. */
json_t *parts_run(const struct parts *p, size_t host, const json_t *const *runs, size_t count,
                  bool is_whole);

#endif
