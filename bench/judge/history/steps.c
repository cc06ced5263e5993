/* The steps of a track, described, and the commits they are named by; see explain.h. */
#include "bench/judge/history/explain.h"

#include "bench/stats/summary.h"

#include <math.h>
#include <stdlib.h>

/*
 * Of fewer than this many points behind a change, none may stand further above the next one than
 * LONE_SPREADS robust standard deviations.  Of three points of one level 4 in 100 do.
 */
enum { POINTS_ENOUGH = 5 };
#define LONE_SPREADS 2.5

/* A piece of a curve, from..to, and the change in it. */
struct step {
    const struct track *track;
    const struct track_curve *curve;
    size_t from, to;
    struct changepoint point;
};

/*
 * What the shifts between regimes may be wrong by, as far as it moves the two sides apart: a
 * shift that both sides share in the same measure moves neither.  Variance.
 */
static double chaining_variance(const struct step *s)
{
    const struct track *t = s->track;
    size_t at = s->from + s->point.at;
    double sum = 0, spread = s->point.spread;
    for (size_t r = 1; r < t->regime_count; r++) {
        double before = 0, after = 0;
        for (size_t i = s->from; i < s->to; i++)
            if (t->points[s->curve->first + i].regime == r)
                *(i < at ? &before : &after) += 1;
        double share = before / (double)(at - s->from) - after / (double)(s->to - at);
        sum += share * share * t->regimes[r].shift_variances * spread * spread;
    }
    return sum;
}

/* Whether so few points lie at the new level that what came before is needed to make up the number.
 */
static bool rests_on_too_few(const struct step *s)
{
    double sign = s->point.is_up ? 1 : -1;
    double least = sign * s->point.after - LONE_SPREADS * s->point.spread;
    size_t at = s->from + s->point.at, there = 0;
    for (size_t i = at; i < s->to; i++)
        there += sign * s->curve->x[i] >= least;
    return s->to - at < POINTS_ENOUGH && there < CHANGEPOINT_AFTER_MIN;
}

/* Whether few points carry the change and one of them alone makes it. */
static bool rests_on_one_point(const struct step *s)
{
    double first = -INFINITY, second = -INFINITY, sign = s->point.is_up ? 1 : -1;
    size_t at = s->from + s->point.at;
    for (size_t i = at; i < s->to; i++) {
        double value = sign * s->curve->x[i];
        second = fmax(second, fmin(first, value));
        first = fmax(first, value);
    }
    return s->to - at < POINTS_ENOUGH && first - second > LONE_SPREADS * s->point.spread;
}

/* ---- Naming commits ----------------------------------------------------------------- */

static bool is_spike(const struct step *s, size_t i)
{
    return s->track->points[s->curve->first + i].is_spike;
}

/* Whether point i is nearer to the level before the change than to the one after it. */
static bool is_before(const struct step *s, size_t i)
{
    double middle = (s->point.before + s->point.after) / 2;
    return s->point.is_up ? s->curve->x[i] < middle : s->curve->x[i] > middle;
}

/*
 * The last point before the change and the first behind it that have the level that is spoken of
 * and are no spikes.
 */
static void name_points(const struct step *s, struct history_change *c)
{
    size_t before = s->from + s->point.earliest - 1, after = s->from + s->point.latest;
    while (before > s->from && (!is_before(s, before) || is_spike(s, before)))
        before--;
    while (after + 1 < s->to && (is_before(s, after) || is_spike(s, after)))
        after++;
    c->last_before = c->last_good = s->curve->first + before;
    c->first_bad = s->curve->first + after;
    c->likely = s->curve->first + s->from + s->point.at;
}

/* ---- Levels ------------------------------------------------------------------------- */

struct level {
    double center;
    size_t count;
};

/* The levels between the cuts. `levels` has room for one more than those. */
static int find_levels(const struct track_curve *c, const struct changepoint_cut *cuts,
                       size_t cut_count, struct level *levels, struct err *err)
{
    for (size_t i = 0, from = 0; i <= cut_count; i++) {
        size_t to = i < cut_count ? cuts[i].at : c->count;
        struct summary s;
        if (summary_of(c->x + from, to - from, SUMMARY_LEVEL, &s, err))
            return -1;
        levels[i] = (struct level){s.center, to - from};
        from = to;
    }
    return 0;
}

