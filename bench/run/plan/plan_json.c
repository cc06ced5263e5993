/* The plan as the journal and the result hold it. */
#include "bench/base/json_make.h"
#include "bench/base/json_read.h"
#include "bench/run/plan/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where a plan is whole, a cell's place is its index. */
static json_t *cell_json(const struct plan *p, size_t i)
{
    struct json_maker o = json_maker_take(cell_to_json(&p->cells[i]));
    if (p->share.count)
        json_make_int(&o, "place", p->cells[i].place);
    return json_made(&o);
}

json_t *plan_share_to_json(const struct plan_share *s)
{
    struct json_maker o = json_maker_new();
    char plan[24];
    snprintf(plan, sizeof plan, "%016llx", (unsigned long long)s->plan);
    json_make_int(&o, "index", s->index);
    json_make_int(&o, "count", s->count);
    json_make_text(&o, "plan", plan);
    if (s->cells) {
        json_make_int(&o, "cells", s->cells);
        json_make_int(&o, "measured", s->measured);
    }
    return json_made(&o);
}

static int share_from_json(const json_t *object, struct plan_share *out, struct err *err)
{
    struct json_reader r = json_reader_of(object, "the plan's shard");
    out->count = (uint32_t)json_read_int(&r, "count", 1, SHARDS_MAX);
    out->index = (uint32_t)json_read_int(&r, "index", 1, out->count);
    const char *plan = json_read_text(&r, "plan");
    out->cells = (uint32_t)json_read_int_or(&r, "cells", 1, PLAN_CELLS_MAX, 0, NULL);
    out->measured = (uint32_t)json_read_int_or(&r, "measured", 1, PLAN_CELLS_MAX, 0, NULL);
    out->plan = plan ? strtoull(plan, NULL, 16) : 0;
    return json_reader_end(&r, err);
}

json_t *plan_to_json(const struct plan *p)
{
    struct json_maker cells = json_maker_list();
    for (size_t i = 0; i < p->cell_count; i++)
        json_make_add(&cells, cell_json(p, i));
    struct json_maker o = json_maker_take(
        json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "seed", (json_int_t)p->seed, "rounds",
                  (json_int_t)p->rounds, "budget_ns", (json_int_t)p->budget_ns, "task_time_ns",
                  (json_int_t)p->task_time_ns, "timer_slack_ns", (json_int_t)p->timer_slack_ns,
                  "timeout_ns", (json_int_t)p->timeout_ns, "cells", json_made(&cells)));
    if (p->rounds_most > p->rounds)
        json_make_int(&o, "rounds_most", p->rounds_most);
    if (p->share.count)
        json_make_value(&o, "shard", plan_share_to_json(&p->share));
    if (p->suite)
        json_make_text(&o, "suite", p->suite);
    return json_made(&o);
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

/* What tells cells apart in a result. */
static int check_ids(const struct plan *p, struct err *err)
{
    json_t *seen = json_object();
    int failed = seen ? 0 : err_set(err, ERR_SYSTEM, "no memory for the plan");
    for (size_t i = 0; i < p->cell_count && !failed; i++) {
        if (json_object_get(seen, p->cells[i].id))
            failed = err_set(err, ERR_INPUT, "the plan: cell %zu: \"%.128s\" is there already", i,
                             p->cells[i].id);
        else if (json_object_set_new(seen, p->cells[i].id, json_true()))
            failed = err_set(err, ERR_SYSTEM, "no memory for the plan");
    }
    json_decref(seen);
    return failed;
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
    const json_t *share = json_object_get(object, "shard");
    if (json_reader_end(&r, err) || (share && share_from_json(share, &out->share, err)))
        return -1;
    if (json_array_size(cells) == 0 || json_array_size(cells) > PLAN_CELLS_MAX)
        return err_set(err, ERR_INPUT, "the plan: %zu cells (1 to %d)", json_array_size(cells),
                       PLAN_CELLS_MAX);
    out->suite = suite ? strdup(suite) : NULL;
    out->cells = calloc(json_array_size(cells), sizeof *out->cells);
    int failed = out->cells && (out->suite || !suite)
                     ? 0
                     : err_set(err, ERR_SYSTEM, "no memory for the plan");
    for (size_t i = 0; i < json_array_size(cells) && !failed; i++) {
        failed = cell_from_json(json_array_get(cells, i), &out->cells[i], err);
        if (!failed && !out->share.count)
            out->cells[i].place = (uint32_t)i;
        if (failed)
            err_prefix(err, "the plan: cell %zu: ", i);
        out->cell_count += !failed;
    }
    if (!failed)
        failed = check_controls(out, err) || check_ids(out, err);
    if (failed)
        plan_release(out);
    return failed ? -1 : 0;
}
