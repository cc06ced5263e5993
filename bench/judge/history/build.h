/* Shared by the files of history_series.h while tracks are built. */
#ifndef CONTEND_JUDGE_HISTORY_BUILD_H
#define CONTEND_JUDGE_HISTORY_BUILD_H

#include "bench/judge/history/series.h"

/* One number of one series. */
struct history_entry {
    const struct history_point *point;
    const struct history_value *value;
    size_t order;  /* of its commit */
    size_t regime; /* in the builder's list */
};

struct history_regime {
    const char *machine, *anchor;
    size_t anchor_order; /* of the anchor's commit; SIZE_MAX where it is not in the history */
};

struct history_builder {
    const struct history *h;
    struct history_tracks *out;
    struct history_regime *regimes;
    size_t regime_count;
    size_t *point_order, *point_regime; /* a point of the history each */
};

/* All entries of one series, in the order of the file. */
struct history_series {
    const char *name;
    struct history_entry *entries;
    size_t count, room;
};

/* The natural logarithm of an entry's ratio or median in its own regime; larger is worse. */
double history_entry_log(const struct history_entry *e);

/*
 * Links regime after regime to those the track has, the best measured link first, and marks them in
 * `is_placed`.  `regime_of` are the builder's numbers of the track's regimes.
 */
int history_chain(const struct history_builder *b, const struct history_series *s, struct track *t,
                  size_t *regime_of, bool *is_placed, struct err *err);

#endif
