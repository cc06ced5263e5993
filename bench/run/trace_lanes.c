/*
 * A unit's events are walked once.  Between two of them it was in one state; at its end that state
 * may turn out to have been waiting for a CPU: so long as the kernel says, up to the moment it went
 * on.  Waits for the lock come last, when all releases are known:
 *
 *     holder   ======runs======|put out
 *     waiter   wants ... |CPU  |wants|CPU |runs
 *                         ^ late to ask   ^ woken, and no CPU yet
 *
 * What a waiter queued for after the release that let it in lies at the end; what is left of it
 * lies before that release: its wait of an interval was over, and it could not ask, having no CPU.
 */
#include "bench/run/trace_lanes.h"

#include <stdio.h>
#include <string.h>

/* A wait for the lock. */
struct wait {
    uint32_t lane, lock;
    uint64_t begin_ns, end_ns;
    uint64_t queued_ns;
    bool is_over; /* it got the lock */
};

struct drop {
    uint32_t lane, lock;
    uint64_t at_ns;
};

struct reading {
    struct trace_part *part;
    const struct trace_reading *how;
    uint64_t origin_ns; /* what is 0 in the part, */
    uint64_t shift_ns;  /* ... but for this */
    struct {
        VEC(struct wait);
    } waits;
    struct {
        VEC(struct drop);
    } drops;
};

/* A unit while its events are walked. */
struct walk {
    struct reading *r;
    uint32_t lane, lock;
    bool is_known; /* what it does: not before the first event where some were lost */
    bool is_turn;  /* it is a coroutine: others run while it waits for its turn */
    bool is_idle, wants, holds;
    enum trace_state state;
    uint64_t since_ns, hold_ns, until_ns;
};

static uint64_t time_of(const struct reading *r, uint64_t at_ns)
{
    return at_ns > r->origin_ns ? at_ns - r->origin_ns + r->shift_ns : r->shift_ns;
}

static enum trace_state outside(const struct reading *r)
{
    return r->how->has_lock ? TRACE_OUTSIDE : TRACE_RUNS;
}

/* What it did up to now, the last of it waiting for a CPU. */
static void end_state(struct walk *w, uint64_t now_ns, uint64_t queued_ns)
{
    uint64_t span_ns = now_ns > w->since_ns ? now_ns - w->since_ns : 0;
    uint64_t queue_ns = queued_ns < span_ns ? queued_ns : span_ns;
    if (w->is_known && w->wants) {
        vec_add(&w->r->waits,
                (struct wait){w->lane, w->lock, w->since_ns, now_ns, queued_ns, false});
    } else if (w->is_known) {
        trace_span(w->r->part, w->lane, w->state, w->since_ns, now_ns - queue_ns);
        trace_span(w->r->part, w->lane, TRACE_QUEUES, now_ns - queue_ns, now_ns);
    }
    w->since_ns = now_ns;
}

static void begin_state(struct walk *w, enum trace_state state)
{
    w->is_known = true;
    w->state = state;
    w->wants = false;
}

static void end_hold(struct walk *w, uint64_t now_ns)
{
    if (w->holds && w->r->how->has_lock)
        trace_hold(w->r->part, w->lane, w->hold_ns, now_ns);
    if (w->r->how->has_lock)
        vec_add(&w->r->drops, (struct drop){w->lane, w->lock, now_ns});
    w->holds = false;
}

static void want(struct walk *w, uint64_t now_ns, uint64_t queued_ns)
{
    end_state(w, now_ns, queued_ns);
    begin_state(w, outside(w->r));
    w->wants = true;
}

static void taken(struct walk *w, uint64_t now_ns, const struct traced_event *e)
{
    if (w->wants && !e->value)
        w->wants = false; /* there was nothing to wait for */
    bool has_waited = w->wants;
    end_state(w, now_ns, e->queued_ns);
    if (has_waited && w->is_known && w->r->waits.count)
        w->r->waits.items[w->r->waits.count - 1].is_over = true;
    begin_state(w, TRACE_RUNS);
    w->holds = true;
    w->hold_ns = now_ns;
}

