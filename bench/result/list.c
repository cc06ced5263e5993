#include "bench/result/list.h"

#include "bench/base/file.h"
#include "bench/result/cell_read.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

static int add(struct result_list *out, const struct result_source *from, struct err *err)
{
    struct result *r = new_item(out);
    if (!r)
        return err_set(err, ERR_SYSTEM, "%s: out of memory", from->path);
    if (result_read(r, from, err))
        return -1;
    out->count++;
    return 0;
}

/* ---- Several hosts in one file -------------------------------------------------------------- */

/* Whether the text begins as results of several hosts do, and what stands behind "[". */
static bool are_several(const char *text, size_t length, struct scan *behind)
{
    struct scan s = {text, text + length};
    struct span key, value;
    bool first = true, ok;
    if (!scan_take(&s, '{') || !scan_member(&s, &first, &key, &ok) || !span_is(key, "schema") ||
        !scan_string(&s, &value) || !span_is(value, RESULTS_SCHEMA) ||
        !scan_member(&s, &first, &key, &ok) || !span_is(key, "results") || !scan_take(&s, '['))
        return false;
    *behind = s;
    return true;
}

/* Each is read as if it were a file of its own, and is called by its host as well. */
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
        if (add(out, &one, err))
            return -1;
        struct result *r = &out->items[out->count - 1];
        char *label = NULL;
        if (asprintf(&label, "%s@%s", r->label, r->hostname) < 0)
            return err_set(err, ERR_SYSTEM, "%s: out of memory", from->path);
        free(r->label);
        r->label = label;
    }
    return ok ? 0 : err_set(err, ERR_INPUT, "%s: results: is cut short, or no JSON", from->path);
}

/* What a file of several hosts begins with, and a blank or two. */
enum { BEGINNING_BYTES = 200 };

/* NULL where the file is a result of its own: its reader then reads it in pieces. */
static char *text_of_several(const char *path, size_t *length, struct err *err)
{
    char beginning[BEGINNING_BYTES];
    struct scan s;
    struct stat about;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool is_file = fd >= 0 && !fstat(fd, &about) && S_ISREG(about.st_mode);
    ssize_t got = is_file ? read(fd, beginning, sizeof beginning) : -1;
    if (fd >= 0)
        close(fd);
    if (got <= 0 || !are_several(beginning, (size_t)got, &s))
        return NULL;
    return file_read(path, length, err);
}

static int load_one(struct result_list *out, const char *path, unsigned keep, struct err *err)
{
    struct result_source from = {.path = path, .keep = keep & ~(unsigned)RESULT_HOSTS};
    struct err own = {0};
    struct stat about;
    bool is_stream = !strcmp(path, "-") || (!stat(path, &about) && S_ISFIFO(about.st_mode));
    char *text = !(keep & RESULT_HOSTS) ? NULL
                 : is_stream            ? file_read(path, &from.length, &own)
                                        : text_of_several(path, &from.length, &own);
    if (own.code != ERR_NONE)
        return err_set(err, own.code, "%s", own.text);
    struct scan behind;
    from.text = text;
    int failed = text && are_several(text, from.length, &behind)
                     ? add_hosts(out, &from, &behind, err)
                     : add(out, &from, err);
    free(text);
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
