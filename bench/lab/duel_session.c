#include "bench/lab/duel_session.h"

#include "bench/base/clock.h"
#include "bench/base/interrupt.h"
#include "bench/base/json_make.h"
#include "bench/lab/ahead.h"
#include "bench/machine/priority.h"
#include "bench/page/picture/picture.h"
#include "bench/registry_try.h"
#include "bench/run/header.h"

#include <stdlib.h>
#include <string.h>

/* ---- The document -------------------------------------------------------------------------- */

/* How it was made, and where; what is only known at the end is added there. */
struct origin {
    json_t *run, *host; /* NULL: nobody wants the document */
};

static bool wants_document(const struct duel_request *request)
{
    return request->output || !strcmp(request->format, "json");
}

static struct origin origin_of(const struct duel_session *s, uint64_t seed)
{
    const struct header h = {.argc = s->call->argc,
                             .argv = s->call->argv,
                             .seed = seed,
                             .timer_slack_ns = HEADER_NO_SLACK};
    return wants_document(s->request) ? (struct origin){header_run(&h), header_host(&h)}
                                      : (struct origin){0};
}

static void add_document(struct page *page, const struct duel_report *r, struct origin *origin,
                         bool is_partial)
{
    char now[40];
    page->failed |= !origin->run || !origin->host;
    if (page->failed)
        return;
    struct json_maker run = json_maker_take(origin->run);
    json_make_text(&run, "finished_at", clock_utc_text(now, sizeof now));
    json_make_text(&run, "status", is_partial ? "partial" : "complete");
    json_t *made = json_made(&run);
    page->failed |= !made;
    page_document(page, duel_document(r, made, origin->host),
                  JSON_INDENT(1) | JSON_REAL_PRECISION(15));
    *origin = (struct origin){0};
}

static const struct page_style file_style = {.width = 100, .utf8 = true};

/* An earlier document is not replaced by one that holds nothing. */
static bool has_pairs(const struct duel_report *r)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->outcomes[i].first.seen.slot_count)
            return true;
    return false;
}

/* The page of it, with the document if one is wanted, which is written. */
static int finish(const struct duel_request *request, const struct duel_report *r,
                  struct origin *origin, struct duel_found *out, struct err *err)
{
    duel_page(&out->page, r);
    out->page.is_measured = true;
    if (wants_document(request))
        add_document(&out->page, r, origin, out->is_interrupted);
    out->is_written = request->output && (!out->is_interrupted || has_pairs(r));
    int failed = out->is_written
                     ? picture_write_named(&out->page, request->output, "json", &file_style, err)
                     : 0;
    if (failed || out->is_interrupted)
        page_release(&out->page);
    return failed;
}

static int status_of(const struct duel_report *report, bool is_strict)
{
    static const int statuses[] = {[DUEL_FINE] = EXIT_FINE,
                                   [DUEL_REGRESSION] = EXIT_REGRESSION,
                                   [DUEL_UNDECIDED] = EXIT_UNDECIDED,
                                   [DUEL_NO_VERDICT] = EXIT_NO_VERDICT};
    enum duel_status found = duel_status_of(report);
    return found == DUEL_UNDECIDED && !is_strict ? EXIT_FINE : statuses[found];
}

/* ---- Measuring ----------------------------------------------------------------------------- */

/*
 * One subject.  A side that cannot be run costs its own comparison, not what the others found; a
 * metric to judge that is not there was asked for wrongly.
 */
static int measure(const struct duel_subject *s, const struct duel_options *options, size_t count,
                   struct duel_outcome *out, struct err *failure, struct err *err)
{
    struct err own = {0};
    if (!duel_run(s, options, count, out, &own))
        return 0;
    if (interrupt_came || own.code == ERR_USAGE || own.code == ERR_SYSTEM)
        return err_set(err, own.code, "%s", own.text);
    snprintf(out->failure, sizeof out->failure, "%.*s", (int)sizeof out->failure - 1, own.text);
    out->row_count = 0; /* what was seen until then is judged by nobody */
    return err_set(failure, own.code, "%s", own.text), 0;
}

