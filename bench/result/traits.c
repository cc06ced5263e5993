#include "bench/result/traits.h"

#include <string.h>

enum { COUNT_OF_ROLES = ROLES };

/* A trait and the word for it. What is nobody's business outside (EXECUTOR_HIDDEN) has none. */
struct word {
    unsigned trait;
    const char *word;
};

static const struct word executor_words[] = {
    {EXECUTOR_PARALLEL, "parallel"},
    {EXECUTOR_SHARED_HEAP, "shared_heap"},
    {EXECUTOR_PREEMPTIVE, "preemptive"},
    {EXECUTOR_POOLED, "pooled"},
    {EXECUTOR_SEQUENTIAL, "sequential"},
    {EXECUTOR_VIRTUAL, "virtual"},
    {EXECUTOR_KERNEL_UNITS, "kernel_units"},
    {EXECUTOR_PEER, "peer"},
    {EXECUTOR_STACKLESS, "stackless"},
    {EXECUTOR_FRESH_IMAGE, "fresh_image"},
    {EXECUTOR_TYPICAL, "typical"},
    {EXECUTOR_GROUPED, "grouped"},
    {0, NULL},
};

static const struct word lock_words[] = {
    {LOCK_EXCLUSIVE, "exclusive"},
    {LOCK_PER_RUNTIME, "per_runtime"},
    {LOCK_THREADS_ONLY, "threads_only"},
    {LOCK_TYPICAL, "typical"},
    {LOCK_NONE, "none"},
    {LOCK_PEER, "peer"},
    {0, NULL},
};

static json_t *words_json(const struct word *table, unsigned traits)
{
    json_t *list = json_array();
    for (; table->word; table++)
        if (traits & table->trait && json_array_append_new(list, json_string(table->word))) {
            json_decref(list);
            return NULL;
        }
    return list;
}

static unsigned bits_of(const struct word *table, const json_t *words)
{
    unsigned bits = 0;
    size_t i;
    json_t *word;
    json_array_foreach((json_t *)(uintptr_t)words, i, word)
    {
        for (const struct word *w = table; w->word && json_is_string(word); w++)
            if (!strcmp(w->word, json_string_value(word)))
                bits |= w->trait;
    }
    return bits;
}

json_t *traits_of_executor_json(unsigned traits)
{
    return words_json(executor_words, traits);
}

json_t *traits_of_lock_json(unsigned traits)
{
    return words_json(lock_words, traits);
}

unsigned traits_of_executor(const json_t *words)
{
    return bits_of(executor_words, words);
}

unsigned traits_of_lock(const json_t *words)
{
    return bits_of(lock_words, words);
}

/* ---- Roles, and the names they had when files did not say them ---------------------------- */

static const struct {
    const char *word, *name;
    bool is_late; /* files said others before they could say it */
} roles[COUNT_OF_ROLES] = {
    [ROLE_START] = {"start", "startup_ns"},
    [ROLE_LIFECYCLE] = {"lifecycle", "lifecycle_ns"},
    [ROLE_LIFECYCLE_CPU] = {"lifecycle_cpu", "lifecycle_cpu_ns"},
    [ROLE_LIFECYCLE_OTHERS] = {"lifecycle_others", "lifecycle_others_ratio"},
    [ROLE_POOL_START] = {"pool_start", "pool_start_ns"},
    [ROLE_RATE] = {"rate", "throughput_per_s"},
    [ROLE_MAKESPAN] = {"makespan", "makespan_ns"},
    [ROLE_TASK_TIME] = {"task_time", "task_time_ns"},
    [ROLE_CPU] = {"cpu", "thread_cpu_ns"},
    [ROLE_CPU_PER_OP] = {"cpu_per_op", "cpu_per_op_ns"},
    [ROLE_PROCESS_CPU] = {"process_cpu", "process_cpu_ns"},
    [ROLE_EARLY] = {"early", "early_wakes"},
    [ROLE_WAIT_PER_OP] = {"wait_per_op", "op_wait_ns"},
    [ROLE_MEMORY] = {"memory", "memory_bytes", true},
    [ROLE_HANDOFFS] = {"handoffs", "handoffs_per_s", true},
};

const char *role_word(enum role role)
{
    return roles[role].word;
}

enum role role_of_word(const char *word)
{
    for (int i = ROLE_NONE + 1; i < ROLES; i++)
        if (!strcmp(roles[i].word, word))
            return (enum role)i;
    return ROLE_NONE;
}

enum role role_of_metric_named(const char *name)
{
    for (int i = ROLE_NONE + 1; i < ROLES; i++)
        if (!strcmp(roles[i].name, name))
            return (enum role)i;
    return ROLE_NONE;
}

bool role_is_late(enum role role)
{
    return roles[role].is_late;
}

/* ---- Plug-ins by name, likewise ----------------------------------------------------------- */

struct named {
    const char *name;
    unsigned traits;
};

static unsigned find(const struct named *table, const char *name, unsigned otherwise)
{
    for (; table->name; table++)
        if (!strcmp(table->name, name))
            return table->traits;
    return otherwise;
}

unsigned traits_of_executor_named(const char *name)
{
    enum {
        KERNEL = EXECUTOR_KERNEL_UNITS | EXECUTOR_PARALLEL | EXECUTOR_PREEMPTIVE,
        THREADS = KERNEL | EXECUTOR_SHARED_HEAP | EXECUTOR_TYPICAL,
        PROCESSES = KERNEL | EXECUTOR_TYPICAL,
    };
    static const struct named known[] = {
        {"serial", EXECUTOR_SHARED_HEAP | EXECUTOR_SEQUENTIAL},
        {"thread", THREADS},
        {"thread_pool", THREADS | EXECUTOR_POOLED},
        {"process", PROCESSES},
        {"process_pool", PROCESSES | EXECUTOR_POOLED},
        {"coroutine", EXECUTOR_SHARED_HEAP | EXECUTOR_TYPICAL},
        {NULL, 0},
    };
    return find(known, name, 0);
}

unsigned traits_of_lock_named(const char *name)
{
    static const struct named known[] = {
        {"none", LOCK_NONE},
        {"gil_per_unit", 0},
        {"free_threading", 0},
        {"gil", LOCK_EXCLUSIVE | LOCK_PER_RUNTIME | LOCK_TYPICAL},
        {NULL, 0},
    };
    return find(known, name, LOCK_EXCLUSIVE);
}
