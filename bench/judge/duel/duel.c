#include "bench/judge/duel/duel.h"

#include "bench/base/clock.h"
#include "bench/base/rng.h"
#include "bench/base/suggest.h"
#include "bench/judge/duel/engine.h"

#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* ---- Judging while it goes on --------------------------------------------------------- */

/* The user's tolerance for that metric of that subject. */
static double threshold_of(const struct duel *d, const char *metric)
{
    char full[512];
    snprintf(full, sizeof full, "%s:%s", d->subject->name, metric);
    for (size_t i = 0; i < d->options->tolerance_count; i++) {
        const struct duel_tolerance *t = &d->options->tolerances[i];
        if (!fnmatch(t->glob, full, 0) || !fnmatch(t->glob, d->subject->name, 0))
            return t->ratio;
    }
    return d->options->limits.threshold;
}

static size_t gated_count(const struct observations *o)
{
    size_t count = 0;
    for (size_t i = 0; i < o->metric_count; i++)
        count += o->metrics[i].is_gated;
    return count;
}

/* Net and wall time share alpha where the one may have to stand in for the other. */
static double share_of(const struct duel *d, enum observed what)
{
    if (d->subject->prints_metrics || d->options->gate_count)
        return 1;
    if (d->time == TIME_NET && what == OBSERVED_WALL_NET)
        return 1 - DUEL_STAND_IN_SHARE;
    return d->time == TIME_WALL_INSTEAD && what == OBSERVED_WALL ? DUEL_STAND_IN_SHARE : 1;
}

/* What net time lacks, of all slots that count, where wall time is judged in its place. */
static struct missing net_missing(const struct duel *d)
{
    struct missing all = {0};
    const struct duel_phase *phases[] = {&d->out->first, &d->out->second};
    bool is_instead = d->time == TIME_WALL || d->time == TIME_WALL_INSTEAD;
    for (size_t i = 0; i < 2 && is_instead && !d->options->gate_count; i++) {
        const struct observations *o = &phases[i]->seen;
        const struct observed_metric *net = observations_of(o, OBSERVED_WALL_NET);
        if (!net)
            continue;
        struct missing m = missing_of(net->values[ARM_BASE], net->values[ARM_HEAD],
                                      phases[i]->discarded, o->slot_count);
        all.slots += m.slots;
        all.base += m.base;
        all.head += m.head;
        all.base_alone += m.base_alone;
        all.head_alone += m.head_alone;
    }
    return all;
}

static int judge(struct duel *d, struct err *err)
{
    struct duel_outcome *out = d->out;
    const struct duel_phase *p = &out->first;
    size_t rows_judged = gated_count(&p->seen) * d->subject_count, gated = 0;
    struct duel_row *rows[DUEL_METRICS_MAX];
    if (p->seen.slot_count <= p->discarded)
        return 0;
    out->row_count = p->seen.metric_count;
    for (size_t i = 0; i < out->row_count; i++) {
        struct judge_limits limits = d->options->limits;
        limits.threshold = threshold_of(d, p->seen.metrics[i].name);
        limits.share = share_of(d, p->seen.metrics[i].what);
        if (judge_metric(&p->seen.metrics[i], p->discarded, p->seen.slot_count, &limits,
                         rows_judged ? rows_judged : 1, &out->rows[i], err))
            return -1;
        if (out->rows[i].is_gated)
            rows[gated++] = &out->rows[i];
        if (out->rows[i].what == OBSERVED_WALL)
            out->rows[i].net_missing = net_missing(d);
    }
    return judge_suspects(rows, gated, rows_judged, err);
}

static bool is_suspect(const struct duel_row *row)
{
    return row->is_gated && row->suspicion != VERDICT_UNDECIDED;
}

