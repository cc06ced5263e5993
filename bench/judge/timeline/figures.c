/* What a part of a trace amounts to. */
#include "bench/judge/timeline/timeline.h"

#include <stdlib.h>
#include <string.h>

struct lengths {
    VEC(uint64_t);
};

static int compare_lengths(const void *x, const void *y)
{
    uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
    return a < b ? -1 : a > b;
}

static uint64_t median_of(struct lengths *l)
{
    if (!l->count)
        return 0;
    qsort(l->items, l->count, sizeof *l->items, compare_lengths);
    return l->items[l->count / 2];
}

bool timeline_is_loop(const struct trace_part *p, uint32_t lane)
{
    return !strcmp(p->lanes.items[lane], trace_loop_name);
}

size_t timeline_units(const struct trace_part *p)
{
    size_t count = 0;
    for (uint32_t i = 0; i < p->lanes.count; i++)
        count += !timeline_is_loop(p, i);
    return count;
}

static bool is_of(const struct trace_part *p, uint32_t lane, uint32_t wanted)
{
    return wanted == UINT32_MAX ? !timeline_is_loop(p, lane) : lane == wanted;
}

/*
 * A wait begins at span *i and goes on, for the lock or for a CPU, until the unit runs or sleeps;
 * *i moves behind it.  Whether it was for the lock, all of it or in part.
 */
static bool wait_of(const struct trace_part *p, size_t *i, uint64_t *length_ns)
{
    const struct trace_span *first = &p->spans.items[*i], *s = first;
    bool is_for_lock = false;
    do {
        is_for_lock |= s->state == TRACE_WANTS;
        *length_ns = s->end_ns - first->begin_ns;
        ++*i;
        s++;
    } while (*i < p->spans.count && s->lane == first->lane && s->begin_ns == s[-1].end_ns &&
             (s->state == TRACE_WANTS || s->state == TRACE_QUEUES));
    return is_for_lock;
}

bool timeline_figures(const struct trace_part *p, uint32_t lane, struct timeline_figures *out)
{
    struct lengths turns = {0};
    uint64_t running_ns = 0, length_ns, whole_ns = p->end_ns - p->begin_ns;
    *out = (struct timeline_figures){0};
    for (size_t i = 0; i < p->holds.count; i++)
        if (is_of(p, p->holds.items[i].lane, lane) ||
            (lane == UINT32_MAX && timeline_is_loop(p, p->holds.items[i].lane)))
            vec_add(&turns, p->holds.items[i].end_ns - p->holds.items[i].begin_ns);
    for (size_t i = 0; i < p->spans.count; i++) {
        const struct trace_span *s = &p->spans.items[i];
        if (is_of(p, s->lane, lane) && (s->state == TRACE_RUNS || s->state == TRACE_OUTSIDE))
            running_ns += s->end_ns - s->begin_ns;
    }
    for (size_t i = 0; i < p->spans.count;) {
        const struct trace_span *s = &p->spans.items[i];
        bool is_wait = s->state == TRACE_WANTS || s->state == TRACE_QUEUES;
        if (!is_wait || !is_of(p, s->lane, lane)) {
            i++;
            continue;
        }
        bool is_for_lock = wait_of(p, &i, &length_ns);
        if (is_for_lock) {
            out->waits++;
            out->longest_lock_ns =
                length_ns > out->longest_lock_ns ? length_ns : out->longest_lock_ns;
        }
        out->longest_wait_ns = length_ns > out->longest_wait_ns ? length_ns : out->longest_wait_ns;
    }
    for (size_t i = 0; i < p->marks.count; i++)
        out->put_outs += lane == UINT32_MAX || p->marks.items[i].lane == lane;
    out->at_a_time = whole_ns ? (double)running_ns / (double)whole_ns : 0;
    out->turns = turns.count;
    out->median_turn_ns = median_of(&turns);
    out->longest_turn_ns = turns.count ? turns.items[turns.count - 1] : 0;
    bool is_whole = !turns.failed;
    vec_release(&turns);
    return is_whole;
}

double timeline_queued_ratio(const struct trace_part *p)
{
    enum { LEAST_PERCENT = 10 };
    size_t units = timeline_units(p);
    uint64_t lasted_ns = (p->end_ns - p->begin_ns) * units;
    if (units < p->lanes.count || lasted_ns == 0)
        return 0;
    uint64_t queued_ns = trace_time_ns(p, UINT32_MAX, TRACE_QUEUES);
    return queued_ns * 100 > lasted_ns * LEAST_PERCENT ? (double)queued_ns / (double)lasted_ns : 0;
}
