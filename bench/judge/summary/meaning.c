#include "bench/judge/summary/meaning.h"

#include "bench/base/units.h"
#include "bench/base/words.h"
#include "bench/judge/parts/cell.h"
#include "bench/judge/parts/low.h"
#include "bench/judge/parts/number.h"
#include "bench/judge/sentences/factor.h"
#include "bench/judge/sentences/pool_sentence.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Rows a sentence speaks of: more make a list that nobody reads. */
enum { SPOKEN_MOST = 4 };

/* A sentence being made. */
struct speech {
    const struct ladder *ladder;
    const struct result *result;
    struct buf *out;
    bool is_doubtful; /* it would have rested on cells that others disturbed */
};

/* Slots of one column, in the rows a sentence may speak of. */
struct slots {
    const struct ladder_row *rows[SPOKEN_MOST];
    const struct ladder_slot *items[SPOKEN_MOST];
    size_t count;
};

/* Whether a sentence may rest on the slot; where others disturbed it, the speech remembers. */
static bool is_usable(struct speech *s, const struct ladder_slot *slot, bool with_alone)
{
    if (!slot->metric || (with_alone && !slot->alone))
        return false;
    bool is_disturbed = slot->is_doubtful || (with_alone && slot->is_alone_doubtful);
    s->is_doubtful |= is_disturbed;
    return !is_disturbed;
}

/* What did the cell is a unit that starts; what runs tasks one after the other in its own is none.
 */
static bool has_started(const struct ladder_slot *slot)
{
    return slot->cell && result_role_value(slot->cell, ROLE_START);
}

/* Something is known of how much more it does than one. */
static bool has_gain(struct speech *s, const struct ladder_slot *slot)
{
    struct ratio r = ratio_of_metrics(slot->metric, slot->alone, &s->out->failed);
    return !factor_is_unknown(&r);
}

/* Rows of our own units, else our own, else somebody else's. */
enum choice { UNITS, OWN, PEERS };

static bool is_chosen(const struct ladder_row *row, const struct ladder_slot *slot,
                      enum choice choice)
{
    return row->is_peer == (choice == PEERS) && (choice != UNITS || has_started(slot));
}

static void collect(struct slots *out, struct speech *s, size_t column, bool with_alone)
{
    *out = (struct slots){0};
    for (enum choice choice = UNITS; choice <= PEERS && !out->count; choice++)
        for (size_t i = 0; i < s->ladder->rows.count && out->count < SPOKEN_MOST; i++) {
            const struct ladder_row *row = &s->ladder->rows.items[i];
            const struct ladder_slot *slot = &row->slots[column];
            if (row->result != s->result || row->is_pooled || !is_chosen(row, slot, choice) ||
                !is_usable(s, slot, with_alone) || (with_alone && !has_gain(s, slot)))
                continue;
            out->rows[out->count] = row;
            out->items[out->count++] = slot;
        }
}

/* "threads", "coroutines stack=dense" */
static void add_many(struct buf *out, const char *name)
{
    size_t length = strcspn(name, " ");
    words_add_many(out, 2, name, length);
    buf_add(out, name + length);
}

/* "2 tasks of prime" */
static void add_work(struct buf *out, const struct result_cell *c)
{
    char tasks[40];
    buf_printf(out, "%s of %s", words_count(tasks, sizeof tasks, (size_t)c->tasks, "task"),
               c->workload);
}

/* ---- What starting costs ------------------------------------------------------------------ */

static void add_against(struct buf *out, const struct result_metric *m,
                        const struct result_metric *base)
{
    bool is_rough;
    char text[40];
    double ratio = factor_of_lows(m, base, &is_rough, &out->failed);
    double more = ratio < 1 ? 1 / ratio : ratio;
    if (!(more > 1)) {
        buf_add(out, "no other time");
        return;
    }
    buf_printf(out, "%s%s%s%s", is_rough ? "roughly " : "", ratio < 1 ? "1/" : "",
               units_format(text, sizeof text, more, "", 2), ratio < 1 ? "" : " times that");
}

/* What is done to which unit, the work named with as few words as a screen has room for. */
static void add_started(struct buf *out, const char *what, const struct result_cell *c)
{
    if (c->tasks > 1)
        buf_printf(out, "%s one of %zu tasks of %s", what, (size_t)c->tasks, c->workload);
    else
        buf_printf(out, "%s a task of %s", what, c->workload);
}

