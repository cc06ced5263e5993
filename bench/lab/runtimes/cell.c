#include "bench/lab/runtimes/cell.h"

#include "bench/base/units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- Cells ------------------------------------------------------------------------------ */

/* As contend names its own: what is not the default stands in the id. */
static void name_cell(struct runtime_cell *c)
{
    const struct asked *a = &c->asked;
    char value[40] = "";
    snprintf(c->executor, sizeof c->executor, "%s_%s", c->instance->label, c->unit->name);
    if (a->param && !a->is_default)
        units_format_exact(value, sizeof value, a->value, a->unit);
    snprintf(c->id, sizeof c->id, "%s/none/%s/tasks=%lld%s%s%s%s", a->workload, c->executor,
             (long long)a->tasks, *value ? "," : "", *value ? a->param : "", *value ? "=" : "",
             value);
}

static char *reason_of(const char *format, ...) __attribute__((format(printf, 1, 2)));
static char *reason_of(const char *format, ...)
{
    char text[500];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return strdup(text);
}

/* False when memory ran out. */
static bool find_skip(struct runtime_cell *c)
{
    const struct instance *i = c->instance;
    const struct runtime_unit *u = c->unit;
    const json_t *why = NULL;
    for (size_t k = 0; k < 2 && c->asked.questions[k] != ASK_NOTHING && !why; k++)
        why = json_object_get(u->without, question_name(c->asked.questions[k]));
    if (i->reason)
        c->skip = reason_of("%s", i->reason);
    else if (*u->least && runtime_compare_versions(i->version, u->least) < 0)
        c->skip = reason_of("%s %s has no %s: %s or later is needed", i->runtime->name, i->version,
                            u->name, u->least);
    else if (why)
        c->skip = reason_of("%s", json_string_value(why));
    else if (c->asked.tasks > u->most && c->asked.questions[0] != ASK_MEMORY)
        c->skip = reason_of("no more than %lld units of this kind are made", (long long)u->most);
    else
        return true;
    return c->skip != NULL;
}

static int add_cell(struct runtime_cells *out, struct instance *i, const struct runtime_unit *u,
                    const struct asked *a, struct err *err)
{
    struct runtime_cell c = {.instance = i, .unit = u, .asked = *a};
    /* What one takes is a slope between numbers of the unit's own: it is told of those, too, that
     * nobody makes so many of. */
    if (a->questions[1] == ASK_MEMORY && a->tasks > u->most) {
        c.asked.questions[0] = ASK_MEMORY;
        c.asked.questions[1] = ASK_NOTHING;
    }
    name_cell(&c);
    if (find_skip(&c) && vec_add(out, c))
        return 0;
    free(c.skip);
    return err_set(err, ERR_SYSTEM, "reference: no memory for another cell");
}

int cells_add(struct runtime_cells *out, struct instance *i, const struct asked_list *asked,
              struct err *err)
{
    for (size_t u = 0; u < i->runtime->units.count; u++) {
        const struct runtime_unit *unit = &i->runtime->units.items[u];
        bool is_there =
            !i->reason && !(*unit->least && runtime_compare_versions(i->version, unit->least) < 0);
        if (unit->is_of_first_alone && !i->is_first)
            continue;
        /* Of what is not there one cell tells why. */
        for (size_t k = 0; k < (is_there ? asked->count : 1); k++)
            if (add_cell(out, i, unit, &asked->items[k], err))
                return -1;
    }
    return 0;
}

void cells_release(struct runtime_cells *all)
{
    for (size_t i = 0; i < all->count; i++) {
        struct runtime_cell *c = &all->items[i];
        free(c->skip);
        free(c->failure);
        vec_release(&c->launches);
        for (size_t m = 0; m < MADE_METRICS; m++) {
            vec_release(&c->made[m].samples);
            vec_release(&c->made[m].launches);
            free(c->made[m].histogram);
        }
    }
    vec_release(all);
}

/* ---- What came of a visit --------------------------------------------------------------- */

static bool add_sample(struct runtime_cell *c, enum runtime_metric m, double value)
{
    uint32_t launch = (uint32_t)c->launches.count - 1;
    return vec_add(&c->made[m].samples, value) && vec_add(&c->made[m].launches, launch);
}

static bool add_events(struct made_series *s, const double *values, size_t count)
{
    if (!s->histogram) {
        s->histogram = malloc(sizeof *s->histogram);
        if (!s->histogram)
            return false;
        histogram_init(s->histogram);
    }
    for (size_t i = 0; i < count; i++)
        histogram_add(s->histogram, (uint64_t)llround(values[i]));
    return true;
}

static double largest(const double *values, size_t count)
{
    double most = values[0];
    for (size_t i = 1; i < count; i++)
        most = values[i] > most ? values[i] : most;
    return most;
}

/* The median of what the program said; single values go to the distribution. */
static int book_values(struct runtime_cell *c, enum runtime_metric m, const double *values,
                       size_t count, struct err *err)
{
    struct summary s;
    if (summary_of(values, count, 0.95, &s, err))
        return -1;
    bool ok = add_sample(c, m, s.center);
    if (count > 1)
        ok = ok && add_events(&c->made[m], values, count);
    if (m == MADE_LATENCY)
        ok = ok && add_sample(c, MADE_LONGEST, largest(values, count));
    return ok ? 0 : err_set(err, ERR_SYSTEM, "reference: no memory for samples");
}

int cell_book(struct runtime_cell *c, uint32_t round, const struct noise_delta *noise,
              const struct answer *a, struct err *err)
{
    struct result_launch one = result_launch_absent;
    one.round = round;
    one.duration_ns = (double)noise->duration_ns;
    if (noise->has_steal)
        one.steal_ns = (double)noise->steal_ns;
    if (noise->has_busy)
        one.foreign_cpu_ns = (double)noise->foreign_ns;
    if (noise->has_throttled)
        one.throttled_ns = (double)noise->throttled_ns;
    if (noise->has_psi_cpu_some)
        one.psi_cpu_some_ns = (double)noise->psi_cpu_some_ns;
    if (!vec_add(&c->launches, one))
        return err_set(err, ERR_SYSTEM, "reference: no memory for a launch");
    for (enum runtime_metric m = 0; m < MADE_METRICS; m++)
        if (a->values[m].count && book_values(c, m, a->values[m].items, a->values[m].count, err))
            return -1;
    return 0;
}

double cell_median(const struct runtime_cell *c, enum runtime_metric m)
{
    struct summary s;
    const struct made_series *made = &c->made[m];
    if (!made->samples.count ||
        summary_of(made->samples.items, made->samples.count, 0.95, &s, NULL))
        return (double)NAN;
    return s.center;
}
