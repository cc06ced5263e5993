/* The plan as the journal and the result hold it. */
#include "bench/core/json_read.h"
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

/* Ceilings are cells of this plan; a ceiling's own is itself. */
static int check_controls(const struct plan *p, struct err *err)
{
    for (size_t i = 0; i < p->cell_count; i++) {
        int control = p->cells[i].control;
        if (control >= (int)p->cell_count)
            return err_set(err, ERR_INPUT, "the plan: cell %zu: \"control\" is %d (%d to %zu)", i,
                           control, NO_CONTROL, p->cell_count - 1);
    }
    return 0;
}

int plan_from_json(const json_t *object, struct plan *out, struct err *err)
{
    *out = (struct plan){0};
    struct json_reader r = json_reader_of(object, "the plan");
    out->seed = (uint64_t)json_read_int(&r, "seed", INT64_MIN, INT64_MAX);
    out->rounds = (uint32_t)json_read_int(&r, "rounds", 1, ROUNDS_MAX);
    out->rounds_most =
        (uint32_t)json_read_int_or(&r, "rounds_most", out->rounds, ROUNDS_MAX, out->rounds, NULL);
    out->budget_ns = (uint64_t)json_read_int(&r, "budget_ns", 1, INT64_MAX);
    out->task_time_ns = (uint64_t)json_read_int(&r, "task_time_ns", 1, TASK_TIME_MAX_NS);
    out->timer_slack_ns = (uint64_t)json_read_int(&r, "timer_slack_ns", 1, TIMER_SLACK_MAX_NS);
    out->timeout_ns = (uint64_t)json_read_int(&r, "timeout_ns", TIMEOUT_LEAST_NS, INT64_MAX);
    const json_t *cells = json_read_array(&r, "cells");
    const char *suite = json_read_text_or(&r, "suite", NULL);
    if (json_reader_end(&r, err))
        return -1;
    if (json_array_size(cells) == 0 || json_array_size(cells) > INT32_MAX)
        return err_set(err, ERR_INPUT, "the plan: \"cells\" has none, or too many");
    out->suite = suite ? strdup(suite) : NULL;
    out->cells = calloc(json_array_size(cells), sizeof *out->cells);
    int failed = out->cells && (out->suite || !suite)
                     ? 0
                     : err_set(err, ERR_SYSTEM, "no memory for the plan");
    for (size_t i = 0; i < json_array_size(cells) && !failed; i++) {
        failed = cell_from_json(json_array_get(cells, i), &out->cells[i], err);
        if (failed)
            err_prefix(err, "the plan: cell %zu: ", i);
        out->cell_count += !failed;
    }
    if (!failed)
        failed = check_controls(out, err);
    if (failed)
        plan_release(out);
    return failed ? -1 : 0;
}
