/* A trace as a page: what it comes to, a table for each part, the picture, the trace itself. */
#include "bench/base/units.h"
#include "bench/base/words.h"
#include "bench/judge/timeline/timeline.h"
#include "bench/trace/chrome.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void add_time(struct page *p, uint64_t ns)
{
    if (ns)
        page_number(p, (double)ns, "ns", 3);
    else
        page_missing(p, NULL);
}

/* Columns for what there is; all of them for programs. */
enum column {
    UNIT,
    FIRST_STATE,
    TURNS = FIRST_STATE + TRACE_STATES,
    TURN,
    WAIT,
    PUT_OUTS,
    COLUMNS
};

static const struct page_column columns[COLUMNS] = {
    [UNIT] = {.key = "unit", .flags = PAGE_LABEL},
    [FIRST_STATE + TRACE_RUNS] = {.key = "runs_ns", .head = "runs", .unit = "ns"},
    [FIRST_STATE + TRACE_OUTSIDE] = {.key = "runs_without_ns", .head = "w/o lock", .unit = "ns"},
    [FIRST_STATE + TRACE_WANTS] = {.key = "wants_lock_ns", .head = "wants it", .unit = "ns"},
    [FIRST_STATE + TRACE_QUEUES] = {.key = "waits_cpu_ns", .head = "CPU wait", .unit = "ns"},
    [FIRST_STATE + TRACE_SLEEPS] = {.key = "sleeps_ns", .head = "sleeps", .unit = "ns"},
    [FIRST_STATE + TRACE_STARTS] = {.key = "made_ns", .head = "is made", .unit = "ns"},
    [TURNS] = {.key = "turns", .head = "turns"},
    [TURN] = {.key = "turn_p50_ns", .head = "median", .unit = "ns"},
    [WAIT] = {.key = "wait_max_ns", .head = "max wait", .unit = "ns"},
    [PUT_OUTS] = {.key = "put_outs", .head = "put out"},
};

static bool is_there(const struct trace_part *part, size_t column)
{
    bool is_state = column >= FIRST_STATE && column < TURNS;
    bool is_of_lock = column == TURNS || column == TURN || column == PUT_OUTS;
    if (is_state)
        return trace_time_ns(part, UINT32_MAX, (enum trace_state)(column - FIRST_STATE)) > 0;
    return !is_of_lock || part->has_lock;
}

static void add_cell(struct page *p, const struct trace_part *part, uint32_t lane, size_t column,
                     const struct timeline_figures *f)
{
    switch (column) {
    case UNIT:
        page_text(p, "%s", part->lanes.items[lane]);
        break;
    case TURNS:
        page_count(p, f->turns);
        break;
    case TURN:
        add_time(p, f->median_turn_ns);
        break;
    case WAIT:
        add_time(p, f->longest_wait_ns);
        break;
    case PUT_OUTS:
        page_count(p, f->put_outs);
        break;
    default:
        add_time(p, trace_time_ns(part, lane, (enum trace_state)(column - FIRST_STATE)));
    }
}

static void add_table(struct page *p, const struct trace_part *part)
{
    struct page_column chosen[COLUMNS + 1] = {0};
    size_t count = 0;
    for (size_t c = 0; c < COLUMNS; c++)
        if (is_there(part, c))
            chosen[count++] = columns[c];
    page_grid(p, &(struct page_grid_form){.key = "units",
                                          .title = part->name[0] ? part->name : NULL,
                                          .columns = chosen});
    for (uint32_t lane = 0; lane < part->lanes.count; lane++) {
        struct timeline_figures f;
        p->failed |= !timeline_figures(part, lane, &f);
        page_row(p);
        for (size_t c = 0; c < COLUMNS; c++)
            if (is_there(part, c))
                add_cell(p, part, lane, c, &f);
    }
}

