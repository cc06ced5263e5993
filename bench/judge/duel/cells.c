/*
 * Sides that are cells: "contend cell" with two settings, two plug-ins or two builds, the number of
 * operations calibrated on base and the same for both.
 */
#include "bench/base/json.h"
#include "bench/base/name_list.h"
#include "bench/base/suggest.h"
#include "bench/judge/duel/side.h"
#include "bench/machine/affinity.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COMBINATIONS_MAX = 1000 };

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
    char *key = sides_own_text(s, set, err);
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
        base->param = sides_own_text(s, text, err);
        snprintf(text, sizeof text, "%s=%s", key, second);
        head->param = sides_own_text(s, text, err);
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

static void cell_words(const struct duel_request *r, const struct command_line *program,
                       const struct axes *a, struct words *out)
{
    out->count = 0;
    for (size_t i = 0; i < program->count; i++)
        words_add(out, program->words[i]);
    words_add(out, "cell");
    words_add_option(out, "--workload", a->workload);
    words_add_option(out, "--lock", a->lock);
    words_add_option(out, "--executor", a->executor);
    words_add_option(out, "--tasks", a->tasks);
    words_add_option(out, "--placement", a->placement);
    if (a->workers)
        words_add_option(out, "--workers", a->workers);
    for (size_t i = 0; i < r->params.count; i++)
        words_add_option(out, "-p", r->params.items[i]);
    if (a->param)
        words_add_option(out, "-p", a->param);
    for (size_t i = 0; i < 2; i++)
        if (a->plugins[i])
            words_add_option(out, "--plugin", a->plugins[i]);
    if (a->ops)
        words_add_option(out, "--ops", a->ops);
    if (a->batches)
        words_add_option(out, "--batches", a->batches);
}

struct calibration {
    const char *id; /* owned by the sides */
    int64_t ops, batches, tasks;
};

