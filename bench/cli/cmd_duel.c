/* contend duel: base and head interleaved in one run, until there is a verdict. */
#include "bench/cli/ahead.h"
#include "bench/cli/cli.h"
#include "bench/cli/commands.h"
#include "bench/cli/duel_request.h"
#include "bench/cli/interrupt.h"
#include "bench/cli/progress.h"
#include "bench/cli/show.h"
#include "bench/core/clock.h"
#include "bench/core/output.h"
#include "bench/core/priority.h"
#include "bench/duel/report.h"
#include "bench/run/header.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Progress ------------------------------------------------------------------------------ */

static void show(void *context, const struct duel_progress *p)
{
    progress_draw(context, "%.50s: %s, %zu pairs, %.1f of %.1f s", p->subject, p->stage, p->pairs,
                  p->elapsed_s, p->budget_s);
}

/* ---- Output -------------------------------------------------------------------------------- */

/* How it was made, and where; what is only known at the end is added there. */
struct origin {
    json_t *run, *host; /* NULL: nobody wants the document */
};

static bool wants_document(const struct duel_request *request)
{
    return request->output || !strcmp(request->format, "json");
}

static struct origin origin_of(const struct duel_request *request, uint64_t seed,
                               const struct call *call)
{
    const struct header h = {
        .argc = call->argc, .argv = call->argv, .seed = seed, .timer_slack_ns = HEADER_NO_SLACK};
    return wants_document(request) ? (struct origin){header_run(&h), header_host(&h)}
                                   : (struct origin){0};
}

static void add_document(struct page *page, const struct duel_report *r, struct origin *origin,
                         bool is_partial)
{
    char now[40];
    page->failed |= !origin->run || !origin->host;
    if (page->failed)
        return;
    json_object_set_new(origin->run, "finished_at", json_string(clock_utc_text(now, sizeof now)));
    json_object_set_new(origin->run, "status", json_string(is_partial ? "partial" : "complete"));
    page_document(page, duel_document(r, origin->run, origin->host),
                  JSON_INDENT(1) | JSON_REAL_PRECISION(15));
    *origin = (struct origin){0};
}

static int write_document(const struct page *page, const char *path, struct err *err)
{
    struct buf out = {0};
    int failed = page_write(page, "json", &(struct page_style){0}, &out, err) ||
                 output_write_text(path, &out, err);
    buf_release(&out);
    return failed;
}

static int put_out(const struct duel_request *request, const struct duel_report *r,
                   struct origin *origin, bool is_partial, struct err *err)
{
    struct page page;
    duel_page(&page, r);
    if (wants_document(request))
        add_document(&page, r, origin, is_partial);
    int failed = request->output ? write_document(&page, request->output, err) : 0;
    if (!failed && !is_partial)
        return show_page(&page, request->format, SHOW_UNWRAPPED, err);
    page_release(&page);
    return failed;
}

/* ---- The run --------------------------------------------------------------------------------- */

static int status_of(const struct duel_report *r, bool is_strict)
{
    switch (duel_status_of(r)) {
    case DUEL_FINE:
        return EXIT_FINE;
    case DUEL_REGRESSION:
        return EXIT_REGRESSION;
    case DUEL_UNDECIDED:
        return is_strict ? EXIT_UNDECIDED : EXIT_FINE;
    case DUEL_NO_VERDICT:
        return EXIT_NO_VERDICT;
    }
    return EXIT_NO_VERDICT;
}

