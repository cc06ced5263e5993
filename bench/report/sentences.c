#include "bench/report/sentences.h"

#include "bench/core/units.h"
#include "bench/core/words.h"
#include "bench/report/low.h"
#include "bench/report/number.h"
#include "bench/report/pool_sentence.h"

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
};

static bool cast_has(const struct cast *c, const char *name)
{
    for (size_t i = 0; i < c->count; i++)
        if (!strcmp(c->names[i], name))
            return true;
    return false;
}

/* The three everybody asks about; where a result has none of them, whatever it has. */
static void choose_cast(struct cast *out, const struct result *r)
{
    static const char *const asked[] = {"thread", "process", "coroutine"};
    *out = (struct cast){0};
    for (size_t a = 0; a < 3; a++)
        for (size_t i = 0; i < r->cell_count; i++)
            if (!strcmp(r->cells[i].executor, asked[a]) && !cast_has(out, asked[a]))
                out->names[out->count++] = asked[a];
    for (size_t i = 0; i < r->cell_count && out->names[0] == NULL; i++)
        if (strcmp(r->cells[i].executor, "serial"))
            out->names[out->count++] = r->cells[i].executor;
}

/* "a thread", "threads". Words of foreign plug-ins are left as they are. */
static void one_of(struct buf *out, const char *executor)
{
    buf_printf(out, "%s %s", words_article(executor), executor);
}

static void many_of(struct buf *out, const char *executor)
{
    char text[96];
    buf_add(out, words_many(text, sizeof text, 2, executor));
}

/* ", " between items, " and " before the last of them. */
static void separate(struct buf *out, size_t i, size_t count)
{
    buf_add(out, i == 0 ? "" : i + 1 == count ? " and " : ", ");
}

/* One lock for all processes is another experiment than the executors' own habits. */
static bool is_shared(const struct result_cell *c)
{
    const char *scope = json_string_value(json_object_get(c->lock_params, "scope"));
    return scope && !strcmp(scope, "shared");
}

/* The cell's value of a metric; NULL when there is no such cell or value, or others made it. */
static const struct result_metric *find(const struct result *r, const char *workload,
                                        const char *lock, const char *executor, int64_t tasks,
                                        const char *metric)
{
    for (size_t i = 0; i < r->cell_count; i++) {
        const struct result_cell *c = &r->cells[i];
        if (!strcmp(c->workload, workload) && !strcmp(c->lock, lock) &&
            !strcmp(c->executor, executor) && c->tasks == tasks && !strcmp(c->placement, "free") &&
            !is_shared(c) && !cell_is_unusable(c)) {
            const struct result_metric *m = result_value_find(c, metric);
            if (m)
                return m;
        }
    }
    return NULL;
}

static struct ratio ratio_of(const struct result_metric *a, const struct result_metric *b,
                             bool *failed)
{
    struct ratio r = ratio_of_summaries(&a->summary, &b->summary);
    if (a->sample_count && b->sample_count)
        *failed |= ratio_of_samples(a->samples, a->sample_count, b->samples, b->sample_count,
                                    SUMMARY_LEVEL, &r, NULL) != 0;
    return r;
}

static void add_number(struct buf *out, double center, double lo, double hi, bool is_sure)
{
    char text[40];
    buf_add(out, number_factor(text, sizeof text, center, lo, hi, !is_sure));
}

/* The ends of its interval are close enough to be worth more than two digits. */
static bool is_known(const struct ratio *r)
{
    return r->level >= NUMBER_RATIO_LEVEL && r->hi < NUMBER_FACTOR * r->lo;
}

/* No difference can be told. */
static bool holds_one(const struct ratio *r)
{
    return number_ratio_standing(r) == RATIO_UNTOLD;
}

