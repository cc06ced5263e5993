#include "bench/result/merge_parts.h"

#include "bench/base/hash.h"
#include "bench/base/json_make.h"
#include "bench/base/json_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- One part ------------------------------------------------------------------------------ */

static const json_t *run_of(const struct result *r)
{
    return json_object_get(r->json, "run");
}

static char *key_of(const char *id, int64_t index, int64_t count)
{
    struct buf text = {0};
    buf_add(&text, id);
    if (count)
        buf_printf(&text, "#%lld/%lld", (long long)index, (long long)count);
    char *key = text.failed ? NULL : strdup(buf_text(&text));
    buf_release(&text);
    return key;
}

char *part_key_of_run(const json_t *run)
{
    const char *id = json_string_value(json_object_get(run, "id"));
    const json_t *shard = json_object_get(run, "shard");
    return key_of(id ? id : "", json_integer_value(json_object_get(shard, "index")),
                  json_integer_value(json_object_get(shard, "count")));
}

char *part_key_of(const struct result *r)
{
    return part_key_of_run(run_of(r));
}

static const char *began(const struct part *p)
{
    const char *text = json_string_value(json_object_get(p->json, "started_at"));
    return text ? text : "";
}

bool part_is_before(const struct part *a, const struct part *b)
{
    int order = strcmp(began(a), began(b));
    return order ? order < 0 : strcmp(a->key, b->key) < 0;
}

/* What a run says of itself that is not the same of all its fellows. */
static json_t *part_json(const json_t *run)
{
    static const char *const keys[] = {"id",          "status", "started_at", "finished_at",
                                       "duration_ns", "seed",   "rounds",     "visits",
                                       "command",     "shard",  "launched"};
    struct json_maker o = json_maker_new();
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (json_object_get(run, keys[i]))
            json_make_shared(&o, keys[i], json_object_get(run, keys[i]));
    return json_made(&o);
}

static int read_shard(struct part *out, const json_t *shard, const char *what, struct err *err)
{
    struct json_reader r = json_reader_of(shard, what);
    out->count = json_read_int(&r, "count", 1, PART_SHARDS_MAX);
    out->index = json_read_int(&r, "index", 1, out->count);
    out->plan = json_read_text(&r, "plan");
    out->has.all = json_read_int_or(&r, "cells", 1, PART_CELLS_MAX, 0, NULL);
    out->has.measured = json_read_int_or(&r, "measured", 1, PART_CELLS_MAX, 0, NULL);
    return json_reader_end(&r, err);
}

/* Takes the JSON over. */
static int read_part(struct part *out, json_t *json, const char *path, struct err *err)
{
    struct json_reader r = json_reader_of(json, "a part of its run");
    const char *id = json_read_text(&r, "id");
    const char *status = json_read_text(&r, "status");
    const json_t *shard = json_object_get(json, "shard");
    *out = (struct part){.path = path, .json = json};
    if (json_reader_end(&r, err) || (shard && read_shard(out, shard, "its shard", err)))
        return err_prefix(err, "%s: ", path);
    out->is_complete = !strcmp(status, "complete");
    out->key = key_of(id, out->index, out->count);
    return out->key ? 0 : err_set(err, ERR_SYSTEM, "no memory for %s", path);
}

static void part_release(struct part *p)
{
    free(p->key);
    json_decref(p->json);
}

/* ---- All of them --------------------------------------------------------------------------- */

int parts_open(struct parts *p, struct err *err)
{
    *p = (struct parts){.places = json_object()};
    return p->places ? 0 : err_set(err, ERR_SYSTEM, "no memory for the parts of a result");
}

void parts_release(struct parts *p)
{
    for (size_t i = 0; i < p->count; i++)
        part_release(&p->items[i]);
    vec_release(p);
    json_decref(p->places);
}

static char *place_key(size_t host, const char *key)
{
    struct buf text = {0};
    buf_printf(&text, "%zu %s", host, key);
    return text.failed ? NULL : text.data;
}

struct part *parts_find(const struct parts *p, size_t host, const char *key)
{
    char *name = place_key(host, key);
    const json_t *place = name ? json_object_get(p->places, name) : NULL;
    free(name);
    return place ? &p->items[json_integer_value(place)] : NULL;
}

/* Of one run at two moments the later says more. */
static void keep_later(struct part *known, struct part *other)
{
    if (!known->is_complete && other->is_complete) {
        struct part kept = *known;
        *known = *other;
        *other = kept;
    }
    part_release(other);
}

static int different_plans(const struct part *a, const struct part *b, struct err *err)
{
    return err_set(err, ERR_INPUT,
                   "%s and %s are shards of different plans (%.16s in %lld, %.16s in %lld): the "
                   "shards of each plan are merged by themselves until none is missing",
                   a->path, b->path, a->plan, (long long)a->count, b->plan, (long long)b->count);
}

