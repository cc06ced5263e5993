#include "bench/trace/trace.h"

#include <math.h>
#include <string.h>

const char *const trace_state_names[TRACE_STATES] = {
    [TRACE_RUNS] = "runs",
    [TRACE_OUTSIDE] = "runs without the lock",
    [TRACE_WANTS] = "wants the lock",
    [TRACE_QUEUES] = "waits for a CPU",
    [TRACE_SLEEPS] = "sleeps",
    [TRACE_STARTS] = "is being made",
};

const char trace_loop_name[] = "event loop";

static void release_part(struct trace_part *p)
{
    free(p->name);
    free(p->id);
    free(p->source);
    free(p->told);
    for (size_t i = 0; i < p->lanes.count; i++)
        free(p->lanes.items[i]);
    for (size_t i = 0; i < p->metrics.count; i++) {
        free(p->metrics.items[i].name);
        free(p->metrics.items[i].unit);
    }
    vec_release(&p->lanes);
    vec_release(&p->spans);
    vec_release(&p->holds);
    vec_release(&p->marks);
    vec_release(&p->flows);
    vec_release(&p->metrics);
}

void trace_release(struct trace *t)
{
    for (size_t i = 0; i < t->parts.count; i++)
        release_part(&t->parts.items[i]);
    vec_release(&t->parts);
    free(t->title);
    json_decref(t->run);
    json_decref(t->host);
    *t = (struct trace){0};
}

struct trace_part *trace_add(struct trace *t, const char *name, const char *id, const char *source)
{
    struct trace_part p = {
        .name = strdup(name),
        .id = strdup(id),
        .source = strdup(source),
        .told = strdup(""),
        .event_ns = (double)NAN,
        .cost_ratio = (double)NAN,
        .noise_ratio = (double)NAN,
    };
    if (p.name && p.id && p.source && p.told && vec_add(&t->parts, p))
        return &t->parts.items[t->parts.count - 1];
    release_part(&p);
    t->failed = true;
    return NULL;
}

void trace_set_title(struct trace *t, const char *title)
{
    free(t->title);
    t->title = strdup(title);
    t->failed |= !t->title;
}

void trace_tell(struct trace *t, struct trace_part *p, const char *words)
{
    free(p->told);
    p->told = strdup(words);
    t->failed |= !p->told;
}

uint32_t trace_lane(struct trace_part *p, const char *name)
{
    char *copy = strdup(name);
    if (!copy || !vec_add(&p->lanes, copy)) {
        free(copy);
        p->lanes.failed = true;
        return 0;
    }
    return (uint32_t)p->lanes.count - 1;
}

void trace_span(struct trace_part *p, uint32_t lane, enum trace_state state, uint64_t begin_ns,
                uint64_t end_ns)
{
    if (end_ns > begin_ns)
        vec_add(&p->spans, (struct trace_span){begin_ns, end_ns, lane, state});
}

void trace_hold(struct trace_part *p, uint32_t lane, uint64_t begin_ns, uint64_t end_ns)
{
    if (end_ns > begin_ns)
        vec_add(&p->holds, (struct trace_hold){begin_ns, end_ns, lane});
}

void trace_mark(struct trace_part *p, uint32_t lane, uint64_t at_ns)
{
    vec_add(&p->marks, (struct trace_mark){at_ns, lane});
}

void trace_flow(struct trace_part *p, uint32_t from, uint64_t from_ns, uint32_t to, uint64_t to_ns)
{
    vec_add(&p->flows, (struct trace_flow){from_ns, to_ns, from, to});
}

void trace_metric(struct trace_part *p, const char *name, const char *unit, double value)
{
    struct trace_metric m = {strdup(name), strdup(unit), value};
    if (m.name && m.unit && vec_add(&p->metrics, m))
        return;
    free(m.name);
    free(m.unit);
    p->metrics.failed = true;
}

/* ---- Order --------------------------------------------------------------------------------- */

