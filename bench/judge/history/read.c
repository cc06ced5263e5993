/* Reading a history file; see history.h. */
#include "bench/judge/history/history.h"

#include "bench/base/file.h"
#include "bench/base/json.h"
#include "bench/result/field.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Of an id that stands for a longer one. */
enum { DIGITS_MIN = 7 };

bool history_same_commit(const char *a, const char *b)
{
    size_t length = 0;
    while (a[length] && a[length] == b[length])
        length++;
    if (!a[length] && !b[length])
        return true;
    if ((a[length] && b[length]) || length < DIGITS_MIN)
        return false;
    const char *longer = a[length] ? a : b;
    for (const char *c = longer; *c; c++)
        if (!isxdigit((unsigned char)*c))
            return false;
    return true;
}

static bool same_anchor(const char *a, const char *b)
{
    return a && b ? history_same_commit(a, b) : a == b;
}

static bool same_place(const struct history_point *p, const char *commit, const char *machine,
                       const char *anchor)
{
    return !strcmp(p->machine, machine) && same_anchor(p->anchor, anchor) &&
           history_same_commit(p->commit, commit);
}

/* What all names of one place have in common: as much of the ids as two of one commit share. */
static void add_key(struct buf *out, const char *commit, const char *machine, const char *anchor)
{
    buf_printf(out, "%.*s\n%.*s\n%s", DIGITS_MIN, commit, DIGITS_MIN, anchor ? anchor : "",
               machine);
}

/* The latest point under that key, from 1; 0: there is none. */
static size_t latest(const struct history *h, const char *key)
{
    return (size_t)json_integer_value(json_object_get(h->places, key));
}

const struct history_point *history_find(const struct history *h, const char *commit,
                                         const char *machine, const char *anchor)
{
    struct buf key = {0};
    add_key(&key, commit, machine, anchor);
    size_t i = latest(h, buf_text(&key));
    while (i && !same_place(&h->points[i - 1], commit, machine, anchor))
        i = h->points[i - 1].earlier;
    buf_release(&key);
    return i ? &h->points[i - 1] : NULL;
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? !strcmp(a, b) : a == b;
}

/* The last point is in place of those of the same place before it, which are found by their key:
 * a history of a hundred thousand lines is read as fast as it is long. */
static int replace_earlier(struct history *h, struct err *err)
{
    struct history_point *p = &h->points[h->point_count - 1];
    struct buf key = {0};
    add_key(&key, p->commit, p->machine, p->anchor);
    p->earlier = latest(h, buf_text(&key));
    for (size_t i = p->earlier; i; i = h->points[i - 1].earlier) {
        struct history_point *other = &h->points[i - 1];
        if (!same_place(other, p->commit, p->machine, p->anchor))
            continue;
        other->is_replaced = true;
        /* It has done the same to those before it. */
        if (same_text(other->commit, p->commit) && same_text(other->anchor, p->anchor))
            break;
    }
    /* Half a character may end the key. */
    int failed =
        key.failed || json_object_set_new_nocheck(h->places, buf_text(&key),
                                                  json_integer((json_int_t)h->point_count));
    buf_release(&key);
    return failed ? err_set(err, ERR_SYSTEM, "%s: out of memory", h->path) : 0;
}

/* A number above 0; 0 when it is not there. */
static int read_positive(const struct place *at, const json_t *object, const char *key, double *out,
                         struct err *err)
{
    struct place here = {.up = at, .key = key};
    const json_t *found = json_object_get(object, key);
    *out = 0;
    if (!found || json_is_null(found))
        return 0;
    if (!json_is_number(found))
        return place_expected(&here, "a number", found, err);
    *out = json_number_value(found);
    if (!(*out > 0) || !isfinite(*out))
        return place_error(&here, err, "%g is not above 0", *out);
    return 0;
}

static int read_value(const struct place *at, const char *series, const json_t *object,
                      struct history_value *out, struct err *err)
{
    struct place here = {.up = at, .key = series};
    if (!json_is_object(object))
        return place_expected(&here, "an object", object, err);
    const char *better = field_text(&here, object, "better", err);
    *out = (struct history_value){.series = series, .unit = field_text(&here, object, "unit", err)};
    if (!better || !out->unit || read_positive(&here, object, "ratio", &out->ratio, err) ||
        read_positive(&here, object, "median", &out->median, err))
        return -1;
    if (strcmp(better, "lower") && strcmp(better, "higher"))
        return place_error(&here, err, "better: \"%s\" is neither \"lower\" nor \"higher\"",
                           better);
    out->higher_is_better = !strcmp(better, "higher");
    return 0;
}

const char *history_machine_name(const char *key)
{
    /* What lines written before say of an import that names no host. */
    static const char unknown[] = "unknown CPU";
    if (key && !strncmp(key, unknown, strlen(unknown)))
        key += strlen(unknown) + strspn(key + strlen(unknown), ", ");
    return key && key[0] ? key : "not stated";
}

