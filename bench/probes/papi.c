/*
 * papi: event counters, by PAPI where it counts rightly and by plain perf events elsewhere.
 *
 * Which provider is asked for which counter is decided by the canary of core/counters.c, once
 * a program run, in unavailable(): the harness calls it in the parent, before workers are
 * forked, and they inherit the verdict.  PAPI is set up only in the canary's child and in
 * workers that use it, never in the parent.
 *
 * Where units are threads or processes the coordinator's counters are inherited by all of
 * them; where they are not, the coordinator's own thread is what is counted.
 *
 *   open: all counters start     at_gate: base reading     end: last reading
 *     |---- units are created -----|==== gate to last join ====|
 *
 * See machine/counters/counter_group.h for how the coordinator's own part is taken out.
 *
 * PAPI's traps, as met with version 7.0, and what is done about them:
 *   - its default domain is user mode, where no context switch ever happens: it counts 0.
 *     The component's domain is set to all before a set is made; setting it later fails
 *     without a PMU.
 *   - options (inheritance, attaching) fail without a PMU; ignoring that means to count only
 *     oneself.  The failure is taken as "cannot".
 *   - two running sets in one thread: the second fails.  One set a session.
 *   - a forked child that touches an inherited running set stops its parent's counters.
 *     Units never call PAPI.
 *   - its descriptors stay open over exec.  They are marked here.
 *   - the component is called active although every event is refused, and set-up may hang on
 *     some processors.  Nothing is believed before the canary has been counted.
 */
#include "bench/base/peer_library.h"
#include "bench/contend.h"
#include "bench/machine/counters/counter_group.h"

#include <stdio.h>
#include <string.h>

#ifdef CONTEND_HAVE_PAPI

#include <dirent.h>
#include <fcntl.h>
#include <papi.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const event_names[COUNTER_COUNT] = {
    [COUNTER_INSTRUCTIONS] = "PAPI_TOT_INS",
    [COUNTER_CYCLES] = "PAPI_TOT_CYC",
    [COUNTER_CACHE_MISSES] = "PAPI_L3_TCM",
    [COUNTER_BRANCH_MISSES] = "PAPI_BR_MSP",
    [COUNTER_CONTEXT_SWITCHES] = "perf::CONTEXT-SWITCHES",
    [COUNTER_CPU_MIGRATIONS] = "perf::CPU-MIGRATIONS",
    [COUNTER_PAGE_FAULTS] = "perf::PAGE-FAULTS",
    [COUNTER_TASK_CLOCK] = "perf::TASK-CLOCK",
};

#define FUNCTIONS(X)                                                                               \
    X(PAPI_add_named_event)                                                                        \
    X(PAPI_assign_eventset_component)                                                              \
    X(PAPI_cleanup_eventset)                                                                       \
    X(PAPI_create_eventset)                                                                        \
    X(PAPI_destroy_eventset)                                                                       \
    X(PAPI_get_component_index)                                                                    \
    X(PAPI_get_component_info)                                                                     \
    X(PAPI_is_initialized)                                                                         \
    X(PAPI_library_init)                                                                           \
    X(PAPI_read)                                                                                   \
    X(PAPI_set_cmp_domain)                                                                         \
    X(PAPI_set_opt)                                                                                \
    X(PAPI_start)                                                                                  \
    X(PAPI_stop)                                                                                   \
    X(PAPI_strerror)

/* Loaded by the first that counts: mapped into every worker it would make each fork dearer. */
static struct {
    FUNCTIONS(PEER_DECLARE)
} lib;

static int load(struct err *err)
{
    char exact[32], major[32];
    const char *const names[] = {exact, major, "libpapi.so", NULL};
    if (lib.PAPI_strerror) /* the last that is looked up */
        return 0;
    snprintf(exact, sizeof exact, "libpapi.so.%d.%d", PAPI_VERSION_MAJOR(PAPI_VERSION),
             PAPI_VERSION_MINOR(PAPI_VERSION));
    snprintf(major, sizeof major, "libpapi.so.%d", PAPI_VERSION_MAJOR(PAPI_VERSION));
    void *handle = peer_load(names, err);
    if (!handle)
        return -1;
    FUNCTIONS(PEER_FIND)
    return 0;
}

/* One reason for every wanted counter that has none yet. */
static void refuse(struct counter_session *s, uint32_t wanted, const char *step, int code)
{
    for (int c = 0; c < COUNTER_COUNT; c++)
        if ((wanted & 1u << c) && !s->reason[c][0])
            snprintf(s->reason[c], sizeof s->reason[c], "%s: %s", step, lib.PAPI_strerror(code));
}

