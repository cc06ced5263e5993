#include "bench/judge/views/views.h"

#include "bench/base/words.h"
#include "bench/judge/charts/charts.h"
#include "bench/judge/charts/view.h"
#include "bench/judge/scaling/scaling.h"
#include "bench/judge/summary/summary.h"
#include "bench/judge/table/report.h"
#include "bench/judge/timeline/timeline.h"
#include "bench/page/formats.h"
#include "bench/result/list.h"

#include <string.h>
#include <sys/stat.h>

/* Puts something about the results onto a page. */
typedef int page_of_results(struct page *p, const struct result *results, size_t count,
                            const struct view_wishes *w, struct err *err);

/* ---- Tables --------------------------------------------------------------------------------- */

static int add_view(struct page *p, const struct result *results, size_t count,
                    const struct view_wishes *w, struct err *err)
{
    struct report_request request = {
        .table = {.rows = w->rows,
                  .cols = w->cols,
                  .metrics = w->metric,
                  .filter = w->filter,
                  .with_ratios = w->ratio,
                  .relative_to = w->relative_to,
                  .sort = w->sort,
                  .caption = w->caption},
        .with_sentences = w->sentences,
    };
    page_numbers(p, (int)w->digits, w->ci);
    page_columns(p, (unsigned)w->columns);
    if (!page_is_for(p, PAGE_VIEWER))
        return report_page(p, results, count, &request, err);
    request.with_sentences = false; /* viewers have them before the pictures */
    if (view_open(p, results, count, w->filter, err) ||
        report_page(p, results, count, &request, err))
        return -1;
    return view_close(p, results, count, err);
}

static int add_scaling(struct page *p, const struct result *results, size_t count,
                       const struct view_wishes *w, struct err *err)
{
    struct scaling scaling;
    if (scaling_of(&scaling, results, count, w->filter,
                   w->weights && !strcmp(w->weights, "absolute") ? USL_ABSOLUTE : USL_RELATIVE,
                   err))
        return -1;
    page_columns(p, (unsigned)w->columns);
    scaling_page(p, &scaling);
    scaling_release(&scaling);
    return 0;
}

static int add_plot(struct page *p, const struct result *results, size_t count,
                    const struct view_wishes *w, struct err *err)
{
    return chart_add(p, results, count, w->plot, w->filter, err);
}

/* ---- The first screen ---------------------------------------------------------------------- */

/* "x.html" beside "x.json", where it is no older. */
static bool has_page(const char *path, struct buf *out)
{
    struct stat page, result;
    size_t length = strlen(path);
    if (length < 5 || strcmp(path + length - 5, ".json") != 0 || stat(path, &result) != 0)
        return false;
    buf_printf(out, "%.*s.html", (int)length - 5, path);
    return !stat(buf_text(out), &page) && page.st_mtime >= result.st_mtime;
}

static int add_summary(struct page *p, const struct result *results, size_t count,
                       const struct view_wishes *w, struct err *err)
{
    static const struct report_request all = {0};
    struct buf command = {0}, page = {0};
    /* What programs get does not depend on what fits a screen. */
    if (page_is_for(p, PAGE_VIEWER))
        return add_view(p, results, count, w, err);
    if (!page_is_for(p, PAGE_READERS))
        return report_page(p, results, count, &all, err);
    buf_add(&command, "contend report");
    for (size_t i = 0; i < count; i++) {
        if (i && !strcmp(results[i].path, results[i - 1].path))
            continue; /* a file of several hosts */
        buf_add(&command, " ");
        words_add_quoted(&command,
                         strcmp(results[i].path, "standard input") != 0 ? results[i].path : "FILE");
    }
    buf_add(&command, " --tables");
    bool is_there = count == 1 && has_page(results[0].path, &page);
    const struct summary_request request = {
        .page_path = is_there ? buf_text(&page) : NULL,
        .command = page_text_of(p, &command),
    };
    int status = summary_page(p, results, count, &request, err);
    page_settle(p, &command);
    page_settle(p, &page);
    return status;
}

/* ---- What was wished ------------------------------------------------------------------------ */

const char *view_plot_name(size_t i)
{
    size_t count = 0;
    while (chart_names[count])
        count++;
    return i < count ? chart_names[i] : i == count ? timeline_chart_name : NULL;
}

/* The one picture that is of traces and not of results. */
static bool is_of_traces(const struct view_wishes *w)
{
    return w->plot && !strcmp(w->plot, timeline_chart_name);
}

/* Whether what tables should look like was said. */
static bool shapes_tables(const struct view_wishes *w)
{
    return w->rows || w->cols || w->metric || w->relative_to || w->sort || w->caption || w->ratio ||
           w->digits || w->ci || w->tables || w->sentences;
}

int view_check(const struct view_wishes *w, struct err *err)
{
    if (is_of_traces(w) && w->filter)
        return err_set(err, ERR_USAGE, "--filter: \"%s\" chooses cells, and a timeline is of one",
                       w->filter);
    if (w->plot && (w->scaling || shapes_tables(w)))
        return err_set(err, ERR_USAGE,
                       "--plot: is a picture; it goes with --filter, --format and --output");
    if (w->scaling && shapes_tables(w))
        return err_set(err, ERR_USAGE,
                       "--scaling: is a table of its own; it goes with --filter, --weights, "
                       "--columns, --width and --format alone");
    if (w->weights && !w->scaling)
        return err_set(err, ERR_USAGE, "--weights: \"%s\" is of the fit that --scaling makes",
                       w->weights);
    return 0;
}

static int fill_page(struct page *p, const struct opt_list *paths, const struct view_wishes *w,
                     struct err *err)
{
    if (is_of_traces(w))
        return timeline_of_files(p, paths->items, paths->count, err);
    bool wants_tables = shapes_tables(w) || w->filter || w->columns;
    page_of_results *add = w->plot        ? add_plot
                           : w->scaling   ? add_scaling
                           : wants_tables ? add_view
                                          : add_summary;
    /* Pictures are drawn of launches and single events too. */
    bool is_drawn = w->plot || page_is_for(p, PAGE_VIEWER);
    unsigned keep = RESULT_SUMMARIES | RESULT_HOSTS | (is_drawn ? RESULT_ALL : 0);
    struct result_list results;
    int failed = results_load(&results, paths->items, paths->count, keep, err) ||
                 results_tell_apart(results.items, results.count, err) ||
                 add(p, results.items, results.count, w, err);
    results_unload(&results);
    return failed ? -1 : 0;
}

int view_page(struct page *p, const struct opt_list *paths, const struct view_wishes *w,
              const char *format, struct err *err)
{
    page_init(p, "contend report");
    page_expect(p, format);
    int failed = fill_page(p, paths, w, err);
    if (failed)
        page_release(p);
    return failed;
}
