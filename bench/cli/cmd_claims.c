/* contend claims: measures what the textbook says, and judges each sentence by it. */
#include "bench/claims/judge/show.h"
#include "bench/cli/claims_run.h"
#include "bench/cli/cli.h"
#include "bench/cli/commands.h"
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

static const char example[] =
    "\nA claim is judged by ratios within one run, each with an interval over its rounds:\n"
    "confirmed when the interval lies on the claim's side, refuted when the rounds lie on the\n"
    "other, undecided in between.  Exit status 1 if one is refuted.\n\n"
    "  contend claims --only one_at_a_time,19\n"
    "  contend claims --reference cpython --format markdown\n"
    "  contend claims --result results/claims.json\n"
    "  contend claims --plugin ./mine.so --as gil=mine\n";

static int print_help(const struct opt *table, struct err *err)
{
    struct buf out = {0};
    buf_printf(&out, "usage: %s\n\n%s\n\n", command_claims.usage, command_claims.summary);
    opts_help(table, &out);
    buf_add(&out, example);
    int failed = cli_print(buf_text(&out), err);
    buf_release(&out);
    return failed;
}

static int parse(struct settings *s, int argc, char *const *argv, bool *help, struct err *err)
{
    struct plan_request *p = &s->work.run.plan;
    const struct opt table[] = {
        {"only", 0, OPT_LIST, &s->only, "ID,ID", "these claims, by name or number", NULL, 0, 0,
         NULL},
        {"list", 0, OPT_FLAG, &s->list, NULL, "the claims and where they stand; measures nothing",
         NULL, 0, 0, NULL},
        {"budget", 0, OPT_NUMBER, &p->budget_ns, "T",
         "no new round after this time (60s, and 6 rounds)", "ns", 1, INT64_MAX, NULL},
        {"rounds", 0, OPT_NUMBER, &p->rounds, "N", "at most this many rounds (11)", "count", 1,
         ROUNDS_MAX, NULL},
        {"seed", 0, OPT_NUMBER, &p->seed, "N", "of the order of cells (drawn)", "count", 0,
         INT64_MAX, NULL},
        {"result", 0, OPT_TEXT, &s->result, "FILE", "judge this result; measures nothing", NULL, 0,
         0, NULL},
        {"reference", 0, OPT_TEXT, &s->reference, "R",
         "beside it the same in \"cpython\", or its result in a file", NULL, 0, 0, NULL},
        {"python", 0, OPT_TEXT, &s->python, "PATH", "the interpreter of --reference cpython", NULL,
         0, 0, NULL},
        {"plugin", 0, OPT_LIST, &s->plugins, "FILE", "load locks and executors for --as", NULL, 0,
         0, NULL},
        {"as", 0, OPT_LIST, &s->as, "NAME=OTHER",
         "wherever a claim says NAME (a lock, an executor), take OTHER", NULL, 0, 0, NULL},
        SHOW_FORMAT_OPT(&s->format),
        {"width", 0, OPT_NUMBER, &s->width, "N", "columns of text (the terminal's, else 120)",
         "count", WIDTH_LEAST, WIDTH_MOST, NULL},
        {"output", 'o', OPT_TEXT, &s->work.run.path, "FILE",
         "the measured result (results/claims-TIME.json)", NULL, 0, 0, NULL},
        {"force", 0, OPT_FLAG, &s->work.run.force, NULL, "discard an unfinished run at -o FILE",
         NULL, 0, 0, NULL},
        {"strict", 0, OPT_FLAG, &s->strict, NULL, "status 4 if one is undecided", NULL, 0, 0, NULL},
        {"quiet", 'q', OPT_FLAG, &s->work.quiet, NULL, "no progress", NULL, 0, 0, NULL},
        {0},
    };
    if (opts_parse(table, argc, argv, NULL, help, err))
        return -1;
    if (*help)
        return print_help(table, err);
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
static int measure(struct settings *s, int argc, char *const *argv, struct run_report *report,
                   struct err *err)
{
    if (s->result)
        return EXIT_FINE;
    if (!s->work.run.path) {
        run_session_path("claims", s->default_path, sizeof s->default_path);
        s->work.run.path = s->default_path;
    }
    s->work.run.command_argc = argc + 1;
    s->work.run.command_argv = argv - 1; /* with the program's own name */
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

static int run(int argc, char *const *argv, struct err *err)
{
    struct settings *s = calloc(1, sizeof *s);
    if (!s)
        return err_set(err, ERR_SYSTEM, "no memory");
    bool help = false;
    int status = EXIT_USAGE;
    plan_request_init(&s->work.run.plan);
    if (parse(s, argc, argv, &help, err) || help) {
        status = help ? EXIT_FINE : EXIT_USAGE;
    } else if (s->list) {
        status = list(s, err);
    } else if (!prepare(s, err)) {
        bool is_measured = !s->result;
        struct run_report report = {0};
        status = measure(s, argc, argv, &report, err);
        /* A cell that failed costs its claims, not the others. */
        bool has_failed = status == EXIT_RUN_FAILED;
        if (err->code == ERR_NONE && status != EXIT_INTERRUPTED)
            status = judge(s, err);
        status = has_failed ? EXIT_RUN_FAILED : status;
        if (is_measured && err->code == ERR_NONE && output_exists(s->result))
            run_session_end(&report, s->result);
        if (s->python_path[0] && err->code == ERR_NONE)
            fprintf(stderr, "reference: %s\n", s->python_path);
    }
    free(s);
    return status;
}

const struct command command_claims = {
    .name = "claims",
    .usage = "contend claims [--only ID,ID] [--result FILE] [--reference cpython] [OPTION]...",
    .summary = "the textbook, measured: each claim with its verdict",
    .run = run,
};
