/* A reference in several runtimes of its kind, one after the other. */
#include "bench/lab/reference.h"

#include "bench/base/buf.h"
#include "bench/base/interrupt.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* By what the paths lead to. */
static bool is_known(const struct reference_runtimes *all, const char *path)
{
    struct stat wanted, other;
    if (stat(path, &wanted))
        return false;
    for (size_t i = 0; i < all->count; i++)
        if (!stat(all->items[i].path, &other) && other.st_dev == wanted.st_dev &&
            other.st_ino == wanted.st_ino)
            return true;
    return false;
}

int runtimes_find(struct reference_runtimes *out, const struct reference *reference,
                  const struct opt_list *names, void (*say)(const char *line), struct err *err)
{
    size_t wanted = names->count ? names->count : 1;
    *out = (struct reference_runtimes){.items = calloc(wanted, sizeof *out->items)};
    if (!out->items)
        return err_set(err, ERR_SYSTEM, "%zu interpreters: out of memory", wanted);
    for (size_t i = 0; i < wanted; i++) {
        struct reference_runtime *found = &out->items[out->count];
        const char *asked = names->count ? names->items[i] : NULL;
        struct buf line = {0};
        if (reference->find(asked, found, err))
            return -1;
        if (!is_known(out, found->path)) {
            out->count++;
            continue;
        }
        buf_printf(&line, "reference: %s is %s once more", asked, found->path);
        say(buf_text(&line));
        buf_release(&line);
    }
    return 0;
}

void runtimes_words(struct buf *out, const struct reference_runtimes *all)
{
    for (size_t i = 0; i < all->count; i++)
        buf_printf(out, "%s %s\n", all->items[i].version, all->items[i].path);
}

/* "real.json" -> "real-3.12.1.json"; the second of a version "real-3.12.1-2.json". */
static void name_output(const struct reference_runtimes *all, size_t i, const char *output,
                        struct buf *name)
{
    size_t length = strlen(output), same = 1;
    bool is_json = length > 5 && !strcmp(output + length - 5, ".json");
    for (size_t k = 0; k < i; k++)
        same += !strcmp(all->items[k].version, all->items[i].version);
    buf_printf(name, "%.*s-%s", (int)(is_json ? length - 5 : length), output,
               all->items[i].version);
    if (same > 1)
        buf_printf(name, "-%zu", same);
    buf_add(name, is_json ? ".json" : "");
}

void reference_tell_cut(void (*say)(const char *line), const char *output)
{
    struct buf line = {0};
    interrupt_words(&line, output, "the same words begin again");
    say(buf_text(&line));
    buf_release(&line);
}

int reference_run_each(const struct reference_request *request,
                       const struct reference_runtimes *all, struct err *err)
{
    int outcome = 0;
    for (size_t i = 0; i < all->count && !outcome; i++) {
        struct reference_request one = *request;
        struct buf name = {0}, line = {0};
        one.runtime = all->items[i].path;
        if (one.output && all->count > 1) {
            name_output(all, i, one.output, &name);
            one.output = buf_text(&name);
            buf_printf(&line, "reference: %s -> %s", one.runtime, one.output);
            request->say(buf_text(&line));
        }
        outcome = reference_run(&one, err);
        if (outcome > 0)
            reference_tell_cut(one.say, outcome == RUNTIMES_PARTIAL ? one.output : NULL);
        buf_release(&name);
        buf_release(&line);
    }
    return outcome;
}