/* Asks a side how many operations fill the time, or how it would divide those given. */
static int calibrate(const struct duel_request *r, struct duel_sides *s, struct sampler *sampler,
                     const char *name, struct words *cell, struct calibration *out, struct err *err)
{
    char time[32];
    words_add(cell, "--calibrate");
    snprintf(time, sizeof time, "%lldns", (long long)r->task_time_ns);
    words_add_option(cell, "--task-time", time);
    words_add(cell, NULL);
    if (cell->failed)
        return err_set(err, ERR_SYSTEM, "duel: no memory for the words of a cell");
    struct sample_request request = {.name = name,
                                     .program = cell->items[0],
                                     .argv = cell->items,
                                     .timeout_ns = (uint64_t)r->timeout_ns,
                                     .is_read = true};
    struct sample sample;
    if (sampler_run(sampler, &request, 1, &sample, err)) {
        /* What it refuses is what was asked for here. */
        if (sample.exit_status == 2)
            err->code = ERR_USAGE;
        return -1;
    }
    json_t *root = json_parse(sample.output, strlen(sample.output), 0, NULL);
    const char *id, *schema;
    json_int_t ops, batches, tasks;
    int failed = !root || json_unpack(root, "{s:s, s:s, s:I, s:I, s:I}", "schema", &schema, "id",
                                      &id, "ops", &ops, "batches", &batches, "tasks", &tasks);
    if (failed) {
        err_set(err, ERR_FAILED, "%s: \"%s cell --calibrate\" did not answer as contend does", name,
                cell->items[0]);
    } else {
        out->id = sides_own_text(s, id, err);
        failed = !out->id;
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
    return sides_own_text(s, text, err);
}

/* Calibrates base, then head with base's operations; the words of both, as they are measured. */
static int size_cells(const struct duel_request *r, struct duel_sides *s, struct sampler *sampler,
                      const struct command_line programs[2], struct axes axes[2],
                      struct words words[2], struct calibration out[2], struct err *err)
{
    if (r->ops && !(axes[0].ops = number_text(s, r->ops, err)))
        return -1;
    cell_words(r, &programs[0], &axes[0], &words[0]);
    if (calibrate(r, s, sampler, "base", &words[0], &out[0], err))
        return -1;
    for (int i = 0; i < 2; i++) {
        axes[i].ops = number_text(s, out[0].ops, err);
        axes[i].batches = number_text(s, out[0].batches, err);
        if (!axes[i].ops || !axes[i].batches)
            return -1;
    }
    cell_words(r, &programs[1], &axes[1], &words[1]);
    return calibrate(r, s, sampler, "head", &words[1], &out[1], err);
}

/* A side that did not tell its id has what is known of it. */
static char *subject_name(struct duel_sides *s, const struct axes axes[2],
                          const struct calibration sizes[2], struct err *err)
{
    struct buf ids[2] = {{0}}, name = {0};
    for (int i = 0; i < 2; i++)
        if (sizes[i].id)
            buf_add(&ids[i], sizes[i].id);
        else
            buf_printf(&ids[i], "%s/%s/%s/tasks=%s", axes[i].workload, axes[i].lock,
                       axes[i].executor, axes[i].tasks);
    bool is_same = !strcmp(buf_text(&ids[0]), buf_text(&ids[1]));
    buf_printf(&name, "%s%s%s", buf_text(&ids[0]), is_same ? "" : " -> ",
               is_same ? "" : buf_text(&ids[1]));
    buf_release(&ids[0]);
    buf_release(&ids[1]);
    return sides_own(s, buf_steal(&name), err);
}

/* One cell on both sides: calibrated on base, the same operations for head. */
static int add_cell(const struct duel_request *r, struct duel_sides *s, const struct axes axes[2],
                    const struct words words[2], const struct calibration sizes[2], struct err *err)
{
    struct duel_subject *subject = sides_add(s, err);
    const struct command_line lines[] = {{words[0].items, words[0].count},
                                         {words[1].items, words[1].count}};
    if (!subject || sides_make_side(s, "base", lines[0], &subject->base, err) ||
        sides_make_side(s, "head", lines[1], &subject->head, err))
        return -1;
    subject->name = subject_name(s, axes, sizes, err);
    subject->prints_metrics = true;
    subject->relinked = r->relinked;
    sides_compare_code(subject);
    int64_t tasks = sizes[0].tasks > sizes[1].tasks ? sizes[0].tasks : sizes[1].tasks;
    bool is_same[] = {!strcmp(axes[0].placement, "same"), !strcmp(axes[1].placement, "same")};
    /* As many CPUs as tasks, in turn; all of them when there are no more. */
    if (!strcmp(axes[0].placement, "spread"))
        subject->place.cpus = tasks < affinity_count() ? (unsigned)tasks : 0;
    else if (is_same[0] && is_same[1])
        subject->place.cpus = 1;
    subject->has_cpu_each = tasks <= affinity_count() && !is_same[0] && !is_same[1];
    return subject->name ? 0 : -1;
}

/* A side that does not run costs its own comparison; what was asked for wrongly costs all. */
static int make_cell(const struct duel_request *r, struct duel_sides *s, struct sampler *sampler,
                     const struct command_line programs[2], struct axes axes[2], struct err *err)
{
    struct words words[2] = {{0}};
    struct calibration sizes[2] = {{0}};
    struct err crash = {0};
    int failed = size_cells(r, s, sampler, programs, axes, words, sizes, &crash);
    if (failed && crash.code != ERR_FAILED)
        err_set(err, crash.code, "%s", crash.text);
    else
        failed = 0;
    for (int i = 0; i < 2; i++) {
        cell_words(r, &programs[i], &axes[i], &words[i]);
        if (words[i].failed)
            failed = err_set(err, ERR_SYSTEM, "duel: no memory for the words of a cell");
    }
    failed = failed || add_cell(r, s, axes, words, sizes, err);
    if (!failed && crash.code) {
        char *failure = sides_own_text(s, crash.text, err);
        s->subjects[s->count - 1].failure = failure;
        failed = !failure;
    }
    vec_release(&words[0]);
    vec_release(&words[1]);
    return failed ? -1 : 0;
}

/* A second option may name it again. */
static bool has_word(const struct words *all, const char *word)
{
    for (size_t i = 0; i < all->count; i++)
        if (!strcmp(all->items[i], word))
            return true;
    return false;
}

/* Splits each item of a list at its commas; `fallback` when there is none. */
static int split(struct duel_sides *s, const struct opt_list *list, const char *what,
                 const char *fallback, struct words *out, struct err *err)
{
    *out = (struct words){0};
    for (size_t i = 0; i < list->count; i++) {
        char *next = NULL;
        if (name_list_check(what, list->items[i], err) ||
            !(next = sides_own_text(s, list->items[i], err)))
            return -1;
        for (char *word; (word = strsep(&next, ",")) != NULL;)
            if (!has_word(out, word))
                words_add(out, word);
    }
    if (!out->count)
        words_add(out, fallback);
    return out->failed ? err_set(err, ERR_SYSTEM, "%s: no memory for the words", what) : 0;
}

enum { AXES = 4 };

/* A cell for each combination of the words. */
static int combine(const struct duel_request *r, struct duel_sides *s, struct sampler *sampler,
                   const struct command_line programs[2], const struct words lists[AXES],
                   struct err *err)
{
    size_t all = lists[0].count * lists[1].count * lists[2].count * lists[3].count;
    if (all > COMBINATIONS_MAX)
        return err_set(err, ERR_USAGE, "duel: %zu cells are too many (at most %d)", all,
                       COMBINATIONS_MAX);
    const char *workers = r->workers ? number_text(s, r->workers, err) : NULL;
    for (size_t i = 0; i < all; i++) {
        size_t rest = i;
        const char *picked[AXES];
        for (int axis = AXES - 1; axis >= 0; axis--) {
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

int sides_make_cells(const struct duel_request *r, struct duel_sides *s, struct sampler *sampler,
                     const struct command_line programs[2], struct err *err)
{
    if (r->placement && !strcmp(r->placement, "lanes"))
        return err_set(err, ERR_USAGE,
                       "--placement: \"lanes\" is for commands; cells take free, same or spread");
    struct words lists[AXES] = {{0}};
    int failed = split(s, &r->workloads, "--workload", NULL, &lists[0], err) ||
                 split(s, &r->locks, "--lock", "none", &lists[1], err) ||
                 split(s, &r->executors, "--executor", "thread", &lists[2], err) ||
                 split(s, &r->tasks, "--tasks", "2", &lists[3], err) ||
                 combine(r, s, sampler, programs, lists, err);
    for (int axis = 0; axis < AXES; axis++)
        vec_release(&lists[axis]);
    return failed ? -1 : 0;
}
