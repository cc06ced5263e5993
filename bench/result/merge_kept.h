/*
 * Attempts: what other parts have of a cell, kept with the one that stands for it.
 *
 * Of each only where it stands is known (merge_index.h): among the attempts its cell came with, or
 * as a cell of its own.  They are read when the cell is written.
 */
#ifndef CONTEND_RESULT_MERGE_KEPT_H
#define CONTEND_RESULT_MERGE_KEPT_H

#include "bench/result/merge_index.h"
#include "bench/result/merge_parts.h"

/* A cell of what is made. */
struct merge_slot {
    const struct part *part; /* the run it is of */
    int64_t place;           /* in the plan, once they are sorted */
    uint32_t record;         /* the one that stands */
    uint32_t number;         /* among all slots, before they are sorted */
    uint32_t attempts;       /* the first in struct merge_kept; MERGE_NONE: there is none */
    bool has_attempts;       /* be it none */
};

/* The attempts of all slots. */
struct merge_kept {
    struct intern keys; /* of slot and part: an attempt each */
    VEC(struct merge_attempt);
};

/* The slot's first cell. */
int merge_kept_begin(struct merge_kept *k, const struct merge_index *in, struct merge_slot *s,
                     struct err *err);

/* Another cell comes, and the known one stays, or yields to it; `is_attempt`: what goes is kept. */
int merge_kept_stay(struct merge_kept *k, const struct merge_index *in, struct merge_slot *known,
                    const struct merge_slot *other, bool is_attempt, struct err *err);
int merge_kept_yield(struct merge_kept *k, const struct merge_index *in, struct merge_slot *known,
                     const struct merge_slot *other, bool is_attempt, struct err *err);

/*
 * The attempts of a slot by the names of their parts, in the order of the names, so that the order
 * of files leaves no trace: a new reference, NULL with ERR_INPUT or ERR_SYSTEM.
 */
json_t *merge_kept_attempts(const struct merge_kept *k, struct merge_index *in,
                            const struct merge_slot *s, struct err *err);

/* A cell as an attempt: without what says where it stands. NULL: no memory. */
json_t *merge_kept_json(const struct result_cell *c);

void merge_kept_release(struct merge_kept *k);

#endif
