#include "bench/result/result.h"

#include "bench/core/file.h"
#include "bench/result/cell_read.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const statuses[] = {"ok", "skipped", "failed"};

const char *cell_status_name(enum cell_status s)
{
    return statuses[s];
}

const struct result_metric *result_metric_find(const struct result_cell *c, const char *name)
{
    for (size_t i = 0; i < c->metric_count; i++)
        if (!strcmp(c->metrics[i].name, name))
            return &c->metrics[i];
    return NULL;
}

const struct result_metric *result_value_find(const struct result_cell *c, const char *name)
{
    const struct result_metric *m = result_metric_find(c, name);
    return m && m->summary.n > 0 && c->status == CELL_OK ? m : NULL;
}

size_t result_round(const struct result_cell *c, const struct result_metric *m, size_t i)
{
    size_t launch = m->launches ? m->launches[i] : i;
    return c->rounds && launch < c->launch_count ? c->rounds[launch] : launch;
}

/* Two cells of one name could not be told apart by compare and history. */
static int check_ids(const struct place *at, const struct result *r, struct err *err)
{
    json_t *seen = json_object();
    int status = seen ? 0 : place_out_of_memory(at, err);
    for (size_t i = 0; i < r->cell_count && !status; i++) {
        struct place here = {.up = at, .index = i};
        const char *id = r->cells[i].id;
        const json_t *first = json_object_get(seen, id);
        if (first)
            status = place_error(&here, err, "the id \"%s\" is that of cells[%lld] too", id,
                                 (long long)json_integer_value(first));
        else if (json_object_set_new(seen, id, json_integer((json_int_t)i)))
            status = place_out_of_memory(at, err);
    }
    json_decref(seen);
    return status;
}

/* "2026-01-31T12:00:00Z", seconds with or without a fraction. */
static bool is_instant(const char *text)
{
    static const char shape[] = "0000-00-00T00:00:00";
    size_t i = 0;
    for (; shape[i]; i++)
        if (shape[i] == '0' ? !isdigit((unsigned char)text[i]) : text[i] != shape[i])
            return false;
    if (text[i] == '.')
        i += 1 + strspn(text + i + 1, "0123456789");
    return !strcmp(text + i, "Z");
}

static int instant_or_nothing(const struct place *at, const json_t *object, const char *key,
                              const char **out, struct err *err)
{
    struct place here = {.up = at, .key = key};
    if (field_text_or(at, object, key, "", out, err))
        return -1;
    if (!**out || is_instant(*out))
        return 0;
    return place_error(&here, err, "\"%.40s\" is no time (2026-01-31T12:00:00Z)", *out);
}

static int read_run(const struct place *at, struct result *r, struct err *err)
{
    const json_t *run = field_required(at, r->json, "run", JSON_OBJECT, err), *tool = NULL;
    struct place here = {.up = at, .key = "run"}, below = {.up = &here, .key = "tool"};
    if (!run)
        return -1;
    r->run_id = field_text(&here, run, "id", err);
    r->status = r->run_id ? field_text(&here, run, "status", err) : NULL;
    if (!r->status || field_text_or(&here, run, "suite", "", &r->suite, err) ||
        instant_or_nothing(&here, run, "started_at", &r->started_at, err) ||
        field_count_or(&here, run, "rounds", 0, &r->rounds, err) ||
        field_optional(&here, run, "tool", JSON_OBJECT, &tool, err) ||
        field_text_or(&below, tool, "runtime", "", &r->runtime, err) ||
        field_text_or(&below, tool, "sanitizer", "", &r->sanitizer, err) ||
        field_text_or(&below, tool, "build_type", "", &r->build_type, err))
        return -1;
    return warnings_read(&here, run, &r->warnings, &r->warning_count, err);
}

static int read_host(const struct place *at, struct result *r, struct err *err)
{
    const json_t *host = field_required(at, r->json, "host", JSON_OBJECT, err);
    struct place here = {.up = at, .key = "host"};
    if (!host)
        return -1;
    /* What another program's file did not state is absent, with the reason. */
    bool is_stated = !json_object_get(json_object_get(host, "absent"), "hostname");
    r->hostname = is_stated ? field_text(&here, host, "hostname", err) : "";
    if (!r->hostname || field_text_or(&here, host, "cpu", "", &r->cpu, err) ||
        field_text_or(&here, host, "kernel", "", &r->kernel, err) ||
        field_text_or(&here, host, "virtualization", "", &r->virtualization, err) ||
        field_count_or(&here, host, "cpus_allowed", 0, &r->cpus_allowed, err))
        return -1;
    r->has_cores_apart = json_is_false(json_object_get(host, "smt"));
    return 0;
}

