/* contend advise: which kind of unit a described work wants, and how many. */
#include "bench/base/interrupt.h"
#include "bench/base/output.h"
#include "bench/base/units.h"
#include "bench/cli/alone.h"
#include "bench/cli/cli.h"
#include "bench/cli/show.h"
#include "bench/cli/terminal.h"
#include "bench/lab/advise_run.h"
#include "bench/lab/reference.h"
#include "bench/page/picture/picture.h"
#include "bench/run/plan/plan.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct settings {
    struct alone alone;
    int64_t cpu_ns, wait_ns, concurrency, rate_per_s, memory_bytes, payload_bytes, image_bytes;
    int64_t budget_ns, timeout_ns, seed, cpus, requests, width;
    const char *lock, *slo, *from, *reference, *python, *format, *output;
    bool verifies, is_exhaustive, is_quiet;
};

#define DAY_NS  INT64_C(86400000000000)
#define HOUR_NS INT64_C(3600000000000)

static const char *const locks[] = {"none", "gil", NULL};
static const char *const runtimes[] = {"cpython", NULL};

static const struct opt options[] = {
    {OPT_AT(struct settings, cpu_ns), .name = "cpu", .argument = "T",
     .help = "what a request computes", .unit = "ns", .min = 1000, .max = HOUR_NS},
    {OPT_AT(struct settings, wait_ns), .name = "wait", .argument = "T",
     .help = "how long it waits for somebody else", .initial = NULL, .unit = "ns", .max = HOUR_NS},
    {OPT_AT(struct settings, concurrency), .name = "concurrency", .argument = "N",
     .help = "requests at once, at most", .unit = "count", .min = 1, .max = 1000000},
    {OPT_AT(struct settings, rate_per_s), .name = "rate", .argument = "R",
     .help = "how many come, as in 500/s", .without = "who has an answer asks again",
     .unit = "per_s", .min = 1, .max = 1000000000},
    {OPT_AT(struct settings, memory_bytes), .name = "memory", .argument = "B",
     .help = "there is no more of it", .without = "no limit", .unit = "bytes", .min = 1,
     .max = INT64_MAX},
    {OPT_AT(struct settings, image_bytes), .name = "image", .argument = "B",
     .help = "what a process of the program takes by itself", .without = "nothing", .unit = "bytes",
     .max = INT64_MAX},
    {OPT_AT(struct settings, lock), .name = "lock", .argument = "L",
     .help = "none, or one that each process has, under which is computed", .choices = locks,
     .without = "none, or as --from says"},
    {OPT_AT(struct settings, payload_bytes), .name = "payload", .argument = "B",
     .help = "bytes that come with a request", .unit = "bytes", .max = 16777216},
    {OPT_AT(struct settings, slo), .name = "slo", .argument = "pQ=T",
     .help = "so many of 100 answers are to take no longer: p99=50ms, p50 or p99"},
    {OPT_AT(struct settings, from), .name = "from", .argument = "FILE",
     .help = "what is not said is taken from a file of contend watch -o"},
    {OPT_AT(struct settings, requests), .name = "requests", .argument = "N",
     .help = "with --from: so many requests were served meanwhile",
     .without = "one each time a thread gave the GIL up", .unit = "count", .min = 1,
     .max = INT64_C(1000000000000)},
    {OPT_AT(struct settings, budget_ns), .name = "budget", .argument = "T",
     .help = "time to measure in", .initial = ADVISE_BUDGET, .unit = "ns",
     .min = INT64_C(1000000000), .max = DAY_NS},
    {OPT_AT(struct settings, verifies), .name = "verify",
     .help = "run the choice once more, longer, in turn with the next best"},
    {OPT_AT(struct settings, is_exhaustive), .name = "all",
     .help = "measure every shape, in each round, whatever is foretold of it"},
    {OPT_AT(struct settings, cpus), .name = "cpus", .argument = "N",
     .help = "what a machine with so many would want: extrapolated", .unit = "count", .min = 1,
     .max = 4096},
    {OPT_AT(struct settings, reference), .name = "reference", .argument = "R",
     .help = "the same in a real interpreter beside it", .choices = runtimes},
    {OPT_AT(struct settings, python), .name = "python", .argument = "PATH",
     .help = "the interpreter of --reference cpython", .without = "the machine's"},
    {OPT_AT(struct settings, seed), .name = "seed", .argument = "N",
     .help = "of the order of measurements, and of arrivals", .without = "drawn", .unit = "count",
     .max = INT32_MAX},
    SHOW_FORMAT_OPT(struct settings, format),
    TERMINAL_WIDTH_OPT(struct settings, width),
    {OPT_AT(struct settings, output), .name = "output", .letter = 'o', .argument = "FILE",
     .help = "write to FILE; its ending says the format (.json .html .md .txt)",
     .without = "standard output"},
    {OPT_AT(struct settings, timeout_ns), .name = "timeout", .argument = "T",
     .help = "for one measurement, at most", .initial = "1min", .unit = "ns",
     .min = TIMEOUT_LEAST_NS, .max = DAY_NS},
    ALONE_WAIT_OPT(struct settings, alone),
    ALONE_FORCE_OPT(struct settings, alone),
    {OPT_AT(struct settings, is_quiet), .name = "quiet", .letter = 'q', .help = "no progress"},
    {0},
};

static void init(void *settings)
{
    struct settings *s = settings;
    s->wait_ns = s->seed = -1;
}

