/* Which work stands in each column of the ladder; its insides. */
#ifndef CONTEND_JUDGE_LADDER_CHOOSE_H
#define CONTEND_JUDGE_LADDER_CHOOSE_H

#include "bench/judge/ladder/ladder.h"
#include "bench/judge/ladder/works.h"

/* Most columns of workloads that neither wait nor compute: a screen holds no more. */
enum { OTHERS_MOST = 3 };

struct chosen {
    const struct work *of[LADDER_OTHER]; /* NULL: there is none for that column */
    const char *metrics[LADDER_OTHER];   /* what is shown of it */
    struct {
        const struct work *work;
        const char *metric;
        enum ladder_kind kind;
    } others[OTHERS_MOST];
    size_t other_count;
};

void choose(struct chosen *out, const struct works *works);
/* Where rows are works: the first metrics that have values. */
void choose_metrics(struct chosen *out, const struct works *works);

#endif
