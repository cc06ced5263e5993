#include "bench/judge/compare/files.h"

#include "bench/judge/compare/load.h"
#include "bench/stats/paired.h"

void compare_wishes_init(struct compare_wishes *w)
{
    w->threshold = COMPARE_TOLERANCE;
    w->moment_sd = -1;
}

int compare_files_judge(struct compare_files *out, const struct compare_wishes *w, struct err *err)
{
    struct compare_request request = {
        .metric = w->metric,
        .filter = w->filter,
        .tolerance = w->threshold,
        .moment_sd = w->moment_sd > 0 ? log_ratio_of_change(w->moment_sd) : 0,
    };
    *out = (struct compare_files){0};
    if (w->moment_sd == 0) /* as it was typed */
        return err_set(err, ERR_USAGE,
                       "--moment-sd: moments that do not differ at all are none (3%%)");
    if (compare_load(&w->base, &w->head, &out->base, &out->head, err) ||
        comparable_allow(w->allow.items, w->allow.count, &request.allowed, err))
        return -1;
    out->sides[0] = (struct compare_side){out->base.items, out->base.count};
    out->sides[1] = (struct compare_side){out->head.items, out->head.count};
    return compare_results(&out->comparison, &out->sides[0], &out->sides[1], &request, err);
}

void compare_files_release(struct compare_files *f)
{
    comparison_release(&f->comparison);
    results_unload(&f->base);
    results_unload(&f->head);
}
