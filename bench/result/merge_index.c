#include "bench/result/merge_index.h"

#include "bench/result/cell_read.h"

#include <stdlib.h>
#include <string.h>

/* More texts of metrics than this are not kept: cells may have one each. */
enum { HEADS_MOST = 4096 };

/* ---- Cells as they come --------------------------------------------------------------------- */

static int no_memory(const struct merge_index *x, struct err *err)
{
    return err_set(err, ERR_SYSTEM, "%s: out of memory", x->path);
}

/* The record that comes next, where nothing was begun. */
static uint32_t first_of_next(const struct merge_index *x)
{
    const struct merge_input *last = x->inputs.count ? &x->inputs.items[x->inputs.count - 1] : NULL;
    return last ? last->first + last->count : 0;
}

/* A result begins; what was taken of it when it was tried another way is forgotten. */
static void begin(void *with)
{
    struct merge_index *x = with;
    x->records.count = first_of_next(x);
    x->attempts.count = x->attempts_before;
}

/* All of the file is begun again. */
static void forget(void *with)
{
    struct merge_index *x = with;
    if (x->inputs.count > x->inputs_before)
        x->attempts_before = x->inputs.items[x->inputs_before].attempts_before;
    x->inputs.count = x->inputs_before;
    for (size_t i = 0; i < x->seen.count; i++)
        if (x->seen.items[i] != MERGE_NONE && x->seen.items[i] >= first_of_next(x))
            x->seen.items[i] = MERGE_NONE;
}

static uint32_t number_of(struct intern *names, const char *name)
{
    return name ? intern_add(names, name, strlen(name)) : INTERN_NONE;
}

/* Those it came with, in a chain. */
static int add_attempts(struct merge_index *x, struct merge_record *r, const json_t *attempts,
                        struct err *err)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)attempts, key, value)
    {
        struct merge_attempt one = {
            .part = number_of(&x->parts, key),
            .record = (uint32_t)x->records.count,
            .listed = (uint32_t)json_array_size(json_object_get(value, "launches")),
            .next = r->attempts,
            .is_member = true};
        if (one.part == INTERN_NONE || x->attempts.count == MERGE_NONE ||
            !vec_add(&x->attempts, one))
            return no_memory(x, err);
        r->attempts = (uint32_t)x->attempts.count - 1;
    }
    return 0;
}

static int take(void *with, const struct result_cell *c, const struct result_cell_text *where,
                struct err *err)
{
    struct merge_index *x = with;
    const json_t *place = json_object_get(c->json, "place");
    const json_t *attempts = json_object_get(c->json, "attempts");
    const char *part = json_string_value(json_object_get(c->json, "part"));
    const json_t *listed = json_object_get(c->json, "launches");
    struct merge_record r = {
        .text = {where->at, (uint32_t)where->length, x->file.file},
        .place = json_is_integer(place) ? json_integer_value(place) : -1,
        .input = (uint32_t)x->inputs.count,
        .id = number_of(&x->ids, c->id),
        .part = number_of(&x->parts, part),
        .attempts = MERGE_NONE,
        .launches = (uint32_t)c->launch_count,
        .listed = (uint32_t)(c->has_ledger ? c->launch_count : json_array_size(listed)),
        .status = (unsigned char)c->status,
        .is_control = !strcmp(c->role, "control"),
        .has_attempts = json_is_object(attempts)};
    if (r.id == INTERN_NONE || (part && r.part == INTERN_NONE))
        return no_memory(x, err);
    if (where->text &&
        merge_files_keep(&x->files, x->path, where->text, where->length, &r.text, err))
        return -1;
    if (r.has_attempts && add_attempts(x, &r, attempts, err))
        return -1;
    if (x->records.count == MERGE_NONE || !vec_add(&x->records, r))
        return no_memory(x, err);
    return 0;
}

