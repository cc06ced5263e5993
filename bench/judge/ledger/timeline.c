/* A stretch of a watched program's life as a trace: who had its busiest lock, and who wanted it. */
#include "bench/judge/ledger/ledger_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The interpreter's lock where somebody waited for it, else the one that cost most waiting. */
static const struct ledger_lock *choose_lock(const struct ledger *l, size_t *index)
{
    for (size_t i = 0; i < l->locks.count; i++) {
        const struct ledger_lock *k = &l->locks.items[i];
        if ((k->kind == WATCH_GIL || k->kind == WATCH_TOGGLE) && k->contended) {
            *index = i;
            return k;
        }
    }
    *index = 0;
    return l->locks.count && ledger_is_lock(&l->locks.items[0]) ? &l->locks.items[0] : NULL;
}

/* Begin of the stretch of that length in which most was waited: turns lie in the order of their
 * ends. */
static uint64_t busiest(const struct ledger *l, size_t lock, uint64_t length_ns)
{
    uint64_t sum = 0, most = 0, begin_ns = 0;
    size_t first = 0;
    bool is_first = true;
    for (size_t i = 0; i < l->turns.count; i++) {
        const struct ledger_turn *t = &l->turns.items[i];
        if (t->lock != lock)
            continue;
        if (is_first) {
            first = i;
            begin_ns = t->wait_ns;
            is_first = false;
        }
        sum += t->take_ns - t->wait_ns;
        for (; first < i && l->turns.items[first].drop_ns + length_ns < t->drop_ns; first++)
            if (l->turns.items[first].lock == lock)
                sum -= l->turns.items[first].take_ns - l->turns.items[first].wait_ns;
        if (sum > most) {
            most = sum;
            begin_ns = t->drop_ns > length_ns ? t->drop_ns - length_ns : 0;
        }
    }
    return begin_ns;
}

struct lane {
    bool is_there;
    uint32_t number;
    uint64_t told_ns; /* until then its states are known */
};

static uint32_t lane_of(struct trace_part *p, const struct ledger_view *v, struct lane *lanes,
                        size_t thread)
{
    char name[120];
    if (!lanes[thread].is_there) {
        ledger_thread_name(v, (int)thread, name, sizeof name);
        lanes[thread] = (struct lane){.is_there = true, .number = trace_lane(p, name)};
        lanes[thread].told_ns = v->ledger->threads.items[thread].begin_ns;
    }
    return lanes[thread].number;
}

/* From when the lock was free for it: it has been woken, and waits for a CPU. */
static uint64_t woken_ns(const struct ledger_turn *t, const struct ledger_turn *before)
{
    bool is_known = before && before->drop_ns > t->wait_ns && before->drop_ns < t->take_ns;
    return is_known ? before->drop_ns : t->take_ns;
}

static void add_turn(struct trace_part *p, const struct ledger_view *v, struct lane *lanes,
                     const struct ledger_turn *t, const struct ledger_turn *before)
{
    uint32_t lane = lane_of(p, v, lanes, t->thread);
    uint64_t woken = woken_ns(t, before);
    trace_span(p, lane, TRACE_SLEEPS, lanes[t->thread].told_ns, t->wait_ns);
    trace_span(p, lane, TRACE_WANTS, t->wait_ns, woken);
    trace_span(p, lane, TRACE_QUEUES, woken, t->take_ns);
    trace_span(p, lane, TRACE_RUNS, t->take_ns, t->drop_ns);
    trace_hold(p, lane, t->take_ns, t->drop_ns);
    if (t->is_put_out)
        trace_mark(p, lane, t->drop_ns);
    if (woken < t->take_ns && before->thread != t->thread)
        trace_flow(p, lanes[before->thread].number, before->drop_ns, lane, t->take_ns);
    lanes[t->thread].told_ns = t->drop_ns;
}

/* What is still going on when the last turn of each is over. */
static void add_ends(struct trace_part *p, const struct ledger_view *v, const struct lane *lanes)
{
    for (size_t i = 0; i < v->ledger->threads.count; i++) {
        const struct ledger_thread *t = &v->ledger->threads.items[i];
        uint64_t end_ns = t->begin_ns + t->life_ns;
        if (lanes[i].is_there && end_ns > lanes[i].told_ns && t->lives == 1)
            trace_span(p, lanes[i].number, TRACE_SLEEPS, lanes[i].told_ns, end_ns);
    }
}

int ledger_trace(struct trace *out, const struct ledger_view *v, uint64_t length_ns,
                 struct err *err)
{
    const struct ledger *l = v->ledger;
    size_t index;
    const struct ledger_lock *lock = choose_lock(l, &index);
    const struct ledger_turn *before = NULL;
    struct buf command = {0};
    *out = (struct trace){0};
    if (!lock)
        return err_set(err, ERR_FAILED, "no lock was waited for: there is nothing to draw");
    for (size_t i = 0; v->argv[i]; i++)
        buf_printf(&command, "%s%s", i ? " " : "", v->argv[i]);
    struct trace_part *p = trace_add(out, lock->name, buf_text(&command), "contend watch");
    struct lane *lanes = calloc(l->threads.count ? l->threads.count : 1, sizeof *lanes);
    if (!p || !lanes)
        out->failed = true;
    for (size_t i = 0; p && lanes && i < l->turns.count; i++) {
        if (l->turns.items[i].lock != index)
            continue;
        add_turn(p, v, lanes, &l->turns.items[i], before);
        before = &l->turns.items[i];
    }
    if (p && lanes) {
        add_ends(p, v, lanes);
        p->has_lock = p->knows_queues = true;
        p->recorded = l->turns_seen;
        p->lost = l->turns_seen - l->turns.count;
        p->begin_ns = busiest(l, index, length_ns);
        p->end_ns = p->begin_ns + length_ns;
        p->is_cut = p->end_ns < l->life_ns;
        p->end_ns = p->end_ns < l->life_ns ? p->end_ns : l->life_ns;
        trace_settle(p);
    }
    free(lanes);
    buf_release(&command);
    return trace_check(out, err);
}