/* It was due at a moment and goes on only now: in between others had the loop. */
static void awake(struct walk *w, uint64_t now_ns, uint64_t queued_ns)
{
    uint64_t late_ns = 0;
    if (w->is_turn && w->until_ns && w->until_ns < now_ns)
        late_ns = now_ns - w->until_ns;
    end_state(w, now_ns, late_ns > queued_ns ? late_ns : queued_ns);
    begin_state(w, w->is_turn ? TRACE_RUNS : outside(w->r));
    w->is_idle = false;
}

static void idle(struct walk *w, uint64_t now_ns, const struct traced_event *e)
{
    w->is_idle = true;
    w->until_ns = e->value && e->value != UINT64_MAX ? time_of(w->r, e->value) : 0;
    if (!w->is_turn)
        return; /* it lets the lock go first */
    end_state(w, now_ns, e->queued_ns);
    begin_state(w, TRACE_SLEEPS);
}

static void step(struct walk *w, const struct traced_event *e, bool is_loop)
{
    uint64_t now_ns = time_of(w->r, e->at_ns);
    switch ((enum traced_kind)e->kind) {
    case TRACED_BEGIN:
        end_state(w, now_ns, e->queued_ns);
        begin_state(w, w->is_turn ? TRACE_RUNS : outside(w->r));
        break;
    case TRACED_TAKE:
        want(w, now_ns, e->queued_ns);
        break;
    case TRACED_TAKEN:
        taken(w, now_ns, e);
        break;
    case TRACED_HAND_OVER:
        end_hold(w, now_ns);
        trace_mark(w->r->part, w->lane, now_ns);
        want(w, now_ns, e->queued_ns);
        break;
    case TRACED_LET_GO:
        end_state(w, now_ns, e->queued_ns);
        end_hold(w, now_ns);
        begin_state(w, w->is_idle || is_loop ? TRACE_SLEEPS : outside(w->r));
        break;
    case TRACED_IDLE:
        idle(w, now_ns, e);
        break;
    case TRACED_AWAKE:
        awake(w, now_ns, e->queued_ns);
        break;
    case TRACED_ASIDE:
        end_state(w, now_ns, e->queued_ns);
        begin_state(w, TRACE_QUEUES);
        break;
    case TRACED_BACK:
        end_state(w, now_ns, e->queued_ns);
        begin_state(w, TRACE_RUNS);
        break;
    case TRACED_GAP:
        end_state(w, now_ns, e->queued_ns);
        break;
    case TRACED_END:
        end_state(w, now_ns, e->queued_ns);
        begin_state(w, TRACE_SLEEPS);
        w->is_known = false;
        break;
    case TRACED_KINDS:
        break;
    }
}

/* What was going on when nothing more was recorded. */
static void end_walk(struct walk *w)
{
    uint64_t end_ns = w->r->part->end_ns;
    if (!w->is_known || end_ns < w->since_ns)
        return;
    end_state(w, end_ns, 0);
    if (w->holds && w->r->how->has_lock)
        trace_hold(w->r->part, w->lane, w->hold_ns, end_ns);
}

static const struct traced_event *events_of(const struct traced_unit *u)
{
    return (const struct traced_event *)(u + 1);
}

/* From that moment on all of it is known. */
static void note_lost(struct reading *r, const struct traced_unit *u)
{
    r->part->recorded += u->recorded;
    r->part->lost += u->recorded - u->kept;
    if (u->recorded == u->kept || !u->kept)
        return;
    uint64_t first_ns = time_of(r, events_of(u)->at_ns);
    if (first_ns > r->part->begin_ns)
        r->part->begin_ns = first_ns;
}

static void walk_unit(struct reading *r, uint32_t lane, const struct traced_unit *u)
{
    struct walk w = {
        .r = r,
        .lane = lane,
        .lock = u->lock,
        .is_turn = u->holder != u->index,
        .is_known = u->recorded == u->kept && !r->how->is_pooled,
        .state = TRACE_QUEUES, /* the gate is open, and it has not come through yet */
        .since_ns = r->shift_ns,
    };
    for (uint64_t i = 0; i < u->kept; i++)
        step(&w, &events_of(u)[i], false);
    end_walk(&w);
}

