/*
 * What is known of each cell so far: samples, distributions and the noise around them.
 *
 * Filled from visits, and each visit has one form: the JSON object that the journal keeps.
 * A run that goes on after a crash therefore reads exactly what the first one measured.
 */
#ifndef CONTEND_RUN_RECORD_H
#define CONTEND_RUN_RECORD_H

#include "bench/run/launch/visit.h"
#include "bench/run/plan/plan.h"

struct series {
    double *samples;    /* owned; one a launch, in the order measured */
    uint32_t *launches; /* owned; which launch each belongs to */
    size_t count, capacity;
    struct histogram *histogram; /* owned; NULL while nothing was added */
    char reason[TEXT_MAX];
    char source[64];
    uint32_t failed; /* launches of its probe that went wrong, the last for that reason */
};

struct launch_note {
    uint32_t round;
    struct noise_delta noise;
    char excluded[TEXT_MAX]; /* why nothing of it is used; "": it is */
};

struct record {
    const struct cell *cell;
    struct metric_list list;
    struct series *series; /* list.count of them */
    struct launch_note *launches;
    size_t launch_count, launch_capacity;
    uint32_t rounds_done; /* the latest round it was visited in, plus 1 */
    uint32_t visit_count;
    uint64_t spent_ns;    /* by its visits, with what the run did between them */
    enum err_code failed; /* ERR_NONE while it is well */
    char reason[320];
};

/* One a cell of the plan; NULL when memory ran out. */
struct record *records_new(const struct plan *p, struct err *err);
void records_free(struct record *records, size_t count);

/*
 * A visit as one JSON object; the caller releases it. NULL when memory ran out.  `spent_ns` is what
 * passed since the visit before it: those of all visits add up to what the run took so far.
 */
json_t *visit_to_json(size_t cell_index, uint32_t round, const struct cell *c,
                      const struct mailbox *m, uint64_t spent_ns);

/*
 * Whether that object is a visit of one of these cells in a round it has not got yet, with every
 * member of the right type and range.  ERR_INPUT says what is wrong.  See record_check.c.
 */
int records_check(const struct record *records, size_t count, const json_t *visit, struct err *err);

/* Adds what that object says, which records_check() has passed. */
int records_add(struct record *records, size_t count, const json_t *visit, struct err *err);

/* Visits that every measurable cell has, and those of all cells together. */
uint32_t records_rounds(const struct record *records, size_t count);
size_t records_visits(const struct record *records, size_t count);

/* Why none of its launches can be used, the last one's reason; NULL: there is one, or no launch. */
const char *record_excluded(const struct record *r);

/* What all visits took. */
uint64_t records_spent_ns(const struct record *records, size_t count);

#endif
