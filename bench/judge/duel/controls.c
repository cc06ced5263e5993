/*
 * The controls: base against itself, where nothing but its surroundings differs.
 *
 * Sides differ by more than their code: one lies under a longer path than the other, and with it
 * the strings above its stack are longer.  The null control is base as a side of its own would be:
 * the same file by a longer name, in an environment of another size.  A name is longer by slashes,
 * which change where a program lies for nobody who asks: what looks for its files beside itself
 * finds them.  The layout control is base's code at another place in memory, or linked otherwise.
 */
#include "bench/judge/duel/code.h"
#include "bench/judge/duel/engine.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Long enough to show, every residue of a cache line alike, and less than what costs a page of its
 * own: that would be paid for by programs that take no longer than a fork.
 */
enum { SLASHES_LEAST = 33, SLASHES = 64, PADDING_LEAST = 513, PADDINGS = 512 };

/* "old/sort" -> "old////sort": the same file by a longer name. NULL: no memory. */
static char *longer_name(const char *path, size_t slashes)
{
    const char *slash = strrchr(path, '/');
    size_t head = slash ? (size_t)(slash - path) + 1 : 0, length = strlen(path);
    char *out = malloc(length + slashes + 3);
    if (!out)
        return NULL;
    char *at = out;
    if (slash) {
        memcpy(at, path, head);
        at += head;
    } else {
        memcpy(at, "./", 2);
        at += 2;
    }
    memset(at, '/', slashes);
    memcpy(at + slashes, path + head, length - head + 1);
    return out;
}

static int make_null(struct duel *d, struct rng *rng, struct err *err)
{
    const struct duel_side *base = &d->subject->base;
    size_t slashes = SLASHES_LEAST + rng_below(rng, SLASHES), words = 0;
    d->null_padding_bytes = PADDING_LEAST + rng_below(rng, PADDINGS);
    while (base->argv[words])
        words++;
    d->other_argv = calloc(words + 1, sizeof *d->other_argv);
    d->other_name =
        strlen(base->program) + slashes < PATH_MAX - 3 ? longer_name(base->program, slashes) : NULL;
    if (!d->other_argv)
        return err_set(err, ERR_SYSTEM, "no memory for a control");
    memcpy(d->other_argv, base->argv, words * sizeof *d->other_argv);
    /* Who is called without a path, as a shell does, looks for itself in PATH: bash, 1 % of its
     * time. */
    if (d->other_name && strchr(base->argv[0], '/'))
        d->other_argv[0] = d->other_name;
    snprintf(d->out->null_note, sizeof d->out->null_note,
             "base by a path %zu bytes longer, in an environment %zu bytes larger",
             d->other_name ? slashes : 0, d->null_padding_bytes);
    return 0;
}

int duel_make_controls(struct duel *d, struct rng *rng, struct err *err)
{
    char *note = d->out->layout_note;
    size_t size = sizeof d->out->layout_note;
    d->layout_padding_bytes = duel_draw_padding(rng);
    if (d->subject->relinked) {
        snprintf(note, size, "%.200s, and the stack moved", d->subject->relinked);
    } else {
        d->copy_fd = code_copy(d->subject->base.program, d->copy, sizeof d->copy);
        snprintf(note, size,
                 d->copy_fd >= 0 ? "a copy of base in memory, and the stack moved"
                                 : "the stack moved");
    }
    return make_null(d, rng, err);
}

void duel_release_controls(struct duel *d)
{
    if (d->copy_fd >= 0)
        close(d->copy_fd);
    d->copy_fd = -1;
    free(d->other_name);
    free(d->other_argv);
    d->other_name = NULL;
    d->other_argv = NULL;
}
