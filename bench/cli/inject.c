#include "bench/cli/inject.h"

#include "bench/cli/ahead.h"
#include "bench/cli/cli.h"
#include "bench/cli/interrupt.h"
#include "bench/cli/progress.h"
#include "bench/cli/show.h"
#include "bench/core/rng.h"
#include "bench/core/units.h"
#include "bench/duel/duel.h"
#include "bench/stats/paired.h"
#include "bench/stats/summary.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EFFECTS_MAX = 16, LOOP_NS = 20000000 };

struct effect {
    double planted; /* 0.02 */
    unsigned verdicts[VERDICT_NOT_COMPARABLE + 1];
    unsigned fired;
    double error_sum; /* of the estimates, absolute */
    unsigned trials;
    double seconds;
};

struct injection {
    const struct inject_options *options;
    struct effect effects[EFFECTS_MAX];
    size_t count;
    char program[PATH_MAX];
    double base_steps;
    double steps_share; /* of the wall time; the rest is starting and ending */
    uint64_t seed;
    char priority[AHEAD_NOTE];
};

static int parse_percents(struct injection *in, struct err *err)
{
    for (const char *p = in->options->percents;; p++) {
        char word[32];
        size_t length = strcspn(p, ",");
        snprintf(word, sizeof word, "%.*s%s", (int)length, p, memchr(p, '%', length) ? "" : "%");
        if (in->count == EFFECTS_MAX)
            return err_set(err, ERR_USAGE, "--inject: more than %d shares", EFFECTS_MAX);
        if (units_parse_ratio("--inject", word, 0, 1, &in->effects[in->count].planted, err))
            return -1;
        in->count++;
        p += length;
        if (!*p)
            return 0;
    }
}

/* ---- The loop ----------------------------------------------------------------------------- */

struct loop_command {
    char steps[32];
    const char *argv[7];
};

static void make_command(struct loop_command *c, const char *program, double steps)
{
    snprintf(c->steps, sizeof c->steps, "%.0f", steps);
    const char *const argv[] = {program, "once", "--units", "0", "--steps", c->steps, NULL};
    memcpy(c->argv, argv, sizeof argv);
}

/* Median wall time of some runs. */
static int time_loop(const struct injection *in, struct sampler *sampler, double steps,
                     double *wall_ns, struct err *err)
{
    enum { RUNS = 7 };
    double walls[RUNS];
    struct loop_command c;
    make_command(&c, in->program, steps);
    for (int i = 0; i < RUNS; i++) {
        const struct sample_request request = {
            .name = "the loop", .program = in->program, .argv = c.argv, .timeout_ns = 60000000000};
        struct sample s;
        if (sampler_run(sampler, &request, 1, &s, err))
            return -1;
        walls[i] = s.wall_ns;
    }
    samples_sort(walls, RUNS);
    *wall_ns = median_of_sorted(walls, RUNS);
    return 0;
}

static int calibrate(struct injection *in, struct err *err)
{
    struct sampler *sampler = sampler_open(&interrupt_came, err);
    double empty_ns = 0, loop_ns = 0;
    int failed = sampler ? time_loop(in, sampler, 0, &empty_ns, err) : -1;
    in->base_steps = 100000;
    while (!failed && loop_ns < LOOP_NS / 2) {
        in->base_steps *= 2;
        failed = time_loop(in, sampler, in->base_steps, &loop_ns, err);
        loop_ns -= empty_ns;
    }
    sampler_close(sampler);
    if (failed)
        return -1;
    in->base_steps *= LOOP_NS / loop_ns;
    in->steps_share = LOOP_NS / (LOOP_NS + empty_ns);
    return 0;
}

/* ---- The duels ------------------------------------------------------------------------------ */

static int duel_once(struct injection *in, struct effect *e, uint64_t seed, struct err *err)
{
    struct loop_command base, head;
    make_command(&base, in->program, in->base_steps);
    /* Of the whole time, so more of the part that grows. */
    make_command(&head, in->program, in->base_steps * (1 + e->planted / in->steps_share));
    const struct duel_subject subject = {
        .name = "loop",
        .base = {.program = in->program, .argv = base.argv, .label = "loop"},
        .head = {.program = in->program, .argv = head.argv, .label = "loop"},
    };
    const struct duel_options options = {
        .budget_ns = (uint64_t)in->options->budget_ns,
        .timeout_ns = 60000000000,
        .limits = {.alpha = DUEL_ALPHA, .threshold = in->options->threshold},
        .seed = seed,
        .interrupted = &interrupt_came,
    };
    struct duel_outcome *o = malloc(sizeof *o);
    if (!o)
        return err_set(err, ERR_SYSTEM, "no memory for a duel");
    int failed = duel_run(&subject, &options, 1, o, err) ||
                 duel_judge_together(o, 1, options.limits.alpha, err);
    for (size_t i = 0; i < o->row_count && !failed; i++) {
        const struct duel_row *row = &o->rows[i];
        if (!row->is_gated)
            continue;
        e->verdicts[row->verdict]++;
        e->fired += row->control_fired;
        e->error_sum += fabs(log_ratio_to_change(row->arms[ARM_HEAD].effect.center) - e->planted);
        e->trials++;
        e->seconds += o->first.seconds + o->second.seconds;
    }
    duel_outcome_release(o);
    free(o);
    return failed ? -1 : 0;
}

