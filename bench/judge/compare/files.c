#include "bench/judge/compare/files.h"

#include "bench/judge/compare/load.h"

int compare_files_judge(struct compare_files *out, const struct opt_list *base,
                        const struct opt_list *head, const struct opt_list *allowed,
                        struct compare_request *request, struct err *err)
{
    *out = (struct compare_files){0};
    if (compare_load(base, head, &out->base, &out->head, err) ||
        comparable_allow(allowed->items, allowed->count, &request->allowed, err))
        return -1;
    out->sides[0] = (struct compare_side){out->base.items, out->base.count};
    out->sides[1] = (struct compare_side){out->head.items, out->head.count};
    return compare_results(&out->comparison, &out->sides[0], &out->sides[1], request, err);
}

void compare_files_release(struct compare_files *f)
{
    comparison_release(&f->comparison);
    results_unload(&f->base);
    results_unload(&f->head);
}
