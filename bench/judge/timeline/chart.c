/* The picture: a lane a unit, a panel a part, and one time for all of them. */
#include "bench/base/units.h"
#include "bench/base/words.h"
#include "bench/judge/timeline/timeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char timeline_chart_name[] = "timeline";

/* Colours that differ for the colour-blind, and heights for a grey printer. */
static const struct {
    unsigned tint;
    enum page_body body;
} looks[TRACE_STATES] = {
    [TRACE_RUNS] = {1, PAGE_BLOCK},      [TRACE_OUTSIDE] = {1, PAGE_HOLLOW},
    [TRACE_WANTS] = {5, PAGE_BAND},      [TRACE_QUEUES] = {4, PAGE_FRAME},
    [TRACE_SLEEPS] = {8, PAGE_HAIRLINE}, [TRACE_STARTS] = {6, PAGE_BAND},
};

/* As many as a picture of 600 pixels can show; what is shorter than a part of these is no pixel. */
enum { SPANS_MOST = 3000, BINS = 1200, ARROWS_MOST = 400 };

/* ---- Many events: what most of each small piece of time was ---------------------------------- */

struct bins {
    const struct trace_part *part;
    double width_ns;
    double share[TRACE_STATES]; /* of the bin that is being filled */
    uint32_t lane;
    size_t bin;
};

static enum trace_state most_of(const struct bins *b)
{
    int best = 0;
    for (int s = 1; s < TRACE_STATES; s++)
        best = b->share[s] > b->share[best] ? s : best;
    return (enum trace_state)best;
}

static void add_stretch(struct page *p, const struct trace_part *part, uint32_t lane, double lo_ns,
                        double hi_ns)
{
    page_point(p, &(struct page_point){.x = (double)NAN,
                                       .y = (double)NAN,
                                       .lo = lo_ns,
                                       .hi = hi_ns,
                                       .label = part->lanes.items[lane]});
}

/* The state of each bin of a lane, -1 for none; owned by the caller. */
static signed char *bins_of(const struct trace_part *part, uint32_t lane)
{
    signed char *states = malloc(BINS);
    double width_ns = (double)(part->end_ns - part->begin_ns) / BINS;
    struct bins b = {.part = part, .width_ns = width_ns, .lane = lane};
    size_t i = 0;
    if (!states)
        return NULL;
    while (i < part->spans.count && part->spans.items[i].lane < lane)
        i++;
    for (b.bin = 0; b.bin < BINS; b.bin++) {
        double lo = (double)part->begin_ns + width_ns * (double)b.bin, hi = lo + width_ns, sum = 0;
        memset(b.share, 0, sizeof b.share);
        while (i < part->spans.count && part->spans.items[i].lane == lane &&
               (double)part->spans.items[i].end_ns <= lo)
            i++;
        for (size_t k = i; k < part->spans.count && part->spans.items[k].lane == lane &&
                           (double)part->spans.items[k].begin_ns < hi;
             k++) {
            const struct trace_span *s = &part->spans.items[k];
            double from = fmax(lo, (double)s->begin_ns), to = fmin(hi, (double)s->end_ns);
            b.share[s->state] += fmax(0, to - from);
            sum += fmax(0, to - from);
        }
        states[b.bin] = sum > 0 ? (signed char)most_of(&b) : -1;
    }
    return states;
}

static void add_coarse(struct page *p, const struct trace_part *part, enum trace_state state)
{
    double width_ns = (double)(part->end_ns - part->begin_ns) / BINS;
    for (uint32_t lane = 0; lane < part->lanes.count; lane++) {
        signed char *states = bins_of(part, lane);
        p->failed |= !states;
        for (size_t b = 0; states && b < BINS;) {
            size_t end = b + 1;
            while (end < BINS && states[end] == states[b])
                end++;
            if (states[b] == (signed char)state)
                add_stretch(p, part, lane, (double)part->begin_ns + width_ns * (double)b,
                            (double)part->begin_ns + width_ns * (double)end);
            b = end;
        }
        free(states);
    }
}

/* ---- Series ---------------------------------------------------------------------------------- */

static bool is_coarse(const struct trace_part *part)
{
    return part->spans.count > SPANS_MOST;
}

/* What is said of all parts. */
struct words {
    bool has_lock, all_lock, has_loop;
};

static const char *name_of(const struct words *w, enum trace_state state)
{
    if (state == TRACE_RUNS && w->has_lock)
        return w->all_lock ? "runs with the lock" : "runs with the lock, or there is none";
    if (state == TRACE_QUEUES && w->has_loop)
        return "waits for a CPU or its turn";
    return trace_state_names[state];
}

