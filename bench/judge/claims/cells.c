#include "bench/judge/claims/cells.h"
#include "bench/base/json_make.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How the cells are measured: enough rounds that one claim among all can be refuted. */
#define ROUNDS    11
#define TASK_TIME "20ms"

enum { WORD_MAX = 64 };

/* ---- Substitutions ----------------------------------------------------------------- */

int substitutions_add(struct substitutions *s, const char *text, struct err *err)
{
    const char *equals = strchr(text, '=');
    struct substitution *next = &s->items[s->count];
    if (!equals || equals == text || !equals[1])
        return err_set(err, ERR_USAGE, "--as: \"%s\" is not of the form NAME=OTHER", text);
    if (s->count == SUBSTITUTIONS_MAX)
        return err_set(err, ERR_USAGE, "--as: at most %d", SUBSTITUTIONS_MAX);
    /* No name is as long as the room for one; what is cut off is not known either. */
    snprintf(next->from, sizeof next->from, "%.*s", (int)(equals - text), text);
    next->to = equals + 1;
    s->count++;
    return 0;
}

const char *substitute(const struct substitutions *s, const char *name)
{
    for (size_t i = 0; s && i < s->count; i++)
        if (!strcmp(s->items[i].from, name))
            return s->items[i].to;
    return name;
}

/* ---- One cell ---------------------------------------------------------------------- */

const char *claim_cell_lock(const struct claim_cell *c, const struct substitutions *s)
{
    return substitute(s, c->lock ? c->lock : "none");
}

long claim_cell_tasks(const struct claim_cell *c, long cpus)
{
    char *end;
    long count = strtol(c->tasks, &end, 10);
    if (*end)
        count = (count ? count : 1) * cpus;
    return count;
}

/* The next of "duration=10ms,gil.interval=1ms" with its owner: false behind the last. */
static bool next_param(const struct claim_cell *c, const struct substitutions *s, const char **at,
                       char *owner, char *assignment)
{
    if (!*at || !**at)
        return false;
    size_t length = strcspn(*at, ","), name = strcspn(*at, "=");
    const char *dot = memchr(*at, '.', name);
    snprintf(owner, WORD_MAX, "%.*s", dot ? (int)(dot - *at) : 0, *at);
    snprintf(assignment, WORD_MAX, "%.*s", (int)(length - (dot ? (size_t)(dot + 1 - *at) : 0)),
             dot ? dot + 1 : *at);
    if (dot) {
        char kept[WORD_MAX];
        memcpy(kept, owner, sizeof kept);
        snprintf(owner, WORD_MAX, "%s", substitute(s, kept));
    } else {
        snprintf(owner, WORD_MAX, "%s", c->workload);
    }
    *at += length + ((*at)[length] == ',');
    return true;
}

void claim_cell_id(const struct claim_cell *c, const struct substitutions *s, long cpus,
                   struct buf *out)
{
    char owner[WORD_MAX], assignment[WORD_MAX];
    buf_printf(out, "%s/%s/%s/tasks=%ld", c->workload, claim_cell_lock(c, s),
               substitute(s, c->executor), claim_cell_tasks(c, cpus));
    if (c->placement)
        buf_printf(out, ",placement=%s", c->placement);
    for (const char *at = c->params; next_param(c, s, &at, owner, assignment);) {
        bool is_own = !strcmp(owner, c->workload);
        buf_printf(out, ",%s%s%s", is_own ? "" : owner, is_own ? "" : ".", assignment);
    }
}

/* ---- A suite ----------------------------------------------------------------------- */

static json_t *params_json(const struct claim_cell *c, const struct substitutions *s)
{
    char owner[WORD_MAX], assignment[WORD_MAX], name[2 * WORD_MAX + 2];
    struct json_maker o = json_maker_new();
    for (const char *at = c->params; next_param(c, s, &at, owner, assignment);) {
        size_t length = strcspn(assignment, "=");
        snprintf(name, sizeof name, "%s.%.*s", owner, (int)length, assignment);
        json_make_text(&o, name, assignment + length + (assignment[length] != 0));
    }
    return json_made(&o);
}