/* "p99=50ms" */
static int parse_slo(const char *text, struct advise_work *w, struct err *err)
{
    int64_t ns;
    bool is_p50 = !strncmp(text, "p50=", 4);
    if (!is_p50 && strncmp(text, "p99=", 4) != 0)
        return err_set(err, ERR_USAGE, "--slo: \"%s\" is not like p99=50ms (p50 or p99)", text);
    if (units_parse("--slo", text + 4, "ns", 1, DAY_NS, &ns, err))
        return -1;
    w->slo_ratio = is_p50 ? 0.5 : 0.99;
    w->slo_ns = (double)ns;
    return 0;
}

static int fill_work(const struct settings *s, struct advise_work *w, struct buf *from,
                     struct err *err)
{
    bool has_lock = false;
    *w = (struct advise_work){
        .cpu_ns = (double)s->cpu_ns,
        .wait_ns = (double)s->wait_ns,
        .concurrency = (double)s->concurrency,
        .rate_per_s = (double)s->rate_per_s,
        .payload_bytes = (double)s->payload_bytes,
        .image_bytes = (double)s->image_bytes,
        .memory_bytes = (double)s->memory_bytes,
        .slo_ratio = 0.99,
        .cpus = plan_cpus(),
    };
    if (s->slo && parse_slo(s->slo, w, err))
        return -1;
    if (s->requests && !s->from)
        return err_set(err, ERR_USAGE, "--requests says something of a file: --from is missing");
    if (s->from && advise_from_watch(s->from, (double)s->requests, w, &has_lock, from, err))
        return -1;
    w->has_gil = s->lock ? !strcmp(s->lock, "gil") : has_lock;
    return advise_check(w, err);
}

static void say(const char *line)
{
    fprintf(stderr, "advise: %s\n", line);
}

/* The status. */
static int show(const struct settings *s, const struct advise_found *f, const char *from,
                const char *format, struct err *err)
{
    const struct advise_view v = {
        .work = &f->work,
        .costs = &f->costs,
        .board = &f->board,
        .flips = &f->flips,
        .verified = f->is_verified ? &f->verified : NULL,
        .reference = f->has_reference ? &f->reference : NULL,
        .asked_cpus = (uint32_t)s->cpus,
        .turn_ns = f->turn_ns,
        .seed = f->seed,
        .took_ns = f->took_ns,
        .others_ratio = f->others_ratio,
        .rounds = f->rounds,
        .from = from,
    };
    struct page p;
    advise_page(&p, &v);
    page_expect(&p, format);
    if (show_page_to(&p, format, s->width, s->output, err))
        return EXIT_RUN_FAILED;
    return advise_choice(&v) ? EXIT_FINE : EXIT_NO_VERDICT;
}

static int advise(const struct settings *s, const struct advise_work *w, const char *from,
                  const char *format, struct err *err)
{
    const struct advise_request request = {
        .work = *w,
        .asked_cpus = (uint32_t)s->cpus,
        .budget_ns = (uint64_t)s->budget_ns,
        .timeout_ns = (uint64_t)s->timeout_ns,
        .seed = s->seed,
        .verifies = s->verifies,
        .is_exhaustive = s->is_exhaustive,
        .reference = s->reference,
        .runtime = s->python,
        .interrupted = &interrupt_came,
        .say = s->is_quiet ? NULL : say,
    };
    struct advise_found found;
    interrupt_catch(INTERRUPT_ENDS);
    int outcome = advise_run(&request, &found, err);
    int status = outcome < 0    ? EXIT_RUN_FAILED
                 : outcome == 1 ? EXIT_INTERRUPTED
                                : show(s, &found, from, format, err);
    advise_found_release(&found);
    if (status == EXIT_INTERRUPTED)
        *err = (struct err){0};
    return status;
}

static int run(void *settings, const struct call *call, struct err *err)
{
    struct settings *s = settings;
    struct advise_work work;
    struct buf from = {0};
    int status = EXIT_RUN_FAILED;
    (void)call;
    const char *format = picture_format_of(s->format, s->output, "text", err);
    if (!format || (s->output && output_check(s->output, err)))
        return EXIT_RUN_FAILED;
    if (fill_work(s, &work, &from, err))
        status = err->code == ERR_USAGE ? EXIT_USAGE : EXIT_RUN_FAILED;
    else if (!alone_begin(&s->alone, err))
        status = advise(s, &work, from.len ? buf_text(&from) : NULL, format, err);
    buf_release(&from);
    return status;
}

const struct command command_advise = {
    .name = "advise",
    .summary = "which kind of unit a described work wants, and how many",
    .usage = "--cpu T --wait T --concurrency N [--rate R] [--lock none|gil] [OPTION]...\n"
             "--from FILE [OPTION]...",
    .about =
        "Runs requests as described (they compute, wait, and come one after the other or at a "
        "rate) "
        "as threads, processes, coroutines, and as processes with some of either in each, at the "
        "counts that matter, and says what is best: measured here and now, held against each other "
        "round by round.\n\n"
        "Says where it is too close to call, where another kind would win (foretold by a model "
        "with "
        "this run's own constants), and the command that shows each row.",
    .statuses = "Exit status: 0 there is an answer, 2 usage, a description that contradicts itself "
                "or a rate nothing can reach, 3 it could not be measured, 5 no kind does what was "
                "asked for, 130 interrupted.",
    .examples = "  contend advise --cpu 2ms --wait 8ms --concurrency 200 --rate 150/s --lock gil\n"
                "  contend advise --cpu 100us --wait 5ms --concurrency 50 --slo p99=30ms --verify\n"
                "  contend watch -o watched.json -- python3 app.py\n"
                "  contend advise --from watched.json --requests 1200\n",
    .options = options,
    .settings_size = sizeof(struct settings),
    .init = init,
    .run = run,
};