static int add_part(struct parts *p, json_t *json, const char *path, size_t host, struct err *err)
{
    struct part one = {0};
    int failed = json ? read_part(&one, json, path, err)
                      : err_set(err, ERR_SYSTEM, "no memory for %s", path);
    one.host = host;
    struct part *known = failed ? NULL : parts_find(p, host, one.key);
    if (known && known->plan && strcmp(known->plan, one.plan) != 0) {
        failed = different_plans(known, &one, err);
        part_release(&one);
        return failed;
    }
    if (known) {
        keep_later(known, &one);
        return 0;
    }
    char *name = failed ? NULL : place_key(host, one.key);
    if (!failed && (!name || !vec_add(p, one))) {
        failed = err_set(err, ERR_SYSTEM, "no memory for %s", path);
    } else if (!failed) {
        struct json_maker places = json_maker_of(p->places);
        json_make_int(&places, name, (int64_t)p->count - 1);
        json_t *made = json_made(&places);
        json_decref(made);
        free(name);
        return made ? 0 : err_set(err, ERR_SYSTEM, "no memory for %s", path);
    }
    free(name);
    part_release(&one);
    return failed;
}

int parts_add(struct parts *p, const struct result *r, size_t host, struct err *err)
{
    const json_t *run = run_of(r), *of = json_object_get(run, "parts");
    size_t i;
    json_t *item;
    if (!of)
        return add_part(p, part_json(run), r->path, host, err);
    json_array_foreach(of, i, item)
    {
        if (add_part(p, json_incref(item), r->path, host, err))
            return -1;
    }
    return json_array_size(of) ? 0 : err_set(err, ERR_INPUT, "%s: run.parts: is empty", r->path);
}

/* ---- Plans --------------------------------------------------------------------------------- */

/* The shards of one plan. */
struct plan_set {
    const struct part *first;
    size_t seen_count;
    char *seen; /* owned; a byte a shard */
};

struct plan_sets {
    VEC(struct plan_set);
};

static struct plan_set *set_of(struct plan_sets *sets, const struct part *p)
{
    for (size_t i = 0; i < sets->count; i++)
        if (sets->items[i].first->count == p->count && !strcmp(sets->items[i].first->plan, p->plan))
            return &sets->items[i];
    struct plan_set one = {.first = p, .seen = calloc((size_t)p->count + 1, 1)};
    if (one.seen && vec_add(sets, one))
        return &sets->items[sets->count - 1];
    free(one.seen);
    return NULL;
}

static bool set_is_whole(const struct plan_set *s)
{
    return s->seen_count == (size_t)s->first->count;
}

/* "shards 3, 7 to 9 of 10 are" */
static void add_missing_shards(struct buf *out, const struct plan_set *s)
{
    int64_t missing = s->first->count - (int64_t)s->seen_count;
    const char *before = missing == 1 ? "shard " : "shards ";
    for (int64_t i = 1; i <= s->first->count; i++) {
        int64_t last = i;
        if (s->seen[i])
            continue;
        while (last < s->first->count && !s->seen[last + 1])
            last++;
        buf_printf(out, "%s%lld", before, (long long)i);
        before = ", ";
        if (last > i)
            buf_printf(out, " to %lld", (long long)last);
        i = last;
    }
    buf_printf(out, " of %lld %s", (long long)s->first->count, missing == 1 ? "is" : "are");
}

/* What somebody took out of shards that are all there; not above 0: nothing. */
static int64_t missing_cells(const struct plan_set *s, const struct part_cells *cells)
{
    int64_t all = s->first->has.all - cells->all;
    int64_t measured = s->first->has.measured - cells->measured;
    return all > measured ? all : measured;
}

static void add_missing_cells(struct buf *out, const struct plan_set *s, int64_t missing)
{
    buf_printf(out, "%lld of %lld cells of the plan %s", (long long)missing,
               (long long)s->first->has.all, missing == 1 ? "is" : "are");
}

static int check_sets(const struct plan_sets *sets, const struct part_cells *cells, bool *is_whole,
                      struct buf *missing, struct err *err)
{
    for (size_t i = 0; i < sets->count; i++) {
        const struct plan_set *s = &sets->items[i], *other = &sets->items[i == 0];
        int64_t lacking = missing_cells(s, cells);
        if (set_is_whole(s) && lacking <= 0)
            continue;
        if (!set_is_whole(s) && sets->count > 1)
            return different_plans(s->first, other->first, err);
        if (!set_is_whole(s))
            add_missing_shards(missing, s);
        else if (*is_whole)
            add_missing_cells(missing, s, lacking);
        *is_whole = false;
    }
    return 0;
}