/* Lanes lie in their own order, whatever each does first. */
static void add_lanes(struct page *p, const struct trace_part *part)
{
    for (uint32_t lane = 0; lane < part->lanes.count; lane++)
        add_stretch(p, part, lane, (double)NAN, (double)NAN);
}

static void add_states(struct page *p, const struct trace_part *part, const struct words *w)
{
    bool is_first = true;
    for (int s = 0; s < TRACE_STATES; s++) {
        enum trace_state state = (enum trace_state)s;
        if (!trace_time_ns(part, UINT32_MAX, state))
            continue;
        page_series(p, &(struct page_series_form){.name = name_of(w, state),
                                                  .tint = looks[s].tint,
                                                  .body = looks[s].body});
        if (is_first)
            add_lanes(p, part);
        is_first = false;
        if (is_coarse(part)) {
            add_coarse(p, part, state);
            continue;
        }
        for (size_t i = 0; i < part->spans.count; i++) {
            const struct trace_span *span = &part->spans.items[i];
            if (span->state == state)
                add_stretch(p, part, span->lane, (double)span->begin_ns, (double)span->end_ns);
        }
    }
}

/* All, or evenly chosen ones. */
static bool is_chosen(size_t i, size_t count)
{
    size_t stride = (count + ARROWS_MOST - 1) / ARROWS_MOST;
    return stride < 2 || i % stride == 0;
}

static void add_marks(struct page *p, const struct trace_part *part)
{
    if (!part->marks.count)
        return;
    page_series(
        p, &(struct page_series_form){.name = "put out: a waiter had asked", .mark = PAGE_RULE});
    for (size_t i = 0; i < part->marks.count; i++)
        if (is_chosen(i, part->marks.count))
            add_stretch(p, part, part->marks.items[i].lane, (double)part->marks.items[i].at_ns,
                        (double)part->marks.items[i].at_ns);
}

static void add_arrows(struct page *p, const struct trace_part *part)
{
    if (!part->flows.count)
        return;
    page_series(p, &(struct page_series_form){.name = "hand-over", .mark = PAGE_ARROW});
    for (size_t i = 0; i < part->flows.count; i++) {
        const struct trace_flow *f = &part->flows.items[i];
        if (!is_chosen(i, part->flows.count))
            continue;
        add_stretch(p, part, f->from, (double)f->from_ns, (double)f->from_ns);
        add_stretch(p, part, f->to, (double)f->to_ns, (double)f->to_ns);
    }
}

/* ---- Words ----------------------------------------------------------------------------------- */

static const char *time_text(char *out, size_t size, uint64_t ns)
{
    return units_format(out, size, (double)ns, "ns", 2);
}

static void add_finding(struct buf *out, const struct trace_part *part, bool is_alone)
{
    struct timeline_figures f;
    char text[32], other[32];
    out->failed |= !timeline_figures(part, UINT32_MAX, &f);
    if (part->told[0]) {
        buf_add(out, part->told);
        return;
    }
    buf_printf(out, "%.1f of %zu at work", f.at_a_time, timeline_units(part));
    /* Units differ, and what is in the middle of them all may be nobody's. */
    if (f.longest_turn_ns && f.longest_lock_ns && is_alone)
        buf_printf(out, ", turns of up to %s and waits for the lock of up to %s",
                   time_text(text, sizeof text, f.longest_turn_ns),
                   time_text(other, sizeof other, f.longest_lock_ns));
    else if (f.longest_wait_ns)
        buf_printf(out, ", longest wait %s", time_text(text, sizeof text, f.longest_wait_ns));
}

char *timeline_finding(const struct trace *traces, size_t count)
{
    struct buf out = {0};
    size_t parts = 0, done = 0;
    for (size_t i = 0; i < count; i++)
        parts += traces[i].parts.count;
    if (count == 1 && traces[0].title && traces[0].title[0])
        buf_printf(&out, "%s: ", traces[0].title);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < traces[i].parts.count; k++) {
            const struct trace_part *part = &traces[i].parts.items[k];
            buf_add(&out, done++ ? "; " : "");
            if (parts > 1)
                buf_printf(&out, "%s: ", part->name[0] ? part->name : part->source);
            add_finding(&out, part, parts < 2);
        }
    return buf_steal(&out);
}

