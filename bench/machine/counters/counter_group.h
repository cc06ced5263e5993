/*
 * The counters of one span, each by the provider the verdict names for it.
 *
 *   start: counting begins      mark: base reading     end: last reading      stop
 *     |---- units are created ------|==== what is reported ====|-----------------|
 *
 * In scope COUNTER_TREE the caller's thread is counted with everything it makes.  What it
 * does itself between mark and end (it waits for each unit) is counted a second time, alone,
 * by plain perf events, and taken out of the software counters.  Hardware counters keep it: a
 * PMU has no second set to spare.
 */
#ifndef CONTEND_MACHINE_COUNTERS_COUNTER_GROUP_H
#define CONTEND_MACHINE_COUNTERS_COUNTER_GROUP_H

#include "bench/machine/counters/counters.h"

enum { COUNTER_PROVIDERS_MAX = 3 };

struct counter_group {
    const struct counter_verdict *verdict;           /* borrowed */
    const struct counter_provider *const *providers; /* borrowed, NULL-terminated */
    const struct counter_provider *apart;            /* counts the caller alone */
    enum counter_scope scope;
    struct counter_session sessions[COUNTER_PROVIDERS_MAX]; /* one a provider */
    struct counter_session own;                             /* the caller's thread alone */
    uint64_t base[COUNTER_COUNT], base_own[COUNTER_COUNT];
    uint64_t last[COUNTER_COUNT], last_own[COUNTER_COUNT];
    bool is_open, has_end;
};

/*
 * Starts counting in the calling thread, which must also mark, end and stop.  `apart` may be
 * NULL in scope COUNTER_THREAD; elsewhere it is &counter_provider_perf, or a test's own.
 */
void counter_group_start(struct counter_group *g, const struct counter_verdict *verdict,
                         const struct counter_provider *const *providers,
                         const struct counter_provider *apart, enum counter_scope scope);
void counter_group_mark(struct counter_group *g);
void counter_group_end(struct counter_group *g);
void counter_group_stop(struct counter_group *g); /* values stay readable */

/*
 * The count between mark and end, and its source ("papi", "perf", "perf:user" without the
 * kernel's part).  False with a reason when it could not be had.  Texts live as long as g.
 */
bool counter_group_value(const struct counter_group *g, enum counter counter, uint64_t *value,
                         const char **source, const char **reason);

#endif
