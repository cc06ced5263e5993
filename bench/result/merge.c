#include "bench/result/merge.h"

#include "bench/base/clock.h"
#include "bench/base/json.h"
#include "bench/base/json_make.h"
#include "bench/base/vec.h"
#include "bench/base/words.h"
#include "bench/result/merge_parts.h"
#include "bench/result/write.h"

#include <stdlib.h>
#include <string.h>

/* A cell of what is made, and the run it is of. */
struct slot {
    struct result_cell *cell;
    const struct part *part;
    const char *path; /* borrowed; of the file it came from */
    json_t *attempts; /* owned; cells that it stands for, by the names of their parts; or NULL */
};

/* What was measured on one host. */
struct host_group {
    const char *hostname;
    struct {
        VEC(const struct result *);
    } of;
    struct {
        VEC(struct slot);
    } slots;
    json_t *places; /* owned; of the slots, by the ids of cells */
};

struct merging {
    struct {
        VEC(struct host_group);
    } hosts;
    json_t *host_places; /* owned; by their names */
    struct parts parts;
    bool is_whole; /* no shard is missing */
    struct merge_report *report;
};

static int no_memory(struct err *err)
{
    return err_set(err, ERR_SYSTEM, "no memory for the merged result");
}

static json_t *place_of(const json_t *places, const char *key)
{
    return json_object_get(places, key);
}

static int add_place(json_t *places, const char *key, size_t place, struct err *err)
{
    struct json_maker m = json_maker_of(places);
    json_make_int(&m, key, (int64_t)place);
    json_t *made = json_made(&m);
    json_decref(made);
    return made ? 0 : no_memory(err);
}

/* ---- Hosts --------------------------------------------------------------------------------- */

/* Of one host, and of one program, only what these agree in is one result. */
static const char *const same_host[] = {
    "cpu",  "architecture",   "cpus_online", "cpus_allowed",   "kernel",
    "libc", "virtualization", "cpu_quota",   "timer_slack_ns", NULL};
static const char *const same_topology[] = {
    "packages", "numa_nodes", "last_level_caches", "cores", "cpus", "kinds", NULL};
static const char *const same_tool[] = {"name",         "version",    "commit",    "compiler",
                                        "flags",        "build_type", "sanitizer", "runtime",
                                        "lock_request", NULL};

static int check_alike(const struct result *a, const struct result *b, const json_t *of_a,
                       const json_t *of_b, const char *const *keys, const char *what,
                       struct err *err)
{
    for (; *keys; keys++) {
        const json_t *x = json_object_get(of_a, *keys), *y = json_object_get(of_b, *keys);
        if (x == y || (x && y && json_equal(x, y)))
            continue;
        char *one = x ? json_dump_text(x, JSON_ENCODE_ANY) : NULL;
        char *other = y ? json_dump_text(y, JSON_ENCODE_ANY) : NULL;
        err_set(err, ERR_INPUT,
                "%.100s and %.100s are both of host \"%.40s\", but not of one %s: %s is %.60s and "
                "%.60s",
                a->path, b->path, a->hostname, what, *keys, one ? one : "not stated",
                other ? other : "not stated");
        free(one);
        free(other);
        return -1;
    }
    return 0;
}

static int check_same(const struct result *a, const struct result *b, struct err *err)
{
    const json_t *run_a = json_object_get(a->json, "run"), *run_b = json_object_get(b->json, "run");
    const json_t *host_a = json_object_get(a->json, "host"),
                 *host_b = json_object_get(b->json, "host");
    static const char *const plugins[] = {"plugins", NULL};
    return check_alike(a, b, host_a, host_b, same_host, "state of it", err) ||
                   check_alike(a, b, json_object_get(host_a, "topology"),
                               json_object_get(host_b, "topology"), same_topology, "topology",
                               err) ||
                   check_alike(a, b, json_object_get(run_a, "tool"), json_object_get(run_b, "tool"),
                               same_tool, "program", err) ||
                   check_alike(a, b, run_a, run_b, plugins, "set of plug-ins", err)
               ? -1
               : 0;
}

static struct host_group *new_host(struct merging *m, const char *hostname, struct err *err)
{
    struct host_group one = {.hostname = hostname, .places = json_object()};
    if (one.places && !add_place(m->host_places, hostname, m->hosts.count, err) &&
        vec_add(&m->hosts, one))
        return &m->hosts.items[m->hosts.count - 1];
    json_decref(one.places);
    no_memory(err);
    return NULL;
}

