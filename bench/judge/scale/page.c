/* The page of a program that was asked whether it scales. */
#include "bench/judge/scale/scale.h"

#include "bench/base/json.h"
#include "bench/base/json_make.h"
#include "bench/judge/parts/law_json.h"
#include "bench/judge/parts/number.h"

#include <math.h>
#include <stdio.h>

enum { DIGITS = 3, STEPS = 32 };

static void say_source(struct page *p, const struct scale *s)
{
    struct buf line = {0};
    for (size_t i = 0; s->argv[i]; i++)
        buf_printf(&line, "%s%s", i ? " " : "", s->argv[i]);
    buf_printf(&line, ": %zu runs, %u CPUs", s->runs.count, s->cpus);
    page_say(p, PAGE_SOURCE, "%s", page_text_of(p, &line));
    page_settle(p, &line);
}

static double cpus_used(const struct scale_run *r)
{
    return (double)(r->user_ns + r->system_ns) / (double)r->wall_ns;
}

static double share_of_life(const struct scale_run *r, uint64_t ns)
{
    return r->life_ns ? (double)ns / (double)r->life_ns : (double)NAN;
}

static void add_share(struct page *p, double ratio)
{
    if (isnan(ratio))
        page_missing(p, "it was over before it was seen to run");
    else
        page_shown(p, page_exactly(ratio), "%.0f %%", 100 * ratio);
}

/* To one thread, which is 1 to itself. */
static void add_speedup(struct page *p, const struct scale_point *at)
{
    const struct page_value v = value_of_ratio(&at->speedup);
    struct number n = {.text = "1x"};
    char ends[64];
    if (at->n > 1)
        number_beside_ends(&n, &v);
    page_shown(p, v, "%s", n.text);
    if (number_ends_of_quotient(ends, sizeof ends, &v, " .. ")[0])
        page_text(p, "%s", ends);
    else
        page_empty(p);
}

static void add_point(struct page *p, const struct scale_point *at)
{
    const struct scale_run *r = &at->typical;
    uint64_t waits_ns = 0;
    for (int w = 0; w < SCALE_WAITS; w++)
        waits_ns += w == SCALE_FUTEX ? 0 : r->waits_ns[w];
    page_row(p);
    page_count(p, at->n);
    page_number(p, (double)r->wall_ns, "ns", DIGITS);
    add_speedup(p, at);
    page_number(p, cpus_used(r), "ratio", DIGITS);
    page_number(p, (double)(r->user_ns + r->system_ns) / at->operations, "ns", DIGITS);
    add_share(p, share_of_life(r, r->waits_ns[SCALE_FUTEX]));
    add_share(p, share_of_life(r, r->delay_ns));
    add_share(p, share_of_life(r, waits_ns));
}

static void say_law(struct page *p, const struct usl *u)
{
    if (u->refusal[0])
        page_say(p, PAGE_SENTENCE, "no scaling law: %s", u->refusal);
    else
        page_say(
            p, PAGE_SENTENCE,
            "law: sigma %.3g (%.3g .. %.3g), kappa %.3g (%.3g .. %.3g); %.1f %% off the points; "
            "intervals at %.0f %%",
            u->sigma.center, u->sigma.lo, u->sigma.hi, u->kappa.center, u->kappa.lo, u->kappa.hi,
            100 * u->residual_ratio, 100 * USL_LEVEL);
}

static void add_sweep(struct page *p, const struct scale_sweep *sweep, const char *key,
                      const char *title)
{
    static const struct page_column columns[] = {
        {.key = "n", .align = PAGE_RIGHT},
        {.key = "wall_ns", .head = "time", .unit = "ns"},
        {.key = "speedup_ratio", .head = "speed-up", .align = PAGE_RIGHT},
        {.key = "interval", .align = PAGE_RIGHT, .to = PAGE_READERS},
        {.key = "cpus", .head = "CPUs", .align = PAGE_RIGHT},
        {.key = "cpu_ns", .head = "CPU/op", .unit = "ns"},
        {.key = "futex_ratio", .head = "lock", .group = "waits for", .align = PAGE_RIGHT},
        {.key = "delay_ratio", .head = "CPU", .group = "waits for", .align = PAGE_RIGHT},
        {.key = "other_ratio", .head = "else", .group = "waits for", .align = PAGE_RIGHT},
        {0},
    };
    page_gap(p);
    page_grid(p, &(struct page_grid_form){.key = key, .title = title, .columns = columns});
    for (size_t i = 0; i < sweep->count; i++)
        add_point(p, &sweep->items[i]);
    say_law(p, &sweep->law);
}

