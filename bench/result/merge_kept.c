#include "bench/result/merge_kept.h"

#include "bench/base/json_make.h"
#include "bench/result/cell_read.h"
#include "bench/result/write.h"

#include <stdlib.h>
#include <string.h>

static int no_memory(struct err *err)
{
    return err_set(err, ERR_SYSTEM, "no memory for the attempts of a cell");
}

/* ---- Which there are ------------------------------------------------------------------------ */

static struct merge_attempt *find(const struct merge_kept *k, const struct merge_slot *s,
                                  uint32_t part)
{
    const uint32_t key[] = {s->number, part};
    uint32_t at = intern_find(&k->keys, key, sizeof key);
    return at == INTERN_NONE || k->items[at].is_gone ? NULL : &k->items[at];
}

/* In place of what is kept of that part. */
static int set(struct merge_kept *k, struct merge_slot *s, struct merge_attempt one,
               struct err *err)
{
    const uint32_t key[] = {s->number, one.part};
    uint32_t at = intern_add(&k->keys, key, sizeof key);
    if (at == INTERN_NONE)
        return no_memory(err);
    if (at < k->count) {
        one.next = k->items[at].next;
        k->items[at] = one;
        return 0;
    }
    one.next = s->attempts;
    s->attempts = at;
    return vec_add(k, one) ? 0 : no_memory(err);
}

static void drop(struct merge_kept *k, const struct merge_slot *s, uint32_t part)
{
    struct merge_attempt *known = find(k, s, part);
    if (known)
        known->is_gone = true;
}

/* The cell as it was measured by that part, unless what is kept of it says more. */
static int keep_cell(struct merge_kept *k, const struct merge_index *in, struct merge_slot *s,
                     uint32_t record, struct err *err)
{
    const struct merge_record *r = &in->records.items[record];
    const struct merge_attempt *known = find(k, s, r->part);
    struct merge_attempt one = {.part = r->part, .record = record, .listed = r->listed};
    s->has_attempts = true;
    return known && known->listed > r->launches ? 0 : set(k, s, one, err);
}

/* Those the cell came with, in place of what is kept of their parts, or not. */
static int keep_own(struct merge_kept *k, const struct merge_index *in, struct merge_slot *s,
                    uint32_t record, bool in_place, struct err *err)
{
    const struct merge_record *r = &in->records.items[record];
    s->has_attempts |= r->has_attempts;
    for (uint32_t i = r->attempts; i != MERGE_NONE; i = in->attempts.items[i].next) {
        struct merge_attempt one = in->attempts.items[i];
        if ((in_place || !find(k, s, one.part)) && set(k, s, one, err))
            return -1;
    }
    return 0;
}

int merge_kept_begin(struct merge_kept *k, const struct merge_index *in, struct merge_slot *s,
                     struct err *err)
{
    s->attempts = MERGE_NONE;
    s->has_attempts = false;
    return keep_own(k, in, s, s->record, true, err);
}

int merge_kept_stay(struct merge_kept *k, const struct merge_index *in, struct merge_slot *known,
                    const struct merge_slot *other, bool is_attempt, struct err *err)
{
    if (is_attempt && keep_cell(k, in, known, other->record, err))
        return -1;
    if (!in->records.items[other->record].has_attempts)
        return 0;
    int failed = keep_own(k, in, known, other->record, false, err);
    /* Its own part is no attempt any more. */
    drop(k, known, in->records.items[known->record].part);
    return failed;
}

int merge_kept_yield(struct merge_kept *k, const struct merge_index *in, struct merge_slot *known,
                     const struct merge_slot *other, bool is_attempt, struct err *err)
{
    uint32_t goes = known->record;
    bool had_attempts = known->has_attempts;
    known->record = other->record;
    known->part = other->part;
    if (is_attempt)
        drop(k, known, in->records.items[goes].part);
    if (keep_own(k, in, known, other->record, true, err) ||
        (is_attempt && keep_cell(k, in, known, goes, err)))
        return -1;
    if (had_attempts)
        drop(k, known, in->records.items[other->record].part);
    return 0;
}

/* ---- What they are -------------------------------------------------------------------------- */

json_t *merge_kept_json(const struct result_cell *c)
{
    static const char *const around[] = {"part", "place", "attempts"};
    json_t *json = result_cell_json(c);
    for (size_t i = 0; json && i < sizeof around / sizeof *around; i++)
        json_object_del(json, around[i]);
    return json;
}

struct chosen {
    VEC(struct merge_attempt);
};

static int by_record(const void *a, const void *b)
{
    const struct merge_attempt *x = a, *y = b;
    return x->record < y->record ? -1 : x->record > y->record;
}

/* Those that stand in the same cell one after the other, so that it is read once. */
static int choose(const struct merge_kept *k, const struct merge_slot *s, struct chosen *out,
                  struct err *err)
{
    for (uint32_t i = s->attempts; i != MERGE_NONE; i = k->items[i].next)
        if (!k->items[i].is_gone && !vec_add(out, k->items[i]))
            return no_memory(err);
    if (out->count)
        qsort(out->items, out->count, sizeof *out->items, by_record);
    return 0;
}

/* What stands in the cell of the i-th, and of those behind it; tells how many. */
static int read_some(struct merge_index *in, const struct chosen *of, size_t i,
                     struct json_maker *out, size_t *count, struct err *err)
{
    struct result_cell c;
    size_t first = i;
    if (merge_index_cell(in, of->items[i].record, &c, err))
        return -1;
    for (; i < of->count && of->items[i].record == of->items[first].record; i++) {
        const char *part = intern_text(&in->parts, of->items[i].part);
        if (of->items[i].is_member)
            json_make_shared(out, part, json_object_get(json_object_get(c.json, "attempts"), part));
        else
            json_make_value(out, part, merge_kept_json(&c));
    }
    cell_unload(&c);
    *count = i - first;
    return 0;
}

static int by_name(const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;
    return strcmp(*x, *y);
}

static json_t *sorted(const json_t *object)
{
    size_t count = json_object_size(object), i = 0;
    const char **keys = calloc(count + 1, sizeof *keys);
    struct json_maker m = json_maker_new();
    const char *key;
    json_t *value;
    m.failed |= !keys;
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        if (keys)
            keys[i++] = key;
    }
    if (keys)
        qsort(keys, count, sizeof *keys, by_name);
    for (i = 0; keys && i < count; i++)
        json_make_shared(&m, keys[i], json_object_get(object, keys[i]));
    free(keys);
    return json_made(&m);
}

json_t *merge_kept_attempts(const struct merge_kept *k, struct merge_index *in,
                            const struct merge_slot *s, struct err *err)
{
    struct chosen of = {0};
    struct json_maker made = json_maker_new();
    int failed = choose(k, s, &of, err);
    for (size_t i = 0, count = 0; i < of.count && !failed; i += count)
        failed = read_some(in, &of, i, &made, &count, err);
    vec_release(&of);
    json_t *all = json_made(&made);
    json_t *out = all && !failed ? sorted(all) : NULL;
    json_decref(all);
    if (!out && !failed)
        no_memory(err);
    return out;
}

void merge_kept_release(struct merge_kept *k)
{
    intern_release(&k->keys);
    vec_release(k);
}
