/* All cuts of a series, each by the evidence of its own piece; see changepoint.h. */
#include "bench/stats/changepoint.h"

#include <math.h>

/* More permutations than these would take longer than anybody waits. */
#define MOST_PERMUTATIONS 1e6

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
                       const struct changepoint_side *side)
{
    double p = weigh(piece, side->p);
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

static int cut_piece(const struct segmentation *s, const struct piece *piece, struct err *err)
{
    struct changepoint_test test;
    struct changepoint point;
    struct changepoint_plan plan = *s->plan;
    const double *x = s->x + piece->from;
    if (!(places(s, piece->count) > 0))
        return 0;
    plan.seed = s->plan->seed + piece->from; /* another stream for each piece */
    plan.permutations =
        (size_t)fmax((double)plan.permutations,
                     fmin(MOST_PERMUTATIONS, (double)plan.permutations / piece->share));
    if (changepoint_test(x, piece->count, &plan, &test, err))
        return -1;
    keep_least(&s->out->up, piece, &test.up);
    keep_least(&s->out->down, piece, &test.down);
    double up = weigh(piece, test.up.p), down = weigh(piece, test.down.p);
    if (fmin(up, down) > s->p_cut)
        return 0;
    if (changepoint_locate(x, piece->count, &plan, way_of(up, down, s->p_cut), &point, err))
        return -1;
    if (point.at == 0)
        return 0;
    size_t after = piece->count - point.at;
    double left_places = places(s, point.at), right_places = places(s, after);
    double each = piece->share / fmax(sqrt(left_places) + sqrt(right_places), 1);
    double p = point.is_up ? up : down;
    struct piece left = {piece->from, point.at, each * sqrt(left_places), p};
    struct piece right = {piece->from + point.at, after, each * sqrt(right_places), p};
    if (cut_piece(s, &left, err))
        return -1;
    s->out->items[s->out->count++] = (struct changepoint_cut){right.from, point.is_up, p};
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