/*
 * Whether a later level is that from before a change for the worse, or better: what remains of the
 * move is too small to count, or nothing but the error of both levels, and less than half of it.
 */
static bool is_back(const struct level *later, const struct level *before, double move,
                    double spread, double least)
{
    double error = spread * sqrt(1 / (double)later->count + 1 / (double)before->count);
    return later->center - before->center < fmax(least, fmin(move / 2, MOVE_ERRORS * error));
}

/* ---- All of a track ----------------------------------------------------------------- */

/* What the steps of one track share. */
struct steps {
    const struct history_context *v;
    struct history_judgement *j;
    const struct level *levels;
    size_t cut_count;
    double least;
};

/* A step for the worse out of what is worse already: the last good commit lies further back. */
static void look_further_back(const struct steps *all, size_t cut, struct history_change *c)
{
    for (size_t i = all->j->change_count; i-- > 0;) {
        const struct history_change *earlier = &all->j->changes[i];
        const struct level *before = &all->levels[earlier->cut];
        if (earlier->move > 0 && !earlier->accept &&
            !is_back(&all->levels[cut], before, earlier->move, earlier->spread, all->least)) {
            c->last_good = earlier->last_good;
            return;
        }
    }
}

static bool was_taken_back(const struct steps *all, size_t cut, const struct changepoint *p)
{
    for (size_t i = cut + 2; i <= all->cut_count; i++)
        if (is_back(&all->levels[i], &all->levels[cut], p->move, p->spread, all->least))
            return true;
    return false;
}

static void add_step(const struct steps *all, size_t cut, const struct step *s)
{
    struct history_judgement *j = all->j;
    double error = s->point.move_error;
    struct history_change c = {
        .cut = cut,
        .spread = s->point.spread,
        .move = s->point.move,
        .move_error = sqrt(error * error + chaining_variance(s)),
        .is_recovered = s->point.is_up && was_taken_back(all, cut, &s->point),
    };
    name_points(s, &c);
    /* What lies far from its neighbours makes its own error large, and is watched all the same. */
    bool is_of_few = rests_on_too_few(s);
    if (rests_on_one_point(s) || is_of_few) {
        if (s->point.is_up && c.move >= all->least) {
            j->doubt = is_of_few ? HISTORY_FEW_POINTS : HISTORY_ONE_POINT;
            j->watch_from = is_of_few ? c.first_bad : c.likely;
        }
        return;
    }
    if (!history_is_large(all->v, s->track, &c))
        return;
    c.accept = history_find_accept(all->v, s->track, c.last_before, c.first_bad);
    if (s->point.is_up)
        look_further_back(all, cut, &c);
    j->changes[j->change_count++] = c;
}

int history_explain_steps(const struct history_context *v, struct history_judgement *j,
                          const struct history_search *found, const struct changepoint_cut *cuts,
                          size_t cut_count, struct err *err)
{
    const struct track_curve *c = &found->curve;
    struct level *levels = calloc(cut_count + 1, sizeof *levels);
    if (!levels)
        return err_set(err, ERR_SYSTEM, "history: out of memory");
    struct steps all = {v, j, levels, cut_count, history_least_move(v, j->track)};
    int failed = find_levels(c, cuts, cut_count, levels, err);
    for (size_t i = 0; !failed && i < cut_count; i++) {
        struct step s = {
            .track = j->track,
            .curve = c,
            .from = i > 0 ? cuts[i - 1].at : 0,
            .to = i + 1 < cut_count ? cuts[i + 1].at : c->count,
        };
        if (!history_counts(v, j->track, cuts[i].is_up, cuts[i].p))
            continue;
        failed =
            changepoint_locate(c->x + s.from, s.to - s.from, &found->plan,
                               cuts[i].is_up ? CHANGEPOINT_UP : CHANGEPOINT_DOWN, &s.point, err);
        if (!failed && s.point.at > 0)
            add_step(&all, i, &s);
    }
    free(levels);
    return failed ? -1 : 0;
}
