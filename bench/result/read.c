#include "bench/result/read.h"

#include "bench/base/file.h"
#include "bench/base/json.h"
#include "bench/result/cell_read.h"
#include "bench/result/load.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* ---- Cells ---------------------------------------------------------------------------------- */

/* More texts than all metrics have: of who keeps no cell, more of them are not kept either. */
enum { HEADS_MOST = 4096 };

struct reading {
    struct place list;
    struct result *r;
    const struct result_source *from;
    struct slim_cell parts; /* of the cell that is read */
    size_t count;
};

static struct reading reading_of(const struct place *at, struct result *r,
                                 const struct result_source *from)
{
    if (from->taker)
        from->taker->begin(from->taker->with);
    return (struct reading){.list = {.up = at, .key = "cells"},
                            .r = r,
                            .from = from,
                            .parts = {.is_brief = !(from->keep & RESULT_ALL)}};
}

/* The cell in `parts`, which is kept or taken.  -1 with err unset: as cell_read(). */
static int add_cell(struct reading *g, const struct result_cell_text *where, struct err *err)
{
    struct place here = {.up = &g->list, .index = g->count++};
    const struct result_taker *taker = g->from->taker;
    struct result_cell passing = {0};
    struct result_cell *c = taker ? &passing : result_cell_new(g->r);
    if (taker)
        heads_forget(g->r->heads, HEADS_MOST);
    int status = c ? cell_read(&here, &g->parts, g->r->heads, g->from->keep, c, err) : -1;
    if (taker && !status)
        status = taker->take(taker->with, &passing, where, err);
    cell_unload(&passing);
    return status;
}

static int too_many(const struct place *list, struct err *err)
{
    return place_error(list, err, "more than %d cells", RESULT_CELLS_MAX);
}

/*
 * One cell of a tree, through the same reader as one of a text: jansson writes it down again.  The
 * numbers it writes are the doubles it holds.
 */
static int add_tree_cell(struct reading *g, const json_t *object, struct err *err)
{
    struct place here = {.up = &g->list, .index = g->count};
    if (!json_is_object(object))
        return place_expected(&here, "an object", object, err);
    char *text = json_dump_text(object, JSON_COMPACT | JSON_REAL_PRECISION(17));
    if (!text)
        return place_out_of_memory(&here, err);
    struct result_cell_text where = {.text = text, .length = strlen(text)};
    struct scan s = {text, text + where.length};
    slim_cell_reset(&g->parts);
    struct err own = {0};
    int status = !slim_take_cell(&s, &g->parts)
                     ? place_error(&here, &own, "is nested more than %d deep", SCAN_DEPTH_MAX)
                     : add_cell(g, &where, &own);
    free(text);
    if (status && own.code == ERR_NONE)
        return place_out_of_memory(&here, err);
    return status ? err_set(err, own.code, "%s", own.text) : 0;
}

/* The whole document as one tree: for what is unusual, and for what is wrong. */
static int read_tree(const struct place *at, struct result *r, const char *text, size_t length,
                     const struct result_source *from, struct err *err)
{
    json_error_t wrong;
    r->json = json_parse(text, length, JSON_REJECT_DUPLICATES, &wrong);
    r->heads = heads_new();
    if (!r->json)
        return err_set(err, ERR_INPUT, "%s:%d:%d: %s", at->key, wrong.line, wrong.column,
                       json_fault(&wrong));
    if (!r->heads)
        return place_out_of_memory(at, err);
    json_t *cells = NULL;
    if (result_read_head(at, r, err) || !field_required(at, r->json, "cells", JSON_ARRAY, err))
        return -1;
    cells = json_incref(json_object_get(r->json, "cells"));
    json_object_del(r->json, "cells");
    struct reading g = reading_of(at, r, from);
    int status = 0;
    if (json_array_size(cells) > RESULT_CELLS_MAX)
        status = too_many(&g.list, err);
    for (size_t i = 0; i < json_array_size(cells) && !status; i++)
        status = add_tree_cell(&g, json_array_get(cells, i), err);
    slim_cell_release(&g.parts);
    json_decref(cells);
    return status;
}

