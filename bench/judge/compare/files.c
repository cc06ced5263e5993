#include "bench/judge/compare/files.h"

#include "bench/base/output.h"
#include "bench/judge/compare/compare.h"
#include "bench/page/formats.h"
#include "bench/result/list.h"
#include "bench/stats/paired.h"

#include <pthread.h>

/* ---- The files of each side ---------------------------------------------------------------- */

int compare_wishes_sort(struct compare_wishes *w, const struct call *call, const char *output,
                        struct err *err)
{
    const struct opt_list *words = call->words;
    size_t before = call->is_divided ? call->before : words->count;
    bool is_named = w->base.count || w->head.count;
    /* How many of the words are of base; the others are of head. */
    size_t of_base = call->is_divided ? before : 1;
    if (is_named && (before || call->is_divided))
        return err_set(err, ERR_USAGE, "compare: \"%s\" stands beside --base and --head",
                       before ? words->items[0] : "--");
    if (!is_named && !call->is_divided && before != 2 && !(w->is_fidelity && before > 2))
        return err_set(err, ERR_USAGE,
                       "compare: needs two results, BASE and HEAD, not %zu (several a side: "
                       "BASE... -- HEAD...)",
                       before);
    for (size_t i = 0; i < words->count; i++)
        if (opt_list_add(i < of_base ? &w->base : &w->head, words->items[i], err))
            return -1;
    if (!w->base.count || !w->head.count)
        return err_set(err, ERR_USAGE, "compare: a result of %s is missing",
                       w->base.count ? "head" : "base");
    if (w->is_fidelity && w->base.count != 1)
        return err_set(
            err, ERR_USAGE,
            "compare: --fidelity needs two results, EMULATED and REFERENCE (or several)");
    return output_keep_all(&w->base, output, err) || output_keep_all(&w->head, output, err) ? -1
                                                                                            : 0;
}

/* ---- Judged -------------------------------------------------------------------------------- */

struct files {
    struct result_list base, head;
    struct compare_side sides[2];
    struct comparison comparison; /* borrows both */
};

struct loading {
    const struct opt_list *paths;
    struct result_list *out;
    struct err err;
};

static void *load_side(void *arg)
{
    struct loading *l = arg;
    results_load(l->out, l->paths->items, l->paths->count, 0, &l->err);
    return NULL;
}

/* Both at the same time: parsing is nearly all there is to do.  The first error is that of base. */
static int load(struct files *out, const struct compare_wishes *w, struct err *err)
{
    struct loading of_base = {.paths = &w->base, .out = &out->base};
    struct loading of_head = {.paths = &w->head, .out = &out->head};
    pthread_t thread;
    bool is_apart = !pthread_create(&thread, NULL, load_side, &of_head);
    load_side(&of_base);
    if (is_apart)
        pthread_join(thread, NULL);
    else
        load_side(&of_head);
    const struct err *first = of_base.err.code != ERR_NONE ? &of_base.err : &of_head.err;
    if (first->code == ERR_NONE)
        return 0;
    *err = *first;
    return -1;
}

static int judge(struct files *out, const struct compare_wishes *w, struct err *err)
{
    struct compare_request request = {
        .metric = w->metric,
        .filter = w->filter,
        .tolerance = w->threshold,
        .moment_sd = w->moment_sd > 0 ? log_ratio_of_change(w->moment_sd) : 0,
    };
    if (w->moment_sd == 0) /* as it was typed */
        return err_set(err, ERR_USAGE,
                       "--moment-sd: moments that do not differ at all are none (3%%)");
    if (load(out, w, err) ||
        comparable_allow(w->allow.items, w->allow.count, &request.allowed, err))
        return -1;
    out->sides[0] = (struct compare_side){out->base.items, out->base.count};
    out->sides[1] = (struct compare_side){out->head.items, out->head.count};
    return compare_results(&out->comparison, &out->sides[0], &out->sides[1], &request, err);
}

static int status_of(const struct comparison *c, const struct compare_wishes *w)
{
    size_t open = c->counts[VERDICT_UNDECIDED] + c->counts[VERDICT_NOT_COMPARABLE];
    if (w->is_gated && c->counts[VERDICT_SLOWER])
        return EXIT_REGRESSION;
    if (c->counts[VERDICT_NOT_COMPARABLE] == c->count)
        return EXIT_NO_VERDICT;
    return w->is_strict && open ? EXIT_UNDECIDED : EXIT_FINE;
}

int compare_files_page(struct page *p, const struct compare_wishes *w, const char *format,
                       int *status, struct err *err)
{
    struct files f = {0};
    int failed = judge(&f, w, err);
    if (!failed) {
        page_init(p, "contend compare");
        page_expect(p, format);
        compare_page(p, &f.comparison, w->is_whole);
        *status = status_of(&f.comparison, w);
    }
    comparison_release(&f.comparison);
    results_unload(&f.base);
    results_unload(&f.head);
    return failed;
}