static double law_at(const struct usl *u, double n)
{
    return u->lambda.center * n / (1 + u->sigma.center * (n - 1) + u->kappa.center * n * (n - 1));
}

static void add_curve(struct page *p, const struct scale_sweep *sweep, const char *name,
                      const char *law_name, unsigned tint)
{
    double base = sweep->items[0].rate, last = sweep->items[sweep->count - 1].n;
    page_series(p, &(struct page_series_form){.name = name, .tint = tint});
    for (size_t i = 0; i < sweep->count; i++)
        page_point(p, &(struct page_point){.x = sweep->items[i].n,
                                           .y = sweep->items[i].speedup.center,
                                           .lo = sweep->items[i].speedup.lo,
                                           .hi = sweep->items[i].speedup.hi});
    if (sweep->law.refusal[0])
        return;
    page_series(p, &(struct page_series_form){.name = law_name, .mark = PAGE_FIT, .tint = tint});
    for (int i = 0; i <= STEPS; i++) {
        double n = pow(last, (double)i / STEPS);
        page_point(p, &(struct page_point){
                          .x = n, .y = law_at(&sweep->law, n) / base, .lo = NAN, .hi = NAN});
    }
}

static void draw(struct page *p, const struct scale_verdict *v)
{
    static const struct page_chart_form form = {
        .key = "scale",
        .title = "What more threads yield",
        .subtitle = "speed-up to one, with the law through it",
        .kind = PAGE_LINES,
        .x = {.name = "threads", .scale = PAGE_LOG},
        .y = {.name = "speed-up", .from = 0, .to = 1},
    };
    if (!v->threads.count)
        return;
    page_to(p, PAGE_VIEWER);
    page_chart(p, &form);
    add_curve(p, &v->threads, "threads", "law", 1);
    if (v->processes.count)
        add_curve(p, &v->processes, "processes", "law of processes", 2);
    page_to(p, PAGE_ALL);
}

static char *factor(char *out, size_t size, const struct ratio *r)
{
    return number_factor(out, size, r->center, r->lo, r->hi,
                         number_ratio_standing(r) == RATIO_ROUGH);
}

static void say_processes(struct page *p, const struct scale *s, const struct scale_verdict *v)
{
    char of_a[40], of_b[40];
    const struct scale_point *a = NULL, *b = NULL;
    for (size_t i = 0; i < v->threads.count; i++)
        for (size_t k = 0; k < v->processes.count; k++)
            if (v->threads.items[i].n == v->processes.items[k].n && v->threads.items[i].n <= s->at)
                a = &v->threads.items[i], b = &v->processes.items[k];
    if (a)
        page_say(p, PAGE_MEANING,
                 "With %u, threads are %s times as fast as one, processes %s times.", a->n,
                 factor(of_a, sizeof of_a, &a->speedup), factor(of_b, sizeof of_b, &b->speedup));
}

void scale_page(struct page *p, const struct scale *s, const struct scale_verdict *v)
{
    page_init(p, "contend scale");
    say_source(p, s);
    page_gap(p);
    page_say(p, PAGE_MEANING, "%s%s.",
             v->cause == SCALE_UNKNOWN ? "" : "What stops it: ", v->sentence);
    say_processes(p, s, v);
    for (size_t i = 0; i < v->evidence.count; i++)
        page_say(p, PAGE_NOTE, "%s", v->evidence.items[i]);
    add_sweep(p, &v->threads, "threads", s->processes ? "threads" : NULL);
    if (v->processes.count)
        add_sweep(p, &v->processes, "processes", "processes");
    if (!s->is_watched && *s->unwatched)
        page_say(p, PAGE_NOTE, "its locks were not seen: %s", s->unwatched);
    if (*s->unallocated)
        page_say(p, PAGE_NOTE, "no run with another allocator: %s", s->unallocated);
    draw(p, v);
    page_document(p, scale_document(s, v), JSON_INDENT(1) | JSON_REAL_PRECISION(15));
}

/* ---- The document ------------------------------------------------------------------------------
 */

