#include "bench/result/list.h"

#include "bench/base/file.h"
#include "bench/result/cell_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Room for one more; NULL when memory ran out. */
static struct result *new_item(struct result_list *l)
{
    if (l->count == l->capacity) {
        size_t capacity = l->capacity ? 2 * l->capacity : 8;
        struct result *items = realloc(l->items, capacity * sizeof *items);
        if (!items)
            return NULL;
        l->items = items;
        l->capacity = capacity;
    }
    l->items[l->count] = (struct result){0};
    return &l->items[l->count];
}

typedef int result_reader(struct result *out, const struct result_source *from, struct err *err);

static int add(struct result_list *out, const struct result_source *from, result_reader *read,
               struct err *err)
{
    struct result *r = new_item(out);
    if (!r)
        return err_set(err, ERR_SYSTEM, "%s: out of memory", from->path);
    if (read(r, from, err))
        return -1;
    out->count++;
    return 0;
}

/* ---- Several hosts in one file -------------------------------------------------------------- */

/* It is called by its host as well. */
static int name_by_host(struct result *r, const char *path, struct err *err)
{
    char *label = NULL;
    if (asprintf(&label, "%s@%s", r->label, r->hostname) < 0)
        return err_set(err, ERR_SYSTEM, "%s: out of memory", path);
    free(r->label);
    r->label = label;
    return 0;
}

static int add_host(struct result_list *out, const struct result_source *one, struct err *err)
{
    if (add(out, one, result_read_open, err))
        return -1;
    return name_by_host(&out->items[out->count - 1], one->path, err);
}

/* Each is read as if it were a file of its own. */
static int add_hosts(struct result_list *out, const struct result_source *from, struct scan *s,
                     struct err *err)
{
    bool first = true, ok;
    while (scan_item(s, &first, &ok)) {
        struct result_source one = *from;
        struct span text;
        if (!scan_skip(s, &text))
            return err_set(err, ERR_INPUT, "%s: results: is cut short, or no JSON", from->path);
        one.text = text.text;
        one.length = text.length;
        one.at += (uint64_t)(text.text - from->text);
        if (add_host(out, &one, err))
            return -1;
    }
    return ok ? 0 : err_set(err, ERR_INPUT, "%s: results: is cut short, or no JSON", from->path);
}

/* A text that was taken in as a whole. */
static int add_text(struct result_list *out, const struct result_source *from, struct err *err)
{
    struct scan s = {from->text, from->text + from->length};
    return slim_take_several(&s) ? add_hosts(out, from, &s, err)
                                 : add(out, from, result_read_open, err);
}

static int add_whole(struct result_list *out, const struct result_source *from, struct err *err)
{
    struct result_source whole = *from;
    char *text = file_read_at(from->fd, from->path, from->at, FILE_MOST_BYTES, &whole.length, err);
    whole.text = text;
    int failed = text ? add_text(out, &whole, err) : -1;
    free(text);
    return failed;
}

/* In pieces. -1 with err unset: the whole is to be asked. */
static int add_in_pieces(struct result_list *out, const struct result_source *from,
                         struct slim *slim, struct err *err)
{
    struct result_source one = *from;
    int more, failed = 0;
    one.slim = slim;
    while (!failed && (more = slim_next_result(slim)) != 0)
        failed = more > 0 ? add_host(out, &one, err) : -1;
    return failed;
}

/* What a file of several hosts begins with, and a blank or two. */
enum { BEGINNING_BYTES = 200 };

static bool has_several(const struct result_source *from)
{
    char beginning[BEGINNING_BYTES];
    ssize_t got = pread(from->fd, beginning, sizeof beginning, (off_t)from->at);
    struct scan s = {beginning, beginning + (got > 0 ? got : 0)};
    return slim_take_several(&s);
}

int results_read_open(struct result_list *out, const struct result_source *from, struct err *err)
{
    struct slim slim;
    struct err own = {0};
    size_t before = out->count;
    if (!has_several(from))
        return add(out, from, result_read_open, err);
    int failed =
        slim_open_several(&slim, from->fd, from->at) ? -1 : add_in_pieces(out, from, &slim, &own);
    slim_close(&slim);
    if (!failed || own.code != ERR_NONE)
        return failed ? err_set(err, own.code, "%s", own.text) : 0;
    while (out->count > before)
        result_unload(&out->items[--out->count]);
    if (from->taker)
        from->taker->forget(from->taker->with);
    return add_whole(out, from, err);
}

static int load_one(struct result_list *out, const char *path, unsigned keep, struct err *err)
{
    struct result_source from = {.path = path, .keep = keep & ~(unsigned)RESULT_HOSTS};
    if (!(keep & RESULT_HOSTS))
        return add(out, &from, result_read, err);
    from.fd = strcmp(path, "-") ? file_open_regular(path) : -1;
    char *text = from.fd < 0 ? file_read(path, &from.length, err) : NULL;
    from.text = text;
    int failed = from.fd >= 0 ? results_read_open(out, &from, err)
                 : text       ? add_text(out, &from, err)
                              : -1;
    free(text);
    if (from.fd >= 0)
        close(from.fd);
    return failed;
}

int results_load(struct result_list *out, const char *const *paths, size_t count, unsigned keep,
                 struct err *err)
{
    *out = (struct result_list){0};
    for (size_t i = 0; i < count; i++)
        if (load_one(out, paths[i], keep, err))
            return -1;
    return 0;
}

void results_unload(struct result_list *l)
{
    for (size_t i = 0; i < l->count; i++)
        result_unload(&l->items[i]);
    free(l->items);
    *l = (struct result_list){0};
}
