#include "bench/judge/claims/effect.h"

#include "bench/judge/parts/interval.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Cells ------------------------------------------------------------------------- */

/* Whether that is the cell's id, pools' workers left out. */
static bool is_called(const char *id, const char *wanted)
{
    const char *workers = strstr(id, ",workers=");
    if (!workers)
        return !strcmp(id, wanted);
    size_t head = (size_t)(workers - id);
    const char *tail = workers + 1 + strcspn(workers + 1, ",");
    return !strncmp(id, wanted, head) && !strcmp(tail, wanted + head);
}

/* An interpreter has its lock in every cell, also in those that have nothing to lock. */
static struct claim_cell in_words_of_python(const struct claim_cell *c)
{
    struct claim_cell own = *c;
    own.lock = "gil";
    return own;
}

static const struct result_cell *find(const struct claim_cell *wanted,
                                      const struct substitutions *s, const struct result *r,
                                      bool is_python, char *reason, size_t size)
{
    struct claim_cell cell = is_python ? in_words_of_python(wanted) : *wanted;
    struct buf id = {0};
    const struct result_cell *found = NULL;
    claim_cell_id(&cell, s, r->cpus_allowed ? (long)r->cpus_allowed : 1, &id);
    for (size_t i = 0; i < r->cell_count && !found; i++)
        if (is_called(r->cells[i].id, buf_text(&id)))
            found = &r->cells[i];
    if (!found)
        snprintf(reason, size, "the result has no cell %s", buf_text(&id));
    else if (found->status != CELL_OK)
        snprintf(reason, size, "%s %s: %s", found->id, cell_status_name(found->status),
                 found->reason);
    buf_release(&id);
    return found && found->status == CELL_OK ? found : NULL;
}

static const struct result_metric *find_metric(const struct result_cell *c, const char *name,
                                               char *reason, size_t size)
{
    const struct result_metric *m = result_metric_find(c, name);
    if (m && m->sample_count)
        return m;
    snprintf(reason, size, "%s has no %s%s%s", c->id, name, m && m->reason ? ": " : "",
             m && m->reason ? m->reason : "");
    return NULL;
}

/* The same by what it tells. */
static const struct result_metric *find_role(const struct result_cell *c, enum role role,
                                             char *reason, size_t size)
{
    const struct result_metric *m = result_role_find(c, role);
    if (m)
        return find_metric(c, m->name, reason, size);
    snprintf(reason, size, "%s has no metric in the role %s", c->id, role_word(role));
    return NULL;
}

/* ---- Rounds ------------------------------------------------------------------------ */

/* That cell's value in that round; NaN without one. */
static double in_round(const struct result_cell *c, const struct result_metric *m, size_t round)
{
    for (size_t i = 0; i < m->sample_count; i++)
        if (result_round(c, m, i) == round)
            return m->samples[i];
    return NAN;
}

/* ---- Effects ----------------------------------------------------------------------- */

/* From n tasks on where start + n * pool <= n * unit; never: infinite. */
static double breakeven(double start, double pool, double unit)
{
    if (!(unit > pool))
        return isnan(unit) || isnan(pool) ? (double)NAN : (double)INFINITY;
    double tasks = ceil(start / (unit - pool));
    return tasks < 1 ? 1 : tasks;
}

/* The metrics an effect is made of. */
struct sources {
    const struct result_metric *subject, *base;
    const struct result_metric *start;          /* EFFECT_BREAKEVEN */
    const struct result_metric *makespan, *cpu; /* EFFECT_CPU_INTERVALS */
};

static double effect_in_round(const struct claim_part *p, const struct evidence *e,
                              const struct sources *from, size_t i)
{
    double value = from->subject->samples[i];
    size_t round = result_round(e->subject, from->subject, i);
    double base = e->base ? in_round(e->base, from->base, round) : (double)NAN;
    double interval_ns = (double)switch_interval_ns(e->subject);
    switch (p->effect) {
    case EFFECT_RATIO:
        return base > 0 ? value / base : (double)NAN;
    case EFFECT_INTERVALS:
        return !strcmp(from->subject->unit, "ns") ? value / interval_ns
                                                  : value * interval_ns * 1e-9;
    case EFFECT_CPU_INTERVALS:
        return value * 1e-9 * in_round(e->subject, from->makespan, round) * interval_ns /
               in_round(e->subject, from->cpu, round);
    case EFFECT_BREAKEVEN:
        return breakeven(in_round(e->subject, from->start, round), value, base);
    case EFFECT_VALUE:
    case EFFECT_NEVER:
        return value;
    }
    return NAN;
}

/* ---- Load -------------------------------------------------------------------------- */

/* A cell whose file does not say is taken for a quiet one: a result of simulated time is. */
static double load_of_cell(const struct result_cell *c, double cpus)
{
    return isnan(c->foreign_cpus) ? 0 : c->foreign_cpus / cpus;
}

/* Of the two cells the one that fared worse. */
static double load_of(const struct evidence *e, const struct result *r)
{
    double cpus = r->cpus_allowed > 0 ? (double)r->cpus_allowed : 1;
    double subject = load_of_cell(e->subject, cpus),
           base = e->base ? load_of_cell(e->base, cpus) : 0;
    return subject > base ? subject : base;
}

/* ---- All of it --------------------------------------------------------------------- */

/* All metrics the effect is made of; false with the reason when one is missing. */
static bool find_sources(const struct claim_part *p, const struct evidence *e, struct sources *out,
                         char *reason, size_t size)
{
    const struct result_cell *c = e->subject;
    bool is_there = (out->subject = find_metric(c, p->metric, reason, size)) != NULL;
    if (e->base)
        is_there &= (out->base = find_metric(e->base, p->metric, reason, size)) != NULL;
    if (p->effect == EFFECT_BREAKEVEN)
        is_there &= (out->start = find_role(c, ROLE_POOL_START, reason, size)) != NULL;
    if (p->effect == EFFECT_CPU_INTERVALS)
        is_there &= (out->makespan = find_role(c, ROLE_MAKESPAN, reason, size)) != NULL &&
                    (out->cpu = find_role(c, ROLE_CPU, reason, size)) != NULL;
    return is_there;
}

int evidence_of(const struct claim_part *part, const struct substitutions *s,
                const struct result *r, bool is_python, struct evidence *out, char *reason,
                size_t size, struct err *err)
{
    struct sources from = {0};
    *out = (struct evidence){0};
    out->subject = find(&part->subject, s, r, is_python, reason, size);
    if (!out->subject)
        return 1;
    if (part->base.workload && !(out->base = find(&part->base, s, r, is_python, reason, size)))
        return 1;
    if (!find_sources(part, out, &from, reason, size))
        return 1;
    out->effects = malloc(from.subject->sample_count * sizeof *out->effects);
    if (!out->effects)
        return err_set(err, ERR_SYSTEM, "claims: out of memory");
    for (size_t i = 0; i < from.subject->sample_count; i++) {
        double effect = effect_in_round(part, out, &from, i);
        if (!isnan(effect))
            out->effects[out->count++] = effect;
    }
    out->load_ratio = load_of(out, r);
    return 0;
}

void evidence_release(struct evidence *e)
{
    free(e->effects);
    *e = (struct evidence){0};
}
