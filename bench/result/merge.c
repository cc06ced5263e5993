#include "bench/result/merge.h"

#include "bench/base/clock.h"
#include "bench/base/json.h"
#include "bench/base/json_make.h"
#include "bench/base/output.h"
#include "bench/base/suggest.h"
#include "bench/base/vec.h"
#include "bench/base/words.h"
#include "bench/result/cell_read.h"
#include "bench/result/merge_kept.h"
#include "bench/result/merge_parts.h"
#include "bench/result/write.h"

#include <stdlib.h>
#include <string.h>

/* What was measured on one host. */
struct host_group {
    const char *hostname;
    struct {
        VEC(const struct merge_input *);
    } of;
    struct {
        VEC(const json_t *);
    } runs;                        /* of each, what it says of its run */
    size_t first_slot, slot_count; /* its cells */
};

struct merging {
    struct merge_index *in;
    struct {
        VEC(struct host_group);
    } hosts;
    json_t *host_places; /* owned; by their names */
    struct parts parts;
    struct {
        VEC(struct merge_slot);
    } slots; /* of one host after the other */
    struct {
        VEC(uint32_t);
    } slot_of; /* by id: the last one of it */
    struct merge_kept kept;
    bool is_whole; /* no shard is missing, and no cell of one */
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
    struct host_group one = {.hostname = hostname};
    if (!add_place(m->host_places, hostname, m->hosts.count, err) && vec_add(&m->hosts, one))
        return &m->hosts.items[m->hosts.count - 1];
    no_memory(err);
    return NULL;
}

static int add_result(struct merging *m, const struct merge_input *input, struct err *err)
{
    const struct result *r = input->head;
    if (!*r->hostname)
        return err_set(err, ERR_INPUT,
                       "%s: does not say on which host it was measured; it may not be put beside "
                       "others",
                       r->path);
    const json_t *place = place_of(m->host_places, r->hostname);
    struct host_group *h =
        place ? &m->hosts.items[json_integer_value(place)] : new_host(m, r->hostname, err);
    if (!h || (h->of.count && check_same(h->of.items[0]->head, r, err)))
        return -1;
    if (!vec_add(&h->of, input) || !vec_add(&h->runs, json_object_get(r->json, "run")))
        return no_memory(err);
    return parts_add(&m->parts, r, (size_t)(h - m->hosts.items), err);
}

/* ---- Cells --------------------------------------------------------------------------------- */

/* Whether the second stands where the first stood. */
static bool is_better(const struct merging *m, const struct merge_slot *known,
                      const struct merge_slot *other)
{
    const struct merge_record *a = &m->in->records.items[known->record];
    const struct merge_record *b = &m->in->records.items[other->record];
    if (known->part == other->part)
        return (b->status == CELL_OK) != (a->status == CELL_OK) ? b->status == CELL_OK
                                                                : b->launches > a->launches;
    if ((a->status == CELL_OK) != (b->status == CELL_OK))
        return b->status == CELL_OK;
    if (a->is_control != b->is_control)
        return a->is_control;
    return part_is_before(other->part, known->part);
}

/* Two moments of one run say the same as far as both go. */
static bool is_contradiction(const struct merging *m, const struct merge_slot *known,
                             const struct merge_slot *other)
{
    const struct merge_record *a = &m->in->records.items[known->record];
    const struct merge_record *b = &m->in->records.items[other->record];
    if (known->part == other->part)
        return a->status == b->status && a->launches == b->launches;
    return a->status == CELL_OK && b->status == CELL_OK && !a->is_control && !b->is_control;
}

/* What was measured, without what says where it stands. */
static int content_of(struct merging *m, uint32_t record, json_t **out, struct err *err)
{
    struct result_cell c;
    if (merge_index_cell(m->in, record, &c, err))
        return -1;
    *out = merge_kept_json(&c);
    cell_unload(&c);
    if (*out)
        json_object_del(*out, "role");
    return *out ? 0 : no_memory(err);
}

/* Only what could be is read again. */
static int is_equal(struct merging *m, uint32_t one, uint32_t other, bool *out, struct err *err)
{
    const struct merge_record *a = &m->in->records.items[one], *b = &m->in->records.items[other];
    json_t *x = NULL, *y = NULL;
    *out = false;
    if (a->status != b->status || a->launches != b->launches)
        return 0;
    int failed = content_of(m, one, &x, err) || content_of(m, other, &y, err);
    *out = !failed && json_equal(x, y);
    json_decref(x);
    json_decref(y);
    return failed ? -1 : 0;
}

