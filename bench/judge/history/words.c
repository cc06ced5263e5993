/* What page and document of the history have in common: phrases. */
#include "bench/base/words.h"
#include "bench/base/units.h"
#include "bench/judge/history/page.h"
#include "bench/stats/changepoint.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

int history_shown(const char *commit)
{
    enum { OF_AN_ID = 12 };
    size_t length = strlen(commit);
    bool is_id = strspn(commit, "0123456789abcdefABCDEF") == length;
    return is_id && length > OF_AN_ID ? OF_AN_ID : (int)length;
}

/* For "%.*s". */
#define SHOWN(commit) history_shown(commit), commit

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
        buf_printf(out, "drifting from %.*s to %.*s (Mann-Kendall p %.1g)", SHOWN(good), SHOWN(bad),
                   c->trend_p);
    else if (c->likely == c->first_bad && c->last_before + 1 >= c->likely)
        buf_printf(out, "a step at %.*s (last good %.*s)", SHOWN(likely), SHOWN(good));
    else if (c->last_before == c->last_good)
        buf_printf(out, "a step between %.*s (last good) and %.*s (first bad), likely at %.*s",
                   SHOWN(good), SHOWN(bad), SHOWN(likely));
    else
        buf_printf(out, "a step between %.*s and %.*s, likely at %.*s (last good %.*s)",
                   SHOWN(commit_at(t, c->last_before)), SHOWN(bad), SHOWN(likely), SHOWN(good));
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
        buf_printf(out, "%sx of anchor %.*s",
                   units_format(text, sizeof text, value, "", value < 1 ? 3 : 4),
                   SHOWN(t->regimes[0].anchor));
    else
        buf_add(out, units_format(text, sizeof text, value, t->unit, 3));
    buf_printf(out, ", %s", words_count(text, sizeof text, t->point_count, "point"));
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
