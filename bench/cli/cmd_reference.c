/*
 * contend reference: what units cost in other runtimes.
 *
 * Runtimes are asked six questions side by side; with any option that names workloads or cells, one
 * that can run contend's own workloads (CPython) runs those.
 */
#include "bench/base/interrupt.h"
#include "bench/base/json_make.h"
#include "bench/base/units.h"
#include "bench/cli/alone.h"
#include "bench/cli/cli.h"
#include "bench/lab/reference.h"
#include "bench/lab/runtimes/session.h"
#include "bench/run/header.h"
#include "bench/run/plan/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* What the reference program is given as it was typed, and checks itself. */
struct passed {
    const char *workload, *executor, *tasks, *interval, *task_time, *plan, *rounds, *budget, *seed;
    struct opt_list params, cells;
};

struct settings {
    struct reference_request request;
    struct alone alone;
    struct opt_list pythons;
    int64_t timeout_ns;
    bool is_which, is_all, is_quick;
    int64_t rounds, budget_ns, seed;
    struct passed passed;
};

static const char *const plans[] = {"fidelity", NULL};

static const struct argument arguments[] = {
    {.name = "RUNTIME",
     .help = "which ones, a name or several with commas, or folders of your own (./mine)",
     .missing = "a runtime (cpython, go, node ..., or --all)",
     .least = 0,
     .most = ARGUMENTS_ANY},
    {0},
};

static const struct opt options[] = {
    {OPT_AT(struct settings, request.output), .name = "output", .letter = 'o', .argument = "FILE",
     .help = "the result; replaced only by one that can be read"},
    {OPT_AT(struct settings, is_all), .name = "all",
     .help = "every runtime that is known; those that are not here are skipped with the reason"},
    {OPT_AT(struct settings, is_quick), .name = "quick",
     .help = "short looks, one round, at most 200 sleepers: whether it works, not what it costs"},
    {OPT_AT(struct settings, pythons), .name = "python", .argument = "PATH",
     .help = "the interpreter of the first runtime; again for more. With workloads each writes a "
             "file of its "
             "own, FILE-3.12.1.json",
     .without = "$CONTEND_PYTHON, /usr/bin/python3, python3 in PATH"},
    {OPT_AT(struct settings, is_which), .name = "which",
     .help = "print which programs these are, and measure nothing"},
    {OPT_AT(struct settings, timeout_ns), .name = "timeout", .argument = "T",
     .help = "a program of a runtime, at most", .initial = "60min", .unit = "ns", .min = 1000000,
     .max = INT64_C(86400000000000)},
    {OPT_AT(struct settings, passed.workload), .name = "workload", .argument = "A,B",
     .help = "noop, sleep, spin, prime, mixed, echo, release, counter, queue; --list has them",
     .without = "the six questions are asked"},
    {OPT_AT(struct settings, passed.executor), .name = "executor", .argument = "A,B",
     .help = "serial, thread, process, spawn, coroutine", .without = "thread"},
    {OPT_AT(struct settings, passed.tasks), .name = "tasks", .argument = "N,M",
     .help = "units of each cell", .without = "1,2,4"},
    {OPT_AT(struct settings, passed.interval), .name = "interval", .argument = "T,T",
     .help = "switch intervals of the interpreter's lock", .without = "5ms"},
    {OPT_AT(struct settings, passed.task_time), .name = "task-time", .argument = "T",
     .help = "how long a task works, where it has no end of its own", .without = "500ms"},
    {OPT_AT(struct settings, passed.params), .name = "param", .letter = 'p',
     .argument = "NAME.PARAM=V",
     .help = "a parameter, such as mixed.mode=echo; may be given again"},
    {OPT_AT(struct settings, passed.cells), .name = "cell", .argument = "ID",
     .help = "a cell by its name, sleep/gil/thread/tasks=10,duration=10ms; may be given again"},
    {OPT_AT(struct settings, passed.plan), .name = "plan", .argument = "PLAN",
     .help = "in place of all of these the cells of a table", .choices = plans},
    {OPT_AT(struct settings, passed.rounds), .name = "rounds", .argument = "N",
     .help = "rounds of all cells", .without = "3; 5 of workloads; 1 with --quick"},
    {OPT_AT(struct settings, passed.budget), .name = "budget", .argument = "T",
     .help = "no round is begun that would pass this", .without = "none"},
    {OPT_AT(struct settings, passed.seed), .name = "seed", .argument = "N",
     .help = "of the order of cells", .without = "drawn"},
    {OPT_AT(struct settings, request.is_traced), .name = "trace",
     .help = "in place of a result one cell of threads with its events, as contend trace has them: "
             "spin, mixed, sleep or release, for --task-time (100ms)"},
    ALONE_WAIT_OPT(struct settings, alone),
    ALONE_FORCE_OPT(struct settings, alone),
    {OPT_AT(struct settings, request.is_quiet), .name = "quiet", .letter = 'q',
     .help = "no progress"},
    {OPT_AT(struct settings, request.shows_list), .name = "list",
     .help = "workloads and their executors, without -o"},
    {0},
};