static int check_schema(const struct place *at, const json_t *root, struct err *err)
{
    if (!json_is_object(root))
        return place_expected(at, "a result (an object)", root, err);
    const char *schema = field_text(at, root, "schema", err);
    if (!schema)
        return -1;
    if (!strcmp(schema, RESULT_SCHEMA))
        return 0;
    struct place here = {.up = at, .key = "schema"};
    bool is_ours = !strncmp(schema, "contend.result/", strlen("contend.result/"));
    return place_error(&here, err, "\"%s\" is %s; this program reads %s", schema,
                       is_ours ? "another version" : "not a result of contend", RESULT_SCHEMA);
}

static int name_it(struct result *r, const char *path)
{
    const char *file = strrchr(path, '/');
    file = file ? file + 1 : path;
    size_t length = strlen(file);
    if (length > 5 && !strcmp(file + length - 5, ".json"))
        length -= 5;
    r->path = strdup(strcmp(path, "-") ? path : "standard input");
    r->label = strcmp(path, "-") ? strndup(file, length) : strdup("stdin");
    return r->path && r->label ? 0 : -1;
}

/* A text in memory, or NULL and a file that is read when and as far as it is needed. */
struct source {
    const char *path;
    const char *text;
    size_t length;
    int fd;
    bool with_summaries;
};

static int read_head(const struct place *at, struct result *r, struct err *err)
{
    return check_schema(at, r->json, err) || read_run(at, r, err) || read_host(at, r, err) ? -1 : 0;
}

static struct result_cell *add_cell(struct result *r, size_t *capacity)
{
    if (r->cell_count == *capacity) {
        size_t more = *capacity ? 2 * *capacity : 64;
        struct result_cell *cells = realloc(r->cells, more * sizeof *cells);
        if (!cells)
            return NULL;
        r->cells = cells;
        *capacity = more;
    }
    r->cells[r->cell_count] = (struct result_cell){0};
    return &r->cells[r->cell_count++];
}

/* The whole document as one tree: for what is unusual, and for what is wrong. */
static int read_tree(const struct place *at, struct result *r, const char *text, size_t length,
                     bool with_summaries, struct err *err)
{
    json_error_t wrong;
    r->json = json_loadb(text, length, JSON_REJECT_DUPLICATES, &wrong);
    if (!r->json)
        return err_set(err, ERR_INPUT, "%s:%d:%d: %s", at->key, wrong.line, wrong.column,
                       wrong.text);
    const json_t *cells = NULL;
    if (read_head(at, r, err) || !(cells = field_required(at, r->json, "cells", JSON_ARRAY, err)))
        return -1;
    struct place list = {.up = at, .key = "cells"};
    struct slim_cell scratch = {0};
    int status = 0;
    for (size_t i = 0, capacity = 0; i < json_array_size(cells) && !status; i++) {
        struct place here = {.up = &list, .index = i};
        struct result_cell *c = add_cell(r, &capacity);
        status =
            c ? cell_read_tree(&here, json_array_get(cells, i), &scratch, with_summaries, c, err)
              : place_out_of_memory(at, err);
    }
    slim_cell_release(&scratch);
    return status;
}

/* Cell by cell, numbers apart.  -1 with err unset: the tree is to be asked. */
static int read_slim(const struct place *at, struct result *r, struct slim *s, bool with_summaries,
                     struct err *err)
{
    r->json = json_loadb(buf_text(&s->head), s->head.len, JSON_REJECT_DUPLICATES, NULL);
    r->heads = heads_new();
    /* What is missing here may stand behind the cells. */
    if (!r->heads || !json_object_get(r->json, "schema") || !json_object_get(r->json, "run") ||
        !json_object_get(r->json, "host") || read_head(at, r, err))
        return -1;
    struct place list = {.up = at, .key = "cells"};
    struct slim_cell parts = {0};
    int more, status = 0;
    size_t capacity = 0;
    while (!status && (more = slim_next(s, &parts)) != 0) {
        struct place here = {.up = &list, .index = r->cell_count};
        struct result_cell *c = more > 0 ? add_cell(r, &capacity) : NULL;
        status = c ? cell_read_slim(&here, &parts, r->heads, with_summaries, c, err) : -1;
    }
    slim_cell_release(&parts);
    if (status)
        return -1;
    json_t *tail = json_loadb(buf_text(&s->tail), s->tail.len, JSON_REJECT_DUPLICATES, NULL);
    size_t both = json_object_size(tail) + json_object_size(r->json);
    status =
        tail && !json_object_update(r->json, tail) && json_object_size(r->json) == both ? 0 : -1;
    json_decref(tail);
    return status;
}

