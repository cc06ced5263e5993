/* contend advise: which kind of unit a described work wants, and how many. */
#include "bench/cli/alone.h"
#include "bench/cli/cli.h"
#include "bench/cli/show.h"
#include "bench/lab/advised.h"
#include "bench/run/plan/plan.h"

struct settings {
    struct advise_wishes wishes;
    struct alone alone;
    struct show show;
    struct advised work;
};

#define HOUR_NS INT64_C(3600000000000)

static const char *const locks[] = {"none", "gil", NULL};
static const char *const runtimes[] = {"cpython", NULL};

static const struct opt options[] = {
    {OPT_AT(struct settings, wishes.cpu_ns), .name = "cpu", OPT_TIME(1000, HOUR_NS),
     .help = "what a request computes"},
    {OPT_AT(struct settings, wishes.wait_ns), .name = "wait", OPT_TIME(0, HOUR_NS),
     .help = "how long it waits for somebody else", .absent = -1},
    {OPT_AT(struct settings, wishes.concurrency), .name = "concurrency", OPT_COUNT(1, 1000000),
     .help = "requests at once, at most"},
    {OPT_AT(struct settings, wishes.rate_per_s), .name = "rate", .argument = "R",
     .help = "how many come, as in 500/s", .without = "who has an answer asks again",
     .unit = "per_s", .min = 1, .max = 1000000000},
    {OPT_AT(struct settings, wishes.memory_bytes), .name = "memory", .argument = "B",
     .help = "there is no more of it", .without = "no limit", .unit = "bytes", .min = 1,
     .max = INT64_MAX},
    {OPT_AT(struct settings, wishes.image_bytes), .name = "image", .argument = "B",
     .help = "what a process of the program takes by itself", .without = "nothing", .unit = "bytes",
     .max = INT64_MAX},
    {OPT_AT(struct settings, wishes.lock), .name = "lock", .argument = "L",
     .help = "none, or one that each process has, under which is computed", .choices = locks,
     .without = "none, or as --from says"},
    {OPT_AT(struct settings, wishes.payload_bytes), .name = "payload", .argument = "B",
     .help = "bytes that come with a request", .unit = "bytes", .max = 16777216},
    {OPT_AT(struct settings, wishes.slo), .name = "slo", .argument = "pQ=T",
     .help = "so many of 100 answers are to take no longer: p99=50ms, p50 or p99"},
    {OPT_AT(struct settings, wishes.from), .name = "from", .argument = "FILE",
     .help = "what is not said is taken from a file of contend watch -o"},
    {OPT_AT(struct settings, wishes.requests), .name = "requests",
     OPT_COUNT(1, INT64_C(1000000000000)),
     .help = "with --from: so many requests were served meanwhile",
     .without = "one each time a thread gave the GIL up"},
    {OPT_AT(struct settings, wishes.budget_ns), .name = "budget",
     OPT_TIME(INT64_C(1000000000), OPT_DAY_NS), .help = "time to measure in",
     .initial = ADVISE_BUDGET},
    {OPT_AT(struct settings, wishes.verifies), .name = "verify",
     .help = "run the choice once more, longer, in turn with the next best"},
    {OPT_AT(struct settings, wishes.is_exhaustive), .name = "all",
     .help = "measure every shape, in each round, whatever is foretold of it"},
    {OPT_AT(struct settings, wishes.cpus), .name = "cpus", OPT_COUNT(1, 4096),
     .help = "what a machine with so many would want: extrapolated"},
    {OPT_AT(struct settings, wishes.reference), .name = "reference", .argument = "R",
     .help = "the same in a real interpreter beside it", .choices = runtimes},
    {OPT_AT(struct settings, wishes.python), .name = "python", .argument = "PATH",
     .help = "the interpreter of --reference cpython", .without = "the machine's"},
    {OPT_AT(struct settings, wishes.seed), .name = "seed", OPT_COUNT(0, INT32_MAX),
     .help = "of the order of measurements, and of arrivals", .without = "drawn", .absent = -1},
    {OPT_AT(struct settings, show.format), SHOW_FORMAT},
    {OPT_AT(struct settings, show.width), SHOW_WIDTH_TEXT},
    {OPT_AT(struct settings, show.output), SHOW_OUTPUT},
    {OPT_AT(struct settings, wishes.timeout_ns), .name = "timeout",
     OPT_TIME(TIMEOUT_LEAST_NS, OPT_DAY_NS), .help = "for one measurement, at most",
     .initial = "1min"},
    {OPT_AT(struct settings, alone.turn.is_forced), ALONE_FORCE},
    {OPT_AT(struct settings, alone.is_quiet), ALONE_QUIET},
    {0},
};

static int measure(struct settings *s, struct err *err)
{
    struct page p;
    int status;
    s->work.request.say = s->alone.is_quiet ? NULL : cli_say_line;
    if (advised_run(&s->work, s->show.format, &p, &status, err))
        return -1;
    if (status == EXIT_INTERRUPTED)
        return cli_interrupted(NULL, NULL);
    return show_page(&p, &s->show, err) ? -1 : status;
}

static int run(void *settings, const struct call *call, struct err *err)
{
    struct settings *s = settings;
    (void)call;
    s->alone.turn.never_waits = true; /* --wait is what a request does */
    if (show_take(&s->show, "text", NULL, err))
        return -1;
    int failed = advised_look(&s->work, &s->wishes, err) || alone_begin(&s->alone, err);
    int status = failed ? -1 : measure(s, err);
    advised_release(&s->work);
    return status;
}

const struct command command_advise = {
    .name = "advise",
    .summary = "which kind of unit a described work wants, and how many",
    .usage = "--cpu T --wait T --concurrency N [--rate R] [--lock none|gil] [OPTION]...\n"
             "--from FILE [OPTION]...",
    .about = "Runs requests as described (they compute, wait, and come one after the other or at "
             "a rate) as threads, processes, coroutines, and as processes with some of either in "
             "each, at the counts that matter, and says what is best: measured here and now, held "
             "against each other round by round.\n\n"
             "Says where it is too close to call, where another kind would win (foretold by a "
             "model with this run's own constants), and the command that shows each row.",
    .statuses = "Exit status: 0 there is an answer, 2 usage, a description that contradicts "
                "itself or a rate nothing can reach, 3 it could not be measured, 5 no kind does "
                "what was asked for, 130 interrupted.",
    .examples = "  contend advise --cpu 2ms --wait 8ms --concurrency 200 --rate 150/s --lock gil\n"
                "  contend advise --cpu 100us --wait 5ms --concurrency 50 --slo p99=30ms --verify\n"
                "  contend watch -o watched.json -- python3 app.py\n"
                "  contend advise --from watched.json --requests 1200\n",
    COMMAND_DOES(options, struct settings, run),
};
