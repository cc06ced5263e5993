#include "bench/lab/run_asked.h"

#include "bench/base/output.h"
#include "bench/page/picture/picture.h"
#include "bench/registry.h"
#include "bench/run/like.h"

static int check(const struct run_wishes *w, struct err *err)
{
    const struct plan_request *p = &w->run.plan;
    if (w->like && (p->suite || p->workloads.count || p->locks.count || p->executors.count ||
                    p->tasks.count || p->params.count || p->placements.count || p->ops))
        return err_set(err, ERR_USAGE,
                       "--like takes its cells as they are in %s: no suite, workload, lock, "
                       "executor, tasks, placement, parameter or operations beside it",
                       w->like);
    if (w->like && w->run.resume)
        return err_set(err, ERR_USAGE, "--resume knows its cells: without --like");
    if (fleet_wishes_check(&w->fleet, err))
        return -1;
    if (w->fleet.launchers.count && (w->like || w->shard || w->run.streams))
        return err_set(err, ERR_USAGE, "--launcher: deals out shards of a plan itself: without %s",
                       w->like    ? "--like"
                       : w->shard ? "--shard"
                                  : "--stream");
    if (w->run.streams && (w->run.path || w->run.resume))
        return err_set(err, ERR_USAGE,
                       "--stream: whoever collects makes the result: without -o and --resume");
    if (w->run.resume && !w->run.path)
        return err_set(err, ERR_USAGE, "--resume needs -o FILE: which run to go on with");
    if (picture_refuse_result(w->run.path, err) ||
        (w->like && output_keep(w->like, w->run.path, err)))
        return -1;
    if (w->run.resume && w->is_dry)
        return err_set(err, ERR_USAGE,
                       "--dry-run: is of a run that begins; --resume goes on with one");
    return 0;
}

static const char *name_of(const struct run_wishes *w)
{
    const struct plan_request *p = &w->run.plan;
    return w->like ? "like" : p->suite ? p->suite : p->workloads.count ? "run" : "standard";
}

int run_asked_take(struct run_asked *a, struct run_wishes *w, struct err *err)
{
    struct plan_request *p = &w->run.plan;
    *a = (struct run_asked){0};
    w->run.name = name_of(w);
    if (w->stack) {
        buf_printf(&a->assignment, "coroutine.stack=%s", w->stack);
        if (opt_list_add(&p->params, buf_text(&a->assignment), err))
            return -1;
    }
    if (check(w, err) || (w->shard && plan_request_shard(p, w->shard, err)) ||
        registry_load_plugins(w->plugins.items, w->plugins.count, err))
        return -1;
    if (w->run.streams)
        w->run.path = "-";
    return w->like && (result_load(&a->earlier, w->like, err) ||
                       run_like(&a->earlier, p, &a->suite, err))
               ? -1
               : 0;
}

void run_asked_release(struct run_asked *a)
{
    result_unload(&a->earlier);
    json_decref(a->suite);
    buf_release(&a->assignment);
}

int run_asked_again(const struct run_asked *a, const char *path, struct page *p, int *status,
                    struct err *err)
{
    static const int statuses[] = {[RERUN_REPRODUCED] = EXIT_FINE,
                                   [RERUN_NOT_REPRODUCED] = EXIT_REGRESSION,
                                   [RERUN_NOT_SHOWN] = EXIT_UNDECIDED,
                                   [RERUN_NOT_COMPARABLE] = EXIT_NO_VERDICT};
    struct result now;
    enum rerun_verdict verdict;
    if (result_load(&now, path, err))
        return -1;
    int failed = rerun_page(p, &a->earlier, &now, &verdict, err);
    if (!failed)
        *status = statuses[verdict];
    result_unload(&now);
    return failed;
}
