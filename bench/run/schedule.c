#include "bench/run/schedule.h"

#include "bench/base/rng.h"
#include "bench/stats/summary.h"

#include <math.h>
#include <stdlib.h>

/*
 * What a cell is there for, and what two results are compared by: where nothing is done, what a
 * unit costs; elsewhere what was done.
 */
static const enum role starts[] = {ROLE_LIFECYCLE, ROLE_START, ROLE_NONE};
static const enum role works[] = {ROLE_RATE, ROLE_NONE};

/* Whether it could still be visited when that round began. */
static bool was_alive(const struct record *r, uint32_t round)
{
    return !r->cell->skip_reason && (r->failed == ERR_NONE || r->rounds_done > round);
}

static void shuffle(const struct plan *p, uint32_t round, uint32_t *order, size_t count)
{
    struct rng rng = {.state = p->seed * 0x9e3779b97f4a7c15u + round};
    rng_shuffle(&rng, order, count);
}

/* ---- Widths ------------------------------------------------------------------------ */

/*
 * ln(hi / lo) of what was found before the round.  Not the width over the center: of a skewed
 * figure those samples would be looked at again whose center happens to lie low.
 */
static double width_of(const struct record *r, const struct series *s, uint32_t round)
{
    struct summary found = {0};
    double *samples = malloc(sizeof *samples * (s->count + 1));
    size_t n = 0;
    for (size_t i = 0; samples && i < s->count; i++)
        if (r->launches[s->launches[i]].round < round)
            samples[n++] = s->samples[i];
    bool is_known = n > 1 && !summary_of(samples, n, SUMMARY_LEVEL, &found, NULL);
    free(samples);
    return is_known && found.lo > 0 ? log(found.hi / found.lo) : 0;
}

static size_t visits_before(const struct record *r, uint32_t round)
{
    size_t visits = 0;
    for (size_t i = 0; i < r->launch_count; i++)
        visits += r->launches[i].round < round;
    return visits;
}

/*
 * How wide the interval of what the cell is there for was before that round (throughput; where
 * nothing is done, what a unit costs), as a log ratio, over the visits it already had: what
 * another one is worth.  0: nothing to gain.
 */
static double gain_of(const struct record *r, uint32_t round)
{
    size_t visits = visits_before(r, round);
    const enum role *judged = r->cell->workload->kind == WORKLOAD_STARTUP ? starts : works;
    double widest = 0;
    for (; *judged != ROLE_NONE; judged++) {
        int metric = metric_with_role(&r->list, *judged);
        if (metric >= 0)
            widest = fmax(widest, width_of(r, &r->series[metric], round));
    }
    return visits && widest > SCHEDULE_NARROW_RATIO ? widest / (double)visits : 0;
}

/* ---- Rounds ------------------------------------------------------------------------ */

struct candidate {
    double gain;
    uint32_t cell;
};

/* The most to gain first; of equals the earlier in the plan. */
static int by_gain(const void *a, const void *b)
{
    const struct candidate *one = a, *other = b;
    if (one->gain > other->gain || one->gain < other->gain)
        return one->gain > other->gain ? -1 : 1;
    return one->cell < other->cell ? -1 : one->cell > other->cell;
}

static size_t add_once(uint32_t *order, size_t count, uint32_t cell)
{
    for (size_t i = 0; i < count; i++)
        if (order[i] == cell)
            return count;
    order[count] = cell;
    return count + 1;
}

/* A third of the cells at a time: what they gain is looked at again soon. */
static size_t take_widest(const struct plan *p, const struct record *records, uint32_t round,
                          uint32_t *order)
{
    struct candidate *all = malloc(sizeof *all * (p->cell_count + 1));
    size_t living = 0, wide = 0, count = 0;
    for (uint32_t i = 0; all && i < p->cell_count; i++) {
        if (!was_alive(&records[i], round))
            continue;
        living++;
        double gain = gain_of(&records[i], round);
        if (gain > 0)
            all[wide++] = (struct candidate){gain, i};
    }
    size_t third = (living + 2) / 3;
    if (wide)
        qsort(all, wide, sizeof *all, by_gain);
    for (size_t i = 0; i < wide && i < third; i++) {
        /* A share of the ceiling is a ratio of one round's two figures. */
        int control = p->cells[all[i].cell].control;
        count = add_once(order, count, all[i].cell);
        if (control >= 0 && was_alive(&records[control], round))
            count = add_once(order, count, (uint32_t)control);
    }
    free(all);
    return count;
}

size_t schedule_round(const struct plan *p, const struct record *records, uint32_t round,
                      uint32_t *order)
{
    size_t count = 0;
    if (round >= p->rounds)
        count = take_widest(p, records, round, order);
    else
        for (uint32_t i = 0; i < p->cell_count; i++)
            if (was_alive(&records[i], round))
                order[count++] = i;
    shuffle(p, round, order, count);
    return count;
}

uint32_t schedule_latest(const struct record *records, size_t count)
{
    uint32_t latest = 0;
    for (size_t i = 0; i < count; i++)
        if (records[i].rounds_done > latest + 1)
            latest = records[i].rounds_done - 1;
    return latest;
}

uint64_t schedule_needs_ns(const struct record *records, const uint32_t *order, size_t count)
{
    uint64_t needs_ns = 0;
    for (size_t i = 0; i < count; i++) {
        const struct record *r = &records[order[i]];
        if (r->visit_count)
            needs_ns += r->spent_ns / r->visit_count;
    }
    return needs_ns;
}
