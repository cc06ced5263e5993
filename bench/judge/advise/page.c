/* What is shown: the answer, the ranking, where it would be another one, and how to see it. */
#include "bench/judge/advise/advise.h"

#include "bench/base/units.h"

#include <math.h>
#include <stdio.h>

enum { WORDS = 96 };

static const char *const axis_words[ADVISE_AXES] = {
    [ADVISE_CPU] = "computing",
    [ADVISE_WAIT] = "waiting",
    [ADVISE_CONCURRENCY] = "requests at once",
    [ADVISE_MEMORY] = "memory",
};
static const char *const axis_units[ADVISE_AXES] = {"ratio", "ns", "count", "bytes"};

/* ---- The choice ------------------------------------------------------------------------------ */

static bool does_all(const struct advise_entry *e)
{
    return e->rank && e->fits && e->keeps_up && e->meets_slo;
}

/* Cheaper: clearly less memory, or as much (or nobody knows) and fewer units. */
static bool is_cheaper(const struct advise_entry *a, const struct advise_entry *b)
{
    if (a->memory_bytes < 0.9 * b->memory_bytes || b->memory_bytes < 0.9 * a->memory_bytes)
        return a->memory_bytes < b->memory_bytes;
    return a->shape.units < b->shape.units;
}

const struct advise_entry *advise_choice(const struct advise_view *v)
{
    const struct advise_entry *choice = NULL;
    for (size_t i = 0; i < v->board->count; i++) {
        const struct advise_entry *e = &v->board->items[i];
        bool is_left = !e->out_after && e->is_close;
        if (does_all(e) && (i == 0 || is_left) && (!choice || is_cheaper(e, choice)))
            choice = e;
    }
    return choice;
}

typedef double quality(const struct advise_entry *e, const struct advise_work *w);

static const struct advise_entry *greatest(const struct advise_view *v, quality *value)
{
    const struct advise_entry *found = NULL;
    for (size_t i = 0; i < v->board->count; i++) {
        const struct advise_entry *e = &v->board->items[i];
        if (e->rank && (!found || value(e, v->work) > value(found, v->work)))
            found = e;
    }
    return found;
}

static double by_served(const struct advise_entry *e, const struct advise_work *w)
{
    (void)w;
    return e->served.center;
}

static double by_quickness(const struct advise_entry *e, const struct advise_work *w)
{
    double ns = advise_promised(e, w)->center;
    return e->keeps_up && isfinite(ns) ? -ns : -1e300;
}

static double by_thrift(const struct advise_entry *e, const struct advise_work *w)
{
    (void)w;
    return isfinite(e->memory_bytes) ? -e->memory_bytes : -1e300;
}

static const char *shown(char *out, size_t size, double value, const char *unit)
{
    return units_format(out, size, value, unit, 3);
}

bool advise_refusal(const struct advise_view *v, struct buf *out)
{
    const struct advise_work *w = v->work;
    const struct advise_entry *most = greatest(v, by_served);
    char words[WORDS], asked[40], got[40];
    if (advise_choice(v))
        return false;
    if (!most) {
        buf_printf(out, "nothing could be measured: %s",
                   v->board->count ? v->board->items[0].failed : "there was no shape to measure");
        return true;
    }
    bool keeps_up = false, fits = false;
    for (size_t i = 0; i < v->board->count; i++) {
        keeps_up |= v->board->items[i].rank && v->board->items[i].keeps_up;
        fits |= v->board->items[i].rank && v->board->items[i].fits;
    }
    const struct advise_entry *e = !keeps_up ? most
                                   : !fits   ? greatest(v, by_thrift)
                                             : greatest(v, by_quickness);
    advise_shape_words(words, sizeof words, &e->shape);
    if (!keeps_up)
        buf_printf(out, "--rate: %s is more than any kind reaches here; the most was %s, by %s",
                   shown(asked, sizeof asked, w->rate_per_s, "per_s"),
                   shown(got, sizeof got, e->served.center, "per_s"), words);
    else if (!fits)
        buf_printf(out, "--memory: %s is less than any kind takes; the least is %s, for %s",
                   shown(asked, sizeof asked, w->memory_bytes, "bytes"),
                   shown(got, sizeof got, e->memory_bytes, "bytes"), words);
    else
        buf_printf(out,
                   "no kind does all that was asked for; of those that keep up the quickest was "
                   "%s, p%g %s",
                   words, w->slo_ratio * 100,
                   shown(got, sizeof got, advise_promised(e, w)->center, "ns"));
    return true;
}

/* ---- Another machine ------------------------------------------------------------------------- */