static void add_factor(struct buf *out, const struct ratio *r)
{
    buf_add(out, is_known(r) ? "" : "roughly ");
    add_number(out, r->center, r->lo, r->hi, is_known(r));
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
static const struct result_metric *find_start(const struct result *r, const struct result_cell *c,
                                              const char *executor, const char *metric)
{
    const struct result_metric *m = find(r, c->workload, "none", executor, c->tasks, metric);
    for (size_t i = 0; i < r->cell_count && m; i++)
        if (result_metric_find(&r->cells[i], metric) == m && cell_was_kept_waiting(&r->cells[i]))
            return NULL;
    return m;
}

/* How well a workload and task count serve: executors that have the metric, then no work. */
static size_t start_score(const struct result *r, const struct cast *cast,
                          const struct result_cell *c, const char *metric)
{
    size_t score = 0;
    for (size_t i = 0; i < cast->count; i++)
        score += find_start(r, c, cast->names[i], metric) ? 2 : 0;
    return score ? score + !strcmp(c->workload_kind, "startup") : 0;
}

/* What it costs, and what it took where that is another thing: "19 us (median 55 us)". */
static void add_cost(struct buf *out, const struct result_metric *m)
{
    char text[40];
    double low = low_of(m, &out->failed);
    bool is_rough = m->summary.n < NUMBER_SAMPLES;
    buf_printf(out, "%s%s", is_rough ? "~" : "", units_format(text, sizeof text, low, m->unit, 2));
    if (m->summary.center >= NUMBER_FACTOR * low)
        buf_printf(out, " (median %s)",
                   units_format(text, sizeof text, m->summary.center, m->unit, 2));
}

/* "12 times a thread", of the low figures. */
static void add_against(struct buf *out, const struct result_metric *m,
                        const struct result_metric *base, const char *base_name)
{
    enum { CLOSE_PERCENT = 150 };
    struct ratio medians = ratio_of(m, base, &out->failed);
    double ratio = low_of(m, &out->failed) / low_of(base, &out->failed);
    double more = ratio < 1 ? 1 / ratio : ratio;
    char text[40];
    if (!(more >= 1))
        return;
    /* A small difference counts where the medians, too, show one, and the same. */
    bool is_same = (medians.center < 1) == (ratio < 1) && !holds_one(&medians);
    if (!is_same && more * 100 < CLOSE_PERCENT) {
        buf_add(out, " (no difference can be told)");
        return;
    }
    bool is_rough = m->summary.n < NUMBER_SAMPLES || base->summary.n < NUMBER_SAMPLES;
    buf_printf(out, " (%s%s%s%s %s)", is_rough ? "roughly " : "", ratio < 1 ? "1/" : "",
               units_format(text, sizeof text, more, "", 2), ratio < 1 ? " of a" : " times a",
               base_name);
}

static void start_costs(struct buf *out, const struct result *r, const struct cast *cast)
{
    static const char *const metrics[] = {"lifecycle_ns", "startup_ns"};
    static const char *const verbs[] = {"Starting and ending", "Starting"};
    const struct result_cell *best = NULL;
    size_t best_score = 0, m = 0;
    for (; m < 2 && !best; m++)
        for (size_t i = 0; i < r->cell_count; i++) {
            size_t score = start_score(r, cast, &r->cells[i], metrics[m]);
            if (score > best_score ||
                (best && score == best_score && r->cells[i].tasks > best->tasks)) {
                best = &r->cells[i];
                best_score = score;
            }
        }
    if (!best)
        return;
    const char *metric = metrics[m - 1], *base_name = NULL;
    const struct result_metric *base = NULL;
    buf_printf(out, "%s one unit costs ", verbs[m - 1]);
    size_t count = best_score / 2, said = 0;
    for (size_t i = 0; i < cast->count; i++) {
        const struct result_metric *found = find_start(r, best, cast->names[i], metric);
        if (!found)
            continue;
        separate(out, said++, count);
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
        if (strcmp(c->workload_kind, "io") || c->tasks < 2)
            continue;
        for (size_t x = 0; x < cast->count; x++)
            count += find(r, c->workload, "none", cast->names[x], c->tasks, "makespan_ns") != NULL;
        if (count > best_count || (best && count == best_count && c->tasks > best->tasks)) {
            best = c;
            best_count = count;
        }
    }
    return best;
}

/* What the tasks take one after the other: measured, or one task alone times their number. */
static bool serial_time(const struct result *r, const struct cast *cast,
                        const struct result_cell *c, struct summary *out, bool *is_measured)
{
    const struct result_metric *m = find(r, c->workload, "none", "serial", c->tasks, "makespan_ns");
    *is_measured = m != NULL;
    double factor = m ? 1 : (double)c->tasks;
    if (!m)
        m = find(r, c->workload, "none", "serial", 1, "makespan_ns");
    for (size_t x = 0; x < cast->count && !m; x++)
        m = find(r, c->workload, "none", cast->names[x], 1, "makespan_ns");
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
    bool is_measured = false;
    char text[48];
    if (!c || !serial_time(r, cast, c, &serial, &is_measured))
        return;
    number_of_summary(&number, &serial, "ns", "noisy");
    buf_printf(out, "%lld tasks of %s take %s one after the other%s, but ", (long long)c->tasks,
               c->workload, number_text(text, sizeof text, &number),
               is_measured ? "" : " (one alone, times their number)");
    size_t count = 0, said = 0;
    for (size_t x = 0; x < cast->count; x++)
        count += find(r, c->workload, "none", cast->names[x], c->tasks, "makespan_ns") != NULL;
    for (size_t x = 0; x < cast->count; x++) {
        const struct result_metric *m =
            find(r, c->workload, "none", cast->names[x], c->tasks, "makespan_ns");
        if (!m)
            continue;
        separate(out, said++, count);
        add_metric(out, m);
        buf_add(out, " as ");
        many_of(out, cast->names[x]);
        struct ratio overlap = ratio_of_summaries(&serial, &m->summary);
        if (holds_one(&overlap)) {
            buf_add(out, " (no gain can be told)");
            continue;
        }
        buf_add(out, " (");
        add_factor(out, &overlap);
        buf_add(out, " at once)");
    }
    buf_add(out, ".");
}

/* ---- What a global lock does to computing -------------------------------------------- */

/* How much more N tasks do than one, for one executor and lock. */
static bool speed_up(const struct result *r, const char *workload, const char *lock,
                     const char *executor, int64_t tasks, struct ratio *out, bool *failed)
{
    const struct result_metric *many = find(r, workload, lock, executor, tasks, "throughput_per_s"),
                               *one = find(r, workload, lock, executor, 1, "throughput_per_s");
    if (!many || !one)
        return false;
    *out = ratio_of(many, one, failed);
    return out->center > 0;
}

/* The computing cell whose lock and task count say most: gil before others, N = CPUs. */
static const struct result_cell *choose_computing(const struct result *r, const struct cast *cast,
                                                  bool *failed)
{
    const struct result_cell *best = NULL;
    size_t best_score = 0;
    for (size_t i = 0; i < r->cell_count; i++) {
        const struct result_cell *c = &r->cells[i];
        struct ratio with, without;
        size_t score = 0;
        if (strcmp(c->workload_kind, "cpu") || !strcmp(c->lock, "none") || c->tasks < 2)
            continue;
        for (size_t x = 0; x < cast->count; x++)
            if (speed_up(r, c->workload, c->lock, cast->names[x], c->tasks, &with, failed) &&
                speed_up(r, c->workload, "none", cast->names[x], c->tasks, &without, failed))
                score += 4;
        if (score)
            score += (!strcmp(c->lock, "gil") ? 2u : 0u) + (c->tasks == r->cpus_allowed ? 1u : 0u);
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
    if (!holds_one(r)) {
        add_factor(out, r);
        buf_add(out, " times as much");
    } else if (r->hi > 1.5 * r->lo) {
        buf_add(out, "between ");
        add_number(out, r->lo, r->lo, r->hi, true);
        buf_add(out, " and ");
        add_number(out, r->hi, r->lo, r->hi, true);
        buf_add(out, " times as much");
    } else {
        buf_add(out, "about as much (");
        add_factor(out, r);
        buf_add(out, " times)");
    }
}

/* The first executor's words are whole; the others lean on them: "processes 1.9 and 0.9 times". */
static void add_yields(struct buf *out, bool is_first, const char *lock,
                       const struct ratio *without, const struct ratio *with)
{
    buf_add(out, is_first ? " get " : " ");
    if (!is_first && !holds_one(without) && !holds_one(with)) {
        add_factor(out, without);
        buf_add(out, " and ");
        add_factor(out, with);
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
        if (!speed_up(r, c->workload, c->lock, cast->names[x], c->tasks, &with, &out->failed) ||
            !speed_up(r, c->workload, "none", cast->names[x], c->tasks, &without, &out->failed))
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

int sentences_of(struct sentences *out, const struct result *r, struct err *err)
{
    static void (*const say[])(struct buf *, const struct result *, const struct cast *) = {
        start_costs, waiting_overlaps, lock_effect, pools_pay_off, what_is_left_out};
    struct cast cast;
    *out = (struct sentences){0};
    choose_cast(&cast, r);
    for (size_t i = 0; i < sizeof say / sizeof *say; i++) {
        struct buf b = {0};
        say[i](&b, r, &cast);
        if (b.len == 0 && !b.failed)
            continue;
        char *text = buf_steal(&b);
        if (!text || !vec_add(out, text)) {
            free(text);
            sentences_release(out);
            return err_set(err, ERR_SYSTEM, "sentences: out of memory");
        }
    }
    return 0;
}

void sentences_release(struct sentences *s)
{
    for (size_t i = 0; i < s->count; i++)
        free(s->items[i]);
    vec_release(s);
}
