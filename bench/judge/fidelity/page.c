/* The fidelity table as a page: of one real runtime, or with a column for each of several. */
#include "bench/page/page.h"

#include "bench/judge/fidelity/parts.h"
#include "bench/judge/parts/result_line.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIFFERENCE_MAX = 24, NAME_MAX_BYTES = 128 };

static const char *difference_text(const struct fidelity_row *row, char out[DIFFERENCE_MAX])
{
    enum fidelity_kind kind = row->rule->kind;
    bool is_of_shares = kind == FIDELITY_COLLAPSE || kind == FIDELITY_SHAPE;
    out[0] = '\0';
    if (isfinite(row->difference))
        snprintf(out, DIFFERENCE_MAX, "%+.1f %s", 100 * row->difference, is_of_shares ? "pt" : "%");
    return out;
}

static void add_tolerance(struct page *p, const struct fidelity_rule *rule)
{
    if (rule->kind == FIDELITY_COLLAPSE)
        page_text(p, "over %.0f %%", 100 * rule->tolerance);
    else if (rule->kind == FIDELITY_ORDER)
        page_text(p, "same");
    else if (rule->kind == FIDELITY_VARIANT && isinf(rule->most))
        page_text(p, ">= %g", rule->least);
    else if (rule->kind == FIDELITY_VARIANT)
        page_text(p, "%g-%g", rule->least, rule->most);
    else
        page_text(p, "%.0f %s", 100 * rule->tolerance, rule->kind == FIDELITY_SHAPE ? "pt" : "%");
}

static void add_sum(const struct fidelity *f, struct buf *out)
{
    buf_printf(out, "%zu rows: %zu agree, %zu differ, %zu undecided, %zu missing", f->count,
               f->counts[FIDELITY_AGREES], f->counts[FIDELITY_DIFFERS],
               f->counts[FIDELITY_UNDECIDED], f->counts[FIDELITY_MISSING]);
}

/* ---- Readers ---------------------------------------------------------------------------- */

/* A document has the group in each row, a terminal once above them. */
static void begin_row(struct page *p, const struct fidelity *f, size_t i, bool is_document)
{
    const struct fidelity_rule *rule = f->rows[i].rule;
    if (!is_document && (i == 0 || strcmp(rule->group, f->rows[i - 1].rule->group) != 0))
        page_group(p, "%s", rule->group);
    page_row(p);
    page_text(p, "%s%s%s", is_document ? rule->group : "", is_document ? ": " : "", rule->text);
}

/* The emulated figure is the same in all, but for the rounds a real one shares with it. */
static const char *emulated_text(const struct fidelity *tables, size_t count, size_t row)
{
    for (size_t i = 0; i < count; i++)
        if (tables[i].rows[row].emulated_text[0])
            return tables[i].rows[row].emulated_text;
    return "";
}

/* "agrees"; of one of several "0.987 agrees", in a document "0.987 -1.2 % agrees" and why not. */
static void add_verdict(struct page *p, const struct fidelity_row *row, bool is_one,
                        bool is_document)
{
    char difference[DIFFERENCE_MAX] = "";
    const char *real = is_one ? "" : row->real_text;
    bool has_reason = is_document && row->reason[0];
    if (is_document && !is_one)
        difference_text(row, difference);
    page_text(p, "%s%s%s%s%s%s%s", real, real[0] ? " " : "", difference, difference[0] ? " " : "",
              fidelity_verdict_name(row->verdict), has_reason ? ": " : "",
              has_reason ? row->reason : "");
}

/* Why there is no decision: once where all have the same reason. */
static void add_reasons(struct page *p, const struct fidelity *tables, const struct result *real,
                        size_t count, size_t row)
{
    const char *first = tables[0].rows[row].reason;
    bool is_same = true;
    for (size_t i = 1; i < count; i++)
        is_same &= !strcmp(first, tables[i].rows[row].reason);
    page_empty(p);
    if (is_same && *first)
        page_line(p, "%s", first);
    for (size_t i = 0; i < count && !is_same; i++)
        if (tables[i].rows[row].reason[0])
            page_line(p, "%s: %s", real[i].runtime, tables[i].rows[row].reason);
}

/*
 * Of several real ones each has a column, where its figure stands with its verdict; what a terminal
 * has no room for beside each other stands under it, with the emulated figures again.
 */
