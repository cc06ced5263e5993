#include "bench/judge/claims/judge.h"

#include "bench/judge/claims/effect.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[STANDINGS] = {"confirmed", "refuted", "undecided",
                                             "not testable here"};

const char *standing_name(enum standing v)
{
    return names[v];
}

/* ---- One effect -------------------------------------------------------------------- */

/* The bounds as an interval; a bound that is not there is never reached. */
static double lower_bound(const struct claim_part *p)
{
    return p->above > 0 ? p->above : -(double)INFINITY;
}

static double upper_bound(const struct claim_part *p)
{
    return p->below > 0 ? p->below : (double)INFINITY;
}

/* One-sided p of `within` or fewer of `count` rounds on the claim's side if its median were there.
 */
static double sign_test(size_t within, size_t count)
{
    return gsl_cdf_binomial_P((unsigned)within, 0.5, (unsigned)count);
}

/* p of the bound that fares worst, with bounds widened where load may have pushed. */
static double least_p(const struct claim_part *p, const double *effects, size_t count,
                      bool is_loaded)
{
    double low = lower_bound(p), high = upper_bound(p);
    if (is_loaded) {
        low /= JUDGE_LOAD_FACTOR;
        high *= JUDGE_LOAD_FACTOR;
    }
    size_t above = 0, below = 0;
    for (size_t i = 0; i < count; i++) {
        above += effects[i] > low;
        below += effects[i] < high;
    }
    double a = p->above > 0 ? sign_test(above, count) : 1,
           b = p->below > 0 ? sign_test(below, count) : 1;
    return a < b ? a : b;
}

static enum standing never(const double *effects, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (effects[i] > 0)
            return STANDING_REFUTED;
    return STANDING_CONFIRMED;
}

/* What is missing for a verdict. */
static void say_why(const struct claim_part *p, const double *effects, size_t count, size_t tests,
                    bool is_loaded, struct part_verdict *out)
{
    const struct summary *e = &out->effect;
    bool is_beyond = e->lo >= upper_bound(p) || e->hi <= lower_bound(p);
    double p_plain = least_p(p, effects, count, false);
    if (e->level < SUMMARY_LEVEL)
        snprintf(out->reason, sizeof out->reason,
                 "%zu round%s too few: an interval at 95 %% needs %d", count,
                 count == 1 ? " is" : "s are", JUDGE_ROUNDS_LEAST);
    else if (is_beyond && is_loaded && p_plain <= JUDGE_MISS / (double)tests)
        snprintf(out->reason, sizeof out->reason,
                 "it lies beyond its bound, but others took %.0f %% of the machine, which may move "
                 "it there",
                 100 * out->load_ratio);
    else if (is_beyond)
        snprintf(out->reason, sizeof out->reason,
                 "it lies beyond its bound, but not surely enough among %zu judged at once: ask "
                 "for this claim alone (--only), or for more rounds",
                 tests);
    else
        snprintf(out->reason, sizeof out->reason, "the interval reaches over a bound");
}

enum standing judge_effect(const struct claim_part *part, const double *effects, size_t count,
                           size_t tests, double load_ratio, struct part_verdict *out)
{
    out->part = part;
    out->load_ratio = load_ratio;
    out->reason[0] = '\0';
    if (summary_of(effects, count, SUMMARY_LEVEL, &out->effect, NULL))
        out->effect = (struct summary){.center = NAN, .lo = NAN, .hi = NAN};
    bool is_loaded = load_ratio > JUDGE_LOAD_RATIO;
    if (part->effect == EFFECT_NEVER)
        out->verdict = never(effects, count);
    else if (least_p(part, effects, count, is_loaded) <= JUDGE_MISS / (double)(tests ? tests : 1))
        out->verdict = STANDING_REFUTED;
    else if (out->effect.level >= SUMMARY_LEVEL && out->effect.lo > lower_bound(part) &&
             out->effect.hi < upper_bound(part))
        out->verdict = STANDING_CONFIRMED;
    else
        out->verdict = STANDING_UNDECIDED;
    if (out->verdict == STANDING_UNDECIDED)
        say_why(part, effects, count, tests, is_loaded, out);
    return out->verdict;
}

/* ---- One claim --------------------------------------------------------------------- */

/* Why this machine cannot tell, or NULL. */
static const char *lacks_cpus(const struct claim *c, const struct result *r, char *reason,
                              size_t size)
{
    const json_t *quota = json_object_get(json_object_get(r->json, "host"), "cpu_quota");
    bool has_quota = json_is_number(quota) && json_number_value(quota) < 2;
    if (!c->needs_cpus || (r->cpus_allowed != 1 && !has_quota))
        return NULL;
    if (has_quota)
        snprintf(reason, size, "needs 2 CPUs and a quota allows %.1f: %s", json_number_value(quota),
                 c->needs_cpus);
    else
        snprintf(reason, size, "needs 2 CPUs and one is allowed: %s", c->needs_cpus);
    return reason;
}