static void say_metrics(struct page *p, const struct trace_part *part)
{
    char text[32];
    struct buf words = {0};
    for (size_t i = 0; i < part->metrics.count; i++) {
        const struct trace_metric *m = &part->metrics.items[i];
        buf_printf(&words, "%s%s %s", words.len ? ", " : "", m->name,
                   units_format(text, sizeof text, m->value, m->unit[0] ? m->unit : "count", 3));
    }
    if (words.len)
        page_say(p, PAGE_SENTENCE, "The workload's own: %s.", page_text_of(p, &words));
    page_settle(p, &words);
}

/* Tracing is never free, and it says so. */
static void say_cost(struct page *p, const struct trace_part *part)
{
    char event[32];
    struct buf words = {0};
    if (isfinite(part->event_ns))
        buf_printf(&words, "%llu events of %s each", (unsigned long long)part->recorded,
                   units_format(event, sizeof event, part->event_ns, "ns", 2));
    /* It cannot have saved time: what was saved is noise, and so is as much that was spent. */
    double noise = fmax(fmax(part->noise_ratio, 0), -part->cost_ratio);
    if (isfinite(part->cost_ratio) && part->cost_ratio <= noise)
        buf_printf(&words,
                   "%swhat it cost the units is not told from noise: the same work takes %.2g %% "
                   "more or less",
                   words.len ? "; " : "", 100 * noise);
    else if (isfinite(part->cost_ratio))
        buf_printf(&words, "%sthe units used %+.1f %% CPU time beside the same work without it",
                   words.len ? "; " : "", 100 * part->cost_ratio);
    if (words.len)
        page_say(p, PAGE_NOTE, "Tracing itself: %s.", page_text_of(p, &words));
    page_settle(p, &words);
}

static void say_limits(struct page *p, const struct trace_part *part)
{
    char text[32];
    if (part->lost)
        page_say(
            p, PAGE_WARNING,
            "%llu of %llu events were lost, since a unit's ring holds fewer: what is shown begins "
            "%s after the gate; --events N keeps more, --for T wants fewer",
            (unsigned long long)part->lost, (unsigned long long)part->recorded,
            units_format(text, sizeof text, (double)part->begin_ns, "ns", 3));
    if (part->is_cut)
        page_say(p, PAGE_NOTE, "The work went on: %s of it are shown (--for).",
                 units_format(text, sizeof text, (double)(part->end_ns - part->begin_ns), "ns", 3));
    if (timeline_queued_ratio(part) > 0)
        page_say(p, PAGE_WARNING,
                 "units waited for a CPU %.0f %% of their time: others had it, or there are fewer "
                 "of them than units; what they would have done with it is not seen",
                 100 * timeline_queued_ratio(part));
    if (!part->knows_queues)
        page_say(p, PAGE_NOTE,
                 "Waiting for a CPU could not be told from running and sleeping: this "
                 "kernel keeps no times of it.");
}

void timeline_page(struct page *p, const struct trace *t)
{
    char *finding = timeline_finding(t, 1);
    p->failed |= !finding;
    page_say(p, PAGE_SUMMARY, "%s.", finding ? finding : "");
    free(finding);
    for (size_t i = 0; i < t->parts.count; i++) {
        const struct trace_part *part = &t->parts.items[i];
        page_gap(p);
        page_say(p, PAGE_SOURCE, "%s, traced in %s", part->id, part->source);
        add_table(p, part);
        say_metrics(p, part);
        say_limits(p, part);
        say_cost(p, part);
    }
    page_to(p, PAGE_VIEWER | PAGE_DATA);
    timeline_chart(p, t, 1);
    page_to(p, PAGE_ALL);
    page_document(p, trace_document(t), JSON_REAL_PRECISION(17) | JSON_COMPACT);
}

int timeline_of_files(struct page *p, const char *const *paths, size_t count, struct err *err)
{
    struct trace *traces = calloc(count, sizeof *traces);
    int failed = traces ? 0 : err_set(err, ERR_SYSTEM, "no memory for %zu traces", count);
    for (size_t i = 0; i < count && !failed; i++)
        failed = trace_load(&traces[i], paths[i], err);
    if (!failed)
        timeline_chart(p, traces, count);
    for (size_t i = 0; traces && i < count; i++)
        trace_release(&traces[i]);
    free(traces);
    return failed ? -1 : 0;
}
