/*
 * The first screen, put together so that it fits one.  What a line more or less takes is reckoned
 * for SUMMARY_COLUMNS: rows come first, then what not to trust, then as many sentences as there is
 * room for; what was left out is counted in the last line.
 */
#include "bench/judge/summary/screen.h"

#include "bench/base/utf8.h"
#include "bench/base/words.h"
#include "bench/judge/parts/number.h"
#include "bench/judge/parts/result_line.h"
#include "bench/judge/summary/doubts.h"
#include "bench/judge/summary/fit.h"
#include "bench/judge/summary/meaning.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROWS_MOST = 8,     /* of the table */
    RESULTS_NAMED = 3, /* of several, each with lines of its own */
    MEANING_LEAST = 3, /* lines that are kept for sentences, where there are many rows */
};

void screen_use(struct screen *s, size_t lines)
{
    s->lines_left -= lines < s->lines_left ? lines : s->lines_left;
}

/* ---- What was measured, and where ------------------------------------------------------------ */

static double number_of_run(const struct result *r, const char *key)
{
    return json_number_value(json_object_get(json_object_get(r->json, "run"), key));
}

/* "standard: 39 cells in 7 rounds, 74 s; contend 0.1.0 on vm (..), 2026-01-31T12:00:00Z" */
static void add_source(const struct result *r, bool with_label, struct buf *out)
{
    char words[40];
    double seconds = number_of_run(r, "duration_ns") * 1e-9;
    double planned = number_of_run(r, "rounds_planned");
    if (with_label)
        buf_printf(out, "%s: ", r->label);
    if (r->suite[0])
        buf_printf(out, "suite %s, ", r->suite);
    buf_add(out, words_count(words, sizeof words, doubts_cells(r), "cell"));
    if (r->rounds > 0)
        buf_printf(out, " in %s", words_count(words, sizeof words, (size_t)r->rounds, "round"));
    if (seconds > 0)
        buf_printf(out, ", %.*f s", seconds < 10, seconds);
    buf_printf(out, "; %s", r->runtime[0] ? r->runtime : "unknown runtime");
    buf_printf(out, r->hostname[0] ? " on %s" : ", host not stated", r->hostname);
    result_machine(r, out);
    buf_printf(out, ", %s", r->started_at[0] ? r->started_at : "date not stated");
    if (strcmp(r->status, "complete") != 0 && planned > (double)r->rounds)
        buf_printf(out, "; %s: cut short, %.0f rounds were wanted", r->status, planned);
    else if (strcmp(r->status, "complete") != 0)
        buf_printf(out, "; %s: the run was cut short", r->status);
}

static void say_sources(struct screen *s)
{
    struct buf line = {0};
    for (size_t i = 0; i < s->count && i < RESULTS_NAMED; i++) {
        buf_reset(&line);
        add_source(&s->results[i], s->count > 1, &line);
        fit_words(&line, WORD_MOST);
        fit_lines(&line, 0, 2, s->count > 2 ? 1 : s->count > 1 ? 2 : 4);
        page_say(s->page, PAGE_SOURCE, "%s", page_text_of(s->page, &line));
        screen_use(s, fit_lines_of(buf_text(&line), 0, 2));
    }
    if (s->count > RESULTS_NAMED) {
        page_say(s->page, PAGE_SOURCE, "and %zu more", s->count - RESULTS_NAMED);
        screen_use(s, 1);
    }
    buf_release(&line);
}

/* ---- What it means, what not to trust, where the rest lies
 * ---------------------------------------- */

/* Of one result. */
struct words {
    struct meaning meaning;
    struct buf doubts;
};

static const char lead[] = "What not to trust:";

static int find_words(struct words *out, const struct screen *s, const struct result *r,
                      struct err *err)
{
    *out = (struct words){0};
    if (meaning_of(&out->meaning, &s->ladder, r, err))
        return -1;
    doubts_of(r, s->count == 1, &out->doubts);
    if (out->meaning.unsaid.len)
        buf_printf(&out->doubts, "; so it is not said %s", buf_text(&out->meaning.unsaid));
    return out->doubts.failed ? err_set(err, ERR_SYSTEM, "summary: out of memory") : 0;
}

static void release_words(struct words *w)
{
    meaning_release(&w->meaning);
    buf_release(&w->doubts);
}

