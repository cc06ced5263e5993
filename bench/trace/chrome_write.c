#include "bench/base/json_make.h"
#include "bench/trace/chrome.h"

#include <math.h>

/* One list of events, and where the next goes. */
struct writer {
    struct json_maker events;
    json_int_t pid;
};

static double time_of(uint64_t ns)
{
    return nearbyint((double)ns * 1.024) / 1024;
}

static json_t *time_json(uint64_t ns)
{
    return json_real(time_of(ns));
}

static json_t *event(const struct writer *w, const char *phase, uint32_t lane, const char *name)
{
    return json_pack("{s:s, s:s, s:I, s:I}", "ph", phase, "name", name, "pid", w->pid, "tid",
                     (json_int_t)lane + 1);
}

static void add_named(struct writer *w, const char *what, uint32_t lane, const char *name)
{
    struct json_maker e = json_maker_take(event(w, "M", lane, what));
    struct json_maker args = json_maker_new();
    json_make_text(&args, "name", name);
    json_make_value(&e, "args", json_made(&args));
    json_make_add(&w->events, json_made(&e));
}

static void add_order(struct writer *w, const char *what, uint32_t lane, json_int_t index)
{
    struct json_maker e = json_maker_take(event(w, "M", lane, what));
    json_make_value(&e, "args", json_pack("{s:I}", "sort_index", index));
    json_make_add(&w->events, json_made(&e));
}

static void add_names(struct writer *w, const struct trace_part *p)
{
    add_named(w, "process_name", 0, p->name[0] ? p->name : p->id);
    add_order(w, "process_sort_index", 0, w->pid);
    for (uint32_t i = 0; i < p->lanes.count; i++) {
        add_named(w, "thread_name", i, p->lanes.items[i]);
        add_order(w, "thread_sort_index", i, i);
    }
}

static void add_slice(struct writer *w, uint32_t lane, const char *category, const char *name,
                      uint64_t begin_ns, uint64_t end_ns)
{
    struct json_maker e = json_maker_take(event(w, "X", lane, name));
    json_make_text(&e, "cat", category);
    json_make_value(&e, "ts", time_json(begin_ns));
    json_make_value(&e, "dur", json_real(time_of(end_ns) - time_of(begin_ns)));
    json_make_add(&w->events, json_made(&e));
}

/* What encloses comes before what lies in it. */
static void add_slices(struct writer *w, const struct trace_part *p)
{
    size_t h = 0, s = 0;
    while (h < p->holds.count || s < p->spans.count) {
        const struct trace_hold *hold = h < p->holds.count ? &p->holds.items[h] : NULL;
        const struct trace_span *span = s < p->spans.count ? &p->spans.items[s] : NULL;
        bool is_hold = hold && (!span || hold->lane < span->lane ||
                                (hold->lane == span->lane && hold->begin_ns <= span->begin_ns));
        if (is_hold)
            add_slice(w, hold->lane, "lock", "has the lock", hold->begin_ns, hold->end_ns);
        else
            add_slice(w, span->lane, "state", trace_state_names[span->state], span->begin_ns,
                      span->end_ns);
        h += is_hold;
        s += !is_hold;
    }
}

static void add_end(struct writer *w, const char *phase, uint32_t lane, uint64_t at_ns,
                    json_int_t id)
{
    struct json_maker e = json_maker_take(event(w, phase, lane, "hand-over"));
    json_make_text(&e, "cat", "lock");
    json_make_int(&e, "id", id);
    json_make_value(&e, "ts", time_json(at_ns));
    if (phase[0] == 'f')
        json_make_text(&e, "bp", "e"); /* it belongs to the slice it lies in, not to the next */
    json_make_add(&w->events, json_made(&e));
}

static void add_flows(struct writer *w, const struct trace_part *p, json_int_t *id)
{
    for (size_t i = 0; i < p->flows.count; i++) {
        const struct trace_flow *f = &p->flows.items[i];
        ++*id;
        add_end(w, "s", f->from, f->from_ns, *id);
        add_end(w, "f", f->to, f->to_ns, *id);
    }
}

static void add_marks(struct writer *w, const struct trace_part *p)
{
    for (size_t i = 0; i < p->marks.count; i++) {
        struct json_maker e =
            json_maker_take(event(w, "i", p->marks.items[i].lane, "put out: a waiter had asked"));
        json_make_text(&e, "cat", "lock");
        json_make_text(&e, "s", "t");
        json_make_value(&e, "ts", time_json(p->marks.items[i].at_ns));
        json_make_add(&w->events, json_made(&e));
    }
}

/* ---- Who waits ------------------------------------------------------------------------------ */

struct change {
    uint64_t at_ns;
    int by;
};