static void say(const char *line)
{
    fprintf(stderr, "%s\n", line);
}

static int print_which(const struct reference_runtimes *all, struct err *err)
{
    struct buf out = {0};
    runtimes_words(&out, all);
    int failed = cli_print(buf_text(&out), err);
    buf_release(&out);
    return failed;
}

static int measure(struct settings *s, struct err *err)
{
    struct reference_runtimes all;
    int outcome = runtimes_find(&all, s->request.reference, &s->pythons, say, err);
    if (!outcome && s->is_which) {
        outcome = print_which(&all, err);
    } else if (!outcome && !s->request.shows_list && alone_begin(&s->alone, err)) {
        outcome = -1;
    } else if (!outcome) {
        /* Before there is anything to be left behind. */
        interrupt_catch(INTERRUPT_IGNORED);
        outcome = reference_run_each(&s->request, &all, err);
    }
    free(all.items);
    return outcome < 0 ? EXIT_RUN_FAILED : outcome ? EXIT_INTERRUPTED : EXIT_FINE;
}

/* ---- Workloads of contend's in one runtime ---------------------------------------------- */

/* What only those who run workloads understand. */
static const char *workload_option(const struct settings *s)
{
    const struct passed *p = &s->passed;
    return p->workload             ? "--workload"
           : p->executor           ? "--executor"
           : p->tasks              ? "--tasks"
           : p->interval           ? "--interval"
           : p->task_time          ? "--task-time"
           : p->plan               ? "--plan"
           : p->params.count       ? "--param"
           : p->cells.count        ? "--cell"
           : s->request.is_traced  ? "--trace"
           : s->request.shows_list ? "--list"
                                   : NULL;
}

static int run_workloads(struct settings *s, const struct opt_list *names, const char *option,
                         struct err *err)
{
    int status = EXIT_USAGE;
    struct reference_request *r = &s->request;
    r->reference = names->count == 1 ? reference_named(names->items[0]) : NULL;
    if (!r->reference)
        return err_set(
            err, ERR_USAGE, "%s: %s%s%s run contend's workloads; one that does is needed (cpython)",
            option, names->count == 1 ? "\"" : "", names->count == 1 ? names->items[0] : "several",
            names->count == 1 ? "\" does not" : " do not");
    r->timeout_ns = (uint64_t)s->timeout_ns;
    r->interrupted = &interrupt_came;
    r->say = say;
    if (r->shows_list || s->is_which)
        r->output = NULL;
    else if (!r->output || !r->output[0])
        return err_set(err, ERR_USAGE, "reference: -o FILE is needed");
    if (!opts_again_within(options, s, offsetof(struct settings, passed), sizeof s->passed,
                           &r->passed, err))
        status = measure(s, err);
    opts_forget(&r->passed);
    return status;
}

/* ---- The six questions ------------------------------------------------------------------ */

/* Texts, for in the other form the program reads them itself. */
static int read_numbers(struct settings *s, struct err *err)
{
    const struct passed *p = &s->passed;
    s->rounds = s->is_quick ? 1 : 3;
    if ((p->rounds && units_parse("--rounds", p->rounds, "count", 1, 1000, &s->rounds, err)) ||
        (p->budget && units_parse("--budget", p->budget, "ns", 1, INT64_C(86400000000000),
                                  &s->budget_ns, err)) ||
        (p->seed && units_parse("--seed", p->seed, "count", 0, INT64_MAX, &s->seed, err)))
        return -1;
    uint32_t drawn = 1;
    if (!p->seed && getrandom(&drawn, sizeof drawn, 0) == sizeof drawn)
        s->seed = drawn;
    return 0;
}

static json_t *make_header(const struct settings *s, const struct call *call)
{
    const struct header h = {.argc = call->argc,
                             .argv = call->argv,
                             .seed = (uint64_t)s->seed,
                             .rounds_planned = (uint32_t)s->rounds,
                             .timer_slack_ns = HEADER_NO_SLACK};
    struct json_maker o = json_maker_new();
    json_make_text(&o, "schema", "contend.result/1");
    json_make_value(&o, "run", header_run(&h));
    json_make_value(&o, "host", header_host(&h));
    return json_made(&o);
}

static int ask_runtimes(struct settings *s, struct runtimes_request *r, const struct call *call,
                        struct err *err)
{
    json_t *header = NULL;
    int outcome = -1;
    if (!alone_begin(&s->alone, err)) {
        interrupt_catch(INTERRUPT_IGNORED);
        header = make_header(s, call);
        r->header = header;
        outcome =
            header ? runtimes_run(r, err) : err_set(err, ERR_SYSTEM, "reference: out of memory");
    }
    json_decref(header);
    return outcome < 0 ? EXIT_RUN_FAILED : outcome ? EXIT_INTERRUPTED : EXIT_FINE;
}