static int compare(uint32_t lane_a, uint64_t a, uint32_t lane_b, uint64_t b)
{
    if (lane_a != lane_b)
        return lane_a < lane_b ? -1 : 1;
    return a < b ? -1 : a > b;
}

static int compare_spans(const void *x, const void *y)
{
    const struct trace_span *a = x, *b = y;
    return compare(a->lane, a->begin_ns, b->lane, b->begin_ns);
}

static int compare_holds(const void *x, const void *y)
{
    const struct trace_hold *a = x, *b = y;
    return compare(a->lane, a->begin_ns, b->lane, b->begin_ns);
}

static int compare_marks(const void *x, const void *y)
{
    const struct trace_mark *a = x, *b = y;
    return compare(a->lane, a->at_ns, b->lane, b->at_ns);
}

static int compare_flows(const void *x, const void *y)
{
    const struct trace_flow *a = x, *b = y;
    return compare(0, a->from_ns, 0, b->from_ns);
}

#define SORT(v, compare_items)                                                                     \
    do {                                                                                           \
        if ((v)->count)                                                                            \
            qsort((v)->items, (v)->count, sizeof *(v)->items, compare_items);                      \
    } while (0)

/* Cuts it to what is shown; false where nothing of it is left. */
static bool cut(const struct trace_part *p, uint64_t *begin_ns, uint64_t *end_ns)
{
    *begin_ns = *begin_ns < p->begin_ns ? p->begin_ns : *begin_ns;
    *end_ns = *end_ns > p->end_ns ? p->end_ns : *end_ns;
    return *begin_ns < *end_ns;
}

static bool is_within(const struct trace_part *p, uint64_t at_ns)
{
    return at_ns >= p->begin_ns && at_ns <= p->end_ns;
}

void trace_settle(struct trace_part *p)
{
    size_t kept = 0;
    for (size_t i = 0; i < p->spans.count; i++) {
        struct trace_span s = p->spans.items[i];
        if (cut(p, &s.begin_ns, &s.end_ns))
            p->spans.items[kept++] = s;
    }
    p->spans.count = kept;
    kept = 0;
    for (size_t i = 0; i < p->holds.count; i++) {
        struct trace_hold h = p->holds.items[i];
        if (cut(p, &h.begin_ns, &h.end_ns))
            p->holds.items[kept++] = h;
    }
    p->holds.count = kept;
    kept = 0;
    for (size_t i = 0; i < p->marks.count; i++)
        if (is_within(p, p->marks.items[i].at_ns))
            p->marks.items[kept++] = p->marks.items[i];
    p->marks.count = kept;
    kept = 0;
    for (size_t i = 0; i < p->flows.count; i++)
        if (is_within(p, p->flows.items[i].from_ns) && is_within(p, p->flows.items[i].to_ns))
            p->flows.items[kept++] = p->flows.items[i];
    p->flows.count = kept;
    SORT(&p->spans, compare_spans);
    SORT(&p->holds, compare_holds);
    SORT(&p->marks, compare_marks);
    SORT(&p->flows, compare_flows);
}

int trace_check(const struct trace *t, struct err *err)
{
    bool failed = t->failed || t->parts.failed;
    for (size_t i = 0; i < t->parts.count; i++) {
        const struct trace_part *p = &t->parts.items[i];
        failed |= p->lanes.failed || p->spans.failed || p->holds.failed || p->marks.failed ||
                  p->flows.failed || p->metrics.failed;
    }
    return failed ? err_set(err, ERR_SYSTEM, "no memory for a trace of what units did") : 0;
}

uint64_t trace_time_ns(const struct trace_part *p, uint32_t lane, enum trace_state state)
{
    uint64_t sum_ns = 0;
    for (size_t i = 0; i < p->spans.count; i++) {
        const struct trace_span *s = &p->spans.items[i];
        if (s->state == state && (lane == UINT32_MAX || s->lane == lane))
            sum_ns += s->end_ns - s->begin_ns;
    }
    return sum_ns;
}
