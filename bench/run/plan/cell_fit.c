#include "bench/run/plan/cell_fit.h"

#include "bench/base/words.h"
#include "bench/machine/host.h"
#include "bench/machine/limits.h"

#include <stdio.h>
#include <string.h>

const char *cell_misfit(const struct workload *w, const struct executor *x, const int64_t *params,
                        char *text, size_t size)
{
    bool is_meant = !w->needs;
    for (const char *const *name = w->needs; name && *name; name++)
        is_meant |= !strcmp(*name, x->name);
    if (!is_meant) {
        snprintf(text, size, "the workload %s is not for the executor %s", w->name, x->name);
        return text;
    }
    if ((x->traits & EXECUTOR_STACKLESS) && !w->step) {
        snprintf(text, size, "the workload %s has no stackless form", w->name);
        return text;
    }
    if ((w->traits & WORKLOAD_TOGETHER) && (x->traits & (EXECUTOR_SEQUENTIAL | EXECUTOR_POOLED)))
        return "the executor does not keep all its tasks alive at once";
    return w->unfit ? w->unfit(x, params) : NULL;
}

/* A plug-in's words go into a result: one line of them, and some. */
static char *reason_of(const char *words)
{
    char text[256];
    host_sanitise(text, sizeof text, *words ? words : "it does not say why");
    return strdup(text);
}

char *cell_skip_reason(const struct cell *c)
{
    char text[256];
    const struct executor *x = c->executor;
    const char *reason = x->unavailable ? x->unavailable() : NULL;
    if (!reason && c->lock->unavailable)
        reason = c->lock->unavailable();
    if (!reason)
        reason = cell_misfit(c->workload, x, c->workload_params, text, sizeof text);
    if (reason)
        return reason_of(reason);
    if ((c->lock->traits & LOCK_THREADS_ONLY) && !(x->traits & EXECUTOR_SHARED_HEAP)) {
        snprintf(text, sizeof text, "the lock %s does not work across processes", c->lock->name);
        return strdup(text);
    }
    if (x->task_limit && c->tasks > x->task_limit) {
        char most[40];
        snprintf(text, sizeof text, "the executor %s holds at most %s", x->name,
                 words_count(most, sizeof most, x->task_limit, "task"));
        return strdup(text);
    }
    uint32_t kernel_units = x->traits & EXECUTOR_POOLED         ? c->workers
                            : x->traits & EXECUTOR_SEQUENTIAL   ? 1 /* at a time */
                            : x->traits & EXECUTOR_KERNEL_UNITS ? c->tasks
                                                                : 0;
    if (kernel_units > 64 &&
        limits_check_units(kernel_units, !(x->traits & EXECUTOR_SHARED_HEAP), text, sizeof text))
        return strdup(text);
    return NULL;
}