/* The whole from its parts, and the part that says most about it. */
static void combine(struct claim_verdict *v)
{
    /* One refuted part is enough; of the rest the one that knows least speaks. */
    static const enum standing order[STANDINGS] = {STANDING_REFUTED, STANDING_NOT_TESTABLE,
                                                   STANDING_UNDECIDED, STANDING_CONFIRMED};
    for (size_t k = 0; k < STANDINGS; k++)
        for (size_t i = 0; i < v->part_count; i++)
            if (v->parts[i].verdict == order[k]) {
                v->verdict = order[k];
                v->decisive = i;
                return;
            }
    v->verdict = STANDING_NOT_TESTABLE;
}

static bool is_asked(const struct claim_part *p, bool is_python)
{
    return !is_python || p->in_python;
}

/* How many effects are judged by statistics together. */
static size_t count_tests(const struct claim_list *claims, bool is_python)
{
    size_t n = 0;
    for (size_t i = 0; i < claims->count; i++)
        for (size_t k = 0; k < claim_part_count(claims->items[i]); k++)
            n += is_asked(&claims->items[i]->parts[k], is_python) &&
                 claims->items[i]->parts[k].effect != EFFECT_NEVER;
    return n;
}

/* A run that its budget ended says which one would have done: a tenth more than its rounds took. */
static void add_budget(const struct result *r, size_t count, struct part_verdict *out)
{
    const json_t *run = json_object_get(r->json, "run");
    double took_ns = json_number_value(json_object_get(run, "duration_ns"));
    json_int_t planned = json_integer_value(json_object_get(run, "rounds_planned"));
    size_t used = strlen(out->reason);
    if (out->verdict != STANDING_UNDECIDED || count >= JUDGE_ROUNDS_LEAST || r->rounds < 1 ||
        r->rounds >= JUDGE_ROUNDS_LEAST || !(took_ns > 0))
        return;
    if (planned < JUDGE_ROUNDS_LEAST)
        snprintf(out->reason + used, sizeof out->reason - used, ": --rounds %d",
                 JUDGE_ROUNDS_LEAST);
    else
        snprintf(out->reason + used, sizeof out->reason - used, ": --budget %.0fs would do",
                 ceil(1.1e-9 * took_ns / (double)r->rounds * JUDGE_ROUNDS_LEAST));
}

static int judge_claim(const struct claim *c, const struct substitutions *s, const struct result *r,
                       bool is_python, size_t tests, struct claim_verdict *out, struct err *err)
{
    char cpus[JUDGE_REASON_MAX];
    const char *lacking = lacks_cpus(c, r, cpus, sizeof cpus);
    *out = (struct claim_verdict){.claim = c};
    for (size_t k = 0; k < claim_part_count(c); k++) {
        if (!is_asked(&c->parts[k], is_python))
            continue;
        struct part_verdict *part = &out->parts[out->part_count++];
        struct evidence e;
        part->part = &c->parts[k];
        part->verdict = STANDING_NOT_TESTABLE;
        if (lacking) {
            snprintf(part->reason, sizeof part->reason, "%s", lacking);
            continue;
        }
        if (r->sanitizer[0] && part->part->effect != EFFECT_NEVER) {
            snprintf(part->reason, sizeof part->reason,
                     "built with sanitizer %s: these are no measurements", r->sanitizer);
            continue;
        }
        int absent =
            evidence_of(part->part, s, r, is_python, &e, part->reason, sizeof part->reason, err);
        if (absent < 0)
            return -1;
        if (absent)
            continue;
        judge_effect(part->part, e.effects, e.count, tests, e.load_ratio, part);
        add_budget(r, e.count, part);
        evidence_release(&e);
    }
    combine(out);
    return 0;
}

int judge_claims(struct verdicts *out, const struct claim_list *claims,
                 const struct substitutions *s, const struct result *r, bool is_python,
                 struct err *err)
{
    size_t tests = count_tests(claims, is_python);
    *out = (struct verdicts){.is_python = is_python};
    for (size_t i = 0; i < claims->count; i++) {
        struct claim_verdict *v = &out->items[out->count++];
        if (judge_claim(claims->items[i], s, r, is_python, tests, v, err))
            return -1;
        out->counts[v->verdict]++;
    }
    return 0;
}
