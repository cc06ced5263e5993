#include "bench/run/launch/cpu_list.h"

#include "bench/base/vec.h"
#include "bench/machine/affinity.h"

#include <stdlib.h>
#include <string.h>

/* As many as there are placements on the machines of a plan. */
static struct {
    VEC(struct cpu_list *);
} kept;

static bool is_list(const struct cpu_list *list, const int *cpus, size_t count)
{
    bool same = list->count == count;
    for (size_t i = 0; i < count && same; i++)
        same = list->cpus[i] == cpus[i];
    return same;
}

int cpu_list_keep(const int *cpus, size_t count, const struct cpu_list **out, struct err *err)
{
    *out = NULL;
    if (count > CPU_LIST_MAX)
        return err_set(err, ERR_LIMIT, "%zu CPUs are too many to be placed on (at most %d)", count,
                       CPU_LIST_MAX);
    for (size_t i = 0; i < count; i++)
        if (cpus[i] < 0 || cpus[i] > UINT16_MAX)
            return err_set(err, ERR_LIMIT, "CPU %d cannot be placed on (0 to %d)", cpus[i],
                           UINT16_MAX);
    for (size_t i = 0; i < kept.count && count && !*out; i++)
        if (is_list(kept.items[i], cpus, count))
            *out = kept.items[i];
    if (*out || !count)
        return 0;
    struct cpu_list *made = malloc(sizeof *made + count * sizeof *made->cpus);
    if (made && vec_add(&kept, made)) {
        made->count = (uint32_t)count;
        for (size_t i = 0; i < count; i++)
            made->cpus[i] = (uint16_t)cpus[i];
        *out = made;
        return 0;
    }
    free(made);
    return err_set(err, ERR_SYSTEM, "no memory for a list of CPUs");
}

bool cpu_list_is_allowed(const struct cpu_list *list, int *missing)
{
    int count = affinity_count(), *allowed = malloc((size_t)(count + 1) * sizeof *allowed);
    bool all = allowed != NULL;
    count = all ? affinity_allowed(allowed, count) : 0;
    for (uint32_t i = 0; i < list->count && all; i++) {
        bool found = false;
        for (int j = 0; j < count && !found; j++)
            found = allowed[j] == list->cpus[i];
        *missing = found ? *missing : list->cpus[i];
        all = found;
    }
    free(allowed);
    return all;
}