static int settle(struct merging *m, struct merge_slot *known, const struct merge_slot *other,
                  const struct host_group *h, struct err *err)
{
    bool equal;
    if (is_equal(m, known->record, other->record, &equal, err))
        return -1;
    if (!equal && is_contradiction(m, known, other))
        return err_set(err, ERR_INPUT,
                       "%.100s and %.100s hold two different results of cell \"%.128s\" on host "
                       "\"%.40s\" (runs %.50s and %.50s); leave one of them out",
                       merge_index_path(m->in, known->record),
                       merge_index_path(m->in, other->record),
                       intern_text(&m->in->ids, m->in->records.items[known->record].id),
                       h->hostname, known->part->key, other->part->key);
    bool is_attempt = !equal && known->part != other->part;
    m->report->repeated += !is_attempt;
    return is_better(m, known, other)
               ? merge_kept_yield(&m->kept, m->in, known, other, is_attempt, err)
               : merge_kept_stay(&m->kept, m->in, known, other, is_attempt, err);
}

static int add_cell(struct merging *m, struct host_group *h, struct merge_slot *one,
                    struct err *err)
{
    uint32_t *place = &m->slot_of.items[m->in->records.items[one->record].id];
    if (*place != MERGE_NONE && *place >= h->first_slot)
        return settle(m, &m->slots.items[*place], one, h, err);
    one->number = *place = (uint32_t)m->slots.count;
    if (m->slots.count == MERGE_NONE || !vec_add(&m->slots, *one))
        return no_memory(err);
    h->slot_count++;
    return merge_kept_begin(&m->kept, m->in, &m->slots.items[m->slots.count - 1], err);
}

static bool is_merged(const struct result *r)
{
    return json_object_get(json_object_get(r->json, "run"), "parts") != NULL;
}

/* The name of the part that all cells of it are of, where it is no merged one. */
static int own_part_of(struct merging *m, const struct result *r, uint32_t *out, struct err *err)
{
    char *key = part_key_of(r);
    *out = key ? intern_add(&m->in->parts, key, strlen(key)) : MERGE_NONE;
    free(key);
    return *out == MERGE_NONE ? no_memory(err) : 0;
}

static int add_cells(struct merging *m, size_t host, const struct merge_input *input,
                     struct err *err)
{
    uint32_t own = MERGE_NONE;
    int failed = is_merged(input->head) ? 0 : own_part_of(m, input->head, &own, err);
    for (uint32_t i = 0; i < input->count && !failed; i++) {
        struct merge_record *r = &m->in->records.items[input->first + i];
        r->part = own == MERGE_NONE ? r->part : own;
        const char *key = r->part == MERGE_NONE ? NULL : intern_text(&m->in->parts, r->part);
        struct merge_slot one = {.record = input->first + i,
                                 .part = key ? parts_find(&m->parts, host, key) : NULL};
        if (one.part)
            failed = add_cell(m, &m->hosts.items[host], &one, err);
        else
            failed = err_set(err, ERR_INPUT,
                             "%s: cells[%u]: \"part\": \"%.60s\" is none of its run's parts",
                             input->head->path, i, key ? key : "");
    }
    return failed ? -1 : 0;
}

static int add_host(struct merging *m, size_t host, struct err *err)
{
    struct host_group *h = &m->hosts.items[host];
    h->first_slot = m->slots.count;
    for (size_t i = 0; i < h->of.count; i++)
        if (add_cells(m, host, h->of.items[i], err))
            return -1;
    return 0;
}

static int settle_all(struct merging *m, struct err *err)
{
    while (m->slot_of.count < m->in->ids.count)
        if (!vec_add(&m->slot_of, MERGE_NONE))
            return no_memory(err);
    for (size_t i = 0; i < m->hosts.count; i++)
        if (add_host(m, i, err))
            return -1;
    return 0;
}

/* ---- The document -------------------------------------------------------------------------- */

static int by_place(const void *a, const void *b)
{
    const struct merge_slot *x = a, *y = b;
    if (x->place != y->place)
        return x->place < y->place ? -1 : 1;
    return x->number < y->number ? -1 : 1;
}

/* Cells stand as they do in the plan, where that is known of all. */
static void sort_slots(struct merging *m, const struct host_group *h)
{
    struct merge_slot *slots = m->slots.items + h->first_slot;
    for (size_t i = 0; i < h->slot_count; i++) {
        slots[i].place = m->in->records.items[slots[i].record].place;
        if (slots[i].place < 0)
            return;
    }
    if (h->slot_count)
        qsort(slots, h->slot_count, sizeof *slots, by_place);
}

