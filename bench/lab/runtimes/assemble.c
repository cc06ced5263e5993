/* Cells of other runtimes as a result. */
#include "bench/base/clock.h"
#include "bench/base/json_make.h"
#include "bench/lab/runtimes/cell.h"
#include "bench/result/make.h"
#include "bench/result/number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- Metrics ---------------------------------------------------------------------------- */

/* Which metrics a cell could have, in the order of the table. */
static bool is_expected(const struct runtime_cell *c, enum runtime_metric m)
{
    switch (c->asked.questions[0]) {
    case ASK_STARTUP:
        return m == MADE_LIFECYCLE || (m == MADE_STARTUP && c->asked.tasks == 1) ||
               (m == MADE_MEMORY && c->asked.questions[1] == ASK_MEMORY);
    case ASK_SWITCH:
        return m == MADE_SWITCH;
    case ASK_FUTURE:
        return m == MADE_FUTURE;
    case ASK_COMPUTE:
        return m == MADE_RATE || m == MADE_EFFICIENCY;
    case ASK_SLEEPERS:
        return m == MADE_RATE || m == MADE_MAKESPAN;
    case ASK_MIXED:
        return m == MADE_LATENCY || m == MADE_LONGEST;
    case ASK_MEMORY:
        return m == MADE_MEMORY;
    case ASK_NOTHING:
        break;
    }
    return false;
}

static const char *why_absent(enum runtime_metric m)
{
    switch (m) {
    case MADE_STARTUP:
        return "a start of one is too short for the program's clock";
    case MADE_MEMORY:
        return "this system does not tell it, or nothing was added";
    case MADE_EFFICIENCY:
        return "there is no throughput of one unit in the same round";
    case MADE_LIFECYCLE:
    case MADE_SWITCH:
    case MADE_FUTURE:
    case MADE_RATE:
    case MADE_MAKESPAN:
    case MADE_LATENCY:
    case MADE_LONGEST:
    case MADE_METRICS:
        break;
    }
    return "its turn did not come in the rounds that were done";
}

/* How it was had, and in which way it means something else than contend's own. */
static void add_source(struct buf *out, const struct runtime_cell *c, enum runtime_metric m)
{
    const struct runtime_unit *u = c->unit;
    enum question q = m == MADE_MEMORY ? ASK_MEMORY : c->asked.questions[0];
    const json_t *meaning = json_object_get(u->meanings, question_name(q));
    /* As the workload itself says of its own. */
    if (m == MADE_SWITCH || m == MADE_FUTURE || m == MADE_LATENCY || m == MADE_LONGEST)
        buf_printf(out, "%s: ", c->asked.workload);
    buf_add(out, made_metrics[m].source);
    if (m == MADE_RATE && q == ASK_COMPUTE)
        buf_add(out, ", whole span");
    if (m == MADE_RATE && q == ASK_SLEEPERS)
        buf_add(out, ", by makespan");
    if (m == MADE_MEMORY)
        buf_printf(out, ", from %lld to %lld units", (long long)u->memory_counts[0],
                   (long long)u->memory_counts[1]);
    else if (u->batch > 1 && (q == ASK_STARTUP || q == ASK_SWITCH || q == ASK_FUTURE) &&
             m != MADE_STARTUP)
        buf_printf(out, ", means of %lld in a row", (long long)u->batch);
    if (meaning)
        buf_printf(out, "; %s", json_string_value(meaning));
}

static json_t *head_json(const struct runtime_cell *c, enum runtime_metric m)
{
    const struct made_metric *k = &made_metrics[m];
    struct json_maker o = json_maker_new();
    struct buf source = {0};
    bool is_there = c->made[m].samples.count > 0;
    if (is_there)
        add_source(&source, c, m);
    json_make_text(&o, "unit", k->unit);
    json_make_text(&o, "better", k->better);
    json_make_text(&o, "nature", "noisy");
    json_make_text(&o, "group", k->group);
    json_make_text(&o, "definition", k->definition);
    json_make_text(&o, "source", is_there ? buf_text(&source) : "none");
    if (k->role != ROLE_NONE)
        json_make_text(&o, "role", role_word(k->role));
    if (!is_there)
        json_make_text(&o, "reason", why_absent(m));
    o.failed |= source.failed;
    buf_release(&source);
    return json_made(&o);
}

static bool add_metric(struct result *r, struct slim_cell *parts, const struct runtime_cell *c,
                       enum runtime_metric m)
{
    const struct made_series *s = &c->made[m];
    struct slim_metric *made = result_make_metric(r, parts, made_metrics[m].name, head_json(c, m));
    bool ok = made != NULL, is_of_all = s->samples.count == c->launches.count;
    for (size_t i = 0; ok && i < s->samples.count; i++)
        ok = numbers_add(&parts->samples, number_rounded(s->samples.items[i])) &&
             (is_of_all || numbers_add(&parts->launches, s->launches.items[i]));
    if (ok && s->histogram)
        ok = result_make_distribution(parts, made, s->histogram);
    if (ok)
        result_made_metric(parts, made);
    return ok;
}

/* ---- Efficiency ------------------------------------------------------------------------- */

