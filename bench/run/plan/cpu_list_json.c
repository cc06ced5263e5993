/* Lists of CPUs for the journal and the result, and back. */
#include "bench/base/json_make.h"
#include "bench/run/launch/cell.h"

#include <stdlib.h>

json_t *cpu_list_to_json(const struct cpu_list *list, uint32_t most)
{
    struct json_maker numbers = json_maker_list();
    for (uint32_t i = 0; i < list->count && i < most; i++)
        json_make_add(&numbers, json_integer(list->cpus[i]));
    return json_made(&numbers);
}

int cpu_list_from_json(const json_t *array, const struct cpu_list **out, struct err *err)
{
    size_t count = json_array_size(array);
    *out = NULL;
    if (count > CPU_LIST_MAX)
        return err_set(err, ERR_INPUT, "\"cpus\" has %zu numbers (at most %d)", count,
                       CPU_LIST_MAX);
    int *cpus = malloc((count + 1) * sizeof *cpus), failed = 0;
    if (!cpus)
        return err_set(err, ERR_SYSTEM, "no memory for a list of CPUs");
    for (size_t i = 0; i < count && !failed; i++) {
        const json_t *item = json_array_get(array, i);
        json_int_t value = json_integer_value(item);
        cpus[i] = (int)value;
        if (!json_is_integer(item) || value < 0 || value > UINT16_MAX)
            failed = err_set(err, ERR_INPUT, "\"cpus\" holds what is no CPU (0 to %d)", UINT16_MAX);
    }
    if (!failed)
        failed = cpu_list_keep(cpus, count, out, err);
    free(cpus);
    return failed;
}
