/* contend claims: measures what the textbook says, and judges each sentence by it. */
#include "bench/claims/judge/show.h"
#include "bench/cli/claims_run.h"
#include "bench/cli/cli.h"
#include "bench/cli/commands.h"
#include "bench/cli/known.h"
#include "bench/cli/run_session.h"
#include "bench/cli/show.h"
#include "bench/cli/terminal.h"
#include "bench/core/opts.h"
#include "bench/core/output.h"
#include "bench/registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct settings {
    struct claims_run work;
    struct claim_list claims;
    struct substitutions substitutions;
    struct opt_list only, plugins, as;
    const char *format, *result, *reference, *python;
    bool list, strict;
    int64_t width;
    char default_path[256], python_path[4096];
};

/* What is judged, and what came of it. */
struct judged {
    struct result result, reference;
    struct verdicts verdicts, reference_verdicts;
    bool has_reference;
    struct err missing; /* why there is no reference though one was asked for */
};

static const struct opt options[] = {
    {OPT_AT(struct settings, only), .name = "only", .argument = "ID,ID",
     .help = "these claims, by name or number", .without = "all", .choice_at = known_claim},
    {OPT_AT(struct settings, list), .name = "list",
     .help = "the claims and where they stand; measures nothing"},
    {OPT_AT(struct settings, work.run.plan.budget_ns), .name = "budget", .argument = "T",
     .help = "no new round after this time", .without = PLAN_BUDGET ", and 6 rounds", .unit = "ns",
     .min = 1, .max = INT64_MAX},
    {OPT_AT(struct settings, work.run.plan.rounds), .name = "rounds", .argument = "N",
     .help = "at most this many rounds", .without = PLAN_ROUNDS, .unit = "count", .min = 1,
     .max = ROUNDS_MAX},
    {OPT_AT(struct settings, work.run.plan.seed), .name = "seed", .argument = "N",
     .help = "of the order of cells", .without = "drawn", .unit = "count", .max = INT64_MAX},
    {OPT_AT(struct settings, result), .name = "result", .argument = "FILE",
     .help = "judge this result; measures nothing"},
    {OPT_AT(struct settings, reference), .name = "reference", .argument = "R",
     .help = "beside it the same in \"cpython\", or its result in a file"},
    {OPT_AT(struct settings, python), .name = "python", .argument = "PATH",
     .help = "the interpreter of --reference cpython", .without = "the machine's"},
    {OPT_AT(struct settings, plugins), .name = "plugin", .argument = "FILE",
     .help = "load locks and executors for --as; may be given again"},
    {OPT_AT(struct settings, as), .name = "as", .argument = "NAME=OTHER",
     .help = "wherever a claim says NAME (a lock, an executor), take OTHER; may be given again"},
    SHOW_FORMAT_OPT(struct settings, format),
    TERMINAL_WIDTH_OPT(struct settings, width),
    {OPT_AT(struct settings, work.run.path), .name = "output", .letter = 'o', .argument = "FILE",
     .help = "the measured result", .without = "results/claims-TIME.json"},
    {OPT_AT(struct settings, work.run.force), .name = "force",
     .help = "discard an unfinished run at -o FILE"},
    {OPT_AT(struct settings, strict), .name = "strict", .help = "status 4 if one is undecided"},
    {OPT_AT(struct settings, work.quiet), .name = "quiet", .letter = 'q', .help = "no progress"},
    {0},
};

static void init(void *settings)
{
    plan_request_init(&((struct settings *)settings)->work.run.plan);
}

static int check(struct settings *s, struct err *err)
{
    if (s->result && s->work.run.path)
        return err_set(err, ERR_USAGE,
                       "--result measures nothing: there is nothing to put into -o");
    return claims_choose(&s->claims, &s->only, err);
}

static bool is_file(const char *reference)
{
    return strchr(reference, '/') || strstr(reference, ".json") || !strcmp(reference, "-");
}

/* Plug-ins first: substitutions may name what they bring. */
static int prepare(struct settings *s, struct err *err)
{
    for (size_t i = 0; i < s->plugins.count; i++)
        if (registry_load_plugin(s->plugins.items[i], err))
            return -1;
    for (size_t i = 0; i < s->as.count; i++)
        if (substitutions_add(&s->substitutions, s->as.items[i], err))
            return -1;
    if (s->reference && strcmp(s->reference, "cpython") && !is_file(s->reference))
        return err_set(err, ERR_USAGE, "--reference: \"%s\" is unknown (cpython, or a result file)",
                       s->reference);
    s->work.claims = &s->claims;
    s->work.substitutions = &s->substitutions;
    return claims_check_substitutions(&s->claims, &s->substitutions, err);
}

static int list(const struct settings *s, struct err *err)
{
    struct page page;
    claims_list_page(&page, &s->claims);
    return show_page(&page, s->format, s->width, err) ? EXIT_RUN_FAILED : EXIT_FINE;
}