static json_t *run_json(const struct scale_run *r)
{
    struct json_maker o = json_maker_new(), waits = json_maker_new();
    json_make_int(&o, "wall_ns", (int64_t)r->wall_ns);
    json_make_int(&o, "user_ns", (int64_t)r->user_ns);
    json_make_int(&o, "system_ns", (int64_t)r->system_ns);
    json_make_int(&o, "thread_life_ns", (int64_t)r->life_ns);
    json_make_int(&o, "waits_for_cpu_ns", (int64_t)r->delay_ns);
    for (int w = 0; w < SCALE_WAITS; w++)
        json_make_int(&waits, scale_wait_name((enum scale_wait)w), (int64_t)r->waits_ns[w]);
    json_make_value(&o, "waits_ns", json_made(&waits));
    json_make_int(&o, "switches", (int64_t)r->switches);
    json_make_int(&o, "preemptions", (int64_t)r->preemptions);
    json_make_int(&o, "faults", (int64_t)r->faults);
    if (r->has_throttled)
        json_make_int(&o, "throttled_ns", (int64_t)r->throttled_ns);
    if (r->quota_cpus > 0)
        json_make_finite(&o, "quota_cpus", r->quota_cpus);
    if (r->idle_cpus >= 0)
        json_make_finite(&o, "idle_cpus", r->idle_cpus);
    if (r->others_cpus >= 0)
        json_make_finite(&o, "others_cpus", r->others_cpus);
    if (r->operations > 0)
        json_make_finite(&o, "operations", r->operations);
    json_make_int(&o, "threads", r->threads);
    return json_made(&o);
}

static json_t *sweep_json(const struct scale_sweep *sweep)
{
    struct json_maker o = json_maker_new(), points = json_maker_list();
    for (size_t i = 0; i < sweep->count; i++) {
        const struct scale_point *at = &sweep->items[i];
        struct json_maker point = json_maker_new(), rates = json_maker_list();
        json_make_int(&point, "n", at->n);
        for (size_t k = 0; k < at->count; k++)
            json_make_add(&rates, json_real(at->rates[k]));
        json_make_list(&point, "operations_per_s", &rates);
        json_make_value(&point, "speedup_ratio",
                        interval_json(at->speedup.center, at->speedup.lo, at->speedup.hi));
        json_make_value(&point, "median_run", run_json(&at->typical));
        json_make_add(&points, json_made(&point));
    }
    json_make_list(&o, "points", &points);
    json_make_value(&o, "law", law_json("peak_n", &sweep->law));
    return json_made(&o);
}

static json_t *words_json(char *const *words)
{
    struct json_maker list = json_maker_list();
    for (size_t i = 0; words[i]; i++)
        json_make_add(&list, json_text(words[i]));
    return json_made(&list);
}

static json_t *changes_json(const struct scale *s)
{
    static const struct {
        const char *key;
        enum scale_change change;
    } rows[] = {{"on_one_cpu", SCALE_PINNED},
                {"copies", SCALE_COPIES},
                {"other_allocator", SCALE_ALLOCATOR}};
    struct json_maker o = json_maker_new();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct scale_run r;
        if (scale_typical(s, rows[i].change, s->at, &r))
            json_make_value(&o, rows[i].key, run_json(&r));
    }
    return json_made(&o);
}

static json_t *locks_json(const struct scale *s)
{
    struct json_maker list = json_maker_list();
    for (size_t i = 0; i < s->locks.count; i++) {
        struct json_maker o = json_maker_new();
        json_make_text(&o, "name", s->locks.items[i].name);
        json_make_finite(&o, "wait_ratio", s->locks.items[i].wait_ratio);
        json_make_finite(&o, "contended_ratio", s->locks.items[i].contended_ratio);
        json_make_bool(&o, "is_lock", s->locks.items[i].is_lock);
        json_make_add(&list, json_made(&o));
    }
    return json_made(&list);
}

json_t *scale_document(const struct scale *s, const struct scale_verdict *v)
{
    struct json_maker o = json_maker_new(), evidence = json_maker_list();
    json_make_text(&o, "schema", "contend.scale/1");
    json_make_value(&o, "command", words_json(s->argv));
    json_make_int(&o, "cpus", s->cpus);
    json_make_text(&o, "work", s->is_each ? "each" : "fixed");
    json_make_int(&o, "changed_at_n", s->at);
    json_make_text(&o, "reason", scale_cause_name(v->cause));
    json_make_text(&o, "sentence", v->sentence);
    for (size_t i = 0; i < v->evidence.count; i++)
        json_make_add(&evidence, json_text(v->evidence.items[i]));
    json_make_list(&o, "evidence", &evidence);
    json_make_value(&o, "threads", sweep_json(&v->threads));
    if (v->processes.count)
        json_make_value(&o, "processes", sweep_json(&v->processes));
    json_make_value(&o, "changed", changes_json(s));
    json_make_value(&o, "locks", locks_json(s));
    if (isfinite(s->control_ratio))
        json_make_finite(&o, "control_ratio", s->control_ratio);
    if (s->places.samples) {
        json_make_int(&o, "samples", s->places.samples);
        json_make_finite(&o, "atomic_ratio", s->places.atomic_ratio);
    }
    return json_made(&o);
}
