#include "bench/judge/sentences/pool_sentence.h"

#include "bench/base/words.h"
#include "bench/judge/breakeven/breakeven.h"
#include "bench/judge/parts/low.h"

#include <math.h>

/* The comparison a reader expects: threads with threads, processes with processes. */
static bool is_pair(const struct breakeven *b, enum unit_kind kind)
{
    unsigned pool = b->pool->executor_traits, units = b->units->executor_traits;
    return (pool & units & EXECUTOR_TYPICAL) && unit_kind_of(pool) == kind &&
           unit_kind_of(units) == kind;
}

/* Of several numbers of tasks the largest: there a pool's hand-overs are batched. */
static const struct breakeven *choose(const struct breakevens *all, enum unit_kind kind)
{
    const struct breakeven *best = NULL;
    for (size_t i = 0; i < all->count; i++) {
        const struct breakeven *b = &all->items[i];
        bool is_usable = !cell_is_unusable(b->pool) && !cell_is_unusable(b->units);
        if (is_usable && is_pair(b, kind) && (!best || b->pool->tasks > best->pool->tasks))
            best = b;
    }
    return best;
}

static void add_one(struct buf *out, const struct breakeven *b)
{
    buf_printf(out, "%s %s %s ", out->len ? ";" : "A pool pays off against",
               words_article(b->units->executor), b->units->executor);
    if (b->never) {
        buf_add(out, "for each task never: handing a task over costs no less");
        return;
    }
    buf_printf(out, "for each task from %.0f task%s on", b->tasks, b->tasks > 1 ? "s" : "");
    if (b->level > 0 && isfinite(b->hi) && b->lo < b->hi)
        buf_printf(out, " (%.0f to %.0f)", b->lo, b->hi);
    else if (b->level > 0 && !isfinite(b->hi))
        buf_printf(out, " (at least %.0f; it may be never)", b->lo);
}

void pool_sentence(struct buf *out, const struct result *r)
{
    static const enum unit_kind units[] = {UNIT_THREAD, UNIT_PROCESS};
    struct breakevens all = {0};
    if (breakevens_of(&all, r, NULL)) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        const struct breakeven *b = choose(&all, units[i]);
        if (b)
            add_one(out, b);
    }
    if (out->len)
        buf_add(out, ".");
    breakevens_release(&all);
}