static void start_costs(struct speech *s)
{
    struct slots x;
    size_t column = ladder_find(s->ladder, LADDER_LIFECYCLE);
    const char *what = "Starting and ending";
    if (column == s->ladder->columns.count) {
        column = ladder_find(s->ladder, LADDER_STARTUP);
        what = "Starting";
    }
    if (column == s->ladder->columns.count)
        return;
    collect(&x, s, column, false);
    for (size_t i = 0; i < x.count; i++) {
        const struct result_metric *m = x.items[i]->metric, *base = x.items[0]->metric;
        char text[40];
        if (i == 0) {
            add_started(s->out, what, x.items[i]->cell);
            buf_printf(
                s->out, " takes %s%s", base->summary.n < NUMBER_SAMPLES ? "~" : "",
                units_format(text, sizeof text, low_of(base, &s->out->failed), base->unit, 2));
        } else {
            words_separate(s->out, i, x.count);
            add_against(s->out, m, base);
        }
        buf_printf(s->out, " as %s %s", words_article(x.rows[i]->name), x.rows[i]->name);
    }
    buf_add(s->out, x.count ? " (fastest tenths)." : "");
}

/* ---- What more than one gains ------------------------------------------------------------- */

/* What may be so much more and is not shown to be is not called "no more". */
#define NO_MORE 1.25

/* "189 times", then "62", "0.98 to 2.8" where rounds differ by that: the first number of a list
 * says what it counts. */
static void add_gain(struct buf *out, const struct ladder_slot *slot, bool *is_said)
{
    struct ratio r = ratio_of_metrics(slot->metric, slot->alone, &out->failed);
    bool is_untold = factor_is_untold(&r);
    if (is_untold && r.hi < NO_MORE) {
        buf_add(out, "no more");
        return;
    }
    if (is_untold) { /* rounds that differ so much say neither */
        factor_add_number(out, r.lo, r.lo, r.lo, false);
        buf_add(out, " to ");
        factor_add_number(out, r.hi, r.hi, r.hi, false);
    } else {
        factor_add(out, &r);
    }
    buf_add(out, *is_said ? "" : " times");
    *is_said = true;
}

/* "200 tasks of sleep do 189 times the work of one as threads, 62 as processes". */
static void add_gains(struct speech *s, size_t column)
{
    struct slots x;
    bool is_said = false;
    collect(&x, s, column, true);
    for (size_t i = 0; i < x.count; i++) {
        if (i == 0) {
            add_work(s->out, x.items[0]->cell);
            buf_add(s->out, " do ");
        }
        words_separate(s->out, i, x.count);
        add_gain(s->out, x.items[i], &is_said);
        buf_add(s->out, i ? " as " : is_said ? " the work of one as " : " work than one as ");
        add_many(s->out, x.rows[i]->name);
    }
}

static void waiting_overlaps(struct speech *s)
{
    size_t column = ladder_find(s->ladder, LADDER_WAITING);
    if (column == s->ladder->columns.count)
        return;
    add_gains(s, column);
    buf_add(s->out, s->out->len ? "." : "");
}

static bool has_same_rows(const struct slots *a, const struct slots *b)
{
    bool is_same = a->count == b->count;
    for (size_t i = 0; i < a->count && is_same; i++)
        is_same = a->rows[i] == b->rows[i];
    return is_same;
}

/* "; under gil no more, 2.0 times and no more": of the same rows in the same order, else named. */
static void add_locked_gains(struct speech *s, size_t free, size_t locked, const struct slots *with)
{
    struct slots without = {0};
    bool is_said = false, is_named;
    collect(&without, s, free, true);
    is_named = !has_same_rows(&without, with);
    buf_printf(s->out, "; under %s ", s->ladder->columns.items[locked].like->lock);
    for (size_t i = 0; i < with->count; i++) {
        words_separate(s->out, i, with->count);
        add_gain(s->out, with->items[i], &is_said);
        buf_add(s->out, is_named ? " as " : "");
        if (is_named)
            add_many(s->out, with->rows[i]->name);
    }
}

static void computing_gains(struct speech *s)
{
    const struct ladder *l = s->ladder;
    size_t free = ladder_find(l, LADDER_COMPUTING), locked = ladder_find(l, LADDER_LOCKED);
    struct slots with = {0};
    if (l->of != LADDER_OF_EXECUTORS)
        return;
    if (free < l->columns.count)
        add_gains(s, free);
    if (locked < l->columns.count)
        collect(&with, s, locked, true);
    if (s->out->len && with.count) {
        add_locked_gains(s, free, locked, &with);
    } else if (with.count) {
        add_gains(s, locked);
        buf_printf(s->out, " under %s", l->columns.items[locked].like->lock);
    }
    buf_add(s->out, s->out->len ? "." : "");
}

/* ---- How long they wait for the lock --------------------------------------------------------- */

