#include "bench/registry.h"

#include "bench/base/suggest.h"
#include "bench/machine/capabilities.h"
#include "bench/registry_check.h"
#include "bench/registry_crash.h"
#include "bench/registry_open.h"
#include "bench/registry_try.h"
#include "version.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#define WORKLOAD(name) extern const struct workload workload_##name;
#include "workloads/workloads.def"
#undef WORKLOAD
#define EXECUTOR(name) extern const struct executor executor_##name;
#include "bench/executors/executors.def"
#undef EXECUTOR
#define LOCK(name) extern const struct lock lock_##name;
#include "bench/locks/locks.def"
#undef LOCK
#define PROBE(name) extern const struct probe probe_##name;
#include "bench/probes/probes.def"
#undef PROBE

/* Room for what plug-ins add; a plug-in that finds none is refused. */
enum { MOST = 128 };
static_assert((int)MOST > (int)PROBES_MAX, "the table of probes ends with a row without one");

static const struct workload *workloads[MOST] = {
#define WORKLOAD(name) &workload_##name,
#include "workloads/workloads.def"
#undef WORKLOAD
};

static const struct executor *executors[MOST] = {
#define EXECUTOR(name) &executor_##name,
#include "bench/executors/executors.def"
#undef EXECUTOR
};

static const struct lock *locks[MOST] = {
#define LOCK(name) &lock_##name,
#include "bench/locks/locks.def"
#undef LOCK
};

static const struct probe *probes[MOST] = {
#define PROBE(name) &probe_##name,
#include "bench/probes/probes.def"
#undef PROBE
};

/* What was loaded, in that order; owned, for the life of the program. */
static char *plugin_paths[MOST];

/* One set of functions a kind; the kinds differ in their type alone. */
#define REGISTRY(kind, table, word)                                                                \
    const struct kind *registry_##kind(size_t i)                                                   \
    {                                                                                              \
        return i < MOST ? table[i] : NULL;                                                         \
    }                                                                                              \
    const struct kind *registry_find_##kind(const char *name, struct err *err)                     \
    {                                                                                              \
        const char *names[MOST];                                                                   \
        size_t count = 0;                                                                          \
        for (; count < MOST && table[count]; count++) {                                            \
            if (!strcmp(table[count]->name, name))                                                 \
                return table[count];                                                               \
            names[count] = table[count]->name;                                                     \
        }                                                                                          \
        unknown(word, name, names, count, err);                                                    \
        return NULL;                                                                               \
    }                                                                                              \
    static int add_##kind(const struct kind *const *added, size_t most, const char *path,          \
                          struct err *err)                                                         \
    {                                                                                              \
        for (; added && *added; added++) {                                                         \
            size_t i = 0;                                                                          \
            if (kind##_check(*added, err))                                                         \
                return err_prefix(err, "--plugin: %s: ", path);                                    \
            for (; i < most && table[i]; i++)                                                      \
                if (!strcmp(table[i]->name, (*added)->name))                                       \
                    return err_set(err, ERR_USAGE,                                                 \
                                   "--plugin: %s: there is already a %s "                          \
                                   "called \"%s\"",                                                \
                                   path, word, (*added)->name);                                    \
            if (i == most)                                                                         \
                return err_set(err, ERR_USAGE, "--plugin: %s: more than %zu of kind %s in all",    \
                               path, most, word);                                                  \
            table[i] = *added;                                                                     \
        }                                                                                          \
        return 0;                                                                                  \
    }

static void unknown(const char *word, const char *name, const char *const *names, size_t count,
                    struct err *err)
{
    const char *near = suggest(name, names, count);
    if (near)
        err_set(err, ERR_USAGE, "unknown %s \"%s\"; did you mean \"%s\"?", word, name, near);
    else
        err_set(err, ERR_USAGE, "unknown %s \"%s\"; \"contend list %ss\" names them", word, name,
                word);
}

REGISTRY(workload, workloads, "workload")
REGISTRY(executor, executors, "executor")
REGISTRY(lock, locks, "lock")
REGISTRY(probe, probes, "probe")

const char *registry_kind_name(enum workload_kind kind)
{
    static const char *const names[] = {
        [WORKLOAD_IO] = "io",     [WORKLOAD_CPU] = "cpu",         [WORKLOAD_MIXED] = "mixed",
        [WORKLOAD_SYNC] = "sync", [WORKLOAD_STARTUP] = "startup",
    };
    return names[kind];
}

const char *registry_plugin_path(size_t i)
{
    return i < MOST ? plugin_paths[i] : NULL;
}

/* Whether another probe, or the workload, has a metric of that name as well. */
static const char *other_owner(const struct metric *m, const struct metric *table)
{
    for (const struct metric *n = table; n && n->name; n++)
        if (n != m && !strcmp(n->name, m->name))
            return n->name;
    return NULL;
}

int registry_check_metrics(const struct workload *w, const int64_t *params, struct err *err)
{
    if (workload_check_metrics(w, params, err))
        return -1;
    for (size_t j = 0; probes[j]; j++)
        for (const struct metric *m = workload_metrics(w, params); m && m->name; m++)
            if (other_owner(m, probes[j]->metrics))
                return err_set(err, ERR_INPUT,
                               "workload \"%s\": metric \"%s\" is that of probe \"%s\" already",
                               w->name, m->name, probes[j]->name);
    return 0;
}

/* All metrics of a cell stand in one list by their names: each probe's and its workload's. */
static int check_together(const char *path, struct err *err)
{
    size_t of_probes = 0;
    for (size_t i = 0; probes[i]; i++) {
        of_probes += metric_count(probes[i]->metrics);
        for (size_t j = i + 1; probes[j]; j++)
            for (const struct metric *m = probes[j]->metrics; m->name; m++)
                if (other_owner(m, probes[i]->metrics))
                    return err_set(err, ERR_INPUT,
                                   "--plugin: %s: probe \"%s\": metric \"%s\" is that of probe "
                                   "\"%s\" already",
                                   path, probes[j]->name, m->name, probes[i]->name);
    }
    for (size_t i = 0; workloads[i]; i++) {
        size_t more = workloads[i]->metrics_of ? CONTEND_OWN_MAX : 0;
        if (of_probes + metric_count(workloads[i]->metrics) + more > METRICS_MAX)
            return err_set(err, ERR_INPUT, "--plugin: %s: more than %d metrics of a cell", path,
                           METRICS_MAX);
        int64_t values[CONTEND_PARAM_MAX];
        param_defaults(workloads[i]->params, values);
        if (registry_check_metrics(workloads[i], values, err))
            return err_prefix(err, "--plugin: %s: ", path);
    }
    return 0;
}

/* What it loads can do all that this process can, and nobody gave that to a plug-in. */
static int check_rights(const char *path, struct err *err)
{
    char which[64];
    if (capabilities_are_borrowed(which, sizeof which))
        return err_set(err, ERR_INPUT,
                       "--plugin: %s is not loaded into a program with rights of its own (%s); "
                       "take them from its file: contend-raise is what may have CAP_SYS_NICE",
                       path, which);
    capabilities_freeze();
    return 0;
}

/* Which releases load it, and what is to be done. */
static int refuse_abi(const char *path, unsigned abi, struct err *err)
{
    static const struct {
        unsigned abi;
        const char *releases;
    } known[] = {{3, "contend 0.1"}, {4, "contend 0.2"}};
    const char *releases = abi > CONTEND_ABI ? "a newer release" : "no release";
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].abi == abi)
            releases = known[i].releases;
    return err_set(err, ERR_INPUT,
                   "--plugin: %s was built for ABI %u (of %s); contend " CONTEND_VERSION
                   " loads ABI %d: build it against the contend.h of this one",
                   path, abi, releases, CONTEND_ABI);
}

