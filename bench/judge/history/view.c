#include "bench/judge/history/view.h"

#include "bench/base/suggest.h"
#include "bench/judge/history/export.h"
#include "bench/judge/history/judge.h"
#include "bench/judge/history/page.h"

#include <stdlib.h>
#include <string.h>

struct view {
    struct history history;
    struct history_tracks tracks;
    struct history_judgements judgements;
};

/* Which series there are, and the nearest. */
static int refuse_series(const struct history *h, const char *pattern, const char *file,
                         struct err *err)
{
    struct history_tracks all = {0};
    struct buf words = {0};
    const char **names =
        history_tracks_of(&all, h, NULL, err) ? NULL : calloc(all.count + 1, sizeof *names);
    for (size_t i = 0; names && i < all.count; i++)
        names[i] = all.items[i].series;
    if (names)
        suggest_words(&words, suggest(pattern, names, all.count), names, all.count);
    err_set(err, ERR_USAGE, "--series: \"%s\" matches no series of %s%s", pattern, file,
            buf_text(&words));
    buf_release(&words);
    free(names);
    history_tracks_release(&all);
    return -1;
}

static int open_view(struct view *v, const struct history_wishes *w, struct err *err)
{
    const char *file = history_file(w->file);
    const struct history_request request = {.alpha = w->alpha,
                                            .least_ratio = w->least_ratio,
                                            .seed = (uint64_t)w->seed,
                                            .newest = (size_t)w->newest};
    if (!(w->alpha >= 1e-4 && w->alpha <= 0.5))
        return err_set(err, ERR_USAGE, "--alpha: %g is not within 0.01%% to 50%%", w->alpha);
    if (history_load(&v->history, file, false, err) ||
        history_tracks_of(&v->tracks, &v->history, w->series, err) ||
        history_judge(&v->judgements, &v->tracks, &v->history, &request, err))
        return -1;
    if (v->tracks.count > 0)
        return 0;
    return w->series ? refuse_series(&v->history, w->series, file, err)
                     : err_set(err, ERR_NOTCOMPARABLE, "%s: holds no measured commit", file);
}

static int check(const struct view *v, struct err *err)
{
    size_t most = 0;
    if (v->judgements.verdicts[HISTORY_WORSE] > 0 || v->judgements.judged > 0)
        return 0;
    for (size_t i = 0; i < v->judgements.count; i++)
        if (v->judgements.items[i].point_count > most)
            most = v->judgements.items[i].point_count;
    return err_set(err, ERR_NOTCOMPARABLE,
                   "%s: nothing can be judged yet: the longest series has %zu point%s, 8 are "
                   "needed (5 before a change and 3 after)",
                   v->history.path, most, most == 1 ? "" : "s");
}

int history_view_page(struct page *p, const struct history_wishes *w, bool is_check,
                      struct buf *warnings, int *status, struct err *err)
{
    struct view v = {0};
    int failed = open_view(&v, w, err);
    buf_add(warnings, buf_text(&v.history.warnings));
    if (!failed)
        history_page(p, &v.judgements, &v.tracks, &v.history, is_check);
    if (!failed && is_check)
        check(&v, err);
    bool is_worse = is_check && v.judgements.verdicts[HISTORY_WORSE] > 0;
    *status = is_worse ? EXIT_REGRESSION : EXIT_FINE;
    history_judgements_release(&v.judgements);
    history_tracks_release(&v.tracks);
    history_unload(&v.history);
    return failed;
}

int history_export_series(const struct history_export_request *r, struct buf *warnings,
                          struct buf *said, struct err *err)
{
    struct history h = {0};
    struct history_tracks tracks = {0};
    size_t target = 0, written = 0;
    if (!r->target || !r->directory)
        return err_set(err, ERR_USAGE, "history export: needs %s",
                       r->target ? "--output DIR" : "--to otava-csv or otava-json");
    if (!*r->directory)
        return err_set(err, ERR_USAGE, "--output: \"\" names no directory");
    while (strcmp(history_targets[target], r->target))
        target++;
    int failed = history_load(&h, history_file(r->file), false, err) ||
                 history_tracks_of(&tracks, &h, r->series, err) ||
                 history_write_otava(&tracks, (enum history_target)target, r->branch, r->directory,
                                     &written, err);
    if (!failed && written == 0)
        failed = err_set(err, ERR_NOTCOMPARABLE, "%s: no series to export", h.path);
    if (!failed)
        buf_printf(said, "%s: otava.yaml and %zu series\n", r->directory, written);
    buf_add(warnings, buf_text(&h.warnings));
    history_tracks_release(&tracks);
    history_unload(&h);
    return failed ? -1 : 0;
}