static int judge_second(struct duel *d, struct err *err)
{
    const struct duel_phase *p = &d->out->second;
    struct duel_row *rows[DUEL_METRICS_MAX];
    size_t gated = 0;
    for (size_t i = 0; i < d->out->row_count; i++) {
        struct duel_row *row = &d->out->rows[i];
        if (row->is_gated)
            rows[gated++] = row;
        const struct observed_metric *m = observations_find(&p->seen, row->metric);
        if (!m || !is_suspect(row))
            continue;
        row->confirmation.seconds = p->seconds;
        if (judge_confirmation(m, p->discarded, p->seen.slot_count, row, &row->confirmation, err))
            return -1;
    }
    return judge_rows(rows, gated, gated * d->subject_count, d->options->limits.alpha, err);
}

static bool is_over(const struct duel *d, bool is_second)
{
    for (size_t i = 0; i < d->out->row_count; i++) {
        const struct duel_row *row = &d->out->rows[i];
        if (is_second ? is_suspect(row) && row->verdict != row->suspicion
                      : row->is_gated && !judge_is_settled(row))
            return false;
    }
    return d->out->row_count > 0;
}

static bool has_values(const struct observations *o, const struct observed_metric *m)
{
    for (size_t i = 0; i < o->slot_count; i++)
        if (!isnan(m->values[ARM_BASE][i]) || !isnan(m->values[ARM_HEAD][i]))
            return true;
    return false;
}

/* The metrics there are, and the nearest. */
static int refuse_gate(const struct duel *d, const struct observations *o, const char *gate,
                       struct err *err)
{
    const char **names = calloc(o->metric_count + 1, sizeof *names);
    struct buf words = {0};
    size_t count = 0;
    for (size_t i = 0; names && i < o->metric_count; i++)
        if (!*o->metrics[i].absent || has_values(o, &o->metrics[i]))
            names[count++] = o->metrics[i].name;
    if (names)
        suggest_words(&words, suggest(gate, names, count), names, count);
    err_set(err, ERR_USAGE, "--gate: there is no metric \"%s\" of %s%s", gate, d->subject->name,
            buf_text(&words));
    buf_release(&words);
    free(names);
    return -1;
}

/* The metrics named are judged, and no others. */
static int choose_gates(const struct duel *d, struct observations *o, struct err *err)
{
    for (size_t i = 0; i < o->metric_count && d->options->gate_count; i++)
        o->metrics[i].is_gated = false;
    for (size_t g = 0; g < d->options->gate_count; g++) {
        struct observed_metric *m = observations_find(o, d->options->gates[g]);
        if (!m)
            return refuse_gate(d, o, d->options->gates[g], err);
        if (*m->absent && !has_values(o, m))
            return err_set(err, ERR_USAGE, "--gate: there is no metric \"%s\" of %s: %s",
                           d->options->gates[g], d->subject->name, m->absent);
        m->is_gated = true;
    }
    return 0;
}

static int choose_what_is_judged(struct duel *d, struct duel_phase *p, struct err *err)
{
    bool was_net = d->time == TIME_NET;
    if (!d->subject->prints_metrics)
        duel_choose_time(d, p);
    if (choose_gates(d, &p->seen, err))
        return -1;
    /* What the first look found of net time is none of wall time's. */
    bool is_lost = was_net && d->time == TIME_WALL_INSTEAD && p == &d->out->second;
    return is_lost ? judge(d, err) : 0;
}

/* ---- Phases ------------------------------------------------------------------------ */

static void tell(const struct duel *d, const struct duel_phase *p, uint64_t begin_ns)
{
    if (!d->options->on_progress)
        return;
    char text[160];
    snprintf(text, sizeof text, "%.50s: %s, %zu pairs, %.1f of %.1f s", d->subject->name,
             p == &d->out->second ? "confirming" : "measuring", p->seen.slot_count,
             (double)(clock_now_ns() - begin_ns) * 1e-9, (double)d->options->budget_ns * 1e-9);
    d->options->on_progress(d->options->context, text);
}

