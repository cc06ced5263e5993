/* Who else was at work while it was measured, round by round. */
#include "bench/judge/charts/pick.h"

#include <math.h>
#include <string.h>

#define LITTLE 0.02 /* CPUs */

static const struct taker {
    const char *name;
    unsigned tint;
} takers[] = {{"other programs", 2}, {"the hypervisor (steal)", 1}, {"a quota (throttled)", 4}};
enum { TAKERS = sizeof takers / sizeof *takers };

struct round {
    double known_ns[TAKERS], taken_ns[TAKERS];
};

struct rounds {
    VEC(struct round);
};

static void add_launch(struct rounds *out, const struct result_launch *l)
{
    const double taken[TAKERS] = {l->foreign_cpu_ns, l->steal_ns, l->throttled_ns};
    if (!(l->round >= 0 && l->round < 1e6) || !(l->duration_ns > 0))
        return;
    while (out->count <= (size_t)l->round && !out->failed)
        vec_add(out, (struct round){0});
    for (size_t i = 0; i < TAKERS && !out->failed; i++)
        if (isfinite(taken[i])) {
            out->items[(size_t)l->round].known_ns[i] += l->duration_ns;
            out->items[(size_t)l->round].taken_ns[i] += taken[i];
        }
}

static double cpus(const struct round *r, size_t taker)
{
    return r->known_ns[taker] > 0 ? r->taken_ns[taker] / r->known_ns[taker] : (double)NAN;
}

/* By all of whom it is known. */
static double taken_in(const struct round *r)
{
    double sum = 0;
    for (size_t t = 0; t < TAKERS; t++)
        sum += isfinite(cpus(r, t)) ? cpus(r, t) : 0;
    return sum;
}

static bool is_known(const struct rounds *rounds, size_t taker)
{
    for (size_t i = 0; i < rounds->count; i++)
        if (isfinite(cpus(&rounds->items[i], taker)))
            return true;
    return false;
}

static bool is_any_known(const struct rounds *rounds)
{
    bool is_any = false;
    for (size_t t = 0; t < TAKERS; t++)
        is_any |= is_known(rounds, t);
    return is_any;
}

static void add_finding(struct buf *out, const struct rounds *rounds, const struct result *r)
{
    double most = 0;
    size_t at = 0;
    for (size_t i = 0; i < rounds->count; i++) {
        double sum = taken_in(&rounds->items[i]);
        at = sum > most ? i : at;
        most = sum > most ? sum : most;
    }
    /* Many machines have no quota; programs that are not known are something else. */
    const char *who = is_known(rounds, 0) ? "Others" : "As far as is known others";
    if (most < LITTLE)
        buf_printf(out, "%s took less than %g CPUs in each round", who, LITTLE);
    else {
        buf_printf(out, "%s took %.2g", who, most);
        if (r->cpus_allowed > 0)
            buf_printf(out, " of %lld", (long long)r->cpus_allowed);
        buf_printf(out, " CPUs at the most, in round %zu", at + 1);
    }
}

/* "Not known here: other programs." */
static void add_note(struct buf *out, const struct rounds *rounds)
{
    for (size_t t = 0; t < TAKERS; t++)
        if (!is_known(rounds, t))
            buf_printf(out, "%s%s", out->len ? ", " : "Not known here: ", takers[t].name);
    buf_add(out, out->len ? "." : "");
}

static int add(struct page *p, const struct chart_subject *s, struct err *err)
{
    struct rounds rounds = {0};
    struct buf title = {0}, note = {0};
    for (size_t i = 0; i < s->cells.count; i++)
        for (size_t l = 0; s->cells.items[i]->ledger && l < s->cells.items[i]->launch_count; l++)
            add_launch(&rounds, &s->cells.items[i]->ledger[l]);
    bool failed = rounds.failed;
    if (is_any_known(&rounds) && !failed) {
        add_finding(&title, &rounds, s->result);
        add_note(&note, &rounds);
        page_chart(p,
                   &(struct page_chart_form){
                       .key = "noise",
                       .title = page_text_of(p, &title),
                       .subtitle = "CPUs that others took from all cells of a round, on average.",
                       .note = page_text_of(p, &note),
                       .kind = PAGE_LINES,
                       .x = {.name = "round"},
                       .y = {.name = "CPUs taken by others", .unit = "ratio", .to = 0.1}});
        for (size_t t = 0; t < TAKERS; t++) {
            if (!is_known(&rounds, t))
                continue;
            page_series(p,
                        &(struct page_series_form){.name = takers[t].name, .tint = takers[t].tint});
            for (size_t i = 0; i < rounds.count; i++)
                if (isfinite(cpus(&rounds.items[i], t)))
                    page_point(p, &(struct page_point){.x = (double)i + 1,
                                                       .y = cpus(&rounds.items[i], t),
                                                       .lo = (double)NAN,
                                                       .hi = (double)NAN});
        }
    }
    vec_release(&rounds);
    page_settle(p, &title);
    page_settle(p, &note);
    return failed ? err_set(err, ERR_SYSTEM, "charts: out of memory") : 0;
}

const struct chart chart_noise = {
    .name = "noise",
    .summary = "who else was at work while it was measured",
    .wants = "the noise ledger of its launches",
    .add = add,
};