/* Makes PAPI's descriptors close-on-exec: they are the perf events among our descriptors. */
static void mark_descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    if (!dir)
        return;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char target[64];
        ssize_t length = readlinkat(dirfd(dir), entry->d_name, target, sizeof target - 1);
        if (length <= 0)
            continue;
        target[length] = '\0';
        if (!strcmp(target, "anon_inode:[perf_event]"))
            fcntl(atoi(entry->d_name), F_SETFD, FD_CLOEXEC);
    }
    closedir(dir);
}

/* Sets PAPI up in this process; returns its code. Twice is once. */
static int set_up(void)
{
    if (lib.PAPI_is_initialized() != PAPI_NOT_INITED)
        return PAPI_OK;
    int version = lib.PAPI_library_init(PAPI_VER_CURRENT);
    return version == PAPI_VER_CURRENT ? PAPI_OK : version < 0 ? version : PAPI_EINVAL;
}

/*
 * An empty set on the perf component that sees the kernel too, and follows units if wanted.
 * Returns PAPI's code, with what was being done and, where PAPI tells it, its own words.
 */
static int make_set(enum counter_scope scope, int *set, const char **step)
{
    int code, component;
    *set = PAPI_NULL;
    *step = "set-up";
    if ((code = set_up()) != PAPI_OK)
        return code;
    *step = "component perf_event";
    if ((component = lib.PAPI_get_component_index("perf_event")) < 0)
        return component;
    const PAPI_component_info_t *info = lib.PAPI_get_component_info(component);
    if (info && info->disabled) {
        *step = info->disabled_reason;
        return PAPI_ENOSUPP;
    }
    *step = "counting in the kernel";
    if ((code = lib.PAPI_set_cmp_domain(PAPI_DOM_ALL, component)) != PAPI_OK)
        return code;
    *step = "event set";
    if ((code = lib.PAPI_create_eventset(set)) != PAPI_OK)
        return code;
    if (scope == COUNTER_THREAD)
        return PAPI_OK;
    *step = "following new threads and processes";
    if ((code = lib.PAPI_assign_eventset_component(*set, component)) != PAPI_OK)
        return code;
    PAPI_option_t option = {.inherit = {.eventset = *set, .inherit = PAPI_INHERIT_ALL}};
    return lib.PAPI_set_opt(PAPI_INHERIT, &option);
}

static void drop_set(int set)
{
    if (set == PAPI_NULL)
        return;
    lib.PAPI_cleanup_eventset(set);
    lib.PAPI_destroy_eventset(&set);
}

static void papi_start(struct counter_session *s, uint32_t wanted, enum counter_scope scope)
{
    const char *step;
    struct err err = {0};
    s->counting = 0;
    s->handle = PAPI_NULL;
    if (load(&err)) {
        for (int c = 0; c < COUNTER_COUNT; c++)
            if (wanted & 1u << c)
                snprintf(s->reason[c], sizeof s->reason[c], "%.*s", COUNTER_REASON_MAX - 1,
                         err.text);
        return;
    }
    int code = make_set(scope, &s->handle, &step);
    int slots = 0;
    for (int c = 0; c < COUNTER_COUNT && code == PAPI_OK; c++) {
        if (!(wanted & 1u << c))
            continue;
        int added = lib.PAPI_add_named_event(s->handle, event_names[c]);
        if (added != PAPI_OK) {
            refuse(s, 1u << c, event_names[c], added);
            continue;
        }
        s->slots[c] = slots++;
        s->counting |= 1u << c;
    }
    if (code == PAPI_OK && slots > 0) {
        step = "start";
        code = lib.PAPI_start(s->handle);
    }
    mark_descriptors();
    if (code == PAPI_OK && slots > 0)
        return;
    s->counting = 0;
    refuse(s, wanted, step, code);
    drop_set(s->handle);
    s->handle = PAPI_NULL;
}

static void papi_read(struct counter_session *s, uint64_t *values)
{
    long long counts[COUNTER_COUNT] = {0};
    if (!s->counting)
        return;
    int code = lib.PAPI_read(s->handle, counts);
    if (code != PAPI_OK) {
        refuse(s, s->counting, "read", code);
        s->counting = 0;
        return;
    }
    for (int c = 0; c < COUNTER_COUNT; c++)
        if (s->counting & 1u << c)
            values[c] = (uint64_t)counts[s->slots[c]];
}

static void papi_stop(struct counter_session *s)
{
    long long counts[COUNTER_COUNT];
    if (s->counting)
        lib.PAPI_stop(s->handle, counts);
    drop_set(s->handle);
    s->handle = PAPI_NULL;
    s->counting = 0;
}

static const struct counter_provider provider_papi = {
    .name = "papi",
    .start = papi_start,
    .read = papi_read,
    .stop = papi_stop,
};

#endif

/* Best first. */
static const struct counter_provider *const providers[] = {
#ifdef CONTEND_HAVE_PAPI
    &provider_papi,
#endif
    &counter_provider_perf,
    NULL,
};

