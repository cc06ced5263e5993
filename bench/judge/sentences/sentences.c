#include "bench/judge/sentences/sentences.h"

#include "bench/base/units.h"
#include "bench/base/words.h"
#include "bench/judge/parts/cell.h"
#include "bench/judge/parts/low.h"
#include "bench/judge/parts/number.h"
#include "bench/judge/sentences/factor.h"
#include "bench/judge/sentences/places.h"
#include "bench/judge/sentences/pool_sentence.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXECUTORS_MAX = 3 }; /* choose_cast() adds no more */

/* The executors the sentences speak of. */
struct cast {
    const char *names[EXECUTORS_MAX];
    size_t count;
    struct places places;
};

/* The first executor of a kind that is known by it; the tasks of a pool are no units. */
static const char *typical_of(const struct result *r, enum unit_kind kind)
{
    for (size_t i = 0; i < r->cell_count; i++) {
        unsigned traits = r->cells[i].executor_traits;
        bool is_typical = (traits & EXECUTOR_TYPICAL) && !(traits & EXECUTOR_POOLED);
        if (is_typical && unit_kind_of(traits) == kind)
            return r->cells[i].executor;
    }
    return NULL;
}

/* The three everybody asks about; where a result has none of them, whatever it has. */
static int choose_cast(struct cast *out, const struct result *r, struct err *err)
{
    static const enum unit_kind asked[EXECUTORS_MAX] = {UNIT_THREAD, UNIT_PROCESS, UNIT_COROUTINE};
    *out = (struct cast){0};
    for (size_t a = 0; a < EXECUTORS_MAX; a++) {
        const char *name = typical_of(r, asked[a]);
        if (name)
            out->names[out->count++] = name;
    }
    for (size_t i = 0; i < r->cell_count && out->count == 0; i++)
        if (executor_makes_units(r->cells[i].executor_traits))
            out->names[out->count++] = r->cells[i].executor;
    return places_of(&out->places, r, err);
}

/* "a thread", "threads". */
static void one_of(struct buf *out, const char *executor)
{
    buf_printf(out, "%s %s", words_article(executor), executor);
}

static void many_of(struct buf *out, const char *executor)
{
    words_add_many(out, 2, executor, strlen(executor));
}

/* The value of the cell that places_find() finds. */
static const struct result_metric *find(const struct places *p, const char *workload,
                                        const char *lock, const char *executor, int64_t tasks,
                                        enum role role)
{
    const struct result_cell *c = places_find(p, workload, lock, executor, tasks, role);
    return c ? result_role_value(c, role) : NULL;
}

static void add_metric(struct buf *out, const struct result_metric *m)
{
    struct number n;
    char text[48];
    number_of_summary(&n, &m->summary, m->unit, m->nature);
    buf_add(out, number_text(text, sizeof text, &n));
}

/* ---- What starting costs ------------------------------------------------------------- */

/* The same for what a start costs: nothing where it is how long others kept the CPU. */
static const struct result_metric *find_start(const struct places *p, const struct result_cell *c,
                                              const char *executor, enum role role)
{
    const struct result_cell *at = places_find(p, c->workload, NULL, executor, c->tasks, role);
    return at && !cell_was_kept_waiting(at) ? result_role_value(at, role) : NULL;
}

/* How well a workload and task count serve: executors that have the metric, then no work. */
static size_t start_score(const struct cast *cast, const struct result_cell *c, enum role role)
{
    size_t score = 0;
    for (size_t i = 0; i < cast->count; i++)
        score += find_start(&cast->places, c, cast->names[i], role) ? 2 : 0;
    return score ? score + !strcmp(c->workload_kind, "startup") : 0;
}

/* What it costs, and what it took where that is another thing: "19 us (median 55 us)". */
static void add_cost(struct buf *out, const struct result_metric *m)
{
    char text[40];
    double low = low_of(m, &out->failed);
    bool is_rough = m->summary.n < NUMBER_SAMPLES;
    buf_printf(out, "%s%s", is_rough ? "~" : "", units_format(text, sizeof text, low, m->unit, 2));
    if (m->summary.center > low && m->summary.center >= NUMBER_FACTOR * low)
        buf_printf(out, " (median %s)",
                   units_format(text, sizeof text, m->summary.center, m->unit, 2));
}