static int add_result(struct merging *m, const struct result *r, struct err *err)
{
    if (!*r->hostname)
        return err_set(err, ERR_INPUT,
                       "%s: does not say on which host it was measured; it may not be put beside "
                       "others",
                       r->path);
    const json_t *place = place_of(m->host_places, r->hostname);
    struct host_group *h =
        place ? &m->hosts.items[json_integer_value(place)] : new_host(m, r->hostname, err);
    if (!h || (h->of.count && check_same(h->of.items[0], r, err)))
        return -1;
    if (!vec_add(&h->of, r))
        return no_memory(err);
    return parts_add(&m->parts, r, (size_t)(h - m->hosts.items), err);
}

/* ---- Cells --------------------------------------------------------------------------------- */

/* What was measured, without what says where it stands. */
static json_t *content_of(const struct result_cell *c)
{
    static const char *const around[] = {"part", "place", "attempts", "role"};
    json_t *json = result_cell_json(c);
    for (size_t i = 0; json && i < sizeof around / sizeof *around; i++)
        json_object_del(json, around[i]);
    return json;
}

static int is_equal(const struct result_cell *a, const struct result_cell *b, bool *out,
                    struct err *err)
{
    json_t *x = content_of(a), *y = content_of(b);
    *out = x && y && json_equal(x, y);
    int failed = x && y ? 0 : no_memory(err);
    json_decref(x);
    json_decref(y);
    return failed;
}

static bool is_control(const struct result_cell *c)
{
    return !strcmp(c->role, "control");
}

/* Whether the second stands where the first stood. */
static bool is_better(const struct slot *known, const struct slot *other)
{
    const struct result_cell *a = known->cell, *b = other->cell;
    if (known->part == other->part)
        return (b->status == CELL_OK) != (a->status == CELL_OK) ? b->status == CELL_OK
                                                                : b->launch_count > a->launch_count;
    if ((a->status == CELL_OK) != (b->status == CELL_OK))
        return b->status == CELL_OK;
    if (is_control(a) != is_control(b))
        return is_control(a);
    return part_is_before(other->part, known->part);
}

/* Two moments of one run say the same as far as both go. */
static bool is_contradiction(const struct slot *known, const struct slot *other)
{
    const struct result_cell *a = known->cell, *b = other->cell;
    if (known->part == other->part)
        return a->status == b->status && a->launch_count == b->launch_count;
    return a->status == CELL_OK && b->status == CELL_OK && !is_control(a) && !is_control(b);
}

/* The cell as it was measured by that part, kept with the one that stands. */
static int keep_attempt(struct slot *stands, const struct slot *other, struct err *err)
{
    if (!stands->attempts && !(stands->attempts = json_object()))
        return no_memory(err);
    const json_t *known = json_object_get(stands->attempts, other->part->key);
    if (json_array_size(json_object_get(known, "launches")) > other->cell->launch_count)
        return 0;
    json_t *json = result_cell_json(other->cell);
    json_object_del(json, "part");
    json_object_del(json, "place");
    json_object_del(json, "attempts");
    struct json_maker m = json_maker_of(stands->attempts);
    json_make_value(&m, other->part->key, json);
    json_t *made = json_made(&m);
    json_decref(made);
    return made ? 0 : no_memory(err);
}

/*
 * The attempts of both are of the one that stands; its own part is no attempt any more.  Takes
 * `attempts` over.
 */
static int join_attempts(struct slot *stands, json_t *attempts, struct err *err)
{
    const char *key;
    json_t *value;
    if (!attempts)
        return 0;
    struct json_maker m = stands->attempts ? json_maker_take(stands->attempts) : json_maker_new();
    json_object_foreach(attempts, key, value)
    {
        if (!json_object_get(m.object, key))
            json_make_shared(&m, key, value);
    }
    json_decref(attempts);
    stands->attempts = json_made(&m);
    json_object_del(stands->attempts, stands->part->key);
    return stands->attempts ? 0 : no_memory(err);
}

static int settle(struct merging *m, struct slot *known, struct slot *other,
                  const struct host_group *h, struct err *err)
{
    bool equal;
    if (is_equal(known->cell, other->cell, &equal, err))
        return -1;
    if (!equal && is_contradiction(known, other))
        return err_set(err, ERR_INPUT,
                       "%.100s and %.100s hold two different results of cell \"%.128s\" on host "
                       "\"%.40s\" (runs %.50s and %.50s); leave one of them out",
                       known->path, other->path, known->cell->id, h->hostname, known->part->key,
                       other->part->key);
    bool is_other = is_better(known, other);
    struct slot stands = is_other ? *other : *known, goes = is_other ? *known : *other;
    json_t *attempts = goes.attempts;
    goes.attempts = NULL;
    bool is_attempt = !equal && known->part != other->part;
    m->report->repeated += !is_attempt;
    if (is_attempt && keep_attempt(&stands, &goes, err)) {
        *known = stands;
        json_decref(attempts);
        return -1;
    }
    *known = stands;
    return join_attempts(known, attempts, err);
}