static const struct metric metrics[] = {
    [COUNTER_INSTRUCTIONS] = {"instructions", "count", BETTER_LOWER, NATURE_NOISY, "counters",
                              "instructions executed by all units and the coordinating thread, "
                              "from just before the gate opens until the last join"},
    [COUNTER_CYCLES] = {"cycles", "count", BETTER_LOWER, NATURE_NOISY, "counters",
                        "CPU cycles spent by all units and the coordinating thread, from just "
                        "before the gate opens until the last join"},
    [COUNTER_CACHE_MISSES] = {"cache_misses", "count", BETTER_LOWER, NATURE_NOISY, "counters",
                              "last-level cache misses of all units and the coordinating thread, "
                              "from just before the gate opens until the last join"},
    [COUNTER_BRANCH_MISSES] = {"branch_misses", "count", BETTER_LOWER, NATURE_NOISY, "counters",
                               "mispredicted branches of all units and the coordinating thread, "
                               "from just before the gate opens until the last join"},
    [COUNTER_CONTEXT_SWITCHES] = {"context_switches", "count", BETTER_LOWER, NATURE_NOISY,
                                  "counters",
                                  "context switches of all units, from just before the gate opens "
                                  "until the last join; of the carrying thread where units are "
                                  "not kernel threads"},
    [COUNTER_CPU_MIGRATIONS] = {"cpu_migrations", "count", BETTER_LOWER, NATURE_NOISY, "counters",
                                "moves of units to another CPU, from just before the gate opens "
                                "until the last join; of the carrying thread where units are not "
                                "kernel threads"},
    [COUNTER_PAGE_FAULTS] = {"page_faults_counted", "count", BETTER_LOWER, NATURE_NOISY, "counters",
                             "page faults of all units, from just before the gate opens until the "
                             "last join; of the carrying thread where units are not kernel "
                             "threads"},
    [COUNTER_TASK_CLOCK] = {"task_clock_ns", "ns", BETTER_LOWER, NATURE_NOISY, "counters",
                            "time all units were on a CPU, from just before the gate opens until "
                            "the last join; of the carrying thread where units are not kernel "
                            "threads"},
    [COUNTER_COUNT] = {0},
};

static const char *unavailable(void)
{
    const struct counter_verdict *verdict = counters_prepare(providers);
    for (int scope = 0; scope < COUNTER_SCOPES; scope++)
        for (int c = 0; c < COUNTER_COUNT; c++)
            if (verdict->choices[scope][c].provider)
                return NULL;
    return verdict->choices[COUNTER_TREE][COUNTER_CONTEXT_SWITCHES].reason;
}

struct state {
    struct counter_group group;
    bool is_open;
};

static int open_probe(struct probe_run *p, struct err *err)
{
    (void)err;
    struct state *s = p->state;
    unsigned traits = p->launch->executor->traits;
    if (traits & EXECUTOR_VIRTUAL || unavailable())
        return 0;
    counter_group_start(&s->group, counters_known(), providers, &counter_provider_perf,
                        traits & (EXECUTOR_KERNEL_UNITS | EXECUTOR_GROUPED) ? COUNTER_TREE
                                                                            : COUNTER_THREAD);
    s->is_open = true;
    return 0;
}

static void at_gate(struct probe_run *p)
{
    struct state *s = p->state;
    if (s->is_open)
        counter_group_mark(&s->group);
}

static void end(struct probe_run *p)
{
    struct state *s = p->state;
    if (s->is_open)
        counter_group_end(&s->group);
}

static void close_probe(struct probe_run *p)
{
    struct state *s = p->state;
    if (s->is_open)
        counter_group_stop(&s->group);
    s->is_open = false;
}

static void collect(struct probe_run *p, struct sink *sink)
{
    const struct state *s = p->state;
    const char *none = p->launch->executor->traits & EXECUTOR_VIRTUAL
                           ? "the executor's clock is simulated"
                       : s->is_open ? NULL
                                    : unavailable();
    for (int c = 0; c < COUNTER_COUNT; c++) {
        uint64_t value;
        const char *source, *reason = none;
        if (none || !counter_group_value(&s->group, (enum counter)c, &value, &source, &reason)) {
            sink->absent(sink, c, reason);
            continue;
        }
        sink->value(sink, c, (double)value);
        sink->source(sink, c, source);
    }
}

const struct probe probe_papi = {
    .name = "papi",
    .summary = "event counters: PAPI, or plain perf events",
    .traits = PROBE_OWN_LAUNCH,
    .metrics = metrics,
    .unavailable = unavailable,
    .state_bytes = sizeof(struct state),
    .open = open_probe,
    .at_gate = at_gate,
    .end = end,
    .collect = collect,
    .close = close_probe,
};