/* "12 times a thread", of the low figures. */
static void add_against(struct buf *out, const struct result_metric *m,
                        const struct result_metric *base, const char *base_name)
{
    bool is_rough;
    double ratio = factor_of_lows(m, base, &is_rough, &out->failed);
    double more = ratio < 1 ? 1 / ratio : ratio;
    char text[40];
    if (!(more >= 1))
        return;
    if (!(more > 1)) {
        buf_add(out, " (no difference can be told)");
        return;
    }
    buf_printf(out, " (%s%s%s%s %s)", is_rough ? "roughly " : "", ratio < 1 ? "1/" : "",
               units_format(text, sizeof text, more, "", 2), ratio < 1 ? " of a" : " times a",
               base_name);
}

static void start_costs(struct buf *out, const struct result *r, const struct cast *cast)
{
    static const enum role costs[] = {ROLE_LIFECYCLE, ROLE_START};
    static const char *const verbs[] = {"Starting and ending", "Starting"};
    const struct result_cell *best = NULL;
    size_t best_score = 0, m = 0;
    for (; m < 2 && !best; m++)
        for (size_t i = 0; i < r->cell_count; i++) {
            size_t score = cast->places.is_new[i] ? start_score(cast, &r->cells[i], costs[m]) : 0;
            if (score > best_score ||
                (best && score == best_score && r->cells[i].tasks > best->tasks)) {
                best = &r->cells[i];
                best_score = score;
            }
        }
    if (!best)
        return;
    const char *base_name = NULL;
    const struct result_metric *base = NULL;
    buf_printf(out, "%s one unit costs ", verbs[m - 1]);
    size_t count = best_score / 2, said = 0;
    for (size_t i = 0; i < cast->count; i++) {
        const struct result_metric *found =
            find_start(&cast->places, best, cast->names[i], costs[m - 1]);
        if (!found)
            continue;
        words_separate(out, said++, count);
        add_cost(out, found);
        buf_add(out, " as ");
        one_of(out, cast->names[i]);
        if (base)
            add_against(out, found, base, base_name);
        else {
            base = found;
            base_name = cast->names[i];
        }
    }
    char tasks[40];
    buf_printf(out, " (%s, %s; 10th percentiles).", best->workload,
               words_count(tasks, sizeof tasks, (size_t)best->tasks, "task"));
}

/* ---- How waiting overlaps ------------------------------------------------------------ */

/* The waiting workload and task count with the most executors, then the most tasks. */
static const struct result_cell *choose_waiting(const struct result *r, const struct cast *cast)
{
    const struct result_cell *best = NULL;
    size_t best_count = 0;
    for (size_t i = 0; i < r->cell_count; i++) {
        const struct result_cell *c = &r->cells[i];
        size_t count = 0;
        if (strcmp(c->workload_kind, "io") || c->tasks < 2 || !cast->places.is_new[i])
            continue;
        for (size_t x = 0; x < cast->count; x++)
            count += find(&cast->places, c->workload, NULL, cast->names[x], c->tasks,
                          ROLE_MAKESPAN) != NULL;
        if (count > best_count || (best && count == best_count && c->tasks > best->tasks)) {
            best = c;
            best_count = count;
        }
    }
    return best;
}

/* What the tasks take one after the other: measured, or one task alone times their number. */
static bool serial_time(const struct cast *cast, const struct result_cell *c, struct summary *out,
                        bool *is_measured)
{
    const struct result_metric *m =
        find(&cast->places, c->workload, NULL, NULL, c->tasks, ROLE_MAKESPAN);
    *is_measured = m != NULL;
    double factor = m ? 1 : (double)c->tasks;
    if (!m)
        m = find(&cast->places, c->workload, NULL, NULL, 1, ROLE_MAKESPAN);
    for (size_t x = 0; x < cast->count && !m; x++)
        m = find(&cast->places, c->workload, NULL, cast->names[x], 1, ROLE_MAKESPAN);
    if (!m)
        return false;
    *out = m->summary;
    out->center *= factor;
    out->lo *= factor;
    out->hi *= factor;
    return true;
}

