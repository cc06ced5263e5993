/*
 * contend_probe.h: what a probe is, for authors of probes.  contend.h includes it.
 *
 * A probe measures something around the work of a launch.  The skeleton is shown in
 * docs/adding-a-probe.md.
 */
#ifndef CONTEND_PROBE_H
#define CONTEND_PROBE_H

#include "contend.h"

#ifdef __cplusplus
extern "C" {
#endif

enum probe_trait {
    /* It disturbs what the others measure: it gets launches of its own. */
    PROBE_OWN_LAUNCH = 1,
    /* Its hooks in units are for kernel threads and processes: other units are not asked. */
    PROBE_KERNEL_UNITS = 2,
    /* With it: launches without the probe stand before and after, for what the probe costs. */
    PROBE_COMPARED = 4,
    /* It reads nothing but the stamps of tasks: right under a simulated clock as well. */
    PROBE_ANY_CLOCK = 8,
    /* The harness's own recorder: tasks of its launches have verbs that tell it of each checkpoint.
     */
    PROBE_EVERY_VERB = 16,
};

/* One probe at work in one launch. */
struct probe_run {
    const struct probe *probe;
    struct launch *launch;
    void *state; /* state_bytes of shared memory, zeroed at open */
    char *units; /* unit_bytes for each task and the coordinator, zeroed */
};

static inline void *probe_unit(const struct probe_run *p, const struct task *t, size_t unit_bytes)
{
    return p->units + unit_bytes * t->index;
}

struct probe {
    const char *name;
    const char *summary;
    unsigned traits;
    const struct metric *metrics; /* ended by a row without name */
    const char *(*unavailable)(void);
    size_t state_bytes;
    size_t unit_bytes;    /* a multiple of 64 keeps writers apart */
    uint32_t least_tasks; /* with PROBE_OWN_LAUNCH: units it needs for a slope */

    /* All hooks but collect may be NULL.  In the coordinator: */
    int (*open)(struct probe_run *p, struct err *err); /* before units exist */
    void (*at_gate)(struct probe_run *p);              /* all units are parked at the gate */
    void (*end)(struct probe_run *p);                  /* after the last join */
    void (*collect)(struct probe_run *p, struct sink *sink);
    void (*close)(struct probe_run *p);
    /* In each unit, right after the gate and after the last operation: */
    void (*unit_begin)(struct probe_run *p, struct task *t);
    void (*unit_end)(struct probe_run *p, struct task *t);

    const struct metric_role *roles; /* what its metrics are to others, or NULL */
};

#ifdef __cplusplus
}
#endif

#endif