static void add_note(struct buf *note, const struct trace_part *part, bool is_named)
{
    const char *name = part->name[0] ? part->name : part->source;
    char text[32];
    struct buf own = {0};
    if (part->lost) {
        buf_printf(&own, "%llu of %llu events were lost: it begins %s after the gate",
                   (unsigned long long)part->lost, (unsigned long long)part->recorded,
                   time_text(text, sizeof text, part->begin_ns));
    }
    if (!part->knows_queues)
        buf_printf(&own, "%swaiting for a CPU could not be told from other waiting",
                   own.len ? "; " : "");
    if (timeline_queued_ratio(part) > 0)
        buf_printf(&own, "%sunits waited for a CPU %.0f %% of their time", own.len ? "; " : "",
                   100 * timeline_queued_ratio(part));
    if (is_coarse(part))
        buf_printf(&own, "%sof each %s what most of it was", own.len ? "; " : "",
                   time_text(text, sizeof text, (part->end_ns - part->begin_ns) / BINS));
    if (part->flows.count > ARROWS_MOST || part->marks.count > ARROWS_MOST)
        buf_printf(
            &own, "%sone arrow and mark in %zu drawn", own.len ? "; " : "",
            ((part->flows.count > part->marks.count ? part->flows.count : part->marks.count) +
             ARROWS_MOST - 1) /
                ARROWS_MOST);
    if (own.len)
        buf_printf(note, "%s%s%s%s.", note->len ? " " : "", is_named ? name : "",
                   is_named ? ": " : "", buf_text(&own));
    buf_settle(note, &own);
}

/* As exact as a parameter is, "5 ms"; told apart from its unit by a blank. */
static const char *exact_text(char *out, size_t size, double ns)
{
    char exact[32];
    units_format_exact(exact, sizeof exact, (int64_t)ns, "ns");
    int digits = (int)strspn(exact, "0123456789");
    snprintf(out, size, "%.*s %s", digits, exact, exact + digits);
    return out;
}

/* The longest interval is the ruler of all parts. */
static double step_of(const struct trace *traces, size_t count)
{
    uint64_t step_ns = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < traces[i].parts.count; k++) {
            uint64_t own_ns = traces[i].parts.items[k].interval_ns;
            step_ns = own_ns > step_ns ? own_ns : step_ns;
        }
    return (double)step_ns;
}

/* "A line each 5 ms, the interval after which a waiter asks", or after how long in each. */
static void add_ruler(struct buf *out, const struct trace *traces, size_t count, double step_ns)
{
    char step[32];
    bool is_shared = true;
    buf_printf(out, ". A line each %s", exact_text(step, sizeof step, step_ns));
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < traces[i].parts.count; k++) {
            double own_ns = (double)traces[i].parts.items[k].interval_ns;
            is_shared &= !(own_ns > 0) || !(own_ns < step_ns);
        }
    if (is_shared) {
        buf_add(out, ", the interval after which a waiter asks");
        return;
    }
    const char *before = "; waiters ask after ";
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < traces[i].parts.count; k++) {
            const struct trace_part *part = &traces[i].parts.items[k];
            if (!part->interval_ns)
                continue;
            buf_printf(out, "%s%s", before,
                       exact_text(step, sizeof step, (double)part->interval_ns));
            before = ", ";
        }
    buf_add(out, ", part by part");
}

void timeline_chart(struct page *p, const struct trace *traces, size_t count)
{
    char *title = timeline_finding(traces, count);
    struct buf subtitle = {0}, note = {0};
    double end_ns = 0, begin_ns = INFINITY;
    struct words words = {0};
    size_t parts = 0, locks = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < traces[i].parts.count; k++) {
            const struct trace_part *part = &traces[i].parts.items[k];
            end_ns = fmax(end_ns, (double)part->end_ns);
            begin_ns = fmin(begin_ns, (double)part->begin_ns);
            parts++;
            locks += part->has_lock;
            words.has_loop |= timeline_units(part) < part->lanes.count;
            buf_printf(&subtitle, "%s%s (%s)", subtitle.len ? "; " : "", part->id, part->source);
        }
    words.has_lock = locks > 0;
    words.all_lock = locks == parts;
    double step_ns = step_of(traces, count);
    if (step_ns > 0)
        add_ruler(&subtitle, traces, count, step_ns);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < traces[i].parts.count; k++)
            add_note(&note, &traces[i].parts.items[k], parts > 1);
    p->failed |= !title;
    page_chart(
        p, &(struct page_chart_form){
               .key = timeline_chart_name,
               .title = title ? title : "",
               .subtitle = page_text_of(p, &subtitle),
               .note = page_text_of(p, &note),
               .kind = PAGE_LANES,
               .x = {.name = "time", .unit = "ns", .from = begin_ns, .to = end_ns, .step = step_ns},
               .y = {.name = "unit"},
           });
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < traces[i].parts.count; k++) {
            const struct trace_part *part = &traces[i].parts.items[k];
            page_panel(p, part->name[0] || parts < 2 ? part->name : part->source, NULL, NULL);
            add_states(p, part, &words);
            add_marks(p, part);
            add_arrows(p, part);
        }
    page_settle(p, &subtitle);
    page_settle(p, &note);
    free(title);
}
