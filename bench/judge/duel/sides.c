/* The sides of a duel, whatever they are, as commands. */
#include "bench/base/program.h"
#include "bench/judge/duel/code.h"
#include "bench/judge/duel/side.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* The words that are `word`, and the first of them. */
static size_t count_word(const struct duel_request *r, const char *word, size_t *first)
{
    size_t count = 0;
    for (size_t i = r->command_count; i-- > 0;)
        if (!strcmp(r->commands[i], word)) {
            *first = i;
            count++;
        }
    return count;
}

/* "--" divides base from head; where a side has one itself, "---" does. It is never guessed. */
static int split_commands(const struct duel_request *r, struct command_line out[2], struct err *err)
{
    size_t at = r->command_count, wide_at = at;
    size_t count = count_word(r, "--", &at), wide = count_word(r, "---", &wide_at);
    if (wide > 1 || (wide == 0 && count > 1))
        return err_set(err, ERR_USAGE,
                       "duel: \"%s\" stands %zu times among the sides; one divides them. Where a "
                       "side has \"--\" of its own: -- BASE [ARG].. --- HEAD [ARG]..",
                       wide ? "---" : "--", wide ? wide : count);
    at = wide ? wide_at : at;
    out[0] = (struct command_line){r->commands, at};
    out[1] = (struct command_line){0};
    if (at < r->command_count)
        out[1] = (struct command_line){r->commands + at + 1, r->command_count - at - 1};
    for (size_t i = 0; i < 2; i++)
        if (!out[i].count || !strcmp(out[i].words[0], "--"))
            return err_set(err, ERR_USAGE,
                           "duel: %s is missing; expected -- BASE [ARG].. -- HEAD [ARG]..",
                           i ? "HEAD" : "BASE");
    return 0;
}

static int make_commands(const struct duel_request *r, struct duel_sides *s,
                         const struct command_line commands[2], struct err *err)
{
    struct duel_subject *subject = sides_add(s, err);
    if (!subject || sides_make_side(s, "BASE", commands[0], &subject->base, err) ||
        sides_make_side(s, "HEAD", commands[1], &subject->head, err))
        return -1;
    const char *slash = strrchr(commands[1].words[0], '/');
    subject->name = slash ? slash + 1 : commands[1].words[0];
    subject->relinked = r->relinked;
    subject->prints_metrics = r->prints_metrics;
    sides_compare_code(subject);
    if (r->placement && !strcmp(r->placement, "same")) {
        subject->place.cpus = 1;
        subject->place.is_asked_for = true;
    }
    subject->place.spread_threads = r->placement && !strcmp(r->placement, "spread");
    subject->has_cpu_each = subject->place.spread_threads;
    if (r->placement)
        subject->lanes = strcmp(r->placement, "lanes") ? 1 : SAMPLES_AT_ONCE;
    return 0;
}

static int make_sides(const struct duel_request *r, const volatile bool *interrupted,
                      struct duel_sides *out, struct err *err)
{
    struct command_line programs[2];
    const char *self_words[1];
    char path[PATH_MAX];
    if ((r->relinked && code_find("--relinked", r->relinked, path, sizeof path, err)))
        return -1;
    if (r->command_count) {
        if (split_commands(r, programs, err))
            return -1;
        if (!r->workloads.count)
            return make_commands(r, out, programs, err);
    } else {
        if (program_own(path, sizeof path, err))
            return -1;
        char *self = sides_own_text(out, path, err);
        if (!self)
            return -1;
        self_words[0] = self;
        programs[0] = programs[1] = (struct command_line){self_words, 1};
    }
    struct sampler *sampler = sampler_open(interrupted, err);
    int failed = sampler ? sides_make_cells(r, out, sampler, programs, err) : -1;
    sampler_close(sampler);
    return failed;
}

int duel_sides_make(const struct duel_request *r, const volatile bool *interrupted,
                    struct duel_sides *out, struct err *err)
{
    *out = (struct duel_sides){0};
    if (make_sides(r, interrupted, out, err))
        return -1;
    if (*interrupted)
        return err_set(err, ERR_FAILED, "duel: interrupted");
    for (size_t i = 0; i < out->count; i++) {
        if (r->base_name)
            out->subjects[i].base.label = r->base_name;
        if (r->head_name)
            out->subjects[i].head.label = r->head_name;
    }
    return 0;
}