/* Measures unless a result was given. The status of the run. */
static int measure(struct settings *s, const struct call *call, struct run_report *report,
                   struct err *err)
{
    if (s->result)
        return EXIT_FINE;
    if (!s->work.run.path) {
        run_session_path("claims", s->default_path, sizeof s->default_path);
        s->work.run.path = s->default_path;
    }
    s->work.run.command_argc = call->argc;
    s->work.run.command_argv = call->argv;
    s->result = s->work.run.path;
    if (claims_run_here(&s->work, report, err))
        return EXIT_RUN_FAILED;
    return report->is_interrupted ? EXIT_INTERRUPTED
           : report->failed_count ? EXIT_RUN_FAILED
                                  : EXIT_FINE;
}

/* Without an interpreter the rest still has its verdicts. */
static int add_reference(struct settings *s, struct judged *j, struct err *err)
{
    const char *path = s->reference;
    if (!is_file(s->reference)) {
        int outcome = claims_run_python(&s->work, s->python, s->result, s->python_path,
                                        sizeof s->python_path, &j->missing, err);
        if (outcome)
            s->python_path[0] = '\0';
        if (outcome < 0)
            return EXIT_RUN_FAILED;
        if (outcome > 0)
            return outcome == EXIT_INTERRUPTED ? EXIT_INTERRUPTED : EXIT_FINE;
        path = s->python_path;
    }
    if (result_load(&j->reference, path, err))
        return EXIT_USAGE;
    j->has_reference = true;
    return judge_claims(&j->reference_verdicts, &s->claims, NULL, &j->reference, true, err)
               ? EXIT_RUN_FAILED
               : EXIT_FINE;
}

static int show(const struct settings *s, const struct judged *j, struct err *err)
{
    const struct claims_view view = {
        .result = &j->result,
        .verdicts = &j->verdicts,
        .reference = j->has_reference ? &j->reference : NULL,
        .reference_verdicts = j->has_reference ? &j->reference_verdicts : NULL,
        .reference_missing = j->missing.code != ERR_NONE ? j->missing.text : NULL,
        .substitutions = &s->substitutions,
        .plugins = &s->plugins,
    };
    struct page page;
    claims_page(&page, &view);
    return show_page(&page, s->format, s->width, err);
}

static int judge(struct settings *s, struct err *err)
{
    struct judged *j = calloc(1, sizeof *j);
    int status = EXIT_RUN_FAILED;
    if (!j) {
        err_set(err, ERR_SYSTEM, "no memory");
        return status;
    }
    if (result_load(&j->result, s->result, err) ||
        judge_claims(&j->verdicts, &s->claims, &s->substitutions, &j->result, false, err))
        goto done;
    status = s->reference ? add_reference(s, j, err) : EXIT_FINE;
    if (status != EXIT_FINE)
        goto done;
    status = show(s, j, err)                                           ? EXIT_RUN_FAILED
             : j->verdicts.counts[STANDING_REFUTED] > 0                ? EXIT_REGRESSION
             : s->strict && j->verdicts.counts[STANDING_UNDECIDED] > 0 ? EXIT_UNDECIDED
                                                                       : EXIT_FINE;
done:
    result_unload(&j->result);
    result_unload(&j->reference);
    free(j);
    return status;
}

static int run(void *settings, const struct call *call, struct err *err)
{
    struct settings *s = settings;
    if (check(s, err))
        return EXIT_USAGE;
    if (s->list)
        return list(s, err);
    if (prepare(s, err))
        return EXIT_USAGE;
    bool is_measured = !s->result;
    struct run_report report = {0};
    int status = measure(s, call, &report, err);
    /* A cell that failed costs its claims, not the others. */
    bool has_failed = status == EXIT_RUN_FAILED;
    if (err->code == ERR_NONE && status != EXIT_INTERRUPTED)
        status = judge(s, err);
    status = has_failed ? EXIT_RUN_FAILED : status;
    if (is_measured && err->code == ERR_NONE && output_exists(s->result))
        run_session_end(&report, s->result);
    if (s->python_path[0] && err->code == ERR_NONE)
        fprintf(stderr, "reference: %s\n", s->python_path);
    return status;
}

const struct command command_claims = {
    .name = "claims",
    .summary = "the textbook, measured: each claim with its verdict",
    .usage = "[--only ID,ID] [--result FILE] [--reference cpython] [OPTION]...",
    .about = "The textbook, measured: each claim with its verdict.\n\n"
             "A claim is judged by ratios within one run, each with an interval over its rounds: "
             "confirmed when the interval lies on the claim's side, refuted when the rounds lie on "
             "the other, undecided in between.",
    .statuses = "Exit status: 0 none refuted, 1 one is, 2 usage, 3 a cell failed, 4 one undecided "
                "with --strict, 130 interrupted.",
    .examples = "  contend claims --only one_at_a_time,19\n"
                "  contend claims --reference cpython --format markdown\n"
                "  contend claims --result results/claims.json\n"
                "  contend claims --plugin ./mine.so --as gil=mine\n",
    .options = options,
    .settings_size = sizeof(struct settings),
    .init = init,
    .run = run,
};
