/*
 * At a terminal a block a claim: what is claimed, what was seen, and the command that shows it.  In
 * a document a row a claim, for programs a row a part, for a job a verdict a claim.
 */
#include "bench/judge/claims/show.h"
#include "bench/base/json_make.h"

#include "bench/judge/parts/number.h"
#include "bench/judge/parts/result_line.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { INDENT = 4 };

/* "2.00x [1.98, 2.02]": the digits that the interval deserves; what is the same in all rounds has
 * those it needs, and what never comes none. */
static void effect_in_ends(const struct summary *e, const char *suffix, char *out, size_t size)
{
    const double values[] = {e->center, e->lo, e->hi};
    struct number text[3], of;
    int digits = number_digits(e->center, e->lo, e->hi);
    number_of_digits(&of, e->center, "", digits);
    for (size_t i = 0; i < 3; i++)
        if (isinf(values[i]))
            text[i] = (struct number){.text = "never"};
        else if (!(e->lo < e->hi))
            snprintf(text[i].text, sizeof text[i].text, "%.4g", values[i]);
        else
            number_end(&text[i], &of, digits, values[i], "");
    snprintf(out, size, "%s%s [%s, %s]", text[0].text, isinf(e->center) ? "" : suffix, text[1].text,
             text[2].text);
}

void effect_text(const struct part_verdict *p, char *out, size_t size)
{
    const struct summary *e = &p->effect;
    if (e->n == 0)
        snprintf(out, size, "none");
    else if (p->part->effect == EFFECT_NEVER && p->verdict == STANDING_CONFIRMED)
        snprintf(out, size, "0 in %zu round%s", e->n, e->n == 1 ? "" : "s");
    else
        effect_in_ends(e, p->part->effect == EFFECT_RATIO ? "x" : "", out, size);
}

/* "above 1.25", "0.8 to 1.25", "never". */
static void bounds_text(const struct claim_part *p, char *out, size_t size)
{
    if (p->effect == EFFECT_NEVER)
        snprintf(out, size, "never");
    else if (p->above > 0 && p->below > 0)
        snprintf(out, size, "%g to %g", p->above, p->below);
    else
        snprintf(out, size, p->above > 0 ? "above %g" : "below %g",
                 p->above > 0 ? p->above : p->below);
}

const struct claim_verdict *reference_of(const struct claims_view *v, size_t i)
{
    return v->reference_verdicts && v->reference_verdicts->items[i].part_count
               ? &v->reference_verdicts->items[i]
               : NULL;
}

static const struct part_verdict *reference_part(const struct claim_verdict *v,
                                                 const struct claim_part *part)
{
    for (size_t i = 0; v && i < v->part_count; i++)
        if (v->parts[i].part == part)
            return &v->parts[i];
    return NULL;
}

/* "17 claims: 16 confirmed, 1 undecided" */
static void counts_text(const struct verdicts *v, struct buf *out)
{
    size_t total = 0;
    for (size_t i = 0; i < v->count; i++)
        total += !v->is_python || v->items[i].part_count > 0;
    buf_printf(out, "%zu claim%s:", total, total == 1 ? "" : "s");
    const char *gap = " ";
    for (size_t k = 0; k < STANDINGS; k++) {
        size_t count = 0;
        for (size_t i = 0; i < v->count; i++)
            count += v->items[i].verdict == (enum standing)k &&
                     (!v->is_python || v->items[i].part_count > 0);
        if (count) {
            buf_printf(out, "%s%zu %s", gap, count, standing_name((enum standing)k));
            gap = ", ";
        }
    }
}

static enum page_tone tone_of(enum standing s)
{
    static const enum page_tone tones[STANDINGS] = {PAGE_GOOD, PAGE_BAD, PAGE_DOUBTFUL, PAGE_FAINT};
    return tones[s];
}

static bool is_known_refuted(const struct claim_verdict *v)
{
    return v->verdict == STANDING_REFUTED && v->claim->known;
}

static void command_of(const struct claims_view *view, const struct claim_verdict *v,
                       struct buf *out)
{
    buf_reset(out);
    if (v->part_count)
        claim_part_command(v->parts[v->decisive].part, view->substitutions, view->plugins, out);
}

/* ---- A terminal ------------------------------------------------------------------------- */

/* What was seen, against what is claimed. */
static void add_effect(struct page *p, const char *who, const struct part_verdict *v)
{
    char effect[80], bounds[40];
    effect_text(v, effect, sizeof effect);
    bounds_text(v->part, bounds, sizeof bounds);
    page_row(p);
    page_texts(p, effect, bounds, NULL);
    page_text(p, "%s%s", who, v->part->text);
    if (v->reason[0])
        page_text(p, "%s: %s", standing_name(v->verdict), v->reason);
}