static bool has_whole(const struct duel_report *r)
{
    for (size_t i = 0; i < r->count; i++)
        if (!*r->outcomes[i].failure)
            return true;
    return false;
}

/* All subjects, one after the other. */
static int fight(const struct duel_session *s, const struct duel_options *options,
                 const struct duel_sides *sides, struct duel_found *out, struct err *err)
{
    struct duel_outcome *outcomes = calloc(sides->count, sizeof *outcomes);
    if (!outcomes)
        return err_set(err, ERR_SYSTEM, "no memory for the outcomes");
    struct origin origin = origin_of(s, options->seed);
    struct duel_report report = {sides->subjects, outcomes, 0, options};
    int failed = 0;
    for (; report.count < sides->count && !failed; report.count++)
        failed = measure(&sides->subjects[report.count], options, sides->count,
                         &outcomes[report.count], &out->failure, err);
    if (!failed && !has_whole(&report))
        failed = err_set(err, out->failure.code, "%s", out->failure.text);
    out->is_interrupted = failed && interrupt_came;
    if (out->is_interrupted)
        *err = (struct err){0};
    if (out->is_interrupted && ahead_is_alone())
        failed = 0; /* nobody waits for it */
    else if (!failed || out->is_interrupted)
        failed =
            (!failed && duel_judge_together(outcomes, report.count, options->limits.alpha, err)) ||
            finish(s->request, &report, &origin, out, err);
    if (!failed && !out->is_interrupted)
        out->status = status_of(&report, s->request->is_strict);
    for (size_t i = 0; i < report.count; i++)
        duel_outcome_release(&outcomes[i]);
    json_decref(origin.run);
    json_decref(origin.host);
    free(outcomes);
    return failed ? -1 : 0;
}

static struct duel_options options_of(const struct duel_session *s,
                                      const struct duel_tolerances *tolerances)
{
    const struct duel_request *r = s->request;
    return (struct duel_options){
        .budget_ns = (uint64_t)r->budget_ns,
        .timeout_ns = (uint64_t)r->timeout_ns,
        .pairs_most = (size_t)r->pairs,
        .limits = {.alpha = DUEL_ALPHA,
                   .threshold = r->threshold,
                   .floor_ns =
                       r->floor_ns < 0 ? 2 * (double)clock_resolution_ns() : (double)r->floor_ns,
                   .has_floor_asked = r->floor_ns >= 0},
        .gates = r->gates.items,
        .gate_count = r->gates.count,
        .tolerances = tolerances->items,
        .tolerance_count = tolerances->count,
        .seed = duel_draw_seed(r->seed),
        .priority_note = s->priority_note,
        .may_go_realtime = !strcmp(r->priority, "auto") && priority_nice() == PRIORITY_FIRST,
        .interrupted = &interrupt_came,
        .on_progress = s->on_progress,
    };
}

/* Each sample loads one: what cannot be loaded is told before any is taken. */
static int try_plugins(const struct duel_request *r, struct err *err)
{
    for (size_t i = 0; i < r->plugins.count; i++)
        if (registry_try_plugin(r->plugins.items[i], err))
            return -1;
    return 0;
}

int duel_session_run(const struct duel_session *s, struct duel_found *out, struct err *err)
{
    const struct duel_request *r = s->request;
    struct duel_sides sides = {0};
    struct duel_tolerances tolerances = {0};
    *out = (struct duel_found){0};
    int failed = try_plugins(r, err) ||
                 (r->tolerances && duel_tolerances_read(r->tolerances, &tolerances, err)) ||
                 (r->output && !picture_place(NULL, r->output, "json", err)) ||
                 duel_sides_make(r, &interrupt_came, &sides, err);
    if (!failed) {
        const struct duel_options options = options_of(s, &tolerances);
        failed = fight(s, &options, &sides, out, err);
    } else if (interrupt_came) {
        *err = (struct err){0};
        out->is_interrupted = true;
        failed = 0;
    }
    if (out->is_interrupted)
        out->status = EXIT_INTERRUPTED;
    duel_tolerances_release(&tolerances);
    duel_sides_release(&sides);
    return failed ? -1 : 0;
}