static json_t *group_json(const struct claim_cell *c, const struct substitutions *s)
{
    struct json_maker o = json_maker_take(json_pack(
        "{s:[s], s:[s], s:[s], s:[s], s:[s], s:o, s:[]}", "workloads", c->workload, "locks",
        claim_cell_lock(c, s), "executors", substitute(s, c->executor), "tasks", c->tasks,
        "placements", c->placement ? c->placement : "free", "params", params_json(c, s), "probes"));
    if (c->probe)
        json_make_item(&o, json_object_get(o.object, "probes"), json_string(c->probe));
    if (c->ops)
        json_make_int(&o, "ops", c->ops);
    return json_made(&o);
}

/* The runner drops what is named again. */
static void add_cell(struct json_maker *groups, const struct claim_cell *c,
                     const struct substitutions *s)
{
    if (c->workload)
        json_make_add(groups, group_json(c, s));
}

json_t *claims_suite(const struct claim_list *claims, const struct substitutions *s, long cpus)
{
    struct json_maker groups = json_maker_list();
    for (size_t i = 0; i < claims->count; i++) {
        const struct claim *claim = claims->items[i];
        for (size_t k = 0; k < claim_part_count(claim) && !(claim->needs_cpus && cpus < 2); k++) {
            add_cell(&groups, &claim->parts[k].subject, s);
            add_cell(&groups, &claim->parts[k].base, s);
        }
    }
    return json_pack("{s:s, s:i, s:s, s:s, s:o}", "summary",
                     "the cells of the textbook's claims, to be judged by contend claims", "rounds",
                     ROUNDS, "budget", "60s", "task_time", TASK_TIME, "groups", json_made(&groups));
}

/* ---- A command line ---------------------------------------------------------------- */

/* Adds "a,b" without what is there already. */
static void add_word(char *list, size_t size, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = list; *at; at += strcspn(at, ",") + (at[strcspn(at, ",")] == ','))
        if (!strncmp(at, word, length) && (at[length] == ',' || !at[length]))
            return;
    size_t used = strlen(list);
    snprintf(list + used, size - used, "%s%s", used ? "," : "", word);
}

/* Whether the two can stand in one command: no parameter with two values. */
static bool fit_together(const struct claim_cell *a, const struct claim_cell *b)
{
    bool is_same_params =
        (!a->params && !b->params) || (a->params && b->params && !strcmp(a->params, b->params));
    return is_same_params && a->ops == b->ops;
}

void claim_part_command(const struct claim_part *p, const struct substitutions *s,
                        const struct opt_list *plugins, struct buf *out)
{
    char workloads[WORD_MAX] = "", locks[WORD_MAX] = "", executors[WORD_MAX] = "",
         tasks[WORD_MAX] = "", placements[WORD_MAX] = "";
    char owner[WORD_MAX], assignment[WORD_MAX];
    const struct claim_cell *cells[2] = {&p->subject, &p->base};
    bool has_base = p->base.workload && fit_together(cells[0], cells[1]);
    for (size_t i = 0; i < (has_base ? 2 : 1); i++) {
        add_word(workloads, sizeof workloads, cells[i]->workload);
        add_word(locks, sizeof locks, claim_cell_lock(cells[i], s));
        add_word(executors, sizeof executors, substitute(s, cells[i]->executor));
        add_word(tasks, sizeof tasks, cells[i]->tasks);
        add_word(placements, sizeof placements, cells[i]->placement ? cells[i]->placement : "free");
    }
    buf_add(out, "contend run");
    for (size_t i = 0; plugins && i < plugins->count; i++)
        buf_printf(out, " --plugin %s", plugins->items[i]);
    buf_printf(out, " --workload %s --lock %s --executor %s --tasks %s", workloads, locks,
               executors, tasks);
    if (strcmp(placements, "free"))
        buf_printf(out, " --placement %s", placements);
    for (const char *at = p->subject.params; next_param(&p->subject, s, &at, owner, assignment);)
        buf_printf(out, " -p %s.%s", owner, assignment);
    if (p->subject.ops)
        buf_printf(out, " --ops %u", p->subject.ops);
    buf_printf(out, " --task-time %s --rounds %d", TASK_TIME, ROUNDS);
}
