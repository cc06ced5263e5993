/* contend duel: base and head interleaved in one run, until there is a verdict. */
#include "bench/cli/ahead.h"
#include "bench/cli/cli.h"
#include "bench/cli/commands.h"
#include "bench/cli/duel_request.h"
#include "bench/cli/interrupt.h"
#include "bench/core/clock.h"
#include "bench/core/json.h"
#include "bench/core/output.h"
#include "bench/core/priority.h"
#include "bench/duel/report.h"
#include "bench/registry.h"
#include "bench/run/assemble.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- Progress ------------------------------------------------------------------------------ */

static void show(void *context, const struct duel_progress *p)
{
    uint64_t *drawn_ns = context, now_ns = clock_now_ns();
    if (now_ns - *drawn_ns < 100000000)
        return;
    *drawn_ns = now_ns;
    fprintf(stderr, "\r\033[K%.50s: %s, %zu pairs, %.1f of %.1f s", p->subject, p->stage, p->pairs,
            p->elapsed_s, p->budget_s);
    fflush(stderr);
}

/* ---- Output -------------------------------------------------------------------------------- */

/* Who ran what, where: the same objects as in a result. */
static void describe_run(const struct duel_report *r, const struct call *call, bool is_partial,
                         json_t **run, json_t **host)
{
    struct cell c;
    cell_init(&c, registry_find_workload("noop", NULL), registry_find_lock("none", NULL),
              registry_find_executor("thread", NULL));
    const struct plan plan = {.cells = &c, .cell_count = 1, .seed = r->options->seed};
    json_t *header = assemble_header(&plan, call->argc, call->argv);
    char now[40];
    *run = json_incref(json_object_get(header, "run"));
    *host = json_incref(json_object_get(header, "host"));
    json_object_del(*run, "rounds_planned");
    json_object_set_new(*run, "finished_at", json_string(clock_utc_text(now, sizeof now)));
    json_object_set_new(*run, "status", json_string(is_partial ? "partial" : "complete"));
    json_decref(header);
}

static char *document_text(const struct duel_report *r, const struct call *call, bool is_partial,
                           struct err *err)
{
    json_t *run, *host;
    describe_run(r, call, is_partial, &run, &host);
    json_t *root = duel_document(r, run, host);
    char *text = json_dump_text(root, JSON_INDENT(1) | JSON_REAL_PRECISION(15));
    json_decref(root);
    if (!text)
        err_set(err, ERR_SYSTEM, "no memory for the document");
    return text;
}

static int print_report(const struct duel_report *r, const char *format, const char *document,
                        struct err *err)
{
    static const struct {
        const char *name;
        void (*render)(const struct duel_report *, struct buf *);
    } formats[] = {{"text", duel_render_text},
                   {"markdown", duel_render_markdown},
                   {"junit", duel_render_junit},
                   {"github", duel_render_github}};
    struct buf out = {0};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (!strcmp(formats[i].name, format))
            formats[i].render(r, &out);
    if (!strcmp(format, "json"))
        buf_printf(&out, "%s\n", document);
    int failed = out.failed ? err_set(err, ERR_SYSTEM, "no memory for the report")
                            : cli_print(buf_text(&out), err);
    buf_release(&out);
    return failed;
}

static int put_out(const struct duel_request *request, const struct duel_report *r,
                   const struct call *call, bool is_partial, struct err *err)
{
    bool wanted = request->output || !strcmp(request->format, "json");
    char *document = wanted ? document_text(r, call, is_partial, err) : NULL;
    int failed = wanted && !document ? -1 : 0;
    if (!failed && request->output)
        failed = output_write(request->output, document, strlen(document), err);
    if (!failed && !is_partial)
        failed = print_report(r, request->format, document, err);
    free(document);
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
    int failed = 0, status = EXIT_RUN_FAILED;
    size_t done = 0;
    for (; done < sides->count && !failed; done++)
        failed = duel_run(&sides->subjects[done], options, sides->count, &outcomes[done], err);
    if (options->on_progress)
        fprintf(stderr, "\r\033[K");
    struct duel_report report = {sides->subjects, outcomes, done, options};
    if (failed && interrupt_came) {
        *err = (struct err){0};
        failed = put_out(request, &report, call, true, err);
        status = EXIT_INTERRUPTED;
    } else if (!failed) {
        failed = duel_judge_together(outcomes, done, options->limits.alpha, err) ||
                 put_out(request, &report, call, false, err);
        status = failed ? EXIT_RUN_FAILED : status_of(&report, request->is_strict);
    }
    for (size_t i = 0; i < done; i++)
        duel_outcome_release(&outcomes[i]);
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
    /* Whoever ignored it handed that on to us, and nobody would tell how a side ended. */
    signal(SIGCHLD, SIG_DFL);
    char priority[AHEAD_NOTE];
    pid_t child = ahead_go(strcmp(request->priority, "keep") != 0, priority);
    if (child > 0)
        return ahead_await(child, err);
    int failed = request->tolerances && duel_tolerances_read(request->tolerances, &tolerances, err);
    failed = failed || (request->output && output_check(request->output, err));
    failed = failed || duel_sides_make(request, &interrupt_came, &sides, err);
    if (!failed) {
        uint64_t drawn_ns = 0;
        bool is_seen = !request->is_quiet && isatty(STDERR_FILENO);
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
            .on_progress = is_seen ? show : NULL,
            .context = &drawn_ns,
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