/* A table that was forgotten in contend_plugin_v1, as a rule. */
static bool is_empty(const struct contend_plugin *p)
{
    return !(p->workloads && *p->workloads) && !(p->executors && *p->executors) &&
           !(p->locks && *p->locks) && !(p->probes && *p->probes);
}

int registry_load_plugin(const char *path, struct err *err)
{
    if (check_rights(path, err))
        return -1;
    /* Without a slash dlopen would search the library path instead of this directory. */
    char here[4096];
    snprintf(here, sizeof here, "%s%s", strchr(path, '/') ? "" : "./", path);
    void *object = registry_open(here, err);
    if (!object)
        return -1;
    const struct contend_plugin *plugin = dlsym(object, "contend_plugin_v1");
    if (!plugin) {
        dlclose(object);
        return err_set(err, ERR_INPUT,
                       "--plugin: %s exports no contend_plugin_v1, which contend.h declares", path);
    }
    if (plugin->abi != CONTEND_ABI) {
        unsigned abi = plugin->abi;
        dlclose(object);
        return refuse_abi(path, abi, err);
    }
    if (is_empty(plugin))
        return err_set(err, ERR_INPUT, "--plugin: %s holds no workload, executor, lock or probe",
                       path);
    size_t slot = 0;
    while (slot < MOST && plugin_paths[slot])
        slot++;
    if (slot == MOST)
        return err_set(err, ERR_USAGE, "--plugin: %s: more than %d plug-ins", path, MOST);
    struct muting muting;
    registry_mute(&muting);
    int failed = add_workload(plugin->workloads, MOST - 1, path, err) ||
                 add_executor(plugin->executors, MOST - 1, path, err) ||
                 add_lock(plugin->locks, MOST - 1, path, err) ||
                 add_probe(plugin->probes, PROBES_MAX, path, err) || check_together(path, err);
    registry_unmute(&muting);
    if (failed)
        return -1;
    plugin_paths[slot] = strdup(path);
    return plugin_paths[slot] ? 0 : err_set(err, ERR_SYSTEM, "--plugin: %s: no memory", path);
}

int registry_load_plugins(const char *const *paths, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++)
        if (registry_try_plugin(paths[i], err) || registry_load_plugin(paths[i], err))
            return -1;
    if (count)
        registry_tell_crashes();
    return 0;
}

size_t param_count(const struct param *params)
{
    size_t n = 0;
    while (params && params[n].name)
        n++;
    return n;
}

void param_defaults(const struct param *params, int64_t *values)
{
    for (size_t i = 0; i < param_count(params); i++)
        values[i] = params[i].text ? (int64_t)(intptr_t)params[i].text : params[i].value;
}

size_t metric_count(const struct metric *metrics)
{
    size_t n = 0;
    while (metrics && metrics[n].name)
        n++;
    return n;
}

int param_find(const struct param *params, const char *name)
{
    for (int i = 0; params && params[i].name; i++)
        if (!strcmp(params[i].name, name))
            return i;
    return -1;
}