static void lock_is_waited_for(struct speech *s)
{
    enum { LEAST_PERCENT = 1 };
    size_t column = ladder_find(s->ladder, LADDER_LOCK_WAIT), said = 0;
    struct slots x;
    if (column == s->ladder->columns.count || s->ladder->of != LADDER_OF_EXECUTORS)
        return;
    collect(&x, s, column, false);
    for (size_t i = 0; i < x.count; i++) {
        const struct page_value v = value_of_summary(&x.items[i]->metric->summary);
        const char *about = number_is_rough(&v) ? "roughly " : "";
        double percent = 100 * v.center;
        if (percent < LEAST_PERCENT)
            continue;
        if (!said)
            add_work(s->out, x.items[i]->cell);
        buf_printf(s->out, said ? ", %s%.0f %%" : " wait %s%.0f %% of their time", about, percent);
        if (!said++)
            buf_printf(s->out, " for %s", s->ladder->columns.items[column].like->lock);
        buf_add(s->out, " as ");
        add_many(s->out, x.rows[i]->name);
    }
    buf_add(s->out, said ? "." : "");
}

/* ---- Which is the best ------------------------------------------------------------------------
 */

/* The rows with the highest and the lowest value of the column. */
static void find_ends(struct speech *s, size_t column, const struct ladder_row **high,
                      const struct ladder_row **low)
{
    *high = *low = NULL;
    for (size_t i = 0; i < s->ladder->rows.count; i++) {
        const struct ladder_row *row = &s->ladder->rows.items[i];
        if (row->result != s->result || !is_usable(s, &row->slots[column], false))
            continue;
        double center = row->slots[column].metric->summary.center;
        if (!*high || center > (*high)->slots[column].metric->summary.center)
            *high = row;
        if (!*low || center < (*low)->slots[column].metric->summary.center)
            *low = row;
    }
}

/* "as threads", "under mutex", "without a lock" */
static void add_way(struct buf *out, const struct ladder *l, const struct ladder_row *row,
                    const struct ladder_slot *slot)
{
    if (l->of != LADDER_OF_LOCKS) {
        buf_add(out, "as ");
        add_many(out, row->name);
    } else if (cell_is_locked(slot->cell)) {
        buf_printf(out, "under %s", row->name);
    } else {
        buf_add(out, "without a lock");
    }
}

/* "2 tasks of spin do most without a lock, 24 times what they do under mutex". */
static void add_ends(struct speech *s, size_t column)
{
    const struct ladder *l = s->ladder;
    const struct ladder_row *high, *low;
    find_ends(s, column, &high, &low);
    if (!high || high == low)
        return;
    const struct ladder_slot *a = &high->slots[column], *b = &low->slots[column];
    struct ratio r = ratio_of_metrics(a->metric, b->metric, &s->out->failed);
    if (factor_is_unknown(&r))
        return;
    buf_add(s->out, s->out->len ? "; " : "");
    add_work(s->out, a->cell);
    if (factor_is_untold(&r)) {
        buf_add(s->out, " do as much in each row, as far as can be told");
        return;
    }
    buf_add(s->out, " do most ");
    add_way(s->out, l, high, a);
    buf_add(s->out, ", ");
    factor_add(s->out, &r);
    buf_add(s->out, " times what they do ");
    add_way(s->out, l, low, b);
}

static void ends_of_others(struct speech *s)
{
    for (size_t c = 0; c < s->ladder->columns.count; c++) {
        enum ladder_kind kind = s->ladder->columns.items[c].kind;
        bool is_of_all = kind == LADDER_LOCKED && s->ladder->of == LADDER_OF_LOCKS;
        if (s->ladder->of != LADDER_OF_WORKS && (kind == LADDER_OTHER || is_of_all))
            add_ends(s, c);
    }
    buf_add(s->out, s->out->len ? "." : "");
}

static void pools_pay_off(struct speech *s)
{
    pool_sentence(s->out, s->result);
}

/* ---- All of it ---------------------------------------------------------------------------------
 */

int meaning_of(struct meaning *out, const struct ladder *l, const struct result *r, struct err *err)
{
    static const struct {
        void (*say)(struct speech *s);
        const char *subject;
    } parts[] = {
        {start_costs, "what starting costs"},
        {waiting_overlaps, "how waiting overlaps"},
        {computing_gains, "what computing gains"},
        {lock_is_waited_for, "how long the lock is waited for"},
        {ends_of_others, "which does most"},
        {pools_pay_off, "when pools pay off"},
    };
    *out = (struct meaning){0};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct buf text = {0};
        struct speech s = {.ladder = l, .result = r, .out = &text};
        parts[i].say(&s);
        if (!text.len && s.is_doubtful)
            buf_printf(&out->unsaid, "%s%s", out->unsaid.len ? ", " : "", parts[i].subject);
        if (!text.len && !text.failed) {
            buf_release(&text);
            continue;
        }
        char *sentence = buf_steal(&text);
        if (!sentence || !vec_add(out, sentence)) {
            free(sentence);
            out->failed = true;
            break;
        }
    }
    return out->failed || out->unsaid.failed ? err_set(err, ERR_SYSTEM, "summary: out of memory")
                                             : 0;
}

void meaning_release(struct meaning *m)
{
    for (size_t i = 0; i < m->count; i++)
        free(m->items[i]);
    vec_release(m);
    buf_release(&m->unsaid);
}