/* ---- The loop of coroutines ---------------------------------------------------------------- */

struct moments {
    VEC(struct traced_event);
};

static int compare_moments(const void *x, const void *y)
{
    const struct traced_event *a = x, *b = y;
    return a->at_ns < b->at_ns ? -1 : a->at_ns > b->at_ns;
}

static const struct traced_unit *next_unit(const struct traced_unit *u)
{
    return (const struct traced_unit *)(const void *)(events_of(u) + u->kept);
}

static const struct traced_unit *first_unit(const struct traced_launch *l)
{
    return (const struct traced_unit *)(l + 1);
}

/* It has the lock in the name of all, and is off its CPU when any of them is. */
static void walk_loop(struct reading *r, uint32_t lane, const struct traced_launch *l,
                      const struct traced_unit *loop)
{
    struct moments all = {0};
    const struct traced_unit *u = first_unit(l);
    for (uint32_t i = 0; i < l->units; i++, u = next_unit(u))
        for (uint64_t k = 0; k < u->kept; k++)
            if (u == loop || events_of(u)[k].kind == TRACED_GAP)
                vec_add(&all, events_of(u)[k]);
    if (all.count)
        qsort(all.items, all.count, sizeof *all.items, compare_moments);
    struct walk w = {.r = r,
                     .lane = lane,
                     .lock = loop->lock,
                     .is_known = loop->recorded == loop->kept,
                     .state = outside(r),
                     .since_ns = r->shift_ns};
    for (size_t i = 0; i < all.count; i++)
        step(&w, &all.items[i], true);
    end_walk(&w);
    r->part->spans.failed |= all.failed;
    vec_release(&all);
}

/* ---- Waits --------------------------------------------------------------------------------- */

static int compare_drops(const void *x, const void *y)
{
    const struct drop *a = x, *b = y;
    if (a->lock != b->lock)
        return a->lock < b->lock ? -1 : 1;
    return a->at_ns < b->at_ns ? -1 : a->at_ns > b->at_ns;
}