static void add_block(struct page *p, const struct claims_view *view, size_t i)
{
    static const struct page_column head[] = {
        {.key = "number", .width = 2},
        {.key = "claim", .width = 22},
        {.key = "verdict"},
        {.key = "reference", .gap = 3},
        {0},
    };
    static const struct page_column parts[] = {
        {.key = "effect", .width = 24},
        {.key = "claimed", .before = "claimed ", .width = 12, .gap = 1},
        {.key = "part", .gap = 1, .flags = PAGE_SUBJECT},
        {.key = "reason", .flags = PAGE_BELOW},
        {0},
    };
    const struct claim_verdict *v = &view->verdicts->items[i], *other = reference_of(view, i);
    struct buf command = {0};
    page_gap(p);
    page_grid(p, &(struct page_grid_form){.columns = head, .is_headless = true});
    page_row(p);
    page_count(p, (uint64_t)v->claim->number);
    page_toned(p, PAGE_STRONG, "%s", v->claim->name);
    page_toned(p, tone_of(v->verdict), "%s", standing_name(v->verdict));
    if (other)
        page_toned(p, tone_of(other->verdict), "CPython: %s", standing_name(other->verdict));
    page_indent(p, INDENT);
    page_say(p, PAGE_SENTENCE, "%s", v->claim->sentence);
    page_grid(p,
              &(struct page_grid_form){.columns = parts, .is_headless = true, .below = INDENT + 2});
    for (size_t k = 0; k < v->part_count; k++) {
        const struct part_verdict *same = reference_part(other, v->parts[k].part);
        add_effect(p, "", &v->parts[k]);
        if (same)
            add_effect(p, "CPython: ", same);
    }
    if (is_known_refuted(v))
        page_say(p, PAGE_SENTENCE, "known: %s", v->claim->known);
    command_of(view, v, &command);
    if (command.len)
        page_command(p, page_text_of(p, &command));
    page_indent(p, 0);
    page_settle(p, &command);
}

/* ---- A document ------------------------------------------------------------------------- */

static void add_parts_cell(struct page *p, const struct claim_verdict *v)
{
    page_empty(p);
    for (size_t k = 0; v && k < v->part_count; k++) {
        const struct part_verdict *part = &v->parts[k];
        char effect[80], bounds[40];
        effect_text(part, effect, sizeof effect);
        bounds_text(part->part, bounds, sizeof bounds);
        if (part->reason[0])
            page_line(p, "%s: %s, claimed %s (%s: %s)", part->part->text, effect, bounds,
                      standing_name(part->verdict), part->reason);
        else
            page_line(p, "%s: %s, claimed %s", part->part->text, effect, bounds);
    }
    if (v && is_known_refuted(v))
        page_line(p, "known: %s", v->claim->known);
}

static void add_verdict_cell(struct page *p, const struct claim_verdict *v)
{
    page_toned(p, v ? tone_of(v->verdict) : PAGE_PLAIN, "%s", v ? standing_name(v->verdict) : "");
}

static void add_table(struct page *p, const struct claims_view *view)
{
    unsigned reference = view->reference_verdicts ? PAGE_ALL : PAGE_GATE; /* no grid's audience */
    const struct page_column columns[] = {
        {.key = "number", .head = "#"},
        {.key = "claim", .flags = PAGE_CODE},
        {.key = "sentence"},
        {.key = "verdict"},
        {.key = "effect"},
        {.key = "reference", .head = "CPython", .to = reference},
        {.key = "reference_effect", .head = "effect in CPython", .to = reference},
        {.key = "command", .flags = PAGE_CODE},
        {0},
    };
    struct buf command = {0};
    page_grid(p, &(struct page_grid_form){.key = "claims", .columns = columns});
    for (size_t i = 0; i < view->verdicts->count; i++) {
        const struct claim_verdict *v = &view->verdicts->items[i], *other = reference_of(view, i);
        page_row(p);
        page_count(p, (uint64_t)v->claim->number);
        page_texts(p, v->claim->name, v->claim->sentence, NULL);
        add_verdict_cell(p, v);
        add_parts_cell(p, v);
        add_verdict_cell(p, other);
        add_parts_cell(p, other);
        command_of(view, v, &command);
        page_text(p, "%s", page_text_of(p, &command));
    }
    page_settle(p, &command);
}

/* ---- Programs and jobs ------------------------------------------------------------------ */

static void add_data_rows(struct page *p, const struct result *r, const struct verdicts *verdicts)
{
    for (size_t i = 0; i < verdicts->count; i++) {
        const struct claim_verdict *v = &verdicts->items[i];
        for (size_t k = 0; k < v->part_count; k++) {
            const struct part_verdict *part = &v->parts[k];
            const struct summary *e = &part->effect;
            page_row(p);
            page_text(p, "%s", r->runtime);
            page_count(p, (uint64_t)v->claim->number);
            page_texts(p, v->claim->name, standing_name(v->verdict), part->part->text,
                       standing_name(part->verdict), part->part->metric, NULL);
            page_value(p, (struct page_value){e->center, e->lo, e->hi, e->level, e->n}, NULL,
                       false);
            page_count(p, e->n);
            page_number(p, part->part->above > 0 ? part->part->above : (double)NAN, NULL, 15);
            page_number(p, part->part->below > 0 ? part->part->below : (double)NAN, NULL, 15);
            page_text(p, "%s", part->reason);
        }
    }
}