/* Cell by cell, numbers apart.  -1 with err unset: the tree is to be asked. */
static int read_slim(const struct place *at, struct result *r, struct slim *s,
                     const struct result_source *from, struct err *err)
{
    r->json = json_parse(buf_text(&s->head), s->head.len, JSON_REJECT_DUPLICATES, NULL);
    r->heads = heads_new();
    /* What is missing here may stand behind the cells. */
    if (!r->heads || !json_object_get(r->json, "schema") || !json_object_get(r->json, "run") ||
        !json_object_get(r->json, "host") || json_object_get(r->json, "cells") ||
        result_read_head(at, r, err))
        return -1;
    struct reading g = reading_of(at, r, from);
    int more, status = 0;
    while (!status && (more = slim_next(s, &g.parts)) != 0) {
        struct result_cell_text where = {.at = s->cell_at, .length = s->cell_length};
        if (g.count == RESULT_CELLS_MAX)
            status = too_many(&g.list, err);
        else
            status = more > 0 ? add_cell(&g, &where, err) : -1;
    }
    slim_cell_release(&g.parts);
    if (status)
        return -1;
    json_t *tail = json_parse(buf_text(&s->tail), s->tail.len, JSON_REJECT_DUPLICATES, NULL);
    size_t both = json_object_size(tail) + json_object_size(r->json);
    status = tail && !json_object_update(r->json, tail) && json_object_size(r->json) == both &&
                     !json_object_get(r->json, "cells")
                 ? 0
                 : -1;
    json_decref(tail);
    return status;
}

/* ---- Results -------------------------------------------------------------------------------- */

static int read_all(const struct place *at, struct result *r, const struct result_source *from,
                    struct err *err)
{
    size_t length = from->length;
    struct err own = {0};
    char *text = from->text
                     ? NULL
                     : file_read_at(from->fd, at->key, from->at, RESULT_TREE_BYTES, &length, &own);
    if (length > RESULT_TREE_BYTES)
        err_set(&own, ERR_INPUT, "%s: is larger than %d bytes, the most that is read of it",
                at->key, RESULT_TREE_BYTES);
    int status = own.code == ERR_SYSTEM ? err_set(err, own.code, "%s", own.text)
                 : own.code == ERR_NONE
                     ? read_tree(at, r, text ? text : from->text, length, from, err)
                     : err_set(err, own.code,
                               "%s as a whole, and it is none that "
                               "can be read in pieces",
                               own.text);
    free(text);
    return status;
}

/* In pieces, and what that does not take, whole. */
static int read_source(const struct place *at, struct result *out, const struct result_source *from,
                       struct err *err)
{
    struct slim slim;
    if (from->by_tree)
        return read_all(at, out, from, err);
    if (from->slim)
        return read_slim(at, out, from->slim, from, err);
    struct err own = {0};
    int status = from->text ? slim_open(&slim, from->text, from->length, from->at)
                            : slim_open_file(&slim, from->fd, from->at);
    if (!status)
        status = read_slim(at, out, &slim, from, &own);
    slim_close(&slim);
    if (!status || own.code != ERR_NONE)
        return status ? err_set(err, own.code, "%s", own.text) : 0;
    result_empty(out);
    return read_all(at, out, from, err);
}

static int end_cells(const struct place *at, struct result *r, const struct result_source *from,
                     struct err *err)
{
    struct place list = {.up = at, .key = "cells"};
    if (!from->taker)
        return result_check_ids(&list, r, err);
    heads_free(r->heads);
    r->heads = NULL;
    return from->taker->end(from->taker->with, &list, err);
}

int result_read_open(struct result *out, const struct result_source *from, struct err *err)
{
    struct place at = {.key = strcmp(from->path, "-") ? from->path : "stdin"};
    struct err own = {0};
    *out = (struct result){0};
    int status = name_it(out, from->path) ? place_out_of_memory(&at, &own)
                                          : read_source(&at, out, from, &own);
    if (!status)
        status = end_cells(&at, out, from, &own);
    result_share_load(out);
    out->is_whole = from->keep & RESULT_ALL && !from->taker;
    if (!status)
        return 0;
    err_set(err, own.code, "%s", own.text);
    result_unload(out);
    return -1;
}

/* What can be read twice is read in pieces; a pipe is taken in whole. */
int result_read(struct result *out, const struct result_source *from, struct err *err)
{
    struct result_source source = *from;
    char *text = NULL;
    *out = (struct result){0};
    source.fd = !from->text && strcmp(from->path, "-") ? file_open_regular(from->path) : -1;
    if (!from->text && source.fd < 0)
        source.text = text = file_read(from->path, &source.length, err);
    int status = source.text || source.fd >= 0 ? result_read_open(out, &source, err) : -1;
    free(text);
    if (source.fd >= 0)
        close(source.fd);
    return status;
}

int result_load(struct result *out, const char *path, struct err *err)
{
    return result_read(out, &(struct result_source){.path = path, .keep = RESULT_SUMMARIES}, err);
}

int result_load_samples(struct result *out, const char *path, struct err *err)
{
    return result_read(out, &(struct result_source){.path = path}, err);
}

int result_parse(struct result *out, const char *path, const char *text, size_t length,
                 struct err *err)
{
    return result_read(out,
                       &(struct result_source){
                           .path = path, .text = text, .length = length, .keep = RESULT_SUMMARIES},
                       err);
}
