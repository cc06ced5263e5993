#include "bench/lab/tracing.h"

#include "bench/registry.h"
#include "bench/run/header.h"

static int fill_cell(struct trace_request *r, struct err *err)
{
    struct plan_request *plan = &r->plan;
    if (!plan->workloads.count)
        return err_set(err, ERR_USAGE, "trace: --workload is needed, or --scene (--list has them)");
    if ((!plan->locks.count && opt_list_add(&plan->locks, "gil", err)) ||
        (!plan->executors.count && opt_list_add(&plan->executors, "thread", err)) ||
        (!plan->tasks.count && opt_list_add(&plan->tasks, "2", err)))
        return -1;
    r->for_ns = r->for_ns ? r->for_ns : TRACE_FOR_NS;
    r->events = r->events ? r->events : TRACE_EVENTS_N;
    return 0;
}

static int find_scene(struct tracing *t, struct err *err)
{
    const struct plan_request *plan = &t->cell.plan;
    if (plan->workloads.count || plan->locks.count || plan->executors.count || plan->tasks.count ||
        plan->params.count || plan->placements.count || plan->workers || plan->ops)
        return err_set(err, ERR_USAGE,
                       "--scene: \"%s\" says itself what it traces; --for and --events go with it",
                       t->scene_name);
    t->scene = scene_named(t->scene_name, err);
    return t->scene ? 0 : -1;
}

int tracing_check(struct tracing *t, struct err *err)
{
    if (registry_load_plugins(t->plugins.items, t->plugins.count, err))
        return -1;
    return t->scene_name ? find_scene(t, err) : fill_cell(&t->cell, err);
}

/* The machine is glanced at before anything runs. */
static int make_head(const struct tracing *t, struct trace *out, struct err *err)
{
    const struct header h = {.argc = t->call->argc,
                             .argv = t->call->argv,
                             .timer_slack_ns = t->cell.plan.timer_slack_ns};
    out->run = header_run(&h);
    out->host = header_host(&h);
    return out->run && out->host ? 0 : err_set(err, ERR_SYSTEM, "no memory for a trace's head");
}

int tracing_run(const struct tracing *t, struct trace *out, struct err *err)
{
    if (make_head(t, out, err))
        return -1;
    return t->scene ? scene_run(t->scene, t->cell.for_ns, t->cell.events, out, err)
                    : trace_cell(&t->cell, out, err);
}

void tracing_list_page(struct page *p)
{
    static const struct page_column columns[] = {
        {.key = "scene", .flags = PAGE_LABEL | PAGE_CODE},
        {.key = "summary"},
        {0},
    };
    page_init(p, "contend trace");
    page_grid(p, &(struct page_grid_form){.key = "scenes", .columns = columns});
    for (size_t i = 0; scene_name(i); i++) {
        page_row(p);
        page_texts(p, scene_name(i), scene_summary(i), NULL);
    }
}
