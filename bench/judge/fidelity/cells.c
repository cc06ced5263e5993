/* Which cell and which metric of a result a rule means. */
#include "bench/judge/fidelity/parts.h"
#include "bench/judge/parts/interval.h"

#include <stdio.h>
#include <string.h>

static bool has_lock(const struct result_cell *c, const struct fidelity_cell *w)
{
    int64_t interval_ns = w->interval_ns ? w->interval_ns : SWITCH_INTERVAL_NS;
    const char *forced = json_string_value(json_object_get(c->lock_params, "forced_switch"));
    const char *policy = json_string_value(json_object_get(c->lock_params, "policy"));
    return !strcmp(c->lock, w->lock ? w->lock : "gil") && (!policy || !strcmp(policy, "as_is")) &&
           (w->lock || switch_interval_ns(c) == interval_ns) &&
           (forced && !strcmp(forced, "off")) == w->is_unforced;
}

static bool is_wanted(const struct result_cell *c, const struct fidelity_cell *w)
{
    bool is_serial = !strcmp(w->executor, "serial");
    const char *mode = json_string_value(json_object_get(c->params, "mode"));
    const char *scope = json_string_value(json_object_get(c->lock_params, "scope"));
    return !strcmp(c->workload, w->workload) && !strcmp(c->executor, w->executor) &&
           c->tasks == w->tasks && !strcmp(c->placement, "free") && (is_serial || has_lock(c, w)) &&
           !strcmp(mode ? mode : "sleep", w->mode ? w->mode : "sleep") &&
           !(scope && !strcmp(scope, "shared"));
}

void fidelity_name_cell(const struct fidelity_cell *w, char *out, size_t size)
{
    bool has_mode = w->mode && strcmp(w->mode, "sleep") != 0;
    char interval[48] = "";
    if (w->interval_ns && w->interval_ns != SWITCH_INTERVAL_NS)
        snprintf(interval, sizeof interval, ",gil.interval=%lldms",
                 (long long)(w->interval_ns / 1000000));
    const char *lock = w->lock ? w->lock : "gil";
    snprintf(out, size, "%s/%s/%s/tasks=%lld%s%s%s%s", w->workload,
             strcmp(w->executor, "serial") ? lock : "none", w->executor, (long long)w->tasks,
             has_mode ? ",mode=" : "", has_mode ? w->mode : "", interval,
             w->is_unforced ? ",gil.forced_switch=off" : "");
}

const struct result_cell *fidelity_find(const struct result *r, const struct fidelity_cell *wanted,
                                        char *reason, size_t size)
{
    char name[120];
    for (size_t i = 0; i < r->cell_count; i++) {
        const struct result_cell *c = &r->cells[i];
        if (!is_wanted(c, wanted))
            continue;
        if (c->status == CELL_OK)
            return c;
        snprintf(reason, size, "%s: %s %s: %s", r->runtime, c->id, cell_status_name(c->status),
                 c->reason);
        return NULL;
    }
    fidelity_name_cell(wanted, name, sizeof name);
    snprintf(reason, size, "%s: there is no cell %s", r->runtime, name);
    return NULL;
}

/* What rules call it, and what it is called where that is not told apart, the better one first. */
static const struct {
    const char *name, *other;
} others[] = {{"lock_slice_ns", "lock_hold_ns"}, {"lock_slice_ns", "hold_ns"}};

const struct result_metric *fidelity_metric(const struct result *r, const struct result_cell *c,
                                            const char *name, char *reason, size_t size)
{
    const struct result_metric *m = result_metric_find(c, name);
    for (size_t i = 0; !m && i < sizeof others / sizeof *others; i++)
        if (!strcmp(others[i].name, name))
            m = result_metric_find(c, others[i].other);
    if (m && (m->sample_count || m->summary.n))
        return m;
    snprintf(reason, size, "%s: %s has no %s%s%s", r->runtime, c->id, name,
             m && m->reason ? ": " : "", m && m->reason ? m->reason : "");
    return NULL;
}