struct advise_shape advise_stretched(const struct advise_view *v, double *served)
{
    struct advise_work w = *v->work;
    w.cpus = v->asked_cpus;
    struct advise_shape s = advise_foretell(&w, v->costs);
    *served = advise_served(&w, v->costs, &s);
    return s;
}

static void say_stretched(struct page *p, const struct advise_view *v)
{
    char words[WORDS], rate[40];
    double served;
    if (!v->asked_cpus || v->asked_cpus <= v->work->cpus)
        return;
    struct advise_shape s = advise_stretched(v, &served);
    page_say(p, PAGE_MEANING,
             "Not measured, extrapolated from %u to %u CPUs by the scaling law (%s%.3f of the work "
             "done in turn%s): %s, %s.",
             v->work->cpus, v->asked_cpus, v->costs->is_sigma_known ? "fitted here, " : "",
             v->costs->is_sigma_known ? v->costs->sigma : 0.0,
             v->costs->is_sigma_known ? "" : " assumed, for there was nothing to fit",
             advise_shape_words(words, sizeof words, &s),
             shown(rate, sizeof rate, served, "per_s"));
}

/* ---- The page -------------------------------------------------------------------------------- */

static void say_work(struct page *p, const struct advise_view *v)
{
    const struct advise_work *w = v->work;
    char cpu[40], wait[40], rate[40];
    struct buf line = {0};
    buf_printf(&line, "%s of computing, %s of waiting, %.0f at once",
               shown(cpu, sizeof cpu, w->cpu_ns, "ns"), shown(wait, sizeof wait, w->wait_ns, "ns"),
               w->concurrency);
    if (w->rate_per_s > 0)
        buf_printf(&line, ", coming at %s", shown(rate, sizeof rate, w->rate_per_s, "per_s"));
    if (w->payload_bytes > 0)
        buf_printf(&line, ", %s with each", shown(rate, sizeof rate, w->payload_bytes, "bytes"));
    buf_printf(&line, "; %s, %u CPUs", w->has_gil ? "under a GIL" : "no lock", w->cpus);
    if (v->from)
        buf_printf(&line, "; %s", v->from);
    page_say(p, PAGE_SOURCE, "%s", page_text_of(p, &line));
    page_settle(p, &line);
}

static void say_answer(struct page *p, const struct advise_view *v)
{
    const struct advise_entry *e = advise_choice(v);
    struct buf refusal = {0};
    char words[WORDS], rate[40], time[40], memory[40];
    if (!e) {
        advise_refusal(v, &refusal);
        page_say(p, PAGE_SUMMARY, "%s", page_text_of(p, &refusal));
        page_settle(p, &refusal);
        return;
    }
    page_say(p, PAGE_SUMMARY, "%s: %s, p%.0f %s, %s",
             advise_shape_words(words, sizeof words, &e->shape),
             shown(rate, sizeof rate, e->served.center, "per_s"), v->work->slo_ratio * 100,
             shown(time, sizeof time, advise_promised(e, v->work)->center, "ns"),
             isfinite(e->memory_bytes) ? shown(memory, sizeof memory, e->memory_bytes, "bytes")
                                       : "memory not measured");
}

/* Those it cannot be told from; and why this one of them. */
static void say_close(struct page *p, const struct advise_view *v)
{
    const struct advise_entry *choice = advise_choice(v);
    struct buf others = {0};
    char words[WORDS];
    size_t count = 0;
    for (size_t i = 0; choice && i < v->board->count; i++) {
        const struct advise_entry *e = &v->board->items[i];
        if (e == choice || !does_all(e) || !e->is_close || e->out_after)
            continue;
        buf_printf(&others, "%s%s", count++ ? ", " : "",
                   advise_shape_words(words, sizeof words, &e->shape));
    }
    if (count)
        page_say(p, PAGE_MEANING,
                 "Too close to call between it and %s: it is taken because it needs %s.",
                 page_text_of(p, &others), "least memory, or as much and fewest units");
    page_settle(p, &others);
}

static const char *flip_value(char *out, size_t size, const struct advise_flip *f)
{
    if (f->axis == ADVISE_CPU)
        snprintf(out, size, "%.3g %% of a request", f->value * 100);
    else if (f->axis == ADVISE_CONCURRENCY)
        snprintf(out, size, "%.0f", f->value);
    else
        units_format(out, size, f->value, axis_units[f->axis], 3);
    return out;
}

bool advise_foretells(const struct advise_view *v)
{
    const struct advise_entry *choice = advise_choice(v);
    return choice && choice->shape.kind == v->flips->kind;
}