/* The label in front where there are several results. */
static void say_of(const struct screen *s, const struct result *r, struct buf *out)
{
    if (s->count > 1)
        buf_printf(out, "%s: ", r->label);
}

/* As many sentences as there is room for beside what has to be said after them. */
static void say_meaning(struct screen *s, const struct result *r, const struct meaning *m)
{
    struct buf text = {0};
    for (size_t i = 0; i < m->count; i++) {
        buf_reset(&text);
        say_of(s, r, &text);
        buf_add(&text, m->items[i]);
        if (s->is_small)
            fit_words(&text, WORD_MOST);
        size_t lines = fit_lines_of(buf_text(&text), 4, 4);
        if (lines > s->lines_left) {
            s->unspoken++;
            continue;
        }
        page_say(s->page, PAGE_MEANING, "%s", page_text_of(s->page, &text));
        screen_use(s, lines);
    }
    buf_release(&text);
}

static void make_doubts(const struct screen *s, const struct result *r, const struct words *w,
                        struct buf *out)
{
    char cells[40];
    say_of(s, r, out);
    if (w->doubts.len)
        buf_printf(out, "%s.", buf_text(&w->doubts));
    else if (doubts_cells(r) == 1)
        buf_add(out, "nothing speaks against these numbers: the cell was not disturbed.");
    else
        buf_printf(out,
                   "nothing speaks against these numbers: none of %s was disturbed, skipped or "
                   "failed.",
                   words_count(cells, sizeof cells, doubts_cells(r), "cell"));
    if (s->is_small) {
        fit_words(out, WORD_MOST);
        fit_lines(out, w->doubts.len ? sizeof lead : 0, 0, s->count > 1 ? 1 : 5);
    }
}

/* Nothing is to be trusted or not where there is no number. */
static void say_doubts(const struct screen *s, const struct result *r, const struct words *w)
{
    struct buf text = {0};
    if (!doubts_cells(r) || (!w->doubts.len && !s->ladder.rows.count))
        return;
    make_doubts(s, r, w, &text);
    if (w->doubts.len)
        page_say_after(s->page, lead, PAGE_SENTENCE, "%s", page_text_of(s->page, &text));
    else
        page_say(s->page, PAGE_SENTENCE, "%c%s", s->count > 1 ? buf_text(&text)[0] : 'N',
                 page_text_of(s->page, &text) + 1);
    buf_release(&text);
}

static void make_places(const struct screen *s, struct buf *out)
{
    buf_add(out, "JSON: ");
    for (size_t i = 0; i < s->count && i < RESULTS_NAMED; i++)
        if (!i || strcmp(s->results[i].path, s->results[i - 1].path) != 0) /* of several hosts */
            buf_printf(out, "%s%s", i ? ", " : "", s->results[i].path);
    if (s->request->page_path)
        buf_printf(out, "; page: %s", s->request->page_path);
}

/* "All tables: contend report FILE --tables (2 more rows, 1 more sentence)" */
static void make_rest(const struct screen *s, struct buf *out)
{
    const struct {
        size_t count;
        const char *one;
    } more[] = {{s->ladder.rows.count - s->rows, "more row"},
                {s->columns_left_out, "more column"},
                {s->unspoken, "more sentence"}};
    char words[40];
    const char *before = " (";
    buf_printf(out, "All tables: %s", s->request->command);
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        if (more[i].count) {
            buf_printf(out, "%s%s", before,
                       words_count(words, sizeof words, more[i].count, more[i].one));
            before = ", ";
        }
    buf_add(out, before[0] == ',' ? ")" : "");
}

static void say_places(struct screen *s)
{
    struct buf text = {0};
    make_places(s, &text);
    page_say(s->page, PAGE_SENTENCE, "%s", page_text_of(s->page, &text));
    buf_reset(&text);
    make_rest(s, &text);
    page_say(s->page, PAGE_SENTENCE, "%s", page_text_of(s->page, &text));
    page_code(s->page, s->request->command);
    buf_release(&text);
}

/* Lines of what follows the sentences: they are taken before those. */
static void keep_doubts(struct screen *s, const struct result *r, const struct words *w)
{
    struct buf text = {0};
    make_doubts(s, r, w, &text);
    screen_use(s, fit_lines_of(buf_text(&text), w->doubts.len ? sizeof lead : 0, 0));
    s->page->failed |= text.failed;
    buf_release(&text);
}

