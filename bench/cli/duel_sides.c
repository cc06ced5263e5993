/*
 * The sides of a duel, whatever they are, as commands: somebody's own, or "contend cell" with the
 * two settings, plug-ins or builds.
 */
#include "bench/cli/duel_request.h"
#include "bench/core/affinity.h"
#include "bench/core/suggest.h"
#include "bench/duel/code.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WORDS_MAX = OPT_LIST_MAX + 64, COMBINATIONS_MAX = 1000 };

/* ---- Memory that lives as long as the sides --------------------------------------------- */

static void *own(struct duel_sides *s, void *memory, struct err *err)
{
    void **grown = memory ? realloc(s->owned, (s->owned_count + 1) * sizeof *grown) : NULL;
    if (!grown) {
        free(memory);
        err_set(err, ERR_SYSTEM, "no memory for the sides");
        return NULL;
    }
    s->owned = grown;
    s->owned[s->owned_count++] = memory;
    return memory;
}

static char *own_text(struct duel_sides *s, const char *text, struct err *err)
{
    return own(s, strdup(text), err);
}

void duel_sides_release(struct duel_sides *s)
{
    for (size_t i = 0; i < s->owned_count; i++)
        free(s->owned[i]);
    free(s->owned);
    free(s->subjects);
    *s = (struct duel_sides){0};
}

static struct duel_subject *add_subject(struct duel_sides *s, struct err *err)
{
    struct duel_subject *grown = realloc(s->subjects, (s->count + 1) * sizeof *grown);
    if (!grown) {
        err_set(err, ERR_SYSTEM, "no memory for the sides");
        return NULL;
    }
    s->subjects = grown;
    grown[s->count] = (struct duel_subject){0};
    return &grown[s->count++];
}

/* ---- Argument lists ---------------------------------------------------------------------- */

struct words {
    const char *items[WORDS_MAX];
    size_t count;
};

static void add(struct words *w, const char *word)
{
    if (w->count < WORDS_MAX - 1)
        w->items[w->count++] = word;
}

static void add_option(struct words *w, const char *name, const char *value)
{
    add(w, name);
    add(w, value);
}

/* The words as one line, for people. */
static char *join(struct duel_sides *s, const struct words *w, struct err *err)
{
    struct buf b = {0};
    for (size_t i = 0; i < w->count; i++)
        buf_printf(&b, "%s%s", i ? " " : "", w->items[i]);
    return own(s, buf_steal(&b), err);
}

static int make_side(struct duel_sides *s, const char *what, const struct words *w,
                     struct duel_side *out, struct err *err)
{
    char path[PATH_MAX];
    const char **argv = own(s, calloc(w->count + 1, sizeof *argv), err);
    if (!argv || code_find(what, w->items[0], path, sizeof path, err))
        return -1;
    for (size_t i = 0; i < w->count; i++)
        argv[i] = w->items[i];
    uint64_t hash = 0;
    out->argv = argv;
    out->program = own_text(s, path, err);
    if (!out->label)
        out->label = join(s, w, err);
    if (!out->program || !out->label || code_hash(path, &hash, err))
        return -1;
    for (size_t i = 1; i < w->count; i++)
        if (!strcmp(w->items[i - 1], "--plugin") && code_hash(w->items[i], &hash, err))
            return -1;
    out->code_hash = hash;
    return 0;
}

/* The same code, and the same words to it but for where a plug-in lies. */
static bool are_identical(const struct duel_side *a, const struct duel_side *b)
{
    if (a->code_hash != b->code_hash)
        return false;
    size_t i = 1;
    for (; a->argv[i] && b->argv[i]; i++)
        if (strcmp(a->argv[i], b->argv[i]) && strcmp(a->argv[i - 1], "--plugin"))
            return false;
    return !a->argv[i] && !b->argv[i];
}

/* ---- Cells --------------------------------------------------------------------------------- */

/* One setting of each axis. */
struct axes {
    const char *workload, *lock, *executor, *tasks, *placement, *workers, *ops, *batches;
    const char *param;      /* of --set */
    const char *plugins[2]; /* loaded by this side */
};