static int add_cell(struct merging *m, struct host_group *h, struct slot *one, struct err *err)
{
    const json_t *place = place_of(h->places, one->cell->id);
    if (place)
        return settle(m, &h->slots.items[json_integer_value(place)], one, h, err);
    if (add_place(h->places, one->cell->id, h->slots.count, err) || !vec_add(&h->slots, *one)) {
        json_decref(one->attempts);
        return no_memory(err);
    }
    return 0;
}

static bool is_merged(const struct result *r)
{
    return json_object_get(json_object_get(r->json, "run"), "parts") != NULL;
}

static int add_cells(struct merging *m, size_t host, const struct result *r, struct err *err)
{
    char *own = is_merged(r) ? NULL : part_key_of(r);
    int failed = is_merged(r) || own ? 0 : no_memory(err);
    for (size_t i = 0; i < r->cell_count && !failed; i++) {
        struct result_cell *c = &r->cells[i];
        const char *key = own ? own : json_string_value(json_object_get(c->json, "part"));
        json_t *attempts = json_object_get(c->json, "attempts");
        struct slot one = {.cell = c,
                           .part = key ? parts_find(&m->parts, host, key) : NULL,
                           .path = r->path,
                           .attempts = json_is_object(attempts) ? json_incref(attempts) : NULL};
        if (one.part) {
            failed = add_cell(m, &m->hosts.items[host], &one, err);
            continue;
        }
        json_decref(one.attempts);
        failed = err_set(err, ERR_INPUT,
                         "%s: cells[%zu]: \"part\": \"%.60s\" is none of its run's parts", r->path,
                         i, key ? key : "");
    }
    free(own);
    return failed;
}

/* ---- The document -------------------------------------------------------------------------- */

static int64_t place_in_plan(const struct slot *s)
{
    const json_t *place = json_object_get(s->cell->json, "place");
    return json_is_integer(place) ? json_integer_value(place) : -1;
}

static int by_place(const void *a, const void *b)
{
    int64_t x = place_in_plan(a), y = place_in_plan(b);
    return x < y ? -1 : x > y;
}

/* Cells stand as they do in the plan, where that is known of all. */
static void sort_slots(struct host_group *h)
{
    for (size_t i = 0; i < h->slots.count; i++)
        if (place_in_plan(&h->slots.items[i]) < 0)
            return;
    if (h->slots.count)
        qsort(h->slots.items, h->slots.count, sizeof *h->slots.items, by_place);
}

static int by_name(const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;
    return strcmp(*x, *y);
}

/* In the order of their names, so that the order of files leaves no trace. */
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

/* What is said of a cell because it was merged. */
static int mark(const struct merging *m, struct slot *s, bool has_parts, struct err *err)
{
    struct json_maker o = json_maker_of(s->cell->json);
    if (m->is_whole)
        json_object_del(o.object, "place");
    if (has_parts)
        json_make_text(&o, "part", s->part->key);
    m->report->attempts += json_object_size(s->attempts);
    if (json_object_size(s->attempts))
        json_make_value(&o, "attempts", sorted(s->attempts));
    json_t *made = json_made(&o);
    json_decref(made);
    return made ? 0 : no_memory(err);
}

static const struct result_cell *slot_at(const void *of, size_t i)
{
    const struct host_group *h = of;
    return h->slots.items[i].cell;
}

/* The first result's, with the run that all make together. */
static json_t *root_of(const struct merging *m, const struct host_group *h)
{
    const struct result *const *of = h->of.items;
    struct json_maker root = json_maker_take(json_copy(of[0]->json));
    json_make_value(
        &root, "run",
        parts_run(&m->parts, (size_t)(h - m->hosts.items), of, h->of.count, m->is_whole));
    return json_made(&root);
}

static int write_host(const struct merging *m, struct host_group *h, struct buf *out,
                      struct err *err)
{
    json_t *root = root_of(m, h);
    bool has_parts = json_object_get(json_object_get(root, "run"), "parts") != NULL;
    int failed = root ? 0 : no_memory(err);
    sort_slots(h);
    for (size_t i = 0; i < h->slots.count && !failed; i++)
        failed = mark(m, &h->slots.items[i], has_parts, err);
    m->report->cells += h->slots.count;
    failed = failed || result_write_cells(root, slot_at, h, h->slots.count, out, err);
    json_decref(root);
    return failed ? -1 : 0;
}