static void keep_places(struct screen *s)
{
    enum { COUNTED = 20 }; /* " (2 more sentences)" */
    struct buf text = {0};
    make_places(s, &text);
    screen_use(s, fit_lines_of(buf_text(&text), 0, 0));
    buf_reset(&text);
    make_rest(s, &text);
    screen_use(s, fit_lines_of(buf_text(&text), COUNTED, 0));
    s->page->failed |= text.failed;
    buf_release(&text);
}

static int find_all(struct words *words, const struct screen *s, size_t count, struct err *err)
{
    int status = 0;
    for (size_t i = 0; i < count && !status; i++)
        status = find_words(&words[i], s, &s->results[i], err);
    return status;
}

static void say_words(struct screen *s, const struct words *words, size_t spoken)
{
    for (size_t i = 0; i < spoken; i++)
        say_meaning(s, &s->results[i], &words[i].meaning);
    for (size_t i = 0; i < spoken; i++)
        say_doubts(s, &s->results[i], &words[i]);
    say_places(s);
}

/* ---- All of it
 * -------------------------------------------------------------------------------------- */

/*
 * As many rows as there is room for beside what has to be said and some sentences; of several
 * results each name with all of them.
 */
static size_t rows_that_fit(const struct screen *s, bool has_sentences)
{
    enum { HEADS = 3 };
    /* Of several their numbers beside each other say most. */
    size_t kept =
        HEADS + screen_legend_lines(s) + (s->count > 1 || !has_sentences ? 0 : MEANING_LEAST);
    size_t most = s->lines_left > kept ? s->lines_left - kept : 0;
    most = most > ROWS_MOST * s->count ? ROWS_MOST * s->count : most;
    most -= most % s->count;
    most = most < s->count ? s->count : most;
    return s->ladder.rows.count < most ? s->ladder.rows.count : most;
}

static int put_together(struct screen *s, const struct words *words, size_t spoken, struct err *err)
{
    int status = 0;
    page_to(s->page, PAGE_READERS);
    say_sources(s);
    screen_use(s, 1); /* the gap */
    keep_places(s);
    bool has_sentences = false;
    for (size_t i = 0; i < spoken; i++) {
        keep_doubts(s, &s->results[i], &words[i]);
        has_sentences |= words[i].meaning.count > 0;
    }
    s->rows = rows_that_fit(s, has_sentences);
    if (s->rows) {
        status = screen_table(s, err);
    } else {
        page_say(s->page, PAGE_SENTENCE, "Nothing was measured.");
        screen_use(s, 1);
    }
    page_gap(s->page);
    say_words(s, words, spoken);
    return status;
}

static int make_screen(struct screen *s, struct err *err)
{
    struct words words[RESULTS_NAMED] = {0};
    size_t spoken = s->count < RESULTS_NAMED ? s->count : RESULTS_NAMED;
    int status = find_all(words, s, spoken, err);
    if (!status)
        status = put_together(s, words, spoken, err);
    for (size_t i = 0; i < spoken; i++)
        release_words(&words[i]);
    return status;
}

int summary_page(struct page *p, const struct result *results, size_t count,
                 const struct summary_request *request, struct err *err)
{
    struct screen s = {.page = p,
                       .results = results,
                       .count = count,
                       .request = request,
                       .lines_left = SUMMARY_LINES,
                       .is_small = true};
    int status =
        ladder_of(&s.ladder, &(struct ladder_source){.results = results, .count = count}, err);
    status = status ? status : make_screen(&s, err);
    ladder_release(&s.ladder);
    return status;
}

int summary_words(struct page *p, const struct result *results, size_t count, struct err *err)
{
    struct screen s = {.page = p, .results = results, .count = count, .lines_left = SIZE_MAX};
    int status =
        ladder_of(&s.ladder, &(struct ladder_source){.results = results, .count = count}, err);
    for (size_t i = 0; i < count && !status; i++) {
        struct words words = {0};
        status = find_words(&words, &s, &results[i], err);
        if (!status)
            say_meaning(&s, &results[i], &words.meaning);
        if (!status)
            say_doubts(&s, &results[i], &words);
        release_words(&words);
    }
    ladder_release(&s.ladder);
    return status;
}