static void drop_document(struct result *r)
{
    for (size_t i = 0; i < r->cell_count; i++)
        cell_unload(&r->cells[i]);
    free(r->cells);
    heads_free(r->heads);
    free(r->warnings);
    json_decref(r->json);
    *r = (struct result){.path = r->path, .label = r->label};
}

static int read_all(const struct place *at, struct result *r, const struct source *from,
                    struct err *err)
{
    size_t length = from->length;
    char *text = from->text ? NULL : file_read(from->path, &length, err);
    if (!text && !from->text)
        return -1;
    int status = read_tree(at, r, text ? text : from->text, length, from->with_summaries, err);
    free(text);
    return status;
}

static int read_source(struct result *out, const struct source *from, struct err *err)
{
    struct place at = {.key = strcmp(from->path, "-") ? from->path : "stdin"};
    struct place list = {.up = &at, .key = "cells"};
    struct err own = {0};
    struct slim slim;
    *out = (struct result){0};
    int status = name_it(out, from->path) ? place_out_of_memory(&at, &own) : 0;
    if (!status) {
        status = from->text ? slim_open(&slim, from->text, from->length)
                            : slim_open_file(&slim, from->fd);
        if (!status)
            status = read_slim(&at, out, &slim, from->with_summaries, &own);
        slim_close(&slim);
        if (status && own.code == ERR_NONE) {
            drop_document(out);
            status = read_all(&at, out, from, &own);
        }
    }
    if (!status)
        status = check_ids(&list, out, &own);
    if (!status)
        return 0;
    err_set(err, own.code, "%s", own.text);
    result_unload(out);
    return -1;
}

int result_parse(struct result *out, const char *path, const char *text, size_t length,
                 struct err *err)
{
    return read_source(out, &(struct source){path, text, length, -1, true}, err);
}

/* What can be read twice is read in pieces; a pipe is taken in whole. */
static int load(struct result *out, const char *path, bool with_summaries, struct err *err)
{
    struct source from = {.path = path, .fd = -1, .with_summaries = with_summaries};
    struct stat about;
    char *text = NULL;
    *out = (struct result){0};
    if (strcmp(path, "-"))
        from.fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (from.fd < 0 || fstat(from.fd, &about) || !S_ISREG(about.st_mode)) {
        from.text = text = file_read(path, &from.length, err);
        if (!text && from.fd >= 0)
            close(from.fd);
        if (!text)
            return -1;
    }
    int status = read_source(out, &from, err);
    free(text);
    if (from.fd >= 0)
        close(from.fd);
    return status;
}

int result_load(struct result *out, const char *path, struct err *err)
{
    return load(out, path, true, err);
}

int result_load_samples(struct result *out, const char *path, struct err *err)
{
    return load(out, path, false, err);
}

/* Shards of a run may have one id; they come from different hosts or hold different cells. */
static bool is_same_run(const struct result *a, const struct result *b)
{
    return !strcmp(a->run_id, b->run_id) && !strcmp(a->hostname, b->hostname) &&
           a->cell_count == b->cell_count && a->cell_count > 0 &&
           !strcmp(a->cells[0].id, b->cells[0].id);
}

int results_tell_apart(struct result *results, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++) {
            struct result *a = &results[i], *b = &results[j];
            if (is_same_run(a, b))
                return err_set(err, ERR_USAGE, "%s and %s are the same run (%s)", a->path, b->path,
                               a->run_id);
            if (strcmp(a->label, b->label))
                continue;
            /* The first keeps its short name; paths differ, or it would be the same run. */
            char *path = strdup(b->path);
            if (!path)
                return err_set(err, ERR_SYSTEM, "%s: out of memory", b->path);
            free(b->label);
            b->label = path;
        }
    return 0;
}

void result_unload(struct result *r)
{
    drop_document(r);
    free(r->path);
    free(r->label);
    *r = (struct result){0};
}
