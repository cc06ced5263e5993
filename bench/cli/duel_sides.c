/* The sides of a duel, whatever they are, as commands. */
#include "bench/cli/duel_side.h"
#include "bench/duel/code.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int split_commands(const struct duel_request *r, struct words out[2], struct err *err)
{
    size_t i = 0;
    out[0] = out[1] = (struct words){0};
    for (; i < r->commands.count && strcmp(r->commands.items[i], "--"); i++)
        words_add(&out[0], r->commands.items[i]);
    for (i++; i < r->commands.count; i++)
        words_add(&out[1], r->commands.items[i]);
    if (!out[0].count || !out[1].count)
        return err_set(err, ERR_USAGE,
                       "duel: %s is missing; expected -- BASE [ARG].. -- HEAD [ARG]..",
                       out[0].count ? "HEAD" : "BASE");
    return 0;
}

static int make_commands(const struct duel_request *r, struct duel_sides *s,
                         const struct words commands[2], struct err *err)
{
    struct duel_subject *subject = sides_add(s, err);
    if (!subject || sides_make_side(s, "BASE", &commands[0], &subject->base, err) ||
        sides_make_side(s, "HEAD", &commands[1], &subject->head, err))
        return -1;
    const char *slash = strrchr(commands[1].items[0], '/');
    subject->name = slash ? slash + 1 : commands[1].items[0];
    subject->relinked = r->relinked;
    subject->prints_metrics = r->prints_metrics;
    subject->is_identical = sides_are_identical(&subject->base, &subject->head);
    if (r->placement && !strcmp(r->placement, "same"))
        subject->place.cpus = 1;
    subject->place.spread_threads = r->placement && !strcmp(r->placement, "spread");
    subject->has_cpu_each = subject->place.spread_threads;
    if (r->placement)
        subject->lanes = strcmp(r->placement, "lanes") ? 1 : SAMPLES_AT_ONCE;
    return 0;
}

int duel_sides_make(const struct duel_request *r, const volatile bool *interrupted,
                    struct duel_sides *out, struct err *err)
{
    *out = (struct duel_sides){0};
    struct words *programs = sides_own(out, calloc(2, sizeof *programs), err);
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
        char *self = sides_own_text(out, path, err);
        if (!self)
            return -1;
        words_add(&programs[0], self);
        words_add(&programs[1], self);
    }
    struct sampler *sampler = sampler_open(interrupted, err);
    int failed = sampler ? sides_make_cells(r, out, sampler, programs, err) : -1;
    sampler_close(sampler);
    return failed;
}
