/*
 * Everything one duel saw: for each metric a value of each arm in each slot.
 *
 * A slot is one turn: base and head once each, in an order drawn from the seed, and in some slots a
 * control beside them.  What an arm did not deliver in a slot is NaN.
 */
#ifndef CONTEND_JUDGE_DUEL_OBSERVATIONS_H
#define CONTEND_JUDGE_DUEL_OBSERVATIONS_H

#include "bench/base/err.h"
#include "bench/judge/duel/sample.h"

#include <stdbool.h>
#include <stddef.h>

enum duel_arm {
    ARM_BASE,
    ARM_HEAD,
    ARM_NULL,   /* base under another name: whatever differs is the name's or the machine's */
    ARM_LAYOUT, /* base, its code at another place in memory */
    ARM_COUNT
};

/* "base", "head", "null", "layout". */
const char *duel_arm_name(enum duel_arm arm);

/* For errors, which command it was: "base", "head", "base (null control)" .. */
const char *duel_arm_title(enum duel_arm arm);

enum { DUEL_METRICS_MAX = 64 };

/* Who says it: the side itself, or this program, which knows what it is. */
enum observed {
    OBSERVED_TOLD,
    OBSERVED_WALL,     /* wall_ns: from exec to exit */
    OBSERVED_WALL_NET, /* wall_net_ns: less what others took of it */
    OBSERVED_CPU,      /* cpu_ns */
    OBSERVED_MEMORY,   /* memory_bytes */
};

struct observed_metric {
    char name[64];
    enum observed what;
    char unit[16]; /* "ns", "per_s", "bytes", "ratio", "count", or "" */
    bool higher_is_better;
    bool is_gated;         /* takes part in the verdict */
    bool is_clock_reading; /* one reading of a clock here, not a figure that a side worked out */
    char absent[160];      /* why there are no values; "" when there are */
    double *values[ARM_COUNT]; /* owned; slot_count each */
};

struct observations {
    struct observed_metric *metrics; /* owned; DUEL_METRICS_MAX of them */
    size_t metric_count;
    size_t slot; /* what observe_*() notes belongs to it; the latest unless set */
    size_t slot_count, slot_capacity;
    char note[160]; /* what a side said of itself, the first time it did; or "" */
};

int observations_init(struct observations *o, struct err *err);
void observations_release(struct observations *o);

/* Makes room for one more slot, all NaN. */
int observations_add_slot(struct observations *o, struct err *err);

/*
 * Notes what the operating system says of a sample of `slot`: wall_ns, wall_net_ns,
 * cpu_ns and memory_bytes.  Only wall time is gated, and only when `is_gated`.
 */
int observe_process(struct observations *o, enum duel_arm arm, const struct sample *s,
                    bool is_gated, struct err *err);

/*
 * Notes what a sample itself printed: one JSON object of schema contend.sample/1.  ERR_FAILED when
 * it is not one, naming the arm and what is wrong.
 */
int observe_printed(struct observations *o, enum duel_arm arm, const struct sample *s,
                    struct err *err);

/* The metric of that name, or NULL. */
struct observed_metric *observations_find(const struct observations *o, const char *name);

/* The one of what this program sees itself, or NULL. */
struct observed_metric *observations_of(const struct observations *o, enum observed what);

/* Notes why a metric cannot be had, where nothing else was said of it. */
void observe_absent(struct observations *o, const char *name, const char *unit, const char *reason);

#endif