static int read_point(const struct place *at, const json_t *line, struct history_point *out,
                      struct err *err)
{
    const char *key;
    json_t *value;
    size_t count = 0;
    const json_t *series = field_required(at, line, "series", JSON_OBJECT, err);
    struct place inside = {.up = at, .key = "series"};
    out->commit = field_text(at, line, "commit", err);
    if (!series || !out->commit || field_text_or(at, line, "machine", NULL, &out->machine, err) ||
        field_text_or(at, line, "time", NULL, &out->time, err) ||
        field_text_or(at, line, "anchor", NULL, &out->anchor, err))
        return -1;
    out->machine = history_machine_name(out->machine);
    out->time = out->time && out->time[0] ? out->time : NULL;
    out->values = calloc(json_object_size(series) + 1, sizeof *out->values);
    if (!out->values)
        return err_set(err, ERR_SYSTEM, "history: out of memory");
    /* The iteration macro needs an object that is not const; nothing is changed. */
    json_object_foreach((json_t *)(uintptr_t)series, key, value)
    {
        struct history_value *v = &out->values[count];
        if (read_value(&inside, key, value, v, err))
            return -1;
        /* Without an anchor a ratio has no meaning, and with one a value without does not. */
        if (out->anchor ? v->ratio > 0 : v->median > 0)
            count++;
    }
    out->value_count = count;
    return 0;
}

static int read_accept(const struct place *at, const json_t *line, struct history_accept *out,
                       struct err *err)
{
    out->from = field_text(at, line, "from", err);
    out->to = field_text(at, line, "to", err);
    out->series = field_text(at, line, "series", err);
    out->reason = field_text(at, line, "reason", err);
    return out->from && out->to && out->series && out->reason ? 0 : -1;
}

static int read_line(struct history *h, size_t number, const json_t *line, struct err *err)
{
    struct place document = {.key = h->path}, at = {.up = &document, .key = "line"};
    struct place here = {.up = &at, .index = number};
    const char *schema = field_text(&here, line, "schema", err);
    const char *kind = schema ? field_text(&here, line, "kind", err) : NULL;
    if (schema && strcmp(schema, HISTORY_SCHEMA))
        return place_error(&here, err, "schema \"%s\" is not \"%s\"", schema, HISTORY_SCHEMA);
    if (!kind)
        return -1;
    if (!strcmp(kind, "point")) {
        struct history_point *p = &h->points[h->point_count];
        p->line = number;
        if (read_point(&here, line, p, err)) {
            free(p->values);
            return -1;
        }
        h->point_count++;
        return replace_earlier(h, err);
    } else if (!strcmp(kind, "accept")) {
        if (read_accept(&here, line, &h->accepts[h->accept_count], err))
            return -1;
        h->accept_count++;
    }
    return 0; /* a kind of a later version says something this one does not need */
}

static size_t count_lines(const char *text, size_t length)
{
    size_t count = 1;
    for (size_t i = 0; i < length; i++)
        count += text[i] == '\n';
    return count;
}

static bool is_blank(const char *text, size_t length)
{
    while (length > 0 && text[length - 1] && strchr(" \t\r", text[length - 1]))
        length--;
    return length == 0;
}

/* Up to the end and no NUL before it: a file system may put some in place of what a crash lost. */
static int read_lines(struct history *h, const char *text, size_t whole, struct err *err)
{
    size_t number = 0, bad = 0;
    struct err first = {0};
    for (const char *next = text, *end = text + whole; next < end; next += next < end) {
        const char *from = next, *feed = memchr(next, '\n', (size_t)(end - next));
        next = feed ? feed : end;
        size_t length = (size_t)(next - from);
        number++;
        if (is_blank(from, length))
            continue;
        json_error_t where;
        json_t *line = json_parse(from, length, JSON_REJECT_DUPLICATES, &where);
        if (!line) {
            bad++;
            err_set(&first, ERR_INPUT, "%s: line %zu, column %d: %s", h->path, number, where.column,
                    json_fault(&where));
            buf_printf(&h->warnings, "%s: line %zu is no JSON (%s) and was skipped\n", h->path,
                       number, json_fault(&where));
            continue;
        }
        if (json_array_append_new(h->lines, line))
            return err_set(err, ERR_SYSTEM, "%s: out of memory", h->path);
        if (read_line(h, number, line, err))
            return -1;
    }
    /* One cut line is an accident; nothing but such lines is another kind of file. */
    if (bad > 0 && json_array_size(h->lines) == 0)
        return err_set(err, ERR_INPUT, "%s; not a history of contend", first.text);
    return 0;
}

int history_parse(struct history *out, const char *path, const char *text, size_t length,
                  struct err *err)
{
    size_t room = count_lines(text, length);
    *out = (struct history){.path = strdup(path),
                            .lines = json_array(),
                            .places = json_object(),
                            .points = calloc(room, sizeof *out->points),
                            .accepts = calloc(room, sizeof *out->accepts)};
    int failed = !out->path || !out->lines || !out->places || !out->points || !out->accepts
                     ? err_set(err, ERR_SYSTEM, "%s: out of memory", path)
                     : read_lines(out, text, length, err);
    if (failed)
        history_unload(out);
    return failed;
}

const char *history_file(const char *asked)
{
    return asked ? asked : file_is_folder("results") ? "results/history.jsonl" : "history.jsonl";
}

int history_load(struct history *out, const char *path, bool may_be_absent, struct err *err)
{
    size_t length = 0;
    if (may_be_absent && access(path, F_OK) && errno == ENOENT)
        return history_parse(out, path, "", 0, err);
    char *text = file_read(path, &length, err);
    int failed = text ? history_parse(out, path, text, length, err) : -1;
    free(text);
    return failed;
}

void history_unload(struct history *h)
{
    for (size_t i = 0; i < h->point_count; i++)
        free(h->points[i].values);
    free(h->points);
    free(h->accepts);
    free(h->path);
    json_decref(h->lines);
    json_decref(h->places);
    buf_release(&h->warnings);
    *h = (struct history){0};
}