static int fight(const struct duel_request *request, const struct duel_options *options,
                 const struct duel_sides *sides, const struct call *call, struct err *err)
{
    struct duel_outcome *outcomes = calloc(sides->count, sizeof *outcomes);
    if (!outcomes)
        return err_set(err, ERR_SYSTEM, "no memory for the outcomes");
    struct origin origin = origin_of(request, options->seed, call);
    int failed = 0, status = EXIT_RUN_FAILED;
    size_t done = 0;
    for (; done < sides->count && !failed; done++)
        failed = duel_run(&sides->subjects[done], options, sides->count, &outcomes[done], err);
    progress_clear(options->context);
    struct duel_report report = {sides->subjects, outcomes, done, options};
    if (failed && interrupt_came && ahead_is_alone()) {
        *err = (struct err){0};
        status = EXIT_INTERRUPTED;
    } else if (failed && interrupt_came) {
        *err = (struct err){0};
        failed = put_out(request, &report, &origin, true, err);
        status = EXIT_INTERRUPTED;
    } else if (!failed) {
        failed = duel_judge_together(outcomes, done, options->limits.alpha, err) ||
                 put_out(request, &report, &origin, false, err);
        status = failed ? EXIT_RUN_FAILED : status_of(&report, request->is_strict);
    }
    for (size_t i = 0; i < done; i++)
        duel_outcome_release(&outcomes[i]);
    json_decref(origin.run);
    json_decref(origin.host);
    free(outcomes);
    return status;
}

static int run(void *settings, const struct call *call, struct err *err)
{
    struct duel_request *request = settings;
    struct duel_sides sides = {0};
    struct duel_tolerances tolerances = {0};
    int status = EXIT_RUN_FAILED;
    if (duel_request_check(request, call, err))
        return EXIT_USAGE;
    interrupt_catch(INTERRUPT_IGNORED);
    char priority[AHEAD_NOTE];
    enum ahead ahead = ahead_go(strcmp(request->priority, "keep") != 0, priority, err);
    if (ahead != AHEAD_CHILD)
        return ahead == AHEAD_PARENT ? ahead_await(err) : status;
    int failed = request->tolerances && duel_tolerances_read(request->tolerances, &tolerances, err);
    failed = failed || (request->output && output_check(request->output, err));
    failed = failed || duel_sides_make(request, &interrupt_came, &sides, err);
    if (!failed) {
        struct progress_line line;
        progress_begin(&line, request->is_quiet);
        const struct duel_options options = {
            .budget_ns = (uint64_t)request->budget_ns,
            .timeout_ns = (uint64_t)request->timeout_ns,
            .pairs_most = (size_t)request->pairs,
            .limits = {.alpha = DUEL_ALPHA,
                       .threshold = request->threshold,
                       .floor_ns = request->floor_ns < 0 ? 2 * (double)clock_resolution_ns()
                                                         : (double)request->floor_ns,
                       .has_floor_asked = request->floor_ns >= 0},
            .gates = request->gates.items,
            .gate_count = request->gates.count,
            .tolerances = tolerances.items,
            .tolerance_count = tolerances.count,
            .seed = duel_draw_seed(request->seed),
            .priority_note = priority,
            .may_go_realtime =
                !strcmp(request->priority, "auto") && priority_nice() == PRIORITY_FIRST,
            .interrupted = &interrupt_came,
            .on_progress = show,
            .context = &line,
        };
        status = fight(request, &options, &sides, call, err);
    } else if (interrupt_came) {
        *err = (struct err){0};
        status = EXIT_INTERRUPTED;
    }
    duel_tolerances_release(&tolerances);
    duel_sides_release(&sides);
    return status;
}

static const struct argument arguments[] = {
    {.name = "SIDE",
     .help = "behind --: a command and its arguments, --, and the other; --- between them where "
             "one has -- of its own",
     .most = ARGUMENTS_ANY},
    {0},
};

const struct command command_duel = {
    .name = "duel",
    .summary = "base against head, interleaved in one run: slower, faster, same or undecided",
    .usage = "[OPTION]... -- BASE [ARG]... -- HEAD [ARG]...\n"
             "--workload W --set KEY=A,B [OPTION]...\n"
             "--workload W --plugin A.so --plugin B.so [OPTION]...",
    .statuses = "Exit status: 0 nothing slower, 1 slower, 2 usage, 3 a side could not be run, 4 "
                "undecided with --strict, 5 no verdict possible here, 130 interrupted.",
    .arguments = arguments,
    .options = duel_options,
    .settings_size = sizeof(struct duel_request),
    .init = duel_request_init,
    .run = run,
};