static void begin_grid(struct page *p, const struct result *real, size_t count, bool is_document)
{
    bool is_one = count == 1;
    unsigned of_one = is_one ? PAGE_ALL : PAGE_GATE; /* no grid's audience */
    unsigned repeated = is_one || is_document ? 0 : PAGE_LABEL;
    const struct page_column first[] = {
        {.key = "row", .head = "", .flags = PAGE_LABEL},
        {.key = "emulated", .align = PAGE_RIGHT, .gap = 1, .flags = repeated},
        {.key = "real", .align = PAGE_RIGHT, .gap = 1, .to = of_one},
        {.key = "difference",
         .head = is_document ? "difference" : "",
         .align = PAGE_RIGHT,
         .gap = 1,
         .to = of_one},
        {.key = "tolerance", .align = PAGE_RIGHT, .gap = 1, .flags = repeated},
    };
    enum { FIRST = sizeof first / sizeof *first };
    struct page_column *columns = calloc(FIRST + count + 2, sizeof *columns);
    if (columns) {
        memcpy(columns, first, sizeof first);
        for (size_t i = 0; i < count; i++)
            columns[FIRST + i] = (struct page_column){
                .key = is_one ? "verdict" : real[i].runtime,
                .align = is_one ? PAGE_LEFT : PAGE_RIGHT,
            };
        columns[FIRST + count] =
            (struct page_column){.key = "reason", .flags = PAGE_BELOW, .to = PAGE_TERMINAL};
        page_grid(p, &(struct page_grid_form){.columns = columns, .margin = 2, .below = 6});
    }
    p->failed |= !columns;
    free(columns);
}

static void add_grid(struct page *p, const struct fidelity *tables, const struct result *real,
                     size_t count, bool is_document)
{
    page_to(p, is_document ? PAGE_DOCUMENT : PAGE_TERMINAL);
    begin_grid(p, real, count, is_document);
    for (size_t r = 0; r < tables->count; r++) {
        const struct fidelity_row *row = &tables->rows[r];
        char difference[DIFFERENCE_MAX];
        /* A variant is held against what is known, so that all columns say the same. */
        size_t told = row->rule->kind == FIDELITY_VARIANT ? 1 : count;
        begin_row(p, tables, r, is_document);
        page_texts(p, emulated_text(tables, count, r), row->real_text,
                   difference_text(row, difference), NULL);
        add_tolerance(p, row->rule);
        for (size_t i = 0; i < told; i++)
            add_verdict(p, &tables[i].rows[r], count == 1, is_document);
        for (size_t i = told; i < count; i++)
            page_empty(p);
        add_reasons(p, tables, real, told, r);
    }
}

/* ---- Programs and jobs ---------------------------------------------------------------- */

static void add_value(struct page *p, const struct fidelity_value *v, const char *text)
{
    if (isfinite(v->center) || !text[0])
        page_value(p, (struct page_value){.center = v->center, .lo = v->lo, .hi = v->hi}, NULL,
                   false);
    else
        page_text(p, "%s", text);
}

static void add_data(struct page *p, const struct fidelity *tables, const struct result *real,
                     size_t count)
{
    static const struct page_column columns[] = {
        {.key = "runtime"},
        {.key = "row"},
        {.key = "group"},
        {.key = "text"},
        {.key = "emulated", .flags = PAGE_INTERVAL},
        {.key = "real", .flags = PAGE_INTERVAL},
        {.key = "difference", .unit = "ratio"},
        {.key = "tolerance"},
        {.key = "verdict"},
        {.key = "rounds"},
        {.key = "reason"},
        {0},
    };
    page_to(p, PAGE_DATA);
    page_grid(p, &(struct page_grid_form){.key = "rows", .columns = columns});
    for (size_t i = 0; i < count; i++)
        for (size_t r = 0; r < tables[i].count; r++) {
            const struct fidelity_row *row = &tables[i].rows[r];
            page_row(p);
            page_texts(p, real[i].runtime, row->rule->name, row->rule->group, row->rule->text,
                       NULL);
            add_value(p, &row->emulated, row->emulated_text);
            add_value(p, &row->real, row->real_text);
            page_number(p, row->difference, NULL, 15);
            add_tolerance(p, row->rule);
            page_text(p, "%s", fidelity_verdict_name(row->verdict));
            page_count(p, row->rounds);
            page_text(p, "%s", row->reason);
        }
}