static void add_data(struct page *p, const struct claims_view *view)
{
    static const struct page_column columns[] = {
        {.key = "runtime"},
        {.key = "number"},
        {.key = "claim"},
        {.key = "verdict"},
        {.key = "part"},
        {.key = "part_verdict"},
        {.key = "metric"},
        {.key = "effect", .unit = "ratio", .flags = PAGE_INTERVAL},
        {.key = "n"},
        {.key = "above", .unit = "ratio"},
        {.key = "below", .unit = "ratio"},
        {.key = "reason"},
        {0},
    };
    page_grid(p, &(struct page_grid_form){.key = "parts", .columns = columns});
    add_data_rows(p, view->result, view->verdicts);
    if (view->reference_verdicts)
        add_data_rows(p, view->reference, view->reference_verdicts);
}

/* The grounds are those of the part that the verdict rests on. */
static void add_gate(struct page *p, const struct claim_verdict *v)
{
    const struct part_verdict *part = &v->parts[v->decisive];
    char effect[80], bounds[40];
    struct buf grounds = {0};
    if (v->part_count) {
        effect_text(part, effect, sizeof effect);
        bounds_text(part->part, bounds, sizeof bounds);
        buf_printf(&grounds, "%s: %s, claimed %s%s%s", part->part->text, effect, bounds,
                   part->reason[0] ? "; " : "", part->reason);
    }
    page_verdict(p, &(struct page_verdict){.id = v->claim->name,
                                           .name = v->claim->sentence,
                                           .word = standing_name(v->verdict),
                                           .severity = v->verdict == STANDING_CONFIRMED ? PAGE_PASS
                                                       : v->verdict == STANDING_REFUTED ? PAGE_FAIL
                                                                                        : PAGE_SKIP,
                                           .text = page_text_of(p, &grounds)});
    page_settle(p, &grounds);
}

/* ---- All of it ---------------------------------------------------------------------------- */

static void say_counts(struct page *p, const struct claims_view *v)
{
    struct buf line = {0};
    counts_text(v->verdicts, &line);
    page_gap(p);
    page_say(p, PAGE_SUMMARY, "%s", page_text_of(p, &line));
    buf_reset(&line);
    if (v->reference_verdicts) {
        counts_text(v->reference_verdicts, &line);
        page_say(p, PAGE_SENTENCE, "%s, %s", v->reference->runtime, page_text_of(p, &line));
    } else if (v->reference_missing) {
        page_say(p, PAGE_SENTENCE, "CPython: %s: %s", standing_name(STANDING_NOT_TESTABLE),
                 v->reference_missing);
    }
    page_settle(p, &line);
}

void claims_page(struct page *p, const struct claims_view *v)
{
    page_init(p, "contend claims");
    page_to(p, PAGE_READERS);
    result_say(p, "", v->result);
    if (v->reference)
        result_say(p, "", v->reference);
    page_to(p, PAGE_TERMINAL);
    for (size_t i = 0; i < v->verdicts->count; i++)
        add_block(p, v, i);
    page_to(p, PAGE_DOCUMENT);
    claims_chart(p, v->verdicts);
    add_table(p, v);
    page_to(p, PAGE_DATA);
    add_data(p, v);
    page_to(p, PAGE_GATE);
    for (size_t i = 0; i < v->verdicts->count; i++)
        add_gate(p, &v->verdicts->items[i]);
    page_to(p, PAGE_READERS | PAGE_GATE);
    say_counts(p, v);
    page_document(p, claims_document(v), JSON_INDENT(1) | JSON_REAL_PRECISION(15));
}

/* ---- The list ------------------------------------------------------------------------------ */

void claims_list_page(struct page *p, const struct claim_list *claims)
{
    static const struct page_column columns[] = {
        {.key = "number", .head = "#", .width = 2},
        {.key = "claim"},
        {.key = "sentence", .to = PAGE_DOCUMENT | PAGE_DATA},
        {.key = "section", .to = PAGE_DOCUMENT | PAGE_DATA},
        {.key = "words", .flags = PAGE_BELOW, .to = PAGE_TERMINAL},
        {0},
    };
    struct json_maker list = json_maker_list();
    page_init(p, "contend claims --list");
    page_grid(p, &(struct page_grid_form){
                     .key = "claims", .columns = columns, .is_headless = true, .below = INDENT});
    for (size_t i = 0; i < claims->count; i++) {
        const struct claim *c = claims->items[i];
        page_row(p);
        page_count(p, (uint64_t)c->number);
        page_texts(p, c->name, c->sentence, c->where, NULL);
        page_text(p, "%s (%s)", c->sentence, c->where);
        json_make_add(&list, json_pack("{s:i, s:s, s:s, s:s}", "number", c->number, "name", c->name,
                                       "sentence", c->sentence, "where", c->where));
    }
    page_document(p, json_pack("{s:o}", "claims", json_made(&list)), JSON_INDENT(1));
}
