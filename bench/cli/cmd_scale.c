/* contend scale: does somebody's program scale, and what stops it. */
#include "bench/cli/alone.h"
#include "bench/cli/cli.h"
#include "bench/cli/progress.h"
#include "bench/cli/show.h"
#include "bench/lab/scaled.h"

#include <string.h>

struct settings {
    struct scale_wishes wishes;
    struct show show;
    struct alone alone;
    struct scaled work;
};

static const char *const works[] = {"fixed", "each", NULL};
static const char *const priorities[] = {"raise", "keep", NULL};

static const struct opt options[] = {
    {OPT_AT(struct settings, wishes.counts), .name = "tasks", .argument = "N,M",
     .help = "numbers of threads, for {n}", .without = "1, 2, 4 .. 4 times the CPUs"},
    {OPT_AT(struct settings, wishes.processes), .name = "processes", .argument = "CMD",
     .help = "the same work by processes, with {n} in it: shown beside"},
    {OPT_AT(struct settings, wishes.work), .name = "work", .argument = "W",
     .help = "fixed: the same work whatever {n}; each: {n} times as much; a program that reports "
             "operations says it itself",
     .initial = "fixed", .choices = works},
    {OPT_AT(struct settings, wishes.rounds), .name = "rounds", OPT_COUNT(2, 1000),
     .help = "how often each is run", .initial = "5"},
    {OPT_AT(struct settings, wishes.budget_ns), .name = "budget", OPT_TIME(1, OPT_DAY_NS),
     .help = "no further round begins behind it; two are run anyway", .initial = "60s"},
    {OPT_AT(struct settings, wishes.timeout_ns), .name = "timeout", OPT_TIME(1000000, OPT_DAY_NS),
     .help = "a run that takes longer is killed", .initial = "60s"},
    {OPT_AT(struct settings, wishes.seed), .name = "seed", OPT_COUNT(0, INT64_MAX),
     .help = "of all orders", .initial = "1"},
    {OPT_AT(struct settings, wishes.priority), .name = "priority", .argument = "P",
     .help = "of the runs: raised where allowed", .initial = "raise", .choices = priorities},
    {OPT_AT(struct settings, wishes.output), .name = "output", .letter = 'o', .argument = "FILE",
     .help =
         "write everything as JSON (contend.scale/1), or the page that its ending says (.html .md "
         "..)"},
    {OPT_AT(struct settings, show.format), .name = "format", .letter = 'f', .argument = "F",
     .help = "on standard output", .initial = "text", .choices = page_formats},
    {OPT_AT(struct settings, alone.turn.wait_ns), ALONE_WAIT},
    {OPT_AT(struct settings, alone.turn.is_forced), ALONE_FORCE},
    {OPT_AT(struct settings, alone.is_quiet), ALONE_QUIET},
    {0},
};

static int measure(void *settings, const char *note, struct err *err)
{
    struct settings *s = settings;
    struct page page;
    int status;
    (void)note;
    s->work.request.on_progress = progress_text;
    s->show.document = s->wishes.output;
    if (scaled_run(&s->work, &page, &status, err))
        return -1;
    if (status == EXIT_INTERRUPTED)
        return cli_interrupted(NULL, NULL);
    return show_page(&page, &s->show, err) ? -1 : status;
}

static int run(void *settings, const struct call *call, struct err *err)
{
    struct settings *s = settings;
    bool is_raised = !strcmp(s->wishes.priority, "raise");
    int status = scaled_look(&s->work, &s->wishes, call->words, err)
                     ? -1
                     : alone_ahead(&s->alone, is_raised, measure, s, err);
    scaled_release(&s->work);
    return status;
}

const struct command command_scale = {
    .name = "scale",
    .summary = "does a program scale, and what stops it: lock, CPUs, memory, allocator, I/O",
    .usage = "[OPTION]... -- CMD [ARG]... with {n} among them",
    .about = "Runs CMD with 1, 2, 4 .. threads, in rounds, fits the scaling law, and says why it "
             "stops scaling: a lock, the CPUs, memory bandwidth, the allocator, false sharing, "
             "I/O, the scheduler or a quota, each with its evidence, or that it cannot be told, "
             "and why. Some of the runs have one thing changed: on one CPU, as copies, with "
             "another allocator, watched.",
    .statuses = "Exit status: 0 whatever stops it, 2 usage, 3 the program could not be run to its "
                "end, 130 interrupted.",
    .examples = "  contend scale -- ./app --threads {n}\n"
                "  contend scale --processes './app --workers {n}' -- ./app --threads {n}\n",
    .argument =
        {.name = "CMD",
         .help = "behind --: the program and its arguments, {n} where it is told how many threads",
         .missing = "a program behind --, such as: contend scale -- ./app --threads {n}",
         .least = 1,
         .most = ARGUMENTS_ANY,
         .is_behind = true},
    COMMAND_DOES(options, struct settings, run),
};