static int compare_changes(const void *x, const void *y)
{
    const struct change *a = x, *b = y;
    return a->at_ns < b->at_ns ? -1 : a->at_ns > b->at_ns;
}

/*
 * Who waits for a CPU in the middle of a wait for the lock waits for the lock all the same: what
 * lies between two waits of a lane, and touches both, is one.
 */
static bool goes_on(const struct trace_part *p, size_t i)
{
    const struct trace_span *s = &p->spans.items[i];
    return s->state == TRACE_QUEUES && i > 0 && s[-1].lane == s->lane &&
           s[-1].state == TRACE_WANTS && s[-1].end_ns == s->begin_ns;
}

static void add_waiters(struct writer *w, const struct trace_part *p)
{
    struct {
        VEC(struct change);
    } changes = {0};
    for (size_t i = 0; i < p->spans.count; i++) {
        const struct trace_span *s = &p->spans.items[i];
        if (s->state != TRACE_WANTS && !goes_on(p, i))
            continue;
        vec_add(&changes, (struct change){s->begin_ns, 1});
        vec_add(&changes, (struct change){s->end_ns, -1});
    }
    if (changes.count)
        qsort(changes.items, changes.count, sizeof *changes.items, compare_changes);
    json_int_t waiters = 0;
    for (size_t i = 0; i < changes.count; i++) {
        waiters += changes.items[i].by;
        if (i + 1 < changes.count && changes.items[i + 1].at_ns == changes.items[i].at_ns)
            continue;
        struct json_maker e = json_maker_take(
            json_pack("{s:s, s:s, s:I}", "ph", "C", "name", "waiters", "pid", w->pid));
        json_make_value(&e, "ts", time_json(changes.items[i].at_ns));
        json_make_value(&e, "args", json_pack("{s:I}", "waiters", waiters));
        json_make_add(&w->events, json_made(&e));
    }
    w->events.failed |= changes.failed;
    vec_release(&changes);
}

/* ---- What is known beside it ----------------------------------------------------------------- */

static json_t *metrics_json(const struct trace_part *p)
{
    struct json_maker o = json_maker_new();
    for (size_t i = 0; i < p->metrics.count; i++) {
        const struct trace_metric *m = &p->metrics.items[i];
        struct json_maker one = json_maker_new();
        json_make_text(&one, "unit", m->unit);
        json_make_finite(&one, "value", m->value);
        json_make_value(&o, m->name, json_made(&one));
    }
    return json_made(&o);
}

static json_t *part_json(const struct trace_part *p, json_int_t pid)
{
    struct json_maker o = json_maker_new();
    json_make_int(&o, "pid", pid);
    json_make_text(&o, "name", p->name);
    json_make_text(&o, "id", p->id);
    json_make_text(&o, "source", p->source);
    json_make_text(&o, "told", p->told);
    json_make_int(&o, "begin_ns", (int64_t)p->begin_ns);
    json_make_int(&o, "end_ns", (int64_t)p->end_ns);
    if (p->interval_ns)
        json_make_int(&o, "interval_ns", (int64_t)p->interval_ns);
    json_make_int(&o, "events_recorded", (int64_t)p->recorded);
    json_make_int(&o, "events_lost", (int64_t)p->lost);
    json_make_bool(&o, "has_lock", p->has_lock);
    json_make_bool(&o, "knows_cpu_waits", p->knows_queues);
    json_make_bool(&o, "is_cut", p->is_cut);
    json_make_finite(&o, "event_cost_ns", p->event_ns);
    json_make_finite(&o, "tracing_cost_ratio", p->cost_ratio);
    json_make_finite(&o, "tracing_noise_ratio", p->noise_ratio);
    json_make_value(&o, "metrics", metrics_json(p));
    return json_made(&o);
}

json_t *trace_document(const struct trace *t)
{
    struct json_maker o = json_maker_new(), parts = json_maker_list();
    struct writer w = {.events = json_maker_list()};
    json_int_t flows = 0;
    for (size_t i = 0; i < t->parts.count; i++) {
        const struct trace_part *p = &t->parts.items[i];
        w.pid = (json_int_t)i + 1;
        json_make_add(&parts, part_json(p, w.pid));
        add_names(&w, p);
        add_slices(&w, p);
        add_marks(&w, p);
        add_flows(&w, p, &flows);
        add_waiters(&w, p);
    }
    json_make_text(&o, "schema", "contend.trace/1");
    json_make_text(&o, "title", t->title ? t->title : "");
    json_make_text(&o, "displayTimeUnit", "ms");
    if (t->run)
        json_make_shared(&o, "run", t->run);
    if (t->host)
        json_make_shared(&o, "host", t->host);
    json_make_list(&o, "parts", &parts);
    json_make_list(&o, "traceEvents", &w.events);
    return json_made(&o);
}
