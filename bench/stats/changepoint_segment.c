/* All cuts of a series, each by the evidence of its own piece; see changepoint.h. */
#include "bench/stats/changepoint.h"

#include <math.h>

/* More permutations than these would take longer than anybody waits. */
#define MOST_PERMUTATIONS 1e6

/* Of what a piece is allowed: what the test for a step that lasts gets; the other gets the rest. */
#define STEP_SHARE 0.8

/* What is common to all pieces of a series. */
struct segmentation {
    const double *x;
    const struct changepoint_plan *plan;
    double p_cut;
    struct changepoint_cuts *out;
};

struct piece {
    size_t from, count;
    double share;  /* of what the whole series is allowed */
    double path_p; /* the largest p of the cuts that led here */
};

/* Where a piece of so many points can be cut. */
static double places(const struct segmentation *s, size_t count)
{
    size_t least = s->plan->before_min + s->plan->after_min;
    return count < least ? 0 : (double)(count - least + 1);
}

/* A p of the piece as what it counts for in the whole series. */
static double weigh(const struct piece *piece, double p)
{
    return fmin(1, fmax(piece->path_p, p / piece->share));
}

static void keep_least(struct changepoint_side *least, const struct piece *piece,
                       const struct changepoint_side *side, double p)
{
    if (p < least->p)
        *least = (struct changepoint_side){side->statistic, p,
                                           side->at > 0 ? piece->from + side->at : 0};
}

/* Which way a piece is to be cut: what only one direction has evidence for goes that way. */
static enum changepoint_way way_of(double up, double down, double p_cut)
{
    if (up <= p_cut && down <= p_cut)
        return CHANGEPOINT_EITHER;
    return up <= p_cut ? CHANGEPOINT_UP : CHANGEPOINT_DOWN;
}

/* The test's plan for a piece: another stream, and as many more permutations as its share asks. */
static struct changepoint_plan plan_of(const struct segmentation *s, const struct piece *piece,
                                       double share)
{
    struct changepoint_plan plan = *s->plan;
    plan.seed = s->plan->seed + piece->from;
    plan.permutations =
        (size_t)fmax((double)plan.permutations,
                     fmin(MOST_PERMUTATIONS, (double)plan.permutations / (piece->share * share)));
    return plan;
}

/* A place to cut a piece at; at is 0 where there is none. */
struct place {
    size_t at;
    bool is_up;
    double p;
};

/* A change that lasts. */
static int find_step(const struct segmentation *s, const struct piece *piece, struct place *out,
                     struct err *err)
{
    struct changepoint_test test;
    struct changepoint point;
    const double *x = s->x + piece->from;
    struct changepoint_plan plan = plan_of(s, piece, 1);
    if (changepoint_test(x, piece->count, &plan, &test, err))
        return -1;
    double up = weigh(piece, test.up.p / STEP_SHARE), down = weigh(piece, test.down.p / STEP_SHARE);
    keep_least(&s->out->up, piece, &test.up, up);
    keep_least(&s->out->down, piece, &test.down, down);
    if (fmin(up, down) > s->p_cut)
        return 0;
    if (changepoint_locate(x, piece->count, &plan, way_of(up, down, s->p_cut), &point, err))
        return -1;
    if (point.at > 0)
        *out = (struct place){point.at, point.is_up, point.is_up ? up : down};
    return 0;
}

/* A change for a while: the stronger of both directions, placed within the points that showed it.
 */
static int find_spell(const struct segmentation *s, const struct piece *piece, struct place *out,
                      struct err *err)
{
    struct changepoint_local test;
    struct changepoint point;
    const double *x = s->x + piece->from;
    struct changepoint_plan plan = plan_of(s, piece, 1 - STEP_SHARE);
    if (changepoint_local_test(x, piece->count, &plan, &test, err))
        return -1;
    double up = weigh(piece, test.up.p / (1 - STEP_SHARE)),
           down = weigh(piece, test.down.p / (1 - STEP_SHARE));
    keep_least(&s->out->up, piece, &test.up, up);
    keep_least(&s->out->down, piece, &test.down, down);
    if (fmin(up, down) > s->p_cut)
        return 0;
    bool is_up = down > s->p_cut || (up <= s->p_cut && test.up.statistic >= test.down.statistic);
    size_t at = is_up ? test.up.at : test.down.at, reach = is_up ? test.up_reach : test.down_reach;
    if (changepoint_locate(x + at - reach, 2 * reach, &plan,
                           is_up ? CHANGEPOINT_UP : CHANGEPOINT_DOWN, &point, err))
        return -1;
    if (point.at > 0)
        *out = (struct place){at - reach + point.at, is_up, is_up ? up : down};
    return 0;
}

static int cut_piece(const struct segmentation *s, const struct piece *piece, struct err *err)
{
    struct place place = {0};
    if (!(places(s, piece->count) > 0))
        return 0;
    if (find_step(s, piece, &place, err) || (place.at == 0 && find_spell(s, piece, &place, err)))
        return -1;
    if (place.at == 0)
        return 0;
    size_t after = piece->count - place.at;
    double left_places = places(s, place.at), right_places = places(s, after);
    double each = piece->share / fmax(sqrt(left_places) + sqrt(right_places), 1);
    struct piece left = {piece->from, place.at, each * sqrt(left_places), place.p};
    struct piece right = {piece->from + place.at, after, each * sqrt(right_places), place.p};
    if (cut_piece(s, &left, err))
        return -1;
    s->out->items[s->out->count++] = (struct changepoint_cut){right.from, place.is_up, place.p};
    return cut_piece(s, &right, err);
}

int changepoint_segment(const double *x, size_t count, const struct changepoint_plan *plan,
                        double p_cut, struct changepoint_cuts *out, struct err *err)
{
    struct segmentation s = {x, plan, p_cut, out};
    struct piece whole = {.count = count, .share = 1};
    out->count = 0;
    out->up = out->down = (struct changepoint_side){.p = 1};
    return cut_piece(&s, &whole, err);
}