static const char *const axis_names[] = {"workload", "lock",      "executor",
                                         "tasks",    "placement", "workers"};

static const char **axis_of(struct axes *a, const char *name)
{
    const char **const places[] = {&a->workload, &a->lock,      &a->executor,
                                   &a->tasks,    &a->placement, &a->workers};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (!strcmp(axis_names[i], name))
            return places[i];
    return NULL;
}

/* "lock=mutex,ticket": puts mutex into one side and ticket into the other. */
static int apply_set(struct duel_sides *s, const char *set, struct axes *base, struct axes *head,
                     struct err *err)
{
    char *key = own_text(s, set, err);
    if (!key)
        return -1;
    char *values = strchr(key, '='), *second = values ? strchr(values, ',') : NULL;
    if (!second || values == key || second == values + 1 || !second[1] || strchr(second + 1, ','))
        return err_set(err, ERR_USAGE, "--set: \"%s\" is not of the form KEY=A,B with two values",
                       set);
    *values++ = '\0';
    *second++ = '\0';
    if (strchr(key, '.')) {
        char text[256];
        snprintf(text, sizeof text, "%s=%s", key, values);
        base->param = own_text(s, text, err);
        snprintf(text, sizeof text, "%s=%s", key, second);
        head->param = own_text(s, text, err);
        return base->param && head->param ? 0 : -1;
    }
    if (!axis_of(base, key)) {
        size_t count = sizeof axis_names / sizeof *axis_names;
        const char *near = suggest(key, axis_names, count);
        return err_set(err, ERR_USAGE,
                       "--set: \"%s\" is unknown (workload, lock, executor, tasks, placement, "
                       "workers, or NAME.PARAM)%s%s%s",
                       key, near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    }
    *axis_of(base, key) = values;
    *axis_of(head, key) = second;
    return 0;
}

static void cell_words(const struct duel_request *r, const struct words *program,
                       const struct axes *a, struct words *out)
{
    *out = *program;
    add(out, "cell");
    add_option(out, "--workload", a->workload);
    add_option(out, "--lock", a->lock);
    add_option(out, "--executor", a->executor);
    add_option(out, "--tasks", a->tasks);
    add_option(out, "--placement", a->placement);
    if (a->workers)
        add_option(out, "--workers", a->workers);
    for (size_t i = 0; i < r->params.count; i++)
        add_option(out, "-p", r->params.items[i]);
    if (a->param)
        add_option(out, "-p", a->param);
    for (size_t i = 0; i < 2; i++)
        if (a->plugins[i])
            add_option(out, "--plugin", a->plugins[i]);
    if (a->ops)
        add_option(out, "--ops", a->ops);
    if (a->batches)
        add_option(out, "--batches", a->batches);
}

struct calibration {
    char id[256];
    int64_t ops, batches, tasks;
};

/* Asks a side how many operations fill the time, or how it would divide those given. */
static int calibrate(const struct duel_request *r, struct sampler *sampler, const char *name,
                     const struct words *cell, struct calibration *out, struct err *err)
{
    char time[32];
    struct words w = *cell;
    add(&w, "--calibrate");
    snprintf(time, sizeof time, "%lldns", (long long)r->task_time_ns);
    add_option(&w, "--task-time", time);
    add(&w, NULL);
    struct sample_request request = {.name = name,
                                     .program = w.items[0],
                                     .argv = w.items,
                                     .timeout_ns = (uint64_t)r->timeout_ns};
    struct sample s;
    if (sampler_run(sampler, &request, &s, err))
        return -1;
    json_t *root = json_loads(s.output, 0, NULL);
    const char *id, *schema;
    json_int_t ops, batches, tasks;
    int failed = !root || json_unpack(root, "{s:s, s:s, s:I, s:I, s:I}", "schema", &schema, "id",
                                      &id, "ops", &ops, "batches", &batches, "tasks", &tasks);
    if (failed) {
        err_set(err, ERR_FAILED, "%s: \"%s cell --calibrate\" did not answer as contend does", name,
                cell->items[0]);
    } else {
        snprintf(out->id, sizeof out->id, "%s", id);
        out->ops = ops;
        out->batches = batches;
        out->tasks = tasks;
    }
    json_decref(root);
    return failed ? -1 : 0;
}

static char *number_text(struct duel_sides *s, int64_t value, struct err *err)
{
    char text[32];
    snprintf(text, sizeof text, "%lld", (long long)value);
    return own_text(s, text, err);
}

/* As many CPUs as tasks, in turn; all of them when there are no more. */
static unsigned cpus_for(int64_t tasks)
{
    int cpus[1024];
    int allowed = affinity_allowed(cpus, 1024);
    return tasks < allowed ? (unsigned)tasks : 0;
}

/* One cell on both sides: calibrated on base, the same operations for head. */
static int make_cell(const struct duel_request *r, struct duel_sides *s, struct sampler *sampler,
                     const struct words programs[2], struct axes axes[2], struct err *err)
{
    struct calibration first, second;
    struct words base, head;
    if (r->ops && !(axes[0].ops = number_text(s, r->ops, err)))
        return -1;
    cell_words(r, &programs[0], &axes[0], &base);
    if (calibrate(r, sampler, "base", &base, &first, err))
        return -1;
    for (int i = 0; i < 2; i++) {
        axes[i].ops = number_text(s, first.ops, err);
        axes[i].batches = number_text(s, first.batches, err);
        if (!axes[i].ops || !axes[i].batches)
            return -1;
    }
    cell_words(r, &programs[1], &axes[1], &head);
    if (calibrate(r, sampler, "head", &head, &second, err))
        return -1;
    cell_words(r, &programs[0], &axes[0], &base);
    struct duel_subject *subject = add_subject(s, err);
    if (!subject || make_side(s, "base", &base, &subject->base, err) ||
        make_side(s, "head", &head, &subject->head, err))
        return -1;
    char name[544];
    bool same = !strcmp(first.id, second.id);
    snprintf(name, sizeof name, "%s%s%s", first.id, same ? "" : " -> ", same ? "" : second.id);
    subject->name = own_text(s, name, err);
    subject->prints_metrics = true;
    subject->relinked = r->relinked;
    subject->is_identical = are_identical(&subject->base, &subject->head);
    int64_t tasks = first.tasks > second.tasks ? first.tasks : second.tasks;
    if (!strcmp(axes[0].placement, "spread"))
        subject->place.cpus = cpus_for(tasks);
    else if (!strcmp(axes[0].placement, "same") && !strcmp(axes[1].placement, "same"))
        subject->place.cpus = 1;
    return subject->name ? 0 : -1;
}

/* Splits each item of a list at its commas; `fallback` when there is none. */
static int split(struct duel_sides *s, const struct opt_list *list, const char *what,
                 const char *fallback, struct words *out, struct err *err)
{
    *out = (struct words){0};
    for (size_t i = 0; i < list->count; i++) {
        char *next = own_text(s, list->items[i], err);
        if (!next)
            return -1;
        for (char *word; (word = strsep(&next, ",")) != NULL;) {
            if (!*word)
                return err_set(err, ERR_USAGE, "%s: \"%s\" has an empty word", what,
                               list->items[i]);
            add(out, word);
        }
    }
    if (!out->count)
        add(out, fallback);
    return 0;
}

static int make_cells(const struct duel_request *r, struct duel_sides *s, struct sampler *sampler,
                      const struct words programs[2], struct err *err)
{
    struct words *lists = own(s, calloc(4, sizeof *lists), err);
    if (!lists || split(s, &r->workloads, "--workload", NULL, &lists[0], err) ||
        split(s, &r->locks, "--lock", "none", &lists[1], err) ||
        split(s, &r->executors, "--executor", "thread", &lists[2], err) ||
        split(s, &r->tasks, "--tasks", "2", &lists[3], err))
        return -1;
    size_t all = lists[0].count * lists[1].count * lists[2].count * lists[3].count;
    if (all > COMBINATIONS_MAX)
        return err_set(err, ERR_USAGE, "duel: %zu cells are too many (at most %d)", all,
                       COMBINATIONS_MAX);
    const char *workers = r->workers ? number_text(s, r->workers, err) : NULL;
    for (size_t i = 0; i < all; i++) {
        size_t rest = i;
        const char *picked[4];
        for (int axis = 3; axis >= 0; axis--) {
            picked[axis] = lists[axis].items[rest % lists[axis].count];
            rest /= lists[axis].count;
        }
        struct axes axes[2] = {{.workload = picked[0],
                                .lock = picked[1],
                                .executor = picked[2],
                                .tasks = picked[3],
                                .workers = workers}};
        axes[1] = axes[0];
        if (r->set && apply_set(s, r->set, &axes[0], &axes[1], err))
            return -1;
        for (int side = 0; side < 2; side++) {
            struct axes *a = &axes[side];
            /* Where tasks may share a CPU or not, the scheduler would decide the result. */
            bool is_alone = !strcmp(axes[0].tasks, "1") && !strcmp(axes[1].tasks, "1");
            if (!a->placement)
                a->placement = r->placement ? r->placement : is_alone ? "free" : "spread";
            for (size_t p = 0; p < r->plugins.count && p < 2; p++)
                if (r->set || p == (size_t)side)
                    a->plugins[p] = r->plugins.items[p];
        }
        if (make_cell(r, s, sampler, programs, axes, err))
            return -1;
    }
    return 0;
}

/* ---- Commands ---------------------------------------------------------------------------- */

static int split_commands(const struct duel_request *r, struct words out[2], struct err *err)
{
    size_t i = 0;
    out[0] = out[1] = (struct words){0};
    for (; i < r->commands.count && strcmp(r->commands.items[i], "--"); i++)
        add(&out[0], r->commands.items[i]);
    for (i++; i < r->commands.count; i++)
        add(&out[1], r->commands.items[i]);
    if (!out[0].count || !out[1].count)
        return err_set(err, ERR_USAGE,
                       "duel: %s is missing; expected -- BASE [ARG].. -- HEAD [ARG]..",
                       out[0].count ? "HEAD" : "BASE");
    return 0;
}

static int make_commands(const struct duel_request *r, struct duel_sides *s,
                         const struct words commands[2], struct err *err)
{
    struct duel_subject *subject = add_subject(s, err);
    if (!subject || make_side(s, "BASE", &commands[0], &subject->base, err) ||
        make_side(s, "HEAD", &commands[1], &subject->head, err))
        return -1;
    const char *slash = strrchr(commands[1].items[0], '/');
    subject->name = slash ? slash + 1 : commands[1].items[0];
    subject->relinked = r->relinked;
    subject->prints_metrics = r->prints_metrics;
    subject->is_identical = are_identical(&subject->base, &subject->head);
    if (r->placement && !strcmp(r->placement, "same"))
        subject->place.cpus = 1;
    subject->place.spread_threads = r->placement && !strcmp(r->placement, "spread");
    return 0;
}

int duel_sides_make(const struct duel_request *r, const volatile bool *interrupted,
                    struct duel_sides *out, struct err *err)
{
    *out = (struct duel_sides){0};
    struct words *programs = own(out, calloc(2, sizeof *programs), err);
    char path[PATH_MAX];
    if (!programs || (r->relinked && code_find("--relinked", r->relinked, path, sizeof path, err)))
        return -1;
    if (r->commands.count) {
        if (split_commands(r, programs, err))
            return -1;
        if (!r->workloads.count)
            return make_commands(r, out, programs, err);
    } else {
        ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
        if (length < 0)
            return err_set_sys(err, errno, "reading /proc/self/exe");
        path[length] = '\0';
        char *self = own_text(out, path, err);
        if (!self)
            return -1;
        add(&programs[0], self);
        add(&programs[1], self);
    }
    struct sampler *sampler = sampler_open(interrupted, err);
    int failed = sampler ? make_cells(r, out, sampler, programs, err) : -1;
    sampler_close(sampler);
    return failed;
}