static int write_all(const struct merging *m, struct buf *out, struct err *err)
{
    bool are_several = m->hosts.count > 1;
    if (are_several)
        buf_add(out, "{\n \"schema\": \"" RESULTS_SCHEMA "\",\n \"results\": [\n");
    for (size_t i = 0; i < m->hosts.count; i++) {
        buf_add(out, i ? ",\n" : "");
        if (write_host(m, &m->hosts.items[i], out, err))
            return -1;
    }
    buf_add(out, are_several ? "\n ]\n}" : "");
    return out->failed ? no_memory(err) : 0;
}

/* ---- All of it ----------------------------------------------------------------------------- */

static int64_t shard_of(const struct result *r)
{
    const json_t *run = json_object_get(r->json, "run");
    return json_integer_value(json_object_get(json_object_get(run, "shard"), "index"));
}

/*
 * One order, whatever that of the files was: what was merged before keeps its own, and of one run
 * the finished one comes first.
 */
static int by_origin(const void *a, const void *b)
{
    const struct result *x = a, *y = b;
    int order = strcmp(x->hostname, y->hostname);
    order = order ? order : is_merged(y) - is_merged(x);
    order = order ? order : strcmp(x->started_at, y->started_at);
    order = order ? order : strcmp(x->run_id, y->run_id);
    if (!order && shard_of(x) != shard_of(y))
        order = shard_of(x) < shard_of(y) ? -1 : 1;
    return order ? order : strcmp(x->status, y->status);
}

static int gather(struct merging *m, const struct result_list *in, const char *host,
                  struct err *err)
{
    for (size_t i = 0; i < in->count; i++)
        if ((!host || !strcmp(host, in->items[i].hostname)) && add_result(m, &in->items[i], err))
            return -1;
    if (m->hosts.count)
        return parts_check_plans(&m->parts, &m->is_whole, &m->report->missing, err);
    return err_set(err, ERR_USAGE, "--host: none of them was measured on \"%s\" (%s)", host,
                   in->items[0].hostname);
}

static void release(struct merging *m)
{
    for (size_t i = 0; i < m->hosts.count; i++) {
        struct host_group *h = &m->hosts.items[i];
        for (size_t j = 0; j < h->slots.count; j++)
            json_decref(h->slots.items[j].attempts);
        vec_release(&h->slots);
        vec_release(&h->of);
        json_decref(h->places);
    }
    vec_release(&m->hosts);
    json_decref(m->host_places);
    parts_release(&m->parts);
}

int results_merge(struct result_list *in, const char *host, struct buf *out,
                  struct merge_report *report, struct err *err)
{
    struct merging m = {.host_places = json_object(), .report = report};
    *report = (struct merge_report){0};
    int failed = m.host_places ? parts_open(&m.parts, err) : no_memory(err);
    qsort(in->items, in->count, sizeof *in->items, by_origin);
    failed = failed || gather(&m, in, host, err);
    for (size_t i = 0; i < m.hosts.count && !failed; i++)
        for (size_t j = 0; j < m.hosts.items[i].of.count && !failed; j++)
            failed = add_cells(&m, i, m.hosts.items[i].of.items[j], err);
    failed = failed || write_all(&m, out, err);
    report->hosts = m.hosts.count;
    report->parts = m.parts.count;
    release(&m);
    return failed ? -1 : 0;
}

void merge_clock_words(struct buf *out, const struct result_list *in)
{
    char now[40];
    clock_utc_text(now, sizeof now);
    for (size_t i = 0; i < in->count; i++) {
        const struct result *r = &in->items[i];
        if (strcmp(r->started_at, now) > 0)
            buf_printf(out, "%s: host \"%s\" began it at %s, and here it is %s: clocks disagree\n",
                       r->path, r->hostname, r->started_at, now);
    }
}

void merge_words(struct buf *out, const struct merge_report *r)
{
    char words[3][40];
    buf_printf(out, "%s of %s on %s", words_count(words[0], sizeof words[0], r->cells, "cell"),
               words_count(words[1], sizeof words[1], r->parts, "run"),
               words_count(words[2], sizeof words[2], r->hosts, "host"));
    if (r->repeated)
        buf_printf(out, "; %zu came again with the same values", r->repeated);
    if (r->attempts)
        buf_printf(out, "; %s kept beside those that stand",
                   words_count(words[0], sizeof words[0], r->attempts, "attempt"));
    buf_add(out, "\n");
    if (r->missing.len)
        buf_printf(out, "not whole: what shards %s measure is missing\n", buf_text(&r->missing));
}
