/* contend reference: what units cost in other runtimes. */
#include "bench/cli/alone.h"
#include "bench/cli/cli.h"
#include "bench/lab/referenced.h"
#include "bench/page/picture/picture.h"

struct settings {
    struct reference_wishes wishes;
    struct alone alone;
};

static const char *const plans[] = {"fidelity", NULL};

static const struct opt options[] = {
    {OPT_AT(struct settings, wishes.output), .name = "output", .letter = 'o', .argument = "FILE",
     .help = "the result; replaced only by one that can be read"},
    {OPT_AT(struct settings, wishes.is_all), .name = "all",
     .help = "every runtime that is known; those that are not here are skipped with the reason"},
    {OPT_AT(struct settings, wishes.is_quick), .name = "quick",
     .help = "short looks, one round, at most 200 sleepers: whether it works, not what it costs"},
    {OPT_AT(struct settings, wishes.pythons), .name = "python", .argument = "PATH",
     .help = "the interpreter of the first runtime; again for more. With workloads each writes a "
             "file of its "
             "own, FILE-3.12.1.json",
     .without = "$CONTEND_PYTHON, /usr/bin/python3, python3 in PATH"},
    {OPT_AT(struct settings, wishes.is_which), .name = "which",
     .help = "print which programs these are, and measure nothing"},
    {OPT_AT(struct settings, wishes.timeout_ns), .name = "timeout", OPT_TIME(1000000, OPT_DAY_NS),
     .help = "a program of a runtime, at most", .initial = "60min"},
    {OPT_AT(struct settings, wishes.passed.workload), .name = "workload", .argument = "A,B",
     .help = "noop, sleep, spin, prime, mixed, echo, release, counter, queue; --list has them",
     .without = "the six questions are asked"},
    {OPT_AT(struct settings, wishes.passed.executor), .name = "executor", .argument = "A,B",
     .help = "serial, thread, process, spawn, coroutine", .without = "thread"},
    {OPT_AT(struct settings, wishes.passed.tasks), .name = "tasks", .argument = "N,M",
     .help = "units of each cell", .without = "1,2,4"},
    {OPT_AT(struct settings, wishes.passed.interval), .name = "interval", .argument = "T,T",
     .help = "switch intervals of the interpreter's lock", .without = "5ms"},
    {OPT_AT(struct settings, wishes.passed.task_time), .name = "task-time", .argument = "T",
     .help = "how long a task works, where it has no end of its own", .without = "500ms"},
    {OPT_AT(struct settings, wishes.passed.params), .name = "param", .letter = 'p',
     .argument = "NAME.PARAM=V",
     .help = "a parameter, such as mixed.mode=echo; may be given again"},
    {OPT_AT(struct settings, wishes.passed.cells), .name = "cell", .argument = "ID",
     .help = "a cell by its name, sleep/gil/thread/tasks=10,duration=10ms; may be given again"},
    {OPT_AT(struct settings, wishes.passed.plan), .name = "plan", .argument = "PLAN",
     .help = "in place of all of these the cells of a table", .choices = plans},
    {OPT_AT(struct settings, wishes.passed.rounds), .name = "rounds", .argument = "N",
     .help = "rounds of all cells", .without = "3; 5 of workloads; 1 with --quick"},
    {OPT_AT(struct settings, wishes.passed.budget), .name = "budget", .argument = "T",
     .help = "no round is begun that would pass this", .without = "none"},
    {OPT_AT(struct settings, wishes.passed.seed), .name = "seed", .argument = "N",
     .help = "of the order of cells", .without = "drawn"},
    {OPT_AT(struct settings, wishes.is_traced), .name = "trace",
     .help = "in place of a result one cell of threads with its events, as contend trace has them: "
             "spin, mixed, sleep or release, for --task-time (100ms)"},
    {OPT_AT(struct settings, alone.turn.wait_ns), ALONE_WAIT},
    {OPT_AT(struct settings, alone.turn.is_forced), ALONE_FORCE},
    {OPT_AT(struct settings, wishes.is_quiet), .name = "quiet", .letter = 'q',
     .help = "no progress"},
    {OPT_AT(struct settings, wishes.shows_list), .name = "list",
     .help = "workloads and their executors, without -o"},
    {0},
};

static int print_which(const struct referenced *r, struct err *err)
{
    struct buf programs = {0};
    int failed = referenced_which(r, &programs, err) || cli_put(NULL, &programs, err);
    buf_release(&programs);
    return failed ? -1 : EXIT_FINE;
}

static int run(void *settings, const struct call *call, struct err *err)
{
    const struct settings *s = settings;
    struct opt_list passed = {0};
    struct referenced r = {0};
    int failed = picture_refuse_result(s->wishes.output, err) ||
                 opts_again(options, s, offsetof(struct settings, wishes.passed),
                            sizeof s->wishes.passed, &passed, err) ||
                 referenced_look(&r, &s->wishes, call->words, &passed, cli_say_line, err);
    if (!failed && !s->wishes.is_which && !s->wishes.shows_list)
        failed = alone_begin(&s->alone, err);
    int status = failed               ? -1
                 : s->wishes.is_which ? print_which(&r, err)
                                      : referenced_run(&r, call, err);
    referenced_release(&r);
    opts_forget(&passed);
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
             "a switch, spawn and await, throughput of 1, 2, CPUs and 4 times CPUs computing "
             "units, sleepers, and how late a unit that waits is beside those that compute. The "
             "runtimes are visited in turn, and the result is one like any other.\n\n"
             "With workloads or cells it runs contend's own workloads in the machine's CPython, "
             "with its threads, processes and asyncio. \"contend compare --fidelity\" sets the "
             "two side by side.",
    .examples = "  contend reference cpython,go,node -o results/runtimes.json\n"
                "  contend report results/runtimes.json --tables\n",
    .argument = {.name = "RUNTIME",
                 .help =
                     "which ones, a name or several with commas, or folders of your own (./mine)",
                 .missing = "a runtime (cpython, go, node ..., or --all)",
                 .least = 0,
                 .most = ARGUMENTS_ANY},
    COMMAND_DOES(options, struct settings, run),
};