static int show_which(const struct runtimes_request *r, struct err *err)
{
    struct buf out = {0};
    int failed = runtimes_which(r, &out, err) || cli_print(buf_text(&out), err);
    buf_release(&out);
    return failed ? EXIT_RUN_FAILED : EXIT_FINE;
}

static int run_questions(struct settings *s, const struct opt_list *names, const struct call *call,
                         struct err *err)
{
    struct runtimes_request r = {.names = names,
                                 .asked = &s->pythons,
                                 .output = s->request.output,
                                 .timeout_ns = (uint64_t)s->timeout_ns,
                                 .effort = {.cpus = plan_cpus(), .is_quick = s->is_quick},
                                 .is_quiet = s->request.is_quiet,
                                 .interrupted = &interrupt_came,
                                 .say = say};
    if (s->is_which)
        return show_which(&r, err);
    if (!r.output || !r.output[0])
        return err_set(err, ERR_USAGE, "reference: -o FILE is needed");
    if (read_numbers(s, err))
        return EXIT_USAGE;
    r.rounds = (uint64_t)s->rounds;
    r.budget_ns = (uint64_t)s->budget_ns;
    r.seed = (uint64_t)s->seed;
    return ask_runtimes(s, &r, call, err);
}

/* ---- Which of them ---------------------------------------------------------------------- */

/* "cpython,go" -> two names, pieces of `text`. */
static int split_names(const struct opt_list *words, struct buf *text, struct opt_list *names,
                       struct err *err)
{
    for (size_t i = 0; i < words->count; i++)
        buf_printf(text, "%s%s", i ? "," : "", words->items[i]);
    for (char *rest = text->data, *name; rest && (name = strsep(&rest, ",")) != NULL;) {
        if (!*name)
            return err_set(err, ERR_USAGE, "reference: \"%s\" names nothing between two commas",
                           words->items[0]);
        if (opt_list_add(names, name, err))
            return -1;
    }
    return text->failed ? err_set(err, ERR_SYSTEM, "reference: out of memory") : 0;
}

static int run_named(struct settings *s, const struct opt_list *names, const struct call *call,
                     struct err *err)
{
    const char *option = workload_option(s);
    if (s->is_all && names->count)
        return err_set(err, ERR_USAGE, "reference: --all and \"%s\": one of the two",
                       names->items[0]);
    if (!s->is_all && !names->count)
        return err_set(err, ERR_USAGE,
                       "reference: a runtime is needed (cpython, go, node ..., or --all)");
    if (s->is_all && s->pythons.count)
        return err_set(err, ERR_USAGE, "reference: --python goes with a runtime, not with --all");
    /* What --which has always said of CPython's interpreters is what they run workloads with. */
    if (s->is_which && names->count == 1 && reference_named(names->items[0]))
        option = "--which";
    return option ? run_workloads(s, names, option, err) : run_questions(s, names, call, err);
}

static int run(void *settings, const struct call *call, struct err *err)
{
    struct buf text = {0};
    struct opt_list names = {0};
    int status = EXIT_USAGE;
    if (!split_names(call->words, &text, &names, err))
        status = run_named(settings, &names, call, err);
    vec_release(&names);
    buf_release(&text);
    return status;
}

const struct command command_reference = {
    .name = "reference",
    .summary = "what units cost in other runtimes (CPython, Go, Node.js ...)",
    .usage =
        "RUNTIME[,RUNTIME]... | --all -o FILE [--quick] [--rounds N] [--budget T]\n"
        "RUNTIME --workload A,B -o FILE [OPTION]...\nRUNTIME --trace -o FILE [--workload NAME] "
        "[--tasks N] [--interval T] [--task-time T]\nRUNTIME --which | --list",
    .about = "Asks each kind of unit of each runtime the same six questions: start-up and memory, "
             "a switch, "
             "spawn and await, throughput of 1, 2, CPUs and 4 times CPUs computing units, "
             "sleepers, and how "
             "late a unit that waits is beside those that compute. The runtimes are visited in "
             "turn, and "
             "the result is one like any other.\n\n"
             "With workloads or cells it runs contend's own workloads in the machine's CPython, "
             "with its threads, "
             "processes and asyncio. \"contend compare --fidelity\" sets the two side by side.",
    .examples = "  contend reference cpython,go,node -o results/runtimes.json\n"
                "  contend report results/runtimes.json --tables\n",
    .arguments = arguments,
    .options = options,
    .settings_size = sizeof(struct settings),
    .run = run,
};
