/*
 * Event counters: what is counted, who can count it here, and how that is known.
 *
 * Providers (PAPI, plain perf events) are asked per counter, in order.  None is believed for
 * having accepted an event: a provider must count known work right first (the canary), in a
 * process of its own with a time limit, because some accept everything and count nothing.
 * The verdict is reached once a program run and inherited by forked workers.
 */
#ifndef CONTEND_MACHINE_COUNTERS_COUNTERS_H
#define CONTEND_MACHINE_COUNTERS_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum counter {
    COUNTER_INSTRUCTIONS,
    COUNTER_CYCLES,
    COUNTER_CACHE_MISSES,
    COUNTER_BRANCH_MISSES,
    COUNTER_CONTEXT_SWITCHES,
    COUNTER_CPU_MIGRATIONS,
    COUNTER_PAGE_FAULTS,
    COUNTER_TASK_CLOCK, /* ns */
    COUNTER_COUNT
};

/* Whose events: the calling thread's alone, or also those of all threads and processes it
 * makes from then on. */
enum counter_scope { COUNTER_THREAD, COUNTER_TREE, COUNTER_SCOPES };

enum { COUNTER_REASON_MAX = 160 };

/* One span of counting, owned by the caller, used from one thread. */
struct counter_session {
    uint32_t counting;             /* bit a counter: it runs */
    bool user_only[COUNTER_COUNT]; /* without the kernel's part: it may not be seen */
    char reason[COUNTER_COUNT][COUNTER_REASON_MAX]; /* why a wanted one does not run */
    int fds[COUNTER_COUNT];                         /* perf's; -1: none */
    int handle;                                     /* PAPI's event set */
    int slots[COUNTER_COUNT];                       /* place in that set */
};

/*
 * start() begins counting what it can of `wanted` (a bit a counter), sets `counting`, and
 * writes a reason for each it cannot.  read() stores the counts since start, of those that
 * run; it clears the bit of a counter that turns out not to count.  stop() ends it all.
 */
struct counter_provider {
    const char *name;                 /* "papi", "perf": the source of the number in the result */
    const char *user_only_name;       /* ... without the kernel's part; NULL: the same */
    const char *(*unavailable)(void); /* NULL, or why there is none; the hook may be NULL */
    void (*start)(struct counter_session *s, uint32_t wanted, enum counter_scope scope);
    void (*read)(struct counter_session *s, uint64_t *values);
    void (*stop)(struct counter_session *s);
};

/* The verdict on one counter in one scope. */
struct counter_choice {
    const struct counter_provider *provider; /* NULL: nobody can count it here */
    bool user_only;
    char reason[COUNTER_REASON_MAX]; /* why not, or why not the better provider; or empty */
};

struct counter_verdict {
    struct counter_choice choices[COUNTER_SCOPES][COUNTER_COUNT];
};

/* Plain perf_event_open(2): software events everywhere, hardware events where there is a PMU. */
extern const struct counter_provider counter_provider_perf;

/*
 * Tries the providers (best first, NULL-terminated) on the canary and chooses one for each
 * counter.  Takes some 30 ms, at most about `timeout_ns` a provider.  Forks: call it where
 * the caller has no other threads.  Never fails; what cannot be counted carries its reason.
 */
void counters_judge(const struct counter_provider *const *providers, uint64_t timeout_ns,
                    struct counter_verdict *out);

/*
 * The same once a program run: the first call judges, later ones return what it found, also in
 * processes forked since.  counters_known() is NULL before that.  Not for two threads at once.
 */
const struct counter_verdict *counters_prepare(const struct counter_provider *const *providers);
const struct counter_verdict *counters_known(void);

/*
 * The verdict as plain data, for a program image started by exec, which has the providers
 * elsewhere.  counters_note() writes what is known; after counters_adopt() the first call of
 * counters_prepare() takes it over in place of judging.
 */
struct counter_notes {
    bool is_judged;
    struct {
        char provider[16]; /* "" for nobody */
        bool user_only;
        char reason[COUNTER_REASON_MAX];
    } choices[COUNTER_SCOPES][COUNTER_COUNT];
};
void counters_note(struct counter_notes *out);
void counters_adopt(const struct counter_notes *notes);

const char *counter_name(enum counter counter); /* "context_switches" */

#endif