static const struct runtime_cell *alone_of(const struct runtime_cells *all,
                                           const struct runtime_cell *c)
{
    for (size_t i = 0; i < all->count; i++) {
        const struct runtime_cell *one = &all->items[i];
        if (one->asked.questions[0] == ASK_COMPUTE && one->asked.tasks == 1 &&
            one->unit == c->unit && one->instance == c->instance)
            return one;
    }
    return NULL;
}

/* Of one unit in the same round; NaN. */
static double rate_in_round(const struct runtime_cell *c, double round)
{
    const struct made_series *s = &c->made[MADE_RATE];
    for (size_t i = 0; c && i < s->samples.count; i++)
        if (!(c->launches.items[s->launches.items[i]].round < round) &&
            !(c->launches.items[s->launches.items[i]].round > round))
            return s->samples.items[i];
    return (double)NAN;
}

static bool derive_efficiency(const struct runtime_cells *all, struct runtime_cell *c, int64_t cpus)
{
    const struct runtime_cell *alone = alone_of(all, c);
    const struct made_series *rate = &c->made[MADE_RATE];
    struct made_series *out = &c->made[MADE_EFFICIENCY];
    bool ok = true;
    vec_release(&out->samples);
    vec_release(&out->launches);
    for (size_t i = 0; alone && ok && i < rate->samples.count; i++) {
        uint32_t launch = rate->launches.items[i];
        double one = rate_in_round(alone, c->launches.items[launch].round);
        if (isfinite(one) && one > 0)
            ok = vec_add(&out->samples, rate->samples.items[i] / one / (double)cpus) &&
                 vec_add(&out->launches, launch);
    }
    return ok;
}

/* ---- A cell ----------------------------------------------------------------------------- */

static json_t *params_json(const struct asked *a)
{
    struct json_maker o = json_maker_new();
    if (a->param)
        json_make_int(&o, a->param, a->value);
    return json_made(&o);
}

static json_t *units_json(const struct asked *a)
{
    struct json_maker o = json_maker_new();
    if (a->param)
        json_make_text(&o, a->param, a->unit);
    return json_made(&o);
}

static json_t *warnings_json(const struct runtime_cell *c, bool is_ok)
{
    struct json_maker list = json_maker_list();
    char text[100];
    if (is_ok && c->launches.count < 6) {
        struct json_maker one = json_maker_new();
        snprintf(text, sizeof text, "%zu sample%s: an interval at 95 %% needs 6", c->launches.count,
                 c->launches.count == 1 ? "" : "s");
        json_make_text(&one, "code", "few_samples");
        json_make_text(&one, "text", text);
        json_make_add(&list, json_made(&one));
    }
    return json_made(&list);
}

static json_t *identity_json(const struct runtime_cell *c, const char *status, const char *reason)
{
    struct json_maker o = json_maker_new();
    json_make_text(&o, "id", c->id);
    json_make_text(&o, "role", "measured");
    json_make_text(&o, "workload", c->asked.workload);
    json_make_text(&o, "workload_kind", c->asked.kind);
    json_make_text(&o, "lock", "none");
    json_make_text(&o, "executor", c->executor);
    json_make_value(&o, "executor_traits", traits_of_executor_json(c->unit->traits));
    json_make_value(&o, "lock_traits", traits_of_lock_json(LOCK_NONE));
    json_make_int(&o, "tasks", c->asked.tasks);
    json_make_int(&o, "workers", 0);
    json_make_text(&o, "placement", "free");
    json_make_value(&o, "params", params_json(&c->asked));
    json_make_value(&o, "lock_params", json_object());
    json_make_value(&o, "executor_params", json_object());
    json_make_value(&o, "param_units", units_json(&c->asked));
    json_make_text(&o, "status", status);
    if (*reason)
        json_make_text(&o, "reason", reason);
    json_make_value(&o, "warnings", warnings_json(c, !*reason));
    return json_made(&o);
}

static int add_cell(struct result *r, struct slim_cell *parts, const struct runtime_cell *c,
                    struct err *err)
{
    const char *status = c->failure ? "failed" : c->skip || !c->launches.count ? "skipped" : "ok";
    const char *reason = c->failure          ? c->failure
                         : c->skip           ? c->skip
                         : c->launches.count ? ""
                                             : "its turn did not come in the rounds that were done";
    bool ok = true;
    slim_cell_reset(parts);
    for (enum runtime_metric m = 0; !*reason && m < MADE_METRICS; m++)
        if (is_expected(c, m))
            ok = ok && add_metric(r, parts, c, m);
    for (size_t i = 0; i < c->launches.count; i++)
        ok = ok && slim_launch_add(parts, &c->launches.items[i]);
    if (!ok)
        return err_set(err, ERR_SYSTEM, "reference: no memory for the result");
    return result_make_cell(r, parts, identity_json(c, status, reason), err);
}

int cells_assemble(const struct runtime_cells *all, json_t *header, struct result *out,
                   struct err *err)
{
    struct slim_cell parts = {0};
    int failed = result_make_head(out, header, err);
    for (size_t i = 0; i < all->count && !failed; i++) {
        struct runtime_cell *c = &all->items[i];
        if (c->asked.questions[0] == ASK_COMPUTE && !derive_efficiency(all, c, out->cpus_allowed))
            failed = err_set(err, ERR_SYSTEM, "reference: no memory for the result");
        if (!failed)
            failed = add_cell(out, &parts, c, err);
    }
    slim_cell_release(&parts);
    return failed;
}