static void waiting_overlaps(struct buf *out, const struct result *r, const struct cast *cast)
{
    const struct result_cell *c = choose_waiting(r, cast);
    struct summary serial;
    struct number number;
    bool is_measured = false, has_gain = false;
    char text[48];
    if (!c || !serial_time(cast, c, &serial, &is_measured))
        return;
    number_of_summary(&number, &serial, "ns", "noisy");
    buf_printf(out, "%lld tasks of %s take %s one after the other%s, but ", (long long)c->tasks,
               c->workload, number_text(text, sizeof text, &number),
               is_measured ? "" : " (one alone, times their number)");
    size_t count = 0, said = 0;
    for (size_t x = 0; x < cast->count; x++)
        count +=
            find(&cast->places, c->workload, NULL, cast->names[x], c->tasks, ROLE_MAKESPAN) != NULL;
    for (size_t x = 0; x < cast->count; x++) {
        const struct result_metric *m =
            find(&cast->places, c->workload, NULL, cast->names[x], c->tasks, ROLE_MAKESPAN);
        if (!m)
            continue;
        words_separate(out, said++, count);
        add_metric(out, m);
        buf_add(out, " as ");
        many_of(out, cast->names[x]);
        struct ratio overlap = ratio_of_summaries(&serial, &m->summary);
        if (factor_is_untold(&overlap)) {
            buf_add(out, " (no gain can be told)");
            continue;
        }
        buf_add(out, " (");
        factor_add(out, &overlap);
        buf_add(out, " at once)");
        has_gain = true;
    }
    /* Not what throughput gains, which counts from when all are at work. */
    buf_add(out, has_gain ? ": from the first start to the last end." : ".");
}

/* ---- What a global lock does to computing -------------------------------------------- */

/* How much more N tasks do than one, for one executor and lock. */
static bool speed_up(const struct places *p, const char *workload, const char *lock,
                     const char *executor, int64_t tasks, struct ratio *out, bool *failed)
{
    const struct result_metric *many = find(p, workload, lock, executor, tasks, ROLE_RATE),
                               *one = find(p, workload, lock, executor, 1, ROLE_RATE);
    if (!many || !one)
        return false;
    *out = ratio_of_metrics(many, one, failed);
    return out->center > 0 && !factor_is_unknown(out);
}

/* The computing cell whose lock and task count say most: the typical one first, N = CPUs. */
static const struct result_cell *choose_computing(const struct result *r, const struct cast *cast,
                                                  bool *failed)
{
    const struct result_cell *best = NULL;
    size_t best_score = 0;
    for (size_t i = 0; i < r->cell_count; i++) {
        const struct result_cell *c = &r->cells[i];
        struct ratio with, without;
        size_t score = 0;
        if (strcmp(c->workload_kind, "cpu") || !cell_is_locked(c) || c->tasks < 2 ||
            !cast->places.is_new[i])
            continue;
        for (size_t x = 0; x < cast->count; x++)
            if (speed_up(&cast->places, c->workload, c->lock, cast->names[x], c->tasks, &with,
                         failed) &&
                speed_up(&cast->places, c->workload, NULL, cast->names[x], c->tasks, &without,
                         failed))
                score += 4;
        if (score)
            score +=
                (c->lock_traits & LOCK_TYPICAL ? 2u : 0u) + (c->tasks == r->cpus_allowed ? 1u : 0u);
        if (score > best_score) {
            best = c;
            best_score = score;
        }
    }
    return best;
}

/* "1.9 times as much", hedged where the interval says no more. */
static void add_yield(struct buf *out, const struct ratio *r)
{
    if (!factor_is_untold(r)) {
        factor_add(out, r);
        buf_add(out, " times as much");
    } else if (r->hi > 1.5 * r->lo) {
        buf_add(out, "between ");
        factor_add_number(out, r->lo, r->lo, r->hi, true);
        buf_add(out, " and ");
        factor_add_number(out, r->hi, r->lo, r->hi, true);
        buf_add(out, " times as much");
    } else {
        buf_add(out, "about as much (");
        factor_add(out, r);
        buf_add(out, " times)");
    }
}