static void add_case(struct page *p, const struct fidelity_row *row, const char *runtime)
{
    static const enum page_severity severities[FIDELITY_VERDICTS] = {
        [FIDELITY_AGREES] = PAGE_PASS,
        [FIDELITY_DIFFERS] = PAGE_FAIL,
        [FIDELITY_UNDECIDED] = PAGE_SKIP,
        [FIDELITY_MISSING] = PAGE_SKIP,
    };
    char name[NAME_MAX_BYTES], difference[DIFFERENCE_MAX];
    struct buf grounds = {0};
    snprintf(name, sizeof name, "%s: %s", row->rule->group, row->rule->text);
    if (row->emulated_text[0] && row->real_text[0])
        buf_printf(&grounds, "%s emulated, %s real", row->emulated_text, row->real_text);
    if (difference_text(row, difference)[0])
        buf_printf(&grounds, ", %s", difference);
    buf_printf(&grounds, "%s%s", grounds.len && row->reason[0] ? "; " : "", row->reason);
    page_verdict(p, &(struct page_verdict){.id = runtime,
                                           .name = name,
                                           .word = fidelity_verdict_name(row->verdict),
                                           .severity = severities[row->verdict],
                                           .text = page_text_of(p, &grounds)});
    page_settle(p, &grounds);
}

/* ---- All of it ------------------------------------------------------------------------- */

/* Where its waiters ask for the lock, as far as the file says. */
static const char *request_text(const struct result *r)
{
    const json_t *tool = json_object_get(json_object_get(r->json, "run"), "tool");
    const char *request = json_string_value(json_object_get(tool, "lock_request"));
    return !request                     ? ""
           : !strcmp(request, "thread") ? "; waiters ask the thread that has the lock"
           : !strcmp(request, "shared") ? "; waiters ask all threads at once"
                                        : "";
}

/* Who is compared, and why the comparison may be worth less. */
static void say_heading(struct page *p, const struct fidelity *tables,
                        const struct result *emulated, const struct result *real, size_t count)
{
    struct buf line = {0};
    page_to(p, PAGE_READERS);
    for (size_t i = 0; i <= count; i++) {
        buf_reset(&line);
        result_line(i ? &real[i - 1] : emulated, &line);
        page_say(p, PAGE_SOURCE, "%s: %s%s", i ? "real" : "emulated", page_text_of(p, &line),
                 i ? request_text(&real[i - 1]) : "");
    }
    page_settle(p, &line);
    page_to(p, PAGE_READERS | PAGE_GATE);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(emulated->hostname, real[i].hostname) != 0 ||
            strcmp(emulated->cpu, real[i].cpu) != 0)
            page_say(p, PAGE_WARNING, "the two were measured on different machines");
        if (!tables[i].is_paired)
            page_say(p, PAGE_SENTENCE,
                     "note: measured at two moments, which differ by themselves; an interleaved "
                     "run decides more");
    }
    if (emulated->sanitizer[0])
        page_say(p, PAGE_WARNING, "the emulation was built with a sanitizer (%s)",
                 emulated->sanitizer);
}

void fidelity_page(struct page *p, const struct fidelity *tables, const struct result *emulated,
                   const struct result *real, size_t count)
{
    page_init(p, "contend compare --fidelity");
    say_heading(p, tables, emulated, real, count);
    page_to(p, PAGE_READERS);
    page_gap(p);
    add_grid(p, tables, real, count, false);
    add_grid(p, tables, real, count, true);
    add_data(p, tables, real, count);
    page_to(p, PAGE_GATE);
    for (size_t i = 0; i < count; i++)
        for (size_t r = 0; r < tables[i].count; r++)
            add_case(p, &tables[i].rows[r], real[i].runtime);
    page_to(p, PAGE_READERS | PAGE_GATE);
    page_gap(p);
    for (size_t i = 0; i < count; i++) {
        struct buf sum = {0};
        add_sum(&tables[i], &sum);
        page_say(p, PAGE_SUMMARY, "%s%s%s", count > 1 ? real[i].runtime : "", count > 1 ? ": " : "",
                 page_text_of(p, &sum));
        page_settle(p, &sum);
    }
    page_document(p, fidelity_document(tables, emulated, real, count),
                  JSON_INDENT(2) | JSON_REAL_PRECISION(6));
}
