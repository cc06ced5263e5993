/* The plan as the journal and the result hold it. */
#include "bench/run/plan.h"

#include <stdlib.h>
#include <string.h>

json_t *plan_to_json(const struct plan *p)
{
    json_t *cells = json_array();
    for (size_t i = 0; i < p->cell_count; i++)
        json_array_append_new(cells, cell_to_json(&p->cells[i]));
    json_t *o =
        json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "seed", (json_int_t)p->seed, "rounds",
                  (json_int_t)p->rounds, "budget_ns", (json_int_t)p->budget_ns, "task_time_ns",
                  (json_int_t)p->task_time_ns, "timer_slack_ns", (json_int_t)p->timer_slack_ns,
                  "timeout_ns", (json_int_t)p->timeout_ns, "cells", cells);
    if (o && p->rounds_most > p->rounds)
        json_object_set_new(o, "rounds_most", json_integer(p->rounds_most));
    if (o && p->suite)
        json_object_set_new(o, "suite", json_string(p->suite));
    return o;
}

int plan_from_json(const json_t *object, struct plan *out, struct err *err)
{
    *out = (struct plan){0};
    json_int_t seed, rounds, most = 0, budget, task_time, slack, timeout;
    json_t *cells;
    const char *suite = NULL;
    if (json_unpack((json_t *)(uintptr_t)object, "{s:I, s:I, s:I, s:I, s:I, s:I, s:o, s?s, s?I}",
                    "seed", &seed, "rounds", &rounds, "budget_ns", &budget, "task_time_ns",
                    &task_time, "timer_slack_ns", &slack, "timeout_ns", &timeout, "cells", &cells,
                    "suite", &suite, "rounds_most", &most) ||
        !json_is_array(cells))
        return err_set(err, ERR_INPUT, "the plan in the journal is incomplete");
    out->seed = (uint64_t)seed;
    out->rounds = (uint32_t)rounds;
    out->rounds_most = (uint32_t)(most > rounds ? most : rounds);
    out->budget_ns = (uint64_t)budget;
    out->task_time_ns = (uint64_t)task_time;
    out->timer_slack_ns = (uint64_t)slack;
    out->timeout_ns = (uint64_t)timeout;
    out->suite = suite ? strdup(suite) : NULL;
    out->cells = calloc(json_array_size(cells) + 1, sizeof *out->cells);
    if (!out->cells)
        return err_set(err, ERR_SYSTEM, "no memory for the plan");
    for (size_t i = 0; i < json_array_size(cells); i++) {
        if (cell_from_json(json_array_get(cells, i), &out->cells[i], err)) {
            plan_release(out);
            return -1;
        }
        out->cell_count++;
    }
    return 0;
}
