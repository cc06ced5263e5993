#include "bench/judge/parts/comparable.h"

#include "bench/base/json.h"
#include "bench/base/suggest.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum dimension {
    DIM_MACHINE,
    DIM_KERNEL,
    DIM_LIBC,
    DIM_RUNTIME,
    DIM_COMPILER,
    DIM_SANITIZER,
    DIM_PARAMETERS,
    DIM_PLACEMENT,
    DIM_OPERATIONS,
};

const char *const comparable_dimensions[] = {
    "machine",   "kernel",     "libc",      "runtime",    "compiler",
    "sanitizer", "parameters", "placement", "operations", NULL,
};

int comparable_allow(const char *const *names, size_t count, unsigned *bits, struct err *err)
{
    size_t known = 0;
    while (comparable_dimensions[known])
        known++;
    for (size_t i = 0; i < count; i++) {
        size_t d = 0;
        while (d < known && strcmp(comparable_dimensions[d], names[i]))
            d++;
        if (d == known) {
            const char *near = suggest(names[i], comparable_dimensions, known);
            return err_set(err, ERR_USAGE,
                           "--allow: unknown dimension \"%s\"%s%s%s (machine, kernel, libc, "
                           "runtime, compiler, sanitizer, parameters, placement, operations)",
                           names[i], near ? "; did you mean \"" : "", near ? near : "",
                           near ? "\"?" : "");
        }
        *bits |= 1U << d;
    }
    return 0;
}

static bool is_allowed(unsigned allowed, enum dimension d)
{
    return allowed & (1U << d);
}

/* A value as JSON, shortened: texts, numbers and small objects of parameters. */
static void value_text(const json_t *value, char *out, size_t size)
{
    char *text = value ? json_dump_text(value, JSON_ENCODE_ANY | JSON_SORT_KEYS) : NULL;
    snprintf(out, size, "%s", text ? text : "nothing");
    if (text && strlen(text) >= size)
        memcpy(out + size - 4, "...", 4);
    free(text);
}

static bool differs(struct difference *out, enum dimension d, const char *field, const json_t *base,
                    const json_t *head)
{
    char one[64], other[64];
    value_text(base, one, sizeof one);
    value_text(head, other, sizeof other);
    out->dimension = comparable_dimensions[d];
    snprintf(out->text, sizeof out->text, "%.40s: %s against %s", field, one, other);
    return false;
}

/* ---- files ------------------------------------------------------------------------------- */

static const struct {
    enum dimension dimension;
    const char *path[3]; /* in the document */
} fields[] = {
    {DIM_MACHINE, {"host", "hostname"}},
    {DIM_MACHINE, {"host", "cpu"}},
    {DIM_MACHINE, {"host", "architecture"}},
    {DIM_MACHINE, {"host", "cpus_online"}},
    {DIM_MACHINE, {"host", "cpus_allowed"}},
    {DIM_MACHINE, {"host", "cpu_quota"}},
    {DIM_MACHINE, {"host", "virtualization"}},
    {DIM_MACHINE, {"host", "topology", "packages"}},
    {DIM_MACHINE, {"host", "topology", "numa_nodes"}},
    {DIM_MACHINE, {"host", "topology", "last_level_caches"}},
    {DIM_MACHINE, {"host", "topology", "cores"}},
    {DIM_MACHINE, {"host", "topology", "cpus"}},
    {DIM_MACHINE, {"host", "topology", "kinds"}},
    {DIM_KERNEL, {"host", "kernel"}},
    {DIM_LIBC, {"host", "libc"}},
    {DIM_COMPILER, {"run", "tool", "compiler"}},
    {DIM_COMPILER, {"run", "tool", "flags"}},
    {DIM_COMPILER, {"run", "tool", "build_type"}},
};

static const json_t *field_of(const struct result *r, const char *const *path)
{
    const json_t *at = r->json;
    for (size_t i = 0; i < 3 && path[i]; i++)
        at = json_object_get(at, path[i]);
    return json_is_null(at) ? NULL : at;
}

/* "contend 0.2.0" and "contend 0.1.0" are one runtime: the version is what is compared. */
static bool same_runtime(const char *a, const char *b)
{
    size_t word = strcspn(a, " ");
    return !*a || !*b || (word == strcspn(b, " ") && !strncmp(a, b, word));
}

bool results_comparable(const struct result *base, const struct result *head, unsigned allowed,
                        struct difference *out)
{
    *out = (struct difference){0};
    const struct result *both[] = {base, head};
    for (size_t i = 0; i < 2 && !is_allowed(allowed, DIM_SANITIZER); i++)
        if (both[i]->sanitizer[0]) {
            out->dimension = comparable_dimensions[DIM_SANITIZER];
            snprintf(out->text, sizeof out->text,
                     "%.60s was measured with a sanitizer (%.40s): its numbers are no measurements",
                     both[i]->path, both[i]->sanitizer);
            return false;
        }
    if (!same_runtime(base->runtime, head->runtime) && !is_allowed(allowed, DIM_RUNTIME)) {
        out->dimension = comparable_dimensions[DIM_RUNTIME];
        snprintf(out->text, sizeof out->text,
                 "runtime: \"%.60s\" against \"%.60s\" (--fidelity compares their shapes)",
                 base->runtime, head->runtime);
        return false;
    }
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const json_t *a = field_of(base, fields[i].path), *b = field_of(head, fields[i].path);
        if (a && b && !is_allowed(allowed, fields[i].dimension) && !json_equal(a, b)) {
            const char *last = fields[i].path[2] ? fields[i].path[2] : fields[i].path[1];
            return differs(out, fields[i].dimension, last, a, b);
        }
    }
    return true;
}