/* Each round holds every effect once, in an order of its own. */
static int duel_all(struct injection *in, struct err *err)
{
    struct rng rng = {in->seed};
    struct progress_line line;
    progress_begin(&line, false);
    for (int64_t trial = 0; trial < in->options->trials; trial++) {
        uint32_t order[EFFECTS_MAX];
        for (uint32_t i = 0; i < in->count; i++)
            order[i] = i;
        rng_shuffle(&rng, order, in->count);
        for (size_t i = 0; i < in->count; i++) {
            progress_draw(&line, "round %lld of %lld: %.3g %% planted", (long long)trial + 1,
                          (long long)in->options->trials, 100 * in->effects[order[i]].planted);
            if (duel_once(in, &in->effects[order[i]], rng_next(&rng) >> 1, err))
                return -1;
        }
    }
    progress_clear(&line);
    return 0;
}

/* ---- What comes out ------------------------------------------------------------------------ */

static void add_row(struct page *p, const struct effect *e)
{
    double n = e->trials;
    page_row(p);
    page_shown(p, page_exactly(e->planted), "%.3g %%", 100 * e->planted);
    page_count(p, e->trials);
    for (int v = 0; v <= VERDICT_UNDECIDED; v++)
        page_count(p, e->verdicts[v]);
    page_count(p, e->fired);
    page_shown(p, page_exactly(e->error_sum / n), "%.2f %%", 100 * e->error_sum / n);
    page_shown(p, page_exactly(e->seconds / n), "%.1f s", e->seconds / n);
}

static void add_table(struct page *p, const struct injection *in)
{
    static const struct page_column columns[] = {
        {.key = "planted_ratio", .head = "planted", .unit = "ratio"},
        {.key = "duels"},
        {.key = "slower"},
        {.key = "faster"},
        {.key = "same"},
        {.key = "shifted"},
        {.key = "undecided"},
        {.key = "controls_fired", .head = "control"},
        {.key = "mean_absolute_error_ratio", .head = "error", .unit = "ratio"},
        {.key = "mean_s", .head = "time", .unit = "s"},
        {0},
    };
    page_say(p, PAGE_SOURCE,
             "contend duel on this machine: a loop of 20 ms against itself with more work planted, "
             "%.3g s a comparison, threshold %.3g %%, seed %llu, %s",
             (double)in->options->budget_ns * 1e-9, 100 * in->options->threshold,
             (unsigned long long)in->seed, in->priority);
    page_gap(p);
    page_grid(p, &(struct page_grid_form){.key = "effects", .columns = columns, .margin = 2});
    for (size_t i = 0; i < in->count; i++)
        if (in->effects[i].trials) /* none: interrupted before its first one */
            add_row(p, &in->effects[i]);
    page_gap(p);
    page_say(p, PAGE_LEGEND,
             "Of 0 %% planted, \"slower\" and \"faster\" are false alarms; of more than the "
             "threshold, \"slower\" is what should be found. control: duels whose control fired. "
             "error: mean distance of the estimate from what was planted, in percentage points. "
             "time: mean of a duel.");
}

static json_t *table_json(const struct injection *in)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < in->count; i++) {
        const struct effect *e = &in->effects[i];
        json_t *verdicts = json_object();
        for (int v = 0; v <= VERDICT_UNDECIDED; v++)
            json_object_set_new(verdicts, verdict_name((enum verdict)v),
                                json_integer(e->verdicts[v]));
        json_t *row =
            json_pack("{s:f, s:i, s:o, s:i}", "planted_ratio", e->planted, "duels", (int)e->trials,
                      "verdicts", verdicts, "controls_fired", (int)e->fired);
        if (e->trials) {
            json_object_set_new(row, "mean_absolute_error_ratio",
                                json_real(e->error_sum / e->trials));
            json_object_set_new(row, "mean_s", json_real(e->seconds / e->trials));
        }
        json_array_append_new(rows, row);
    }
    return json_pack("{s:s, s:I, s:f, s:f, s:o}", "schema", "contend.injection/1", "seed",
                     (json_int_t)in->seed, "budget_s", (double)in->options->budget_ns * 1e-9,
                     "threshold_ratio", in->options->threshold, "effects", rows);
}

static int show_table(const struct injection *in, struct err *err)
{
    struct page page;
    page_init(&page, "contend doctor --inject");
    add_table(&page, in);
    page_document(&page, table_json(in), JSON_INDENT(1));
    return show_page(&page, in->options->format, 0, err);
}

int inject_run(const struct inject_options *options, struct err *err)
{
    struct injection in = {.options = options};
    ssize_t length = readlink("/proc/self/exe", in.program, sizeof in.program - 1);
    if (length < 0) {
        err_set_sys(err, errno, "reading /proc/self/exe");
        return EXIT_RUN_FAILED;
    }
    if (parse_percents(&in, err))
        return EXIT_USAGE;
    in.seed = duel_draw_seed(options->seed);
    interrupt_catch(INTERRUPT_IGNORED);
    enum ahead ahead = ahead_go(true, in.priority, err);
    if (ahead != AHEAD_CHILD)
        return ahead == AHEAD_PARENT ? ahead_await(err) : EXIT_RUN_FAILED;
    int failed = calibrate(&in, err) || duel_all(&in, err);
    if (failed && interrupt_came)
        *err = (struct err){0};
    if (err->code == ERR_NONE && !ahead_is_alone())
        failed = show_table(&in, err); /* of what there is */
    return interrupt_came ? EXIT_INTERRUPTED : failed ? EXIT_RUN_FAILED : EXIT_FINE;
}