/* What was built anew in the middle is two programs under one name: nothing can be said of it. */
static int check_code(const struct duel_subject *s, struct err *err)
{
    const struct duel_side *sides[] = {&s->base, &s->head};
    for (size_t i = 0; i < 2; i++) {
        const char *path = named_files_changed(sides[i]->files, sides[i]->file_count);
        if (path)
            return err_set(err, ERR_FAILED, "%s: %s changed while it was measured: no verdict",
                           i ? "head" : "base", path);
    }
    if (s->relinked && !file_mark_holds(s->relinked, &s->relinked_mark))
        return err_set(err, ERR_FAILED, "--relinked: %s changed while it was measured: no verdict",
                       s->relinked);
    return 0;
}

/*
 * Slots of sides that are still what they were.  What took a script's place is not run: behind a
 * pipe of that name every sample would wait for its timeout.  A sample that failed because its
 * program went says so.
 */
static int take_slots(struct duel *d, struct duel_phase *p, struct schedule *schedule, size_t lanes,
                      struct err *err)
{
    if (check_code(d->subject, err))
        return -1;
    bool is_first = p == &d->out->first && !d->is_settled;
    int failed = duel_take_slots(d, p, schedule, lanes, err);
    if (is_first) {
        named_files_settle(d->subject->base.files, d->subject->base.file_count);
        named_files_settle(d->subject->head.files, d->subject->head.file_count);
        d->is_settled = true;
    }
    struct err changed = {0};
    if (failed && !*d->options->interrupted && check_code(d->subject, &changed)) {
        *err = changed;
        return -1;
    }
    return failed && duel_give_mode_up(d, err) ? -1 : failed ? 1 : 0;
}

static int run_phase(struct duel *d, struct duel_phase *p, struct err *err)
{
    bool is_second = p == &d->out->second;
    struct schedule schedule;
    schedule_init(&schedule, p->seed, !is_second);
    if (observations_init(&p->seen, err))
        return -1;
    p->discarded = DUEL_DISCARDED;
    uint64_t begin_ns = clock_now_ns(), counted_ns = begin_ns;
    for (;;) {
        tell(d, p, begin_ns);
        size_t lanes = d->out->lanes, most = d->options->pairs_most;
        if (most && p->seen.slot_count + 1 >= p->discarded + most)
            lanes = 1;
        int outcome = take_slots(d, p, &schedule, lanes, err);
        if (outcome < 0)
            return -1;
        if (outcome > 0)
            continue;
        if (!d->subject->prints_metrics) {
            observe_absent(&p->seen, "startup_ns", "ns",
                           "only a program itself can tell when it is ready (--metrics)");
        }
        uint64_t now_ns = clock_now_ns();
        size_t slots = p->seen.slot_count;
        p->seconds = (double)(now_ns - begin_ns) * 1e-9;
        /* Of long samples there are few, and none to spare. */
        bool has_time = now_ns - begin_ns <= d->options->budget_ns / 10;
        if (slots < p->discarded && !has_time)
            p->discarded = slots;
        duel_choose_mode(d, p, has_time);
        if (choose_what_is_judged(d, p, err))
            return -1;
        if (slots <= p->discarded) {
            counted_ns = now_ns;
            continue;
        }
        size_t pairs = slots - p->discarded;
        uint64_t slot_ns = (now_ns - counted_ns) / pairs;
        p->slot_seconds = (double)slot_ns * 1e-9;
        bool is_spent = now_ns - begin_ns + slot_ns > d->options->budget_ns ||
                        (d->options->pairs_most && pairs >= d->options->pairs_most);
        /* Judging all pairs after each of thousands would take longer than measuring them. */
        if (!is_spent && pairs >= 64 && pairs % (pairs / 32) >= lanes)
            continue;
        if (is_second ? judge_second(d, err) : judge(d, err))
            return -1;
        if (is_spent || is_over(d, is_second))
            return 0;
    }
}