int parts_check_plans(const struct parts *p, const struct part_cells *cells, bool *is_whole,
                      struct buf *missing, struct err *err)
{
    struct plan_sets sets = {0};
    int failed = 0;
    *is_whole = true;
    for (size_t i = 0; i < p->count && !failed; i++) {
        const struct part *part = &p->items[i];
        struct plan_set *set = part->count ? set_of(&sets, part) : NULL;
        if (part->count && !set)
            failed = err_set(err, ERR_SYSTEM, "no memory for the shards of %s", part->path);
        if (set && !set->seen[part->index]) {
            set->seen[part->index] = 1;
            set->seen_count++;
        }
    }
    failed = failed || check_sets(&sets, cells, is_whole, missing, err);
    for (size_t i = 0; i < sets.count; i++)
        free(sets.items[i].seen);
    vec_release(&sets);
    return failed ? -1 : 0;
}

/* ---- The run they make together ------------------------------------------------------------ */

static int by_key(const void *a, const void *b)
{
    const struct part *const *x = a, *const *y = b;
    return part_is_before(*x, *y) ? -1 : part_is_before(*y, *x);
}

/* Those of the host, the earliest first; owned. */
static const struct part **parts_of(const struct parts *p, size_t host, size_t *count)
{
    const struct part **list = calloc(p->count + 1, sizeof *list);
    *count = 0;
    for (size_t i = 0; list && i < p->count; i++)
        if (p->items[i].host == host)
            list[(*count)++] = &p->items[i];
    if (list)
        qsort(list, *count, sizeof *list, by_key);
    return list;
}

/* What all say in the same words is said of the whole, and what they do not is not. */
static void keep_common(struct json_maker *run, const json_t *const *runs, size_t count)
{
    static const char *const keys[] = {"suite", "seed", "rounds_planned", "session", "plugins"};
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        const json_t *first = json_object_get(runs[0], keys[k]);
        for (size_t i = 1; i < count; i++) {
            const json_t *other = json_object_get(runs[i], keys[k]);
            if (first && (!other || !json_equal(first, other)))
                json_object_del(run->object, keys[k]);
        }
    }
}

/* What holds for the whole run of any. */
static void add_warnings(struct json_maker *run, const json_t *const *runs, size_t count)
{
    json_t *all = json_array();
    for (size_t i = 0; i < count; i++) {
        size_t j, k;
        json_t *one, *known;
        json_array_foreach(json_object_get(runs[i], "warnings"), j, one)
        {
            bool is_known = false;
            json_array_foreach(all, k, known) is_known |= json_equal(known, one) == 1;
            if (!is_known)
                json_make_item(run, all, json_incref(one));
        }
    }
    if (json_array_size(all))
        json_make_value(run, "warnings", all);
    else
        json_decref(all);
}

/* Sums, ends and the parts themselves. */
static void add_parts(struct json_maker *run, const struct part *const *list, size_t count,
                      bool is_whole)
{
    json_t *parts = json_array();
    uint64_t hash = HASH_FNV1A;
    const char *end = "";
    int64_t rounds = INT64_MAX, duration_ns = 0;
    char id[40];
    for (size_t i = 0; i < count; i++) {
        const json_t *one = list[i]->json;
        const char *finished = json_string_value(json_object_get(one, "finished_at"));
        int64_t done = json_integer_value(json_object_get(one, "rounds"));
        end = finished && strcmp(finished, end) > 0 ? finished : end;
        rounds = done < rounds ? done : rounds;
        duration_ns += json_integer_value(json_object_get(one, "duration_ns"));
        is_whole &= list[i]->is_complete;
        hash = hash_fnv1a(hash, list[i]->key, strlen(list[i]->key) + 1);
        json_make_item(run, parts, json_incref(list[i]->json));
    }
    snprintf(id, sizeof id, "merged-%016llx", (unsigned long long)hash);
    json_make_text(run, "id", id);
    json_make_text(run, "started_at", began(list[0]));
    if (*end)
        json_make_text(run, "finished_at", end);
    json_make_text(run, "status", is_whole ? "complete" : "partial");
    json_make_int(run, "rounds", rounds);
    json_make_int(run, "duration_ns", duration_ns);
    json_make_value(run, "parts", parts);
}

json_t *parts_run(const struct parts *p, size_t host, const json_t *const *runs, size_t count,
                  bool is_whole)
{
    size_t part_count;
    const struct part **list = parts_of(p, host, &part_count);
    struct json_maker run = json_maker_take(json_copy((json_t *)(uintptr_t)runs[0]));
    run.failed |= !list;
    if (list && part_count > 1 && run.object) {
        static const char *const of_one[] = {"shard",    "visits", "command",
                                             "warnings", "parts",  "launched"};
        keep_common(&run, runs, count);
        for (size_t i = 0; i < sizeof of_one / sizeof *of_one; i++)
            json_object_del(run.object, of_one[i]);
        add_warnings(&run, runs, count);
        add_parts(&run, list, part_count, is_whole);
    }
    free(list);
    return json_made(&run);
}