/* How many of the drops, which are in order, lie before that moment or at it. */
static size_t drops_until(const struct reading *r, uint32_t lock, uint64_t at_ns)
{
    size_t low = 0, high = r->drops.count;
    const struct drop wanted = {.lock = lock, .at_ns = at_ns};
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_drops(&r->drops.items[middle], &wanted) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The release that let it in: the last one of another unit since it began to wait; or NULL. */
static const struct drop *release_of(const struct reading *r, const struct wait *w)
{
    if (!w->is_over)
        return NULL;
    for (size_t i = drops_until(r, w->lock, w->end_ns); i > 0; i--) {
        const struct drop *d = &r->drops.items[i - 1];
        if (d->lock != w->lock || d->at_ns < w->begin_ns)
            return NULL;
        if (d->lane != w->lane)
            return d;
    }
    return NULL;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static void draw_wait(struct reading *r, const struct wait *w)
{
    struct trace_part *p = r->part;
    const struct drop *d = release_of(r, w);
    uint64_t released_ns = d ? d->at_ns : w->begin_ns;
    uint64_t woken_ns = w->end_ns - least(w->queued_ns, w->end_ns - released_ns);
    uint64_t late_ns = least(w->queued_ns - (w->end_ns - woken_ns), released_ns - w->begin_ns);
    trace_span(p, w->lane, TRACE_WANTS, w->begin_ns, released_ns - late_ns);
    trace_span(p, w->lane, TRACE_QUEUES, released_ns - late_ns, released_ns);
    trace_span(p, w->lane, TRACE_WANTS, released_ns, woken_ns);
    trace_span(p, w->lane, TRACE_QUEUES, woken_ns, w->end_ns);
    if (d)
        trace_flow(p, d->lane, d->at_ns, w->lane, w->end_ns);
}

/* ---- Lanes --------------------------------------------------------------------------------- */

static uint32_t named_lane(struct reading *r, const char *name, uint32_t number)
{
    char text[96];
    snprintf(text, sizeof text, "%s %u", name, number);
    return trace_lane(r->part, text);
}

static void walk_units(struct reading *r, const struct traced_launch *l)
{
    const struct traced_unit *u = first_unit(l);
    for (uint32_t i = 0; i + 1 < l->units; i++, u = next_unit(u))
        walk_unit(r, named_lane(r, r->how->unit, i), u);
    bool has_loop = l->units > 1 && first_unit(l)->holder == u->index;
    if (has_loop)
        walk_loop(r, trace_lane(r->part, trace_loop_name), l, u);
}

/* A worker's lane: it sleeps where no task of its is at work. */
static void walk_worker(struct reading *r, const struct traced_launch *l, uint32_t os_id,
                        uint32_t lane, uint64_t made_ns)
{
    const struct traced_unit *u = first_unit(l);
    uint64_t free_ns = made_ns;
    trace_span(r->part, lane, TRACE_STARTS, 0, made_ns);
    /* Tasks of one worker follow each other; in what order is found again and again. */
    for (;;) {
        const struct traced_unit *next = NULL;
        u = first_unit(l);
        for (uint32_t i = 0; i + 1 < l->units; i++, u = next_unit(u))
            if (u->os_id == os_id && u->kept && time_of(r, u->first_ns) >= free_ns &&
                (!next || u->first_ns < next->first_ns))
                next = u;
        if (!next)
            break;
        uint64_t begin_ns = time_of(r, events_of(next)->at_ns);
        uint64_t end_ns = time_of(r, events_of(next)[next->kept - 1].at_ns);
        trace_span(r->part, lane, TRACE_SLEEPS, free_ns, begin_ns);
        walk_unit(r, lane, next);
        free_ns = end_ns > free_ns ? end_ns : free_ns + 1;
    }
    trace_span(r->part, lane, TRACE_SLEEPS, free_ns, r->part->end_ns);
}

static void walk_workers(struct reading *r, const struct traced_launch *l, uint64_t made_ns)
{
    uint32_t number = 0, last = 0;
    for (;;) {
        const struct traced_unit *u = first_unit(l), *next = NULL;
        for (uint32_t i = 0; i + 1 < l->units; i++, u = next_unit(u))
            if (u->os_id > last && (!next || u->os_id < next->os_id))
                next = u;
        if (!next)
            return;
        last = next->os_id;
        walk_worker(r, l, last, named_lane(r, "worker", number++), made_ns);
    }
}

/* Some unit does something at the end; to be joined takes a while besides. */
static bool goes_on(const struct trace_part *part)
{
    bool is_at_work = false;
    for (size_t i = 0; i < part->spans.count; i++)
        is_at_work |= part->spans.items[i].end_ns >= part->end_ns;
    return is_at_work;
}

size_t trace_lanes(struct trace_part *part, const struct traced_launch *l,
                   const struct trace_reading *how)
{
    uint64_t origin_ns = how->shows_making ? l->begin_ns : l->opened_ns;
    uint64_t made_ns = how->shows_making ? l->open_ns : 0;
    struct reading r = {.part = part, .how = how, .origin_ns = origin_ns, .shift_ns = made_ns};
    uint64_t end_ns = time_of(&r, least(l->until_ns, l->joined_ns));
    part->end_ns = end_ns;
    part->has_lock = how->has_lock;
    const struct traced_unit *u = first_unit(l);
    for (uint32_t i = 0; i < l->units; i++, u = next_unit(u))
        note_lost(&r, u);
    if (how->is_pooled)
        walk_workers(&r, l, made_ns);
    else
        walk_units(&r, l);
    if (r.drops.count)
        qsort(r.drops.items, r.drops.count, sizeof *r.drops.items, compare_drops);
    for (size_t i = 0; i < r.waits.count; i++)
        draw_wait(&r, &r.waits.items[i]);
    part->spans.failed |= r.waits.failed || r.drops.failed;
    vec_release(&r.waits);
    vec_release(&r.drops);
    part->is_cut = l->until_ns < l->joined_ns && goes_on(part);
    trace_settle(part);
    return (size_t)((const char *)(const void *)u - (const char *)(const void *)l);
}