int duel_run(const struct duel_subject *subject, const struct duel_options *options,
             size_t subject_count, struct duel_outcome *out, struct err *err)
{
    struct duel d = {.subject = subject,
                     .options = options,
                     .subject_count = subject_count,
                     .out = out,
                     .copy_fd = -1};
    struct rng rng = {options->seed};
    struct noise_reading before, after;
    *out = (struct duel_outcome){.first.seed = rng_next(&rng) >> 1,
                                 .second.seed = rng_next(&rng) >> 1,
                                 .second.padding_bytes = duel_draw_padding(&rng),
                                 .lanes = subject->lanes ? subject->lanes : 1};
    if (subject->failure)
        return err_set(err, ERR_FAILED, "%s", subject->failure);
    d.sampler = sampler_open(options->interrupted, err);
    if (!d.sampler)
        return -1;
    if (duel_make_controls(&d, &rng, err)) {
        duel_release_controls(&d);
        sampler_close(d.sampler);
        return -1;
    }
    d.mode = subject->lanes > 1 ? MODE_ASKED_FOR : MODE_OPEN;
    noise_read(&before);
    noise_read(&before); /* the first call resolves paths */
    int failed = run_phase(&d, &out->first, err);
    bool needs_second = false, has_fired = false;
    for (size_t i = 0; i < out->row_count; i++) {
        needs_second |= is_suspect(&out->rows[i]);
        has_fired |= out->rows[i].is_gated && out->rows[i].control_fired;
    }
    if (d.mode == MODE_ON_TRIAL)
        d.mode = MODE_SETTLED;
    if (!failed && needs_second && !has_fired)
        failed = run_phase(&d, &out->second, err);
    failed = failed || check_code(subject, err);
    noise_read(&after);
    noise_diff(&before, &after, &out->noise);
    duel_release_controls(&d);
    sampler_close(d.sampler);
    return failed ? -1 : 0;
}

void duel_outcome_release(struct duel_outcome *out)
{
    struct duel_phase *const phases[] = {&out->first, &out->second};
    for (size_t i = 0; i < 2; i++) {
        observations_release(&phases[i]->seen);
        free(phases[i]->orders);
    }
    *out = (struct duel_outcome){0};
}

/*
 * Where base under another name is not base, no word of head stands, of whatever metric: what it
 * would say may be the name's.
 */
static void take_back_verdicts(struct duel_outcome *o)
{
    bool has_fired = false;
    for (size_t j = 0; j < o->row_count; j++)
        has_fired |= o->rows[j].is_gated && o->rows[j].control_fired;
    for (size_t j = 0; j < o->row_count && has_fired; j++)
        if (o->rows[j].is_gated)
            o->rows[j].verdict = VERDICT_NOT_COMPARABLE;
}

int duel_judge_together(struct duel_outcome *outcomes, size_t count, double alpha, struct err *err)
{
    size_t gated = 0;
    struct duel_row **rows = calloc(count * DUEL_METRICS_MAX + 1, sizeof *rows);
    if (!rows)
        return err_set(err, ERR_SYSTEM, "no memory for the rows");
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < outcomes[i].row_count; j++)
            if (outcomes[i].rows[j].is_gated)
                rows[gated++] = &outcomes[i].rows[j];
    int failed = judge_rows(rows, gated, gated, alpha, err);
    for (size_t i = 0; i < count; i++)
        take_back_verdicts(&outcomes[i]);
    free(rows);
    return failed;
}

double duel_seconds_to_settle(const struct duel_outcome *o, const struct duel_row *row)
{
    size_t have = row->arms[ARM_HEAD].effect.n;
    if (row->verdict != VERDICT_UNDECIDED)
        return 0;
    if (!row->pairs_to_settle || missing_comes_and_goes(&row->net_missing))
        return NAN;
    double more = row->pairs_to_settle > have ? (double)(row->pairs_to_settle - have) : 1;
    return more * o->first.slot_seconds;
}

uint64_t duel_draw_seed(int64_t asked)
{
    uint64_t seed;
    if (asked >= 0)
        return (uint64_t)asked;
    if (getrandom(&seed, sizeof seed, 0) != sizeof seed)
        seed = clock_now_ns();
    return seed & 0x7fffffff;
}
