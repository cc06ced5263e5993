#include "bench/lab/inject.h"
#include "bench/base/json_make.h"

#include "bench/base/name_list.h"
#include "bench/base/program.h"
#include "bench/base/rng.h"
#include "bench/base/units.h"
#include "bench/judge/duel/duel.h"
#include "bench/stats/paired.h"
#include "bench/stats/summary.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOOP_NS = 20000000 };

static int parse_percents(struct injection *in, struct err *err)
{
    if (name_list_check("--inject", in->options->percents, err))
        return -1;
    for (const char *p = in->options->percents;; p++) {
        char word[32];
        size_t length = strcspn(p, ",");
        snprintf(word, sizeof word, "%.*s%s", (int)length, p, memchr(p, '%', length) ? "" : "%");
        if (in->count == INJECTED_MAX)
            return err_set(err, ERR_USAGE, "--inject: more than %d shares", INJECTED_MAX);
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
    struct sampler *sampler = sampler_open(in->options->interrupted, err);
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

static int duel_once(struct injection *in, struct injected *e, uint64_t seed, struct err *err)
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
        .interrupted = in->options->interrupted,
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
    for (int64_t trial = 0; trial < in->options->trials; trial++) {
        uint32_t order[INJECTED_MAX];
        for (uint32_t i = 0; i < in->count; i++)
            order[i] = i;
        rng_shuffle(&rng, order, in->count);
        for (size_t i = 0; i < in->count; i++) {
            if (in->options->on_progress)
                in->options->on_progress(in->options->context, trial + 1,
                                         in->effects[order[i]].planted);
            if (duel_once(in, &in->effects[order[i]], rng_next(&rng) >> 1, err))
                return -1;
        }
    }
    return 0;
}

/* ---- What comes out ------------------------------------------------------------------------ */

static void add_row(struct page *p, const struct injected *e)
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
             (unsigned long long)in->seed, in->options->priority_note);
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
    struct json_maker rows = json_maker_list();
    for (size_t i = 0; i < in->count; i++) {
        const struct injected *e = &in->effects[i];
        struct json_maker verdicts = json_maker_new();
        for (int v = 0; v <= VERDICT_UNDECIDED; v++)
            json_make_int(&verdicts, verdict_name((enum verdict)v), e->verdicts[v]);
        struct json_maker row = json_maker_take(
            json_pack("{s:f, s:i, s:o, s:i}", "planted_ratio", e->planted, "duels", (int)e->trials,
                      "verdicts", json_made(&verdicts), "controls_fired", (int)e->fired));
        if (e->trials) {
            json_make_finite(&row, "mean_absolute_error_ratio", e->error_sum / e->trials);
            json_make_finite(&row, "mean_s", e->seconds / e->trials);
        }
        json_make_add(&rows, json_made(&row));
    }
    return json_pack("{s:s, s:I, s:f, s:f, s:o}", "schema", "contend.injection/1", "seed",
                     (json_int_t)in->seed, "budget_s", (double)in->options->budget_ns * 1e-9,
                     "threshold_ratio", in->options->threshold, "effects", json_made(&rows));
}

void injection_page(struct page *p, const struct injection *in)
{
    page_init(p, "contend doctor --inject");
    add_table(p, in);
    page_document(p, table_json(in), JSON_INDENT(1));
}

int injection_init(struct injection *in, const struct injection_options *options, struct err *err)
{
    *in = (struct injection){.options = options};
    if (program_own(in->program, sizeof in->program, err))
        return -1;
    in->seed = duel_draw_seed(options->seed);
    return parse_percents(in, err);
}

int injection_run(struct injection *in, struct err *err)
{
    return calibrate(in, err) || duel_all(in, err) ? -1 : 0;
}
