#include "bench/run/plan/cell_param.h"

#include "bench/base/suggest.h"
#include "bench/base/units.h"
#include "bench/registry.h"
#include "bench/run/launch/param_text.h"

#include <stdio.h>
#include <string.h>

struct owner {
    const char *name;
    const struct param *params;
    int64_t *values;
};

static int set_param(const struct owner *o, const char *name, const char *value,
                     const char *assignment, struct err *err)
{
    int row = param_find(o->params, name);
    if (row < 0) {
        const char *names[CONTEND_PARAM_MAX];
        size_t count = param_count(o->params);
        for (size_t i = 0; i < count; i++)
            names[i] = o->params[i].name;
        const char *near = suggest(name, names, count);
        return err_set(err, ERR_USAGE, "-p %s: %s has no parameter \"%s\"%s%s%s", assignment,
                       o->name, name, near ? "; did you mean \"" : "", near ? near : "",
                       near ? "\"?" : "");
    }
    const struct param *p = &o->params[row];
    char what[160];
    snprintf(what, sizeof what, "-p %s.%s", o->name, p->name);
    if (p->text)
        return param_text_set(what, p, value, &o->values[row], err) ||
                       param_text_check(what, p, value, err)
                   ? -1
                   : 0;
    if (!p->choices) {
        return units_parse(what, value, p->unit, p->min, p->max, &o->values[row], err);
    }
    for (int i = 0; p->choices[i]; i++)
        if (!strcmp(p->choices[i], value)) {
            o->values[row] = i;
            return 0;
        }
    size_t count = 0;
    while (p->choices[count])
        count++;
    return suggest_unknown(what, value, p->choices, count, err);
}

int cell_apply_param(struct cell *c, const char *assignment, bool *used, struct err *err)
{
    char owner[64], name[64];
    const char *dot = strchr(assignment, '.'), *equals = strchr(assignment, '=');
    if (!dot || !equals || equals < dot || dot == assignment)
        return err_set(err, ERR_USAGE, "-p: \"%s\" is not of the form NAME.PARAMETER=VALUE",
                       assignment);
    snprintf(owner, sizeof owner, "%.*s", (int)(dot - assignment), assignment);
    snprintf(name, sizeof name, "%.*s", (int)(equals - dot - 1), dot + 1);
    const struct owner owners[] = {
        {c->workload->name, c->workload->params, c->workload_params},
        {c->lock->name, c->lock->params, c->lock_params},
        {c->executor->name, c->executor->params, c->executor_params},
    };
    for (size_t i = 0; i < 3; i++) {
        if (strcmp(owners[i].name, owner))
            continue;
        *used = true;
        if (set_param(&owners[i], name, equals + 1, assignment, err))
            return -1;
    }
    return 0;
}

/* Whether the table has a text of that name. */
static bool has_text(const struct param *table, const char *name, size_t length)
{
    for (size_t i = 0; i < param_count(table); i++)
        if (table[i].text && strlen(table[i].name) == length &&
            !strncmp(table[i].name, name, length))
            return true;
    return false;
}

bool cell_param_is_text(const char *assignment)
{
    const char *dot = strchr(assignment, '.'), *equals = strchr(assignment, '=');
    if (!dot || !equals || equals < dot)
        return false;
    size_t owner = (size_t)(dot - assignment), name = (size_t)(equals - dot - 1);
    const struct workload *w;
    const struct executor *x;
    const struct lock *k;
#define OWNS(p) (strlen((p)->name) == owner && !strncmp((p)->name, assignment, owner))
    for (size_t i = 0; (w = registry_workload(i)) != NULL; i++)
        if (OWNS(w) && has_text(w->params, dot + 1, name))
            return true;
    for (size_t i = 0; (x = registry_executor(i)) != NULL; i++)
        if (OWNS(x) && has_text(x->params, dot + 1, name))
            return true;
    for (size_t i = 0; (k = registry_lock(i)) != NULL; i++)
        if (OWNS(k) && has_text(k->params, dot + 1, name))
            return true;
#undef OWNS
    return false;
}
