/*
 * Successive halving (Karnin, Koren and Somekh, "Almost optimal exploration in multi-armed
 * bandits", 2013), with rounds that are shared: all that are left are measured once a round, so
 * that they are held against each other within it, whatever the machine does meanwhile.
 */
#include "bench/base/rng.h"
#include "bench/judge/advise/advise.h"

#include <stdio.h>

enum { ROUNDS_A_STAGE = 2, LEFT_AT_LEAST = 3, SLICES_LONGER = 2, SLICE_TIMES_MOST = 4 };

static bool is_alive(const struct advise_entry *e)
{
    return !e->failed[0] && !e->out_after;
}

static size_t alive_count(const struct advise_board *b)
{
    size_t count = 0;
    for (size_t i = 0; i < b->count; i++)
        count += is_alive(&b->items[i]);
    return count;
}

/* One that cannot be measured here is out; anything else ends the search. */
static int measure(struct advise_entry *e, const struct advise_search *how, uint32_t round,
                   uint64_t slice_ns, struct err *err)
{
    struct advise_sample s = {.round = round};
    struct err why = {0};
    if (how->measure(how->context, &e->shape, slice_ns, &s, &why)) {
        if (why.code != ERR_LIMIT && why.code != ERR_UNAVAILABLE)
            return err_set(err, why.code, "%s", why.text);
        snprintf(e->failed, sizeof e->failed, "%.*s", (int)sizeof e->failed - 1,
                 why.text[0] ? why.text : "it could not be measured");
        return 0;
    }
    s.round = round;
    e->rounds++;
    return vec_add(&e->samples, s) ? 0 : err_set(err, ERR_SYSTEM, "advise: no memory for a sample");
}

/* What is known of the time there is, and of how long a slice really takes on this machine. */
struct pace {
    uint64_t end_ns;
    double factor; /* time of a measurement over its slice; 0: not known */
};

/*
 * A busy machine takes longer for a slice than it says: then slices shrink, down to an eighth, so
 * that `left` more measurements fit into the time.
 */
static uint64_t paced(const struct pace *p, uint64_t slice_ns, uint64_t now_ns, size_t left)
{
    double time_ns = p->end_ns > now_ns ? (double)(p->end_ns - now_ns) : 0;
    double least = (double)slice_ns / 8;
    if (!(p->factor > 0) || !left)
        return slice_ns;
    double fair = time_ns / (double)left / p->factor;
    return (uint64_t)(fair > (double)slice_ns ? (double)slice_ns : fair > least ? fair : least);
}

static int measure_paced(struct advise_entry *e, const struct advise_search *how, uint32_t round,
                         uint64_t slice_ns, size_t left, struct pace *p, struct err *err)
{
    uint64_t begin_ns = how->now_ns(how->context);
    uint64_t own_ns = paced(p, slice_ns, begin_ns, left);
    if (measure(e, how, round, own_ns, err))
        return -1;
    double factor = (double)(how->now_ns(how->context) - begin_ns) / (double)own_ns;
    p->factor = p->factor > 0 ? 0.7 * p->factor + 0.3 * factor : factor;
    return 0;
}

/* In drawn order; the first two whatever they take, any other as far as the time goes. */
static int measure_round(struct advise_board *b, const struct advise_search *how, struct rng *rng,
                         uint32_t round, uint64_t slice_ns, struct pace *p, struct err *err)
{
    uint32_t *order = calloc(b->count + 1, sizeof *order);
    int failed = order ? 0 : err_set(err, ERR_SYSTEM, "advise: no memory for an order");
    /* Nothing is told by one round: the first leaves time for the second. */
    size_t left = alive_count(b) * (round ? 1 : 2);
    for (uint32_t i = 0; order && i < b->count; i++)
        order[i] = i;
    if (order)
        rng_shuffle(rng, order, b->count);
    for (size_t i = 0; i < b->count && !failed; i++) {
        struct advise_entry *e = &b->items[order[i]];
        if (round > 1 && how->now_ns(how->context) >= p->end_ns)
            break;
        if (is_alive(e))
            failed = measure_paced(e, how, round, slice_ns, left--, p, err);
    }
    free(order);
    return failed;
}

/* The better half stays, and whoever cannot be told from the best. The board is in order. */
static void halve(struct advise_board *b, uint32_t rounds)
{
    size_t left = alive_count(b), keep = left / 2, seen = 0;
    keep = keep < LEFT_AT_LEAST ? LEFT_AT_LEAST : keep;
    for (size_t i = 0; i < b->count; i++) {
        struct advise_entry *e = &b->items[i];
        if (is_alive(e) && ++seen > keep && !e->is_close)
            e->out_after = rounds;
    }
}

int advise_search(struct advise_board *b, const struct advise_work *w,
                  const struct advise_search *how, struct err *err)
{
    struct rng rng = {.state = how->seed};
    uint64_t round_ns = 0, slice_ns = how->slice_ns;
    struct pace pace = {.end_ns = how->now_ns(how->context) + how->budget_ns};
    for (uint32_t round = 0; round < how->rounds_most && alive_count(b); round++) {
        uint64_t now_ns = how->now_ns(how->context);
        /* A round that would be cut in its middle compares nobody with anybody. */
        if (round > 1 && now_ns + round_ns * 3 / 4 > pace.end_ns)
            break;
        if (how->say)
            how->say(how->context, round, alive_count(b));
        if (measure_round(b, how, &rng, round, slice_ns, &pace, err))
            return -1;
        round_ns = how->now_ns(how->context) - now_ns;
        if (how->keeps_all || (round + 1) % ROUNDS_A_STAGE || alive_count(b) <= LEFT_AT_LEAST)
            continue;
        if (advise_rank(b, w, err))
            return -1;
        size_t before = alive_count(b);
        halve(b, round + 1);
        round_ns = round_ns * alive_count(b) / before;
        if (slice_ns < how->slice_ns * SLICE_TIMES_MOST && alive_count(b) < before) {
            slice_ns *= SLICES_LONGER;
            round_ns *= SLICES_LONGER;
        }
    }
    return 0;
}