/* What is said of a cell because it was merged. */
static int mark(const struct merging *m, const struct merge_slot *s, struct result_cell *c,
                bool has_parts, json_t *attempts, struct err *err)
{
    struct json_maker o = json_maker_of(c->json);
    if (m->is_whole)
        json_object_del(o.object, "place");
    if (has_parts)
        json_make_text(&o, "part", s->part->key);
    m->report->attempts += json_object_size(attempts);
    if (json_object_size(attempts))
        json_make_shared(&o, "attempts", attempts);
    json_t *made = json_made(&o);
    json_decref(made);
    return made ? 0 : no_memory(err);
}

/* The cell once more, with what is kept beside it; the one that is in memory. */
static int write_cell(struct merging *m, const struct merge_slot *s, bool has_parts, bool is_first,
                      struct buf *text, struct err *err)
{
    struct result_cell c = {0};
    json_t *attempts = merge_kept_attempts(&m->kept, m->in, s, err);
    int failed = !attempts || merge_index_cell(m->in, s->record, &c, err) ||
                 mark(m, s, &c, has_parts, attempts, err);
    if (!failed)
        result_write_cell(result_cell_json(&c), is_first, text);
    cell_unload(&c);
    json_decref(attempts);
    return failed ? -1 : 0;
}

/* The first result's, with the run that all make together. */
static json_t *root_of(const struct merging *m, const struct host_group *h)
{
    struct json_maker root = json_maker_take(json_copy(h->of.items[0]->head->json));
    json_make_value(&root, "run",
                    parts_run(&m->parts, (size_t)(h - m->hosts.items), h->runs.items, h->of.count,
                              m->is_whole));
    return json_made(&root);
}

/* What there is of the document goes out, and its memory is used again. */
static int put(struct buf *text, struct output *out, struct err *err)
{
    if (text->failed)
        return no_memory(err);
    int failed = output_add(out, buf_text(text), text->len, err);
    buf_reset(text);
    return failed;
}

/* In writes of some size. */
enum { PIECE_BYTES = 256 << 10 };

static int write_host(struct merging *m, const struct host_group *h, struct buf *text,
                      struct output *out, struct err *err)
{
    json_t *root = root_of(m, h);
    bool has_parts = json_object_get(json_object_get(root, "run"), "parts") != NULL;
    int failed = root ? 0 : no_memory(err);
    sort_slots(m, h);
    if (root)
        result_write_head(root, text);
    for (size_t i = 0; i < h->slot_count && !failed; i++) {
        failed = write_cell(m, &m->slots.items[h->first_slot + i], has_parts, i == 0, text, err);
        if (!failed && (text->len >= PIECE_BYTES || text->failed))
            failed = put(text, out, err);
    }
    result_write_end(h->slot_count, text);
    m->report->cells += h->slot_count;
    json_decref(root);
    return failed ? -1 : 0;
}

static int write_all(struct merging *m, struct buf *text, struct output *out, struct err *err)
{
    bool are_several = m->hosts.count > 1;
    if (are_several)
        buf_add(text, "{\n \"schema\": \"" RESULTS_SCHEMA "\",\n \"results\": [\n");
    for (size_t i = 0; i < m->hosts.count; i++) {
        buf_add(text, i ? ",\n" : "");
        if (write_host(m, &m->hosts.items[i], text, out, err))
            return -1;
    }
    buf_add(text, are_several ? "\n ]\n}" : "");
    return 0;
}

static int write_document(struct merging *m, const char *path, struct err *err)
{
    struct output *out = output_open(path, err);
    struct buf text = {0};
    if (!out)
        return -1;
    int failed = write_all(m, &text, out, err);
    buf_add(&text, path ? "" : "\n");
    failed = failed || put(&text, out, err);
    buf_release(&text);
    return output_end(out, !failed, err);
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
    const struct merge_input *const *one = a, *const *other = b;
    const struct result *x = (*one)->head, *y = (*other)->head;
    int order = strcmp(x->hostname, y->hostname);
    order = order ? order : is_merged(y) - is_merged(x);
    order = order ? order : strcmp(x->started_at, y->started_at);
    order = order ? order : strcmp(x->run_id, y->run_id);
    if (!order && shard_of(x) != shard_of(y))
        order = shard_of(x) < shard_of(y) ? -1 : 1;
    order = order ? order : strcmp(x->status, y->status);
    return order ? order : *one < *other ? -1 : 1;
}

