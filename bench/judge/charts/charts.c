#include "bench/judge/charts/charts.h"

#include "bench/judge/parts/dim.h"
#include "bench/page/model.h"

#include <string.h>

#define CHART(name) extern const struct chart chart_##name;
#include "bench/judge/charts/charts.def"
#undef CHART

static const struct chart *const charts[] = {
#define CHART(name) &chart_##name,
#include "bench/judge/charts/charts.def"
#undef CHART
};

enum { CHARTS = sizeof charts / sizeof *charts };

/* A job has no use for pictures, and a table of numbers none for the words around them. */
enum { CHARTS_ARE_FOR = PAGE_VIEWER | PAGE_DATA };

const char *const chart_names[] = {
#define CHART(name) #name,
#include "bench/judge/charts/charts.def"
#undef CHART
    NULL,
};

const struct chart *chart_find(const char *name)
{
    for (size_t i = 0; i < CHARTS; i++)
        if (!strcmp(charts[i]->name, name))
            return charts[i];
    return NULL;
}

/* Which cells of a result the filter leaves. */
static int choose_cells(struct chart_subject *s, struct err *err)
{
    struct entries all = {0};
    int failed =
        entries_of_results(&all, s->result, 1, err) || entries_filter(&all, s->filter, err);
    for (size_t i = 0; i < all.count && !failed; i++)
        if (all.items[i].cell->status == CELL_OK)
            vec_add(&s->cells, all.items[i].cell);
    if (s->cells.failed)
        failed = err_set(err, ERR_SYSTEM, "charts: out of memory");
    entries_release(&all);
    return failed ? -1 : 0;
}

static int add_one(struct page *p, const struct chart *c, const struct result *results,
                   size_t count, size_t which, const char *filter, struct err *err)
{
    struct chart_subject s = {
        .results = results, .result_count = count, .filter = filter, .result = &results[which]};
    const struct page_block *before = p->last;
    int status = choose_cells(&s, err);
    if (!status)
        status = c->add(p, &s, err);
    page_explain_stars(p, before, "* Not to be trusted: others had the CPUs.",
                       "Nothing here is to be trusted: others had the CPUs in every cell");
    vec_release(&s.cells);
    return status;
}

/* Whether there is one behind that block (NULL: anywhere); if not, what was said in its place. */
static bool has_chart(const struct page *p, const struct page_block *before, const char **said)
{
    *said = NULL;
    for (const struct page_block *b = before ? before->next : p->blocks; b; b = b->next) {
        if (b->kind == BLOCK_CHART)
            return true;
        if (b->kind == BLOCK_WORDS)
            *said = b->text;
    }
    return false;
}

int chart_add(struct page *p, const struct result *results, size_t count, const char *name,
              const char *filter, struct err *err)
{
    const struct chart *c = chart_find(name);
    const struct page_block *before = p->last;
    const char *said;
    if (count > 1 && !c->is_of_all)
        return err_set(err, ERR_USAGE,
                       "--plot %s: draws one result, not %zu (--plot differences draws several)",
                       name, count);
    page_to(p, CHARTS_ARE_FOR);
    int failed = add_one(p, c, results, count, 0, filter, err);
    page_to(p, PAGE_ALL);
    if (failed)
        return -1;
    if (!p->failed && !has_chart(p, before, &said) && said)
        return err_set(err, ERR_USAGE, "--plot %s: %s", name, said);
    if (!p->failed && p->last == before)
        return err_set(err, ERR_USAGE, "--plot %s: %s has nothing to draw: %s", name,
                       results[0].path, c->wants);
    return 0;
}

static int add_each(struct page *p, const struct result *results, size_t count, size_t which,
                    bool of_all, const char *filter, struct err *err)
{
    for (size_t c = 0; c < CHARTS; c++)
        if (charts[c]->is_of_all == of_all &&
            add_one(p, charts[c], results, count, which, filter, err))
            return -1;
    return 0;
}

int charts_add_all(struct page *p, const struct result *results, size_t count, const char *filter,
                   struct err *err)
{
    page_to(p, CHARTS_ARE_FOR);
    int failed = add_each(p, results, count, 0, true, filter, err);
    for (size_t i = 0; i < count && !failed; i++) {
        if (count > 1)
            page_heading(p, 2, "%s", results[i].label);
        failed = add_each(p, results, count, i, false, filter, err);
    }
    page_to(p, PAGE_ALL);
    return failed;
}