/* As result_check_ids(), without the ids: two cells of one name could not be told apart. */
static int check_ids(struct merge_index *x, const struct place *cells, uint32_t first,
                     struct err *err)
{
    while (x->seen.count < x->ids.count)
        if (!vec_add(&x->seen, MERGE_NONE))
            return no_memory(x, err);
    for (size_t i = first; i < x->records.count; i++) {
        struct place here = {.up = cells, .index = i - first};
        uint32_t *seen = &x->seen.items[x->records.items[i].id];
        if (*seen != MERGE_NONE && *seen >= first)
            return place_error(&here, err, "the id \"%.100s\" is that of cells[%u] too",
                               intern_text(&x->ids, x->records.items[i].id), *seen - first);
        *seen = (uint32_t)i;
    }
    return 0;
}

static int end(void *with, const struct place *cells, struct err *err)
{
    struct merge_index *x = with;
    struct merge_input one = {.first = first_of_next(x), .attempts_before = x->attempts_before};
    one.count = (uint32_t)x->records.count - one.first;
    if (check_ids(x, cells, one.first, err))
        return -1;
    x->attempts_before = x->attempts.count;
    return vec_add(&x->inputs, one) ? 0 : no_memory(x, err);
}

/* ---- All of them ---------------------------------------------------------------------------- */

int merge_index_read(struct merge_index *x, const char *const *paths, size_t count, struct err *err)
{
    *x = (struct merge_index){0};
    const struct result_taker taker = {begin, take, end, forget, x};
    for (size_t i = 0; i < count; i++) {
        struct result_source from = {.path = paths[i], .keep = RESULT_ALL, .taker = &taker};
        x->path = paths[i];
        x->inputs_before = x->inputs.count;
        if (merge_files_add(&x->files, paths[i], &x->file, &from.fd, err))
            return -1;
        from.at = x->file.at;
        if (results_read_open(&x->results, &from, err))
            return -1;
    }
    vec_release(&x->seen);
    for (size_t i = 0; i < x->inputs.count; i++)
        x->inputs.items[i].head = &x->results.items[i];
    x->heads = heads_new();
    return x->heads ? 0 : err_set(err, ERR_SYSTEM, "no memory for what is merged");
}

void merge_index_release(struct merge_index *x)
{
    results_unload(&x->results);
    merge_files_release(&x->files);
    intern_release(&x->ids);
    intern_release(&x->parts);
    vec_release(&x->inputs);
    vec_release(&x->records);
    vec_release(&x->attempts);
    vec_release(&x->seen);
    slim_cell_release(&x->parts_of_cell);
    heads_free(x->heads);
    free(x->text);
    *x = (struct merge_index){0};
}

/* ---- A cell once more ----------------------------------------------------------------------- */

const char *merge_index_path(const struct merge_index *x, uint32_t record)
{
    return x->inputs.items[x->records.items[record].input].head->path;
}

static char *room_for(struct merge_index *x, size_t length)
{
    if (length > x->text_capacity) {
        char *text = realloc(x->text, 2 * length);
        if (!text)
            return NULL;
        x->text = text;
        x->text_capacity = 2 * length;
    }
    return x->text;
}

int merge_index_cell(struct merge_index *x, uint32_t record, struct result_cell *out,
                     struct err *err)
{
    const struct merge_record *r = &x->records.items[record];
    const char *path = merge_index_path(x, record), *id = intern_text(&x->ids, r->id);
    struct place at = {.key = path};
    struct err own = {0};
    *out = (struct result_cell){0};
    heads_forget(x->heads, HEADS_MOST);
    char *text = room_for(x, r->text.length);
    if (!text)
        return err_set(err, ERR_SYSTEM, "%s: out of memory", path);
    if (merge_files_read(&x->files, path, &r->text, text, err))
        return -1;
    struct scan s = {text, text + r->text.length};
    slim_cell_reset(&x->parts_of_cell);
    if (slim_take_cell(&s, &x->parts_of_cell) &&
        !cell_read(&at, &x->parts_of_cell, x->heads, RESULT_ALL, out, &own) &&
        !strcmp(out->id, id) && out->launch_count == r->launches)
        return 0;
    cell_unload(out);
    return err_set(err, ERR_SYSTEM,
                   "%s: cell \"%.128s\" cannot be read again: the file has changed, or memory ran "
                   "out",
                   path, id);
}

size_t merge_index_failed(const struct merge_index *x)
{
    size_t count = 0;
    for (size_t i = 0; i < x->records.count; i++)
        count += x->records.items[i].status == CELL_FAILED;
    return count;
}
