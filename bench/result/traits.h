/*
 * What a result says of the plug-ins behind its cells, in words: traits of executors and locks,
 * roles of metrics.  Readers ask for these and compare no names, so that somebody else's executor
 * is told of like ours (docs/decisions/0042-nobody-compares-names.md).
 *
 * Results of before 0.2.0, and those of other runtimes, say nothing.  For them the traits of the
 * names they are known by stand here, and nowhere else.
 */
#ifndef CONTEND_RESULT_TRAITS_H
#define CONTEND_RESULT_TRAITS_H

#include "bench/contend.h"

#include <jansson.h>

/* ["parallel", "shared_heap" ...]: NULL when memory ran out. */
json_t *traits_of_executor_json(unsigned traits);
json_t *traits_of_lock_json(unsigned traits);

/* The bits of such a list; words that are not known say nothing. */
unsigned traits_of_executor(const json_t *words);
unsigned traits_of_lock(const json_t *words);

/* "start", "lifecycle" ...; NULL for ROLE_NONE. */
const char *role_word(enum role role);
enum role role_of_word(const char *word);

/* Of files that say nothing: 0 and ROLE_NONE where the name is not known either. */
unsigned traits_of_executor_named(const char *name);
unsigned traits_of_lock_named(const char *name);
enum role role_of_metric_named(const char *name);
/* Files may say roles and not know this one. */
bool role_is_late(enum role role);

/* What kind of units an executor has: sentences speak of one executor of each. */
enum unit_kind { UNIT_THREAD, UNIT_PROCESS, UNIT_COROUTINE, UNIT_NONE };

static inline enum unit_kind unit_kind_of(unsigned executor_traits)
{
    if (!executor_makes_units(executor_traits))
        return UNIT_NONE;
    if (!(executor_traits & EXECUTOR_KERNEL_UNITS))
        return UNIT_COROUTINE;
    return executor_traits & EXECUTOR_SHARED_HEAP ? UNIT_THREAD : UNIT_PROCESS;
}

#endif