static void show_flips(struct page *p, const struct advise_view *v)
{
    static const struct page_column columns[] = {
        {.key = "axis", .head = "with", .flags = PAGE_LABEL},
        {.key = "side", .head = ""},
        {.key = "value", .head = "from", .align = PAGE_RIGHT},
        {.key = "kind", .head = "wins"},
        {0},
    };
    char value[64];
    if (!advise_choice(v))
        return;
    if (!advise_foretells(v)) {
        page_say(p, PAGE_MEANING,
                 "Where another kind wins is not foretold: the model would take %s here.",
                 advise_kind_words(v->flips->kind));
        return;
    }
    if (!v->flips->count) {
        page_say(p, PAGE_MEANING,
                 "By the model no other kind wins within a thousandfold of any of it.");
        return;
    }
    page_gap(p);
    page_grid(p,
              &(struct page_grid_form){.key = "flips",
                                       .title = "Where another kind wins: foretold, not measured",
                                       .columns = columns});
    for (size_t i = 0; i < v->flips->count; i++) {
        const struct advise_flip *f = &v->flips->items[i];
        page_row(p);
        page_texts(p, axis_words[f->axis], f->is_above ? "more" : "less", NULL);
        page_shown(p, page_exactly(f->value), "%s", flip_value(value, sizeof value, f));
        page_text(p, "%s", advise_kind_words(f->kind));
    }
}

static void show_entry(struct page *p, const struct advise_view *v, const struct advise_entry *e)
{
    char words[WORDS];
    bool is_chosen = e == advise_choice(v);
    page_row(p);
    page_toned(p, is_chosen ? PAGE_STRONG : PAGE_PLAIN, "%s",
               advise_shape_words(words, sizeof words, &e->shape));
    if (!e->rank) {
        page_status(p, "skipped", e->failed);
        return;
    }
    page_value(p, e->served, "per_s", false);
    page_value(p, e->ratio, "ratio", false);
    page_value(p, *advise_promised(e, v->work), "ns", false);
    page_number(p, e->memory_bytes, "bytes", 3);
    page_count(p, e->rounds);
    page_text(p, "%s",
              is_chosen       ? "taken"
              : !e->fits      ? "too large"
              : !e->keeps_up  ? "falls behind"
              : !e->meets_slo ? "too slow"
              : e->out_after  ? "left out"
              : e->is_close   ? "close"
                              : "");
    page_number(p, e->foretold_per_s, "per_s", 3);
}

/* A page keeps the columns it is given: a table of them for each of the two times. */
#define BOARD_COLUMNS(time)                                                                        \
    {                                                                                              \
        {.key = "shape", .flags = PAGE_LABEL},                                                     \
            {.key = "served_per_s",                                                                \
             .head = "served",                                                                     \
             .unit = "per_s",                                                                      \
             .align = PAGE_RIGHT,                                                                  \
             .flags = PAGE_INTERVAL},                                                              \
            {.key = "of_best_ratio",                                                               \
             .head = "of best",                                                                    \
             .align = PAGE_RIGHT,                                                                  \
             .flags = PAGE_INTERVAL},                                                              \
            {.key = time "_ns",                                                                    \
             .head = time,                                                                         \
             .unit = "ns",                                                                         \
             .align = PAGE_RIGHT,                                                                  \
             .flags = PAGE_INTERVAL},                                                              \
            {.key = "memory_bytes", .head = "memory", .unit = "bytes", .align = PAGE_RIGHT},       \
            {.key = "rounds", .align = PAGE_RIGHT, .to = PAGE_DOCUMENT | PAGE_DATA},               \
            {.key = "word", .head = ""},                                                           \
            {.key = "foretold_per_s",                                                              \
             .head = "foretold",                                                                   \
             .unit = "per_s",                                                                      \
             .align = PAGE_RIGHT,                                                                  \
             .to = PAGE_DOCUMENT | PAGE_DATA},                                                     \
        {                                                                                          \
            0                                                                                      \
        }                                                                                          \
    }

static void show_board(struct page *p, const struct advise_view *v)
{
    static const struct page_column columns[][9] = {BOARD_COLUMNS("p99"), BOARD_COLUMNS("p50")};
    page_gap(p);
    page_grid(p, &(struct page_grid_form){.key = "shapes",
                                          .columns = columns[v->work->slo_ratio <= 0.5]});
    for (size_t i = 0; i < v->board->count; i++)
        show_entry(p, v, &v->board->items[i]);
}

static void show_commands(struct page *p, const struct advise_view *v)
{
    static const struct page_column columns[] = {
        {.key = "shape", .flags = PAGE_LABEL},
        {.key = "command", .flags = PAGE_CODE | PAGE_BELOW},
        {0},
    };
    char words[WORDS];
    page_gap(p);
    page_grid(p, &(struct page_grid_form){
                     .key = "commands", .title = "To see a row", .columns = columns, .below = 2});
    for (size_t i = 0; i < v->board->count; i++) {
        const struct advise_entry *e = &v->board->items[i];
        page_row(p);
        page_text(p, "%s", advise_shape_words(words, sizeof words, &e->shape));
        page_text(p, "%s", e->command ? e->command : "");
    }
}

