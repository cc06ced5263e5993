/* What page and document of the history have in common: phrases. */
#include "bench/base/units.h"
#include "bench/judge/history/page.h"
#include "bench/stats/changepoint.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The first 12 characters of a commit are enough: print them with "%.12s". */
static const char *commit_at(const struct track *t, size_t point)
{
    return t->points[point].point->commit;
}

void history_change_text(struct buf *out, const struct history_judgement *j,
                         const struct history_change *c)
{
    const struct track *t = j->track;
    const char *good = commit_at(t, c->last_good), *bad = commit_at(t, c->first_bad);
    const char *likely = commit_at(t, c->likely);
    double percent = 100 * expm1(t->higher_is_better ? -c->move : c->move);
    buf_printf(out, "%+.*f %%, ", fabs(percent) < 10 ? 1 : 0, percent);
    if (c->is_drift)
        buf_printf(out, "drifting from %.12s to %.12s (Mann-Kendall p %.1g)", good, bad,
                   c->trend_p);
    else if (c->likely == c->first_bad && c->last_before + 1 >= c->likely)
        buf_printf(out, "a step at %.12s (last good %.12s)", likely, good);
    else if (c->last_before == c->last_good)
        buf_printf(out, "a step between %.12s (last good) and %.12s (first bad), likely at %.12s",
                   good, bad, likely);
    else
        buf_printf(out, "a step between %.12s and %.12s, likely at %.12s (last good %.12s)",
                   commit_at(t, c->last_before), bad, likely, good);
    if (c->is_recovered)
        buf_add(out, "; taken back since");
    if (c->accept)
        buf_printf(out, "; accepted: %s", c->accept->reason);
}

void history_value_text(struct buf *out, const struct track *t)
{
    char text[32];
    double value = track_plain_value(t, t->point_count - 1);
    if (t->is_anchored)
        buf_printf(out, "%.3fx of anchor %.12s", value, t->regimes[0].anchor);
    else
        buf_add(out, units_format(text, sizeof text, value, t->unit, 3));
    buf_printf(out, ", %zu points", t->point_count);
}

void history_track_note(struct buf *out, const struct history_judgement *j)
{
    const struct track *t = j->track;
    size_t needed = CHANGEPOINT_BEFORE_MIN + CHANGEPOINT_AFTER_MIN;
    if (j->verdict == HISTORY_TOO_SHORT)
        buf_printf(out, "not judged: %zu point%s, %zu are needed", j->point_count,
                   j->point_count == 1 ? "" : "s", needed);
    if (t->track_count > 1) {
        buf_printf(out, "%sone of %zu parts judged apart: ", out->len ? "; " : "", t->track_count);
        if (t->is_anchored)
            buf_printf(out, "ratios to %s on ", t->regimes[0].anchor);
        else
            buf_add(out, "raw medians on ");
        buf_add(out, t->regimes[0].machine);
    }
    if (j->spike_count > 0)
        buf_printf(out, "%s%zu lone spike%s", out->len ? "; " : "", j->spike_count,
                   j->spike_count == 1 ? "" : "s");
    if (j->dependence > 0)
        buf_printf(out,
                   "%sneighbouring points resemble each other (correlation %.2f): a move must be "
                   "larger to count",
                   out->len ? "; " : "", j->dependence);
    else if (j->verdict == HISTORY_WORSE && j->point_count < HISTORY_TELLING)
        buf_printf(out, "%s%zu points cannot tell whether neighbours resemble each other",
                   out->len ? "; " : "", j->point_count);
}

void history_summary_text(struct buf *out, const struct history_judgements *all,
                          const struct history_tracks *tracks)
{
    buf_printf(out, "%zu series of %zu commit%s", all->count, tracks->commit_count,
               tracks->commit_count == 1 ? "" : "s");
    const char *separator = ": ";
    for (int v = 0; v <= HISTORY_TOO_SHORT; v++)
        if (all->verdicts[v] > 0) {
            buf_printf(out, "%s%zu %s", separator, all->verdicts[v],
                       history_verdict_name((enum history_verdict)v));
            separator = ", ";
        }
}