/* The first executor's words are whole; the others lean on them: "processes 1.9 and 0.9 times". */
static void add_yields(struct buf *out, bool is_first, const char *lock,
                       const struct ratio *without, const struct ratio *with)
{
    buf_add(out, is_first ? " get " : " ");
    if (!is_first && !factor_is_untold(without) && !factor_is_untold(with)) {
        factor_add(out, without);
        buf_add(out, " and ");
        factor_add(out, with);
        buf_add(out, " times as much");
        return;
    }
    add_yield(out, without);
    buf_add(out, is_first ? " done without a lock and " : " and ");
    add_yield(out, with);
    if (is_first)
        buf_printf(out, " under %s", lock);
}

static void lock_effect(struct buf *out, const struct result *r, const struct cast *cast)
{
    const struct result_cell *c = choose_computing(r, cast, &out->failed);
    if (!c)
        return;
    buf_printf(out, "Computing %s with %lld tasks in place of 1", c->workload, (long long)c->tasks);
    if (r->cpus_allowed > 0)
        buf_printf(out, " on %lld CPU%s", (long long)r->cpus_allowed,
                   r->cpus_allowed > 1 ? "s" : "");
    size_t said = 0;
    for (size_t x = 0; x < cast->count; x++) {
        struct ratio with, without;
        if (!speed_up(&cast->places, c->workload, c->lock, cast->names[x], c->tasks, &with,
                      &out->failed) ||
            !speed_up(&cast->places, c->workload, NULL, cast->names[x], c->tasks, &without,
                      &out->failed))
            continue;
        buf_add(out, said ? "; " : ", ");
        many_of(out, cast->names[x]);
        add_yields(out, said++ == 0, c->lock, &without, &with);
    }
    buf_add(out, ".");
}

/* ---- What is not said ------------------------------------------------------------------ */

static void what_is_left_out(struct buf *out, const struct result *r, const struct cast *cast)
{
    (void)cast;
    struct usable_count n = result_usable(r);
    char cells[40];
    bool is_one = n.unusable == 1;
    if (n.unusable) {
        buf_printf(out, "%zu of %s %s unusable, because others used the CPUs: ", n.unusable,
                   words_count(cells, sizeof cells, n.measured, "cell"), is_one ? "is" : "are");
        if (n.unusable == n.measured)
            buf_add(out, "nothing can be said here.");
        else
            buf_printf(out, "nothing here rests on %s.", is_one ? "it" : "them");
    }
    if (n.kept_waiting)
        buf_printf(out, "%sOf %s the start is left out, because others kept the CPU from it.",
                   out->len ? " " : "", words_count(cells, sizeof cells, n.kept_waiting, "cell"));
}

static void pools_pay_off(struct buf *out, const struct result *r, const struct cast *cast)
{
    (void)cast;
    pool_sentence(out, r);
}

static int say_all(struct sentences *out, const struct result *r, const struct cast *cast,
                   struct err *err)
{
    static void (*const say[])(struct buf *, const struct result *, const struct cast *) = {
        start_costs, waiting_overlaps, lock_effect, pools_pay_off, what_is_left_out};
    for (size_t i = 0; i < sizeof say / sizeof *say; i++) {
        struct buf b = {0};
        say[i](&b, r, cast);
        if (b.len == 0 && !b.failed)
            continue;
        char *text = buf_steal(&b);
        if (!text || !vec_add(out, text)) {
            free(text);
            return err_set(err, ERR_SYSTEM, "sentences: out of memory");
        }
    }
    return 0;
}

int sentences_of(struct sentences *out, const struct result *r, struct err *err)
{
    struct cast cast;
    *out = (struct sentences){0};
    int failed = choose_cast(&cast, r, err) || say_all(out, r, &cast, err) ? -1 : 0;
    places_release(&cast.places);
    if (failed)
        sentences_release(out);
    return failed;
}

void sentences_release(struct sentences *s)
{
    for (size_t i = 0; i < s->count; i++)
        free(s->items[i]);
    vec_release(s);
}