static void say_verified(struct page *p, const struct advise_view *v)
{
    const struct advise_verified *f = v->verified;
    char a[WORDS], b[WORDS], rates[2][40], times[2][40];
    if (!f)
        return;
    const char *word = f->ratio.lo > 1                     ? "shown"
                       : f->ratio.lo >= ADVISE_CLOSE_RATIO ? "as good"
                       : f->ratio.hi < ADVISE_CLOSE_RATIO  ? "refuted"
                                                           : "too close to call";
    page_say(p, PAGE_MEANING,
             "Verified, in %zu pairs of longer runs: %s %s, p99 %s; %s %s, p99 %s; %.3f times as "
             "much (%.3f to %.3f): %s.",
             f->ratio.n, advise_shape_words(a, sizeof a, &f->first->shape),
             shown(rates[0], 40, f->served[0].center, "per_s"),
             shown(times[0], 40, f->p99[0].center, "ns"),
             advise_shape_words(b, sizeof b, &f->second->shape),
             shown(rates[1], 40, f->served[1].center, "per_s"),
             shown(times[1], 40, f->p99[1].center, "ns"), f->ratio.center, f->ratio.lo, f->ratio.hi,
             word);
}

static void show_reference(struct page *p, const struct advise_view *v)
{
    static const struct page_column columns[] = {
        {.key = "shape", .flags = PAGE_LABEL},
        {.key = "here_per_s", .head = "here", .unit = "per_s", .align = PAGE_RIGHT},
        {.key = "there_per_s", .head = "there", .unit = "per_s", .align = PAGE_RIGHT},
        {.key = "there_p99_ns", .head = "p99 there", .unit = "ns", .align = PAGE_RIGHT},
        {.key = "there_memory_bytes", .head = "memory", .unit = "bytes", .align = PAGE_RIGHT},
        {0},
    };
    const struct advise_reference *r = v->reference;
    char words[WORDS];
    if (!r)
        return;
    if (r->missing) {
        page_say(p, PAGE_WARNING, "Nothing beside it: %s.", r->missing);
        return;
    }
    page_gap(p);
    page_grid(
        p, &(struct page_grid_form){.key = "reference", .title = r->runtime, .columns = columns});
    for (size_t i = 0; i < r->count; i++) {
        page_row(p);
        page_text(p, "%s", advise_shape_words(words, sizeof words, &r->rows[i].entry->shape));
        page_value(p, r->rows[i].entry->served, "per_s", false);
        page_number(p, r->rows[i].served_per_s, "per_s", 3);
        page_number(p, r->rows[i].p99_ns, "ns", 3);
        page_number(p, r->rows[i].memory_bytes, "bytes", 3);
    }
}

static void say_others(struct page *p, const struct advise_view *v)
{
    if (v->others_ratio >= 0.2)
        page_say(
            p, PAGE_WARNING,
            "Others had %.0f %% of the CPUs meanwhile: this is what is best beside them, and on "
            "a quiet machine it may be something else.",
            v->others_ratio * 100);
}

static void say_limits(struct page *p, const struct advise_view *v)
{
    char took[40];
    page_say(p, PAGE_NOTE,
             "%zu shapes in %u rounds, %s, order drawn from seed %llu. A request computes %.0f "
             "turns; memory is what units and processes add here%s.",
             v->board->count, v->rounds, shown(took, sizeof took, v->took_ns, "ns"),
             (unsigned long long)v->seed, v->work->cpu_ns / v->turn_ns,
             v->work->image_bytes > 0 ? ", and what was said of the program's processes"
                                      : "; of your program's own nothing is known (--image)");
}

void advise_page(struct page *p, const struct advise_view *v)
{
    page_init(p, "contend advise");
    say_answer(p, v);
    say_work(p, v);
    say_close(p, v);
    say_verified(p, v);
    say_stretched(p, v);
    show_board(p, v);
    show_flips(p, v);
    show_reference(p, v);
    say_others(p, v);
    say_limits(p, v);
    page_to(p, PAGE_DOCUMENT | PAGE_DATA);
    show_commands(p, v);
    page_to(p, PAGE_TERMINAL);
    if (advise_choice(v) && advise_choice(v)->command)
        page_command(p, advise_choice(v)->command);
    page_to(p, PAGE_ALL);
    page_document(p, advise_document(v), JSON_INDENT(1) | JSON_REAL_PRECISION(15));
}