/* Which hosts there are, each once, and the nearest. */
static int refuse_host(const struct merge_input *const *inputs, size_t count, const char *host,
                       struct err *err)
{
    struct {
        VEC(const char *);
    } names = {0};
    struct buf words = {0};
    for (size_t i = 0; i < count; i++) {
        const char *name = inputs[i]->head->hostname;
        size_t k = 0;
        while (k < names.count && strcmp(names.items[k], name) != 0)
            k++;
        if (k == names.count)
            vec_add(&names, name);
    }
    suggest_words(&words, suggest(host, names.items, names.count), names.items, names.count);
    err_set(err, ERR_USAGE, "--host: none of them was measured on \"%s\"%s", host,
            buf_text(&words));
    buf_release(&words);
    vec_release(&names);
    return -1;
}

/* Each once.  Where a ceiling stands with attempts, the measured cell is one of them. */
static int count_cells(const struct merge_index *in, struct part_cells *out, struct err *err)
{
    bool *is_measured = calloc(in->ids.count + 1, sizeof *is_measured);
    if (!is_measured)
        return no_memory(err);
    *out = (struct part_cells){.all = (int64_t)in->ids.count};
    for (size_t i = 0; i < in->records.count; i++) {
        const struct merge_record *r = &in->records.items[i];
        bool counts = !is_measured[r->id] && (!r->is_control || r->has_attempts);
        is_measured[r->id] |= counts;
        out->measured += counts;
    }
    free(is_measured);
    return 0;
}

static int gather(struct merging *m, const char *host, struct err *err)
{
    size_t count = m->in->inputs.count;
    if (!count)
        return err_set(err, ERR_INPUT, "there is no result in what is to be merged");
    const struct merge_input **order = calloc(count, sizeof *order);
    int failed = order ? 0 : no_memory(err);
    for (size_t i = 0; i < count && !failed; i++)
        order[i] = &m->in->inputs.items[i];
    if (!failed)
        qsort(order, count, sizeof *order, by_origin);
    for (size_t i = 0; i < count && !failed; i++)
        if (!host || !strcmp(host, order[i]->head->hostname))
            failed = add_result(m, order[i], err);
    if (!failed && !m->hosts.count)
        failed = refuse_host(order, count, host, err);
    free(order);
    struct part_cells cells;
    return failed || count_cells(m->in, &cells, err) ||
                   parts_check_plans(&m->parts, &cells, &m->is_whole, &m->report->missing, err)
               ? -1
               : 0;
}

static void release(struct merging *m)
{
    for (size_t i = 0; i < m->hosts.count; i++) {
        vec_release(&m->hosts.items[i].of);
        vec_release(&m->hosts.items[i].runs);
    }
    vec_release(&m->hosts);
    vec_release(&m->slots);
    vec_release(&m->slot_of);
    merge_kept_release(&m->kept);
    json_decref(m->host_places);
    parts_release(&m->parts);
}

int results_merge(struct merge_index *in, const char *host, const char *path,
                  struct merge_report *report, struct err *err)
{
    struct merging m = {.in = in, .host_places = json_object(), .report = report};
    *report = (struct merge_report){0};
    int failed = m.host_places ? parts_open(&m.parts, err) : no_memory(err);
    failed =
        failed || gather(&m, host, err) || settle_all(&m, err) || write_document(&m, path, err);
    report->hosts = m.hosts.count;
    report->parts = m.parts.count;
    release(&m);
    return failed ? -1 : 0;
}

static void say_clocks(struct buf *out, const struct result_list *in)
{
    char now[40];
    clock_utc_text(now, sizeof now);
    for (size_t i = 0; i < in->count; i++) {
        const struct result *r = &in->items[i];
        if (strcmp(r->started_at, now) > 0)
            buf_printf(out, "%s: host \"%s\" began it at %s, and here it is %s: clocks disagree\n",
                       r->path, r->hostname, r->started_at, now);
        if (*r->finished_at && strcmp(r->finished_at, r->started_at) < 0)
            buf_printf(
                out, "%s: host \"%s\" began it at %s and ended it at %s: its clock was set back\n",
                r->path, r->hostname, r->started_at, r->finished_at);
    }
}

static void say_merged(struct buf *out, const struct merge_report *r)
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
        buf_printf(out, "not whole: %s missing\n", buf_text(&r->missing));
}

int results_merge_paths(const struct opt_list *paths, const char *host, const char *path,
                        struct buf *said, struct err *err)
{
    struct merge_index in;
    struct merge_report report = {0};
    int failed = merge_index_read(&in, paths->items, paths->count, err);
    if (!failed)
        say_clocks(said, &in.results);
    failed = failed || results_merge(&in, host, path, &report, err);
    merge_index_release(&in);
    if (!failed)
        say_merged(said, &report);
    buf_release(&report.missing);
    return failed ? -1 : 0;
}