/* Nothing that keeps two files from being compared; but what somebody wants to know who repeats. */
static const char *const told[][3] = {
    {"run", "tool", "version"},
    {"run", "tool", "commit"},
    {"host", "timer_slack_ns"},
    {"host", "memory_bytes"},
    {"host", "smt"},
    {"host", "limits", "pid_max"},
    {"host", "limits", "nproc"},
    {"host", "limits", "nofile"},
    {"host", "limits", "stack_bytes"},
    {"host", "limits", "pids_max"},
    {"host", "clock", "source"},
    {"host", "inherited", "nice"},
    {"host", "inherited", "policy"},
    {"host", "inherited", "aslr"},
    {"host", "inherited", "transparent_huge_pages"},
};

static void tell_difference(const struct result *base, const struct result *head,
                            const char *const *path, const char *dimension,
                            void (*each)(void *context, const struct difference *d), void *context)
{
    const json_t *a = field_of(base, path), *b = field_of(head, path);
    const char *last = path[2] ? path[2] : path[1];
    struct difference d;
    if (!a || !b || json_equal(a, b))
        return;
    differs(&d, DIM_MACHINE, last, a, b);
    d.dimension = dimension;
    each(context, &d);
}

void results_differences(const struct result *base, const struct result *head,
                         void (*each)(void *context, const struct difference *d), void *context)
{
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        tell_difference(base, head, fields[i].path, comparable_dimensions[fields[i].dimension],
                        each, context);
    for (size_t i = 0; i < sizeof told / sizeof *told; i++)
        tell_difference(base, head, told[i], NULL, each, context);
}

/* ---- cells ------------------------------------------------------------------------------- */

static const struct {
    enum dimension dimension;
    const char *field;
} cell_fields[] = {
    {DIM_PARAMETERS, "params"},          {DIM_PARAMETERS, "lock_params"},
    {DIM_PARAMETERS, "executor_params"}, {DIM_PARAMETERS, "executor_variant"},
    {DIM_PLACEMENT, "placement"},
};

/* Of two objects the first member that differs says more than both together. */
static bool object_differs(struct difference *out, enum dimension d, const json_t *base,
                           const json_t *head)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)base, key, value)
    {
        if (!json_equal(value, json_object_get(head, key)))
            return differs(out, d, key, value, json_object_get(head, key));
    }
    json_object_foreach((json_t *)(uintptr_t)head, key, value)
    {
        if (!json_object_get(base, key))
            return differs(out, d, key, NULL, value);
    }
    return true;
}

static bool numbers_differ(struct difference *out, enum dimension d, const char *field,
                           int64_t base, int64_t head)
{
    out->dimension = comparable_dimensions[d];
    snprintf(out->text, sizeof out->text, "%.40s: %" PRId64 " against %" PRId64, field, base, head);
    return false;
}

bool cells_comparable(const struct result_cell *base, const struct result_cell *head,
                      unsigned allowed, struct difference *out)
{
    *out = (struct difference){0};
    if (base->has_workers && head->has_workers && base->workers != head->workers &&
        !is_allowed(allowed, DIM_PARAMETERS))
        return numbers_differ(out, DIM_PARAMETERS, "workers", base->workers, head->workers);
    if (base->tasks != head->tasks && !is_allowed(allowed, DIM_PARAMETERS))
        return numbers_differ(out, DIM_PARAMETERS, "tasks", base->tasks, head->tasks);
    for (size_t i = 0; i < sizeof cell_fields / sizeof *cell_fields; i++) {
        const char *field = cell_fields[i].field;
        enum dimension d = cell_fields[i].dimension;
        const json_t *a = json_object_get(base->json, field),
                     *b = json_object_get(head->json, field);
        if (a == b || !a || !b || json_is_null(a) || json_is_null(b) || is_allowed(allowed, d) ||
            json_equal(a, b))
            continue;
        return json_is_object(a) && json_is_object(b) ? object_differs(out, d, a, b)
                                                      : differs(out, d, field, a, b);
    }
    return true;
}

bool metric_is_total(const struct result_metric *m)
{
    if (!strcmp(m->unit, "ratio") || !strcmp(m->unit, "per_s") || !strcmp(m->unit, "hz"))
        return false;
    /* Of the harness's own throughput and latency figures these two span all operations. */
    if (m->role == ROLE_MAKESPAN || m->role == ROLE_TASK_TIME)
        return true;
    return (!strcmp(m->group, "cpu") && m->role != ROLE_CPU_PER_OP) ||
           !strcmp(m->group, "counters");
}

bool metrics_comparable(const struct result_cell *base_cell, const struct result_metric *base,
                        const struct result_cell *head_cell, const struct result_metric *head,
                        unsigned allowed, struct difference *out)
{
    *out = (struct difference){0};
    if (strcmp(base->unit, head->unit) || strcmp(base->better, head->better)) {
        out->dimension = "metric";
        snprintf(out->text, sizeof out->text,
                 "%.60s is in %.20s (%.10s is better) against %.20s (%.10s)", base->name,
                 base->unit, base->better, head->unit, head->better);
        return false;
    }
    int64_t a = base_cell->ops_per_task, b = head_cell->ops_per_task;
    if (!metric_is_total(base) || a < 0 || b < 0 || a == b || is_allowed(allowed, DIM_OPERATIONS))
        return true;
    return numbers_differ(out, DIM_OPERATIONS, "operations a task", a, b);
}
