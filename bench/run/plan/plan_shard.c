#include "bench/run/plan/plan_shard.h"

#include "bench/base/hash.h"
#include "bench/run/plan/outlook.h"

#include <stdlib.h>
#include <string.h>

/* What cells are weighed for: any number does, as long as all machines take the same. */
enum { CPUS_OF_ANY = 4 };

int plan_request_shard(struct plan_request *request, const char *text, struct err *err)
{
    char *end = NULL;
    /* strtoll() passes over blanks and signs. */
    bool is_plain = strspn(text, "0123456789/") == strlen(text);
    long long index = strtoll(text, &end, 10);
    long long count = *end == '/' ? strtoll(end + 1, &end, 10) : 0;
    if (!is_plain || *end || count < 1 || count > SHARDS_MAX || index < 1 || index > count)
        return err_set(err, ERR_USAGE, "--shard: \"%s\" is not I/N with 1 <= I <= N <= %d", text,
                       SHARDS_MAX);
    request->shard_index = index;
    request->shard_count = count;
    return 0;
}

/* ---- Who measures what --------------------------------------------------------------------- */

enum share { NOT_OURS, CEILING, OURS };

/* A measured cell, and what a visit of it takes. */
struct load {
    size_t cell;
    double ns;
};

/* How much a shard has to do so far. */
struct bin {
    double ns;
    int64_t index; /* counted from 0 */
};

/* What does everything that shards are dealt with. */
struct deal {
    struct load *loads; /* owned; the longest first */
    size_t load_count;
    struct bin *bins; /* owned; a heap with the least on top */
    size_t bin_count;
};

/* Cells that take as long keep their order, so that every machine sorts alike. */
static int longer_first(const void *a, const void *b)
{
    const struct load *x = a, *y = b;
    if (x->ns > y->ns || x->ns < y->ns)
        return x->ns > y->ns ? -1 : 1;
    return x->cell < y->cell ? -1 : x->cell > y->cell;
}

static bool is_emptier(const struct bin *a, const struct bin *b)
{
    return a->ns < b->ns || (a->ns <= b->ns && a->index < b->index);
}

/* The bin on top has got more: it goes down to its place. */
static void sink(struct deal *d)
{
    struct bin moved = d->bins[0];
    size_t at = 0;
    for (;;) {
        size_t next = 2 * at + 1;
        if (next + 1 < d->bin_count && is_emptier(&d->bins[next + 1], &d->bins[next]))
            next++;
        if (next >= d->bin_count || !is_emptier(&d->bins[next], &moved))
            break;
        d->bins[at] = d->bins[next];
        at = next;
    }
    d->bins[at] = moved;
}

static int deal_open(struct deal *d, const struct plan *p, int64_t count, struct err *err)
{
    *d = (struct deal){.loads = calloc(p->cell_count + 1, sizeof *d->loads),
                       .bins = calloc((size_t)count, sizeof *d->bins),
                       .bin_count = (size_t)count};
    if (!d->loads || !d->bins)
        return err_set(err, ERR_SYSTEM, "no memory for %lld shards", (long long)count);
    for (size_t i = 0; i < p->cell_count; i++)
        if (!p->cells[i].is_control)
            d->loads[d->load_count++] =
                (struct load){i, outlook_visit_ns(&p->cells[i], p, CPUS_OF_ANY)};
    for (int64_t i = 0; i < count; i++)
        d->bins[i].index = i;
    qsort(d->loads, d->load_count, sizeof *d->loads, longer_first);
    return 0;
}

static void deal_close(struct deal *d)
{
    free(d->loads);
    free(d->bins);
}

/* Returns how many measured cells are ours. */
static size_t deal_out(struct deal *d, const struct plan *p, int64_t index, enum share *shares)
{
    size_t ours = 0;
    for (size_t i = 0; i < d->load_count; i++) {
        bool is_ours = d->bins[0].index == index - 1;
        if (is_ours)
            shares[d->loads[i].cell] = OURS;
        ours += is_ours;
        d->bins[0].ns += d->loads[i].ns;
        sink(d);
    }
    for (size_t i = 0; i < p->cell_count; i++) {
        int control = p->cells[i].control;
        if (shares[i] == OURS && control != NO_CONTROL && shares[control] == NOT_OURS)
            shares[control] = CEILING;
    }
    return ours;
}

/* ---- Its part ------------------------------------------------------------------------------ */

/* The same cells, measured in the same way, in the same order. */
static uint64_t hash_of(const struct plan *p, const struct plan_request *asked)
{
    const uint64_t how[] = {p->rounds, p->rounds_most, p->task_time_ns, (uint64_t)asked->ops};
    uint64_t hash = hash_fnv1a(HASH_FNV1A, how, sizeof how);
    for (size_t i = 0; i < p->cell_count; i++)
        hash = hash_fnv1a(hash, p->cells[i].id, strlen(p->cells[i].id) + 1);
    return hash;
}

/* Drops what is not ours; `moved` is room for where each cell goes. */
static void keep(struct plan *p, const enum share *shares, int *moved)
{
    size_t kept = 0;
    for (size_t i = 0; i < p->cell_count; i++) {
        moved[i] = (int)kept;
        if (shares[i] == NOT_OURS) {
            cell_release(&p->cells[i]);
            continue;
        }
        p->cells[i].is_control |= shares[i] == CEILING;
        p->cells[kept++] = p->cells[i];
    }
    for (size_t i = 0; i < kept; i++) {
        struct cell *c = &p->cells[i];
        if (c->control != NO_CONTROL)
            c->control = shares[c->control] == NOT_OURS ? NO_CONTROL : moved[c->control];
    }
    p->cell_count = kept;
}

int plan_take_shard(struct plan *p, const struct plan_request *asked, struct err *err)
{
    int64_t index = asked->shard_index, count = asked->shard_count;
    struct deal deal;
    enum share *shares = calloc(p->cell_count + 1, sizeof *shares);
    int *moved = calloc(p->cell_count + 1, sizeof *moved);
    int failed = deal_open(&deal, p, count, err);
    if (!failed && (!shares || !moved))
        failed = err_set(err, ERR_SYSTEM, "no memory for a shard");
    if (!failed && !deal_out(&deal, p, index, shares))
        failed = err_set(err, ERR_USAGE,
                         "--shard: \"%lld/%lld\" has nothing to measure: the plan has fewer cells",
                         (long long)index, (long long)count);
    if (!failed) {
        p->share = (struct plan_share){(uint32_t)index, (uint32_t)count, (uint32_t)p->cell_count,
                                       (uint32_t)deal.load_count, hash_of(p, asked)};
        keep(p, shares, moved);
    }
    deal_close(&deal);
    free(shares);
    free(moved);
    return failed;
}
