#include "bench/claims/judge/render.h"
#include "bench/core/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const claims_formats[] = {"text", "markdown", "json", NULL};

enum { TEXT, MARKDOWN, JSON };

/* Three digits are what a handful of rounds can tell. */
static void number(double value, const char *suffix, char *out, size_t size)
{
    if (isinf(value))
        snprintf(out, size, "never");
    else if (fabs(value) >= 1000)
        snprintf(out, size, "%.0f%s", value, suffix);
    else if (fabs(value) >= 100 || fabs(value - round(value)) < 1e-9)
        snprintf(out, size, "%.0f%s", value, suffix);
    else if (fabs(value) >= 10)
        snprintf(out, size, "%.1f%s", value, suffix);
    else
        snprintf(out, size, "%.2f%s", value, suffix);
}

void effect_text(const struct part_verdict *p, char *out, size_t size)
{
    char center[32], lo[32], hi[32];
    const struct summary *e = &p->effect;
    const char *suffix = p->part->effect == EFFECT_RATIO ? "x" : "";
    if (e->n == 0) {
        snprintf(out, size, "none");
        return;
    }
    number(e->center, suffix, center, sizeof center);
    number(e->lo, suffix, lo, sizeof lo);
    number(e->hi, suffix, hi, sizeof hi);
    if (p->part->effect == EFFECT_NEVER && p->verdict == STANDING_CONFIRMED)
        snprintf(out, size, "0 in %zu round%s", e->n, e->n == 1 ? "" : "s");
    else
        snprintf(out, size, "%s [%s, %s]", center, lo, hi);
}

void bounds_text(const struct claim_part *p, char *out, size_t size)
{
    if (p->effect == EFFECT_NEVER)
        snprintf(out, size, "never");
    else if (p->above > 0 && p->below > 0)
        snprintf(out, size, "%g to %g", p->above, p->below);
    else if (p->above > 0)
        snprintf(out, size, "above %g", p->above);
    else
        snprintf(out, size, "below %g", p->below);
}

const struct claim_verdict *reference_of(const struct claims_page *page, size_t i)
{
    return page->reference_verdicts && page->reference_verdicts->items[i].part_count
               ? &page->reference_verdicts->items[i]
               : NULL;
}

const struct part_verdict *reference_part(const struct claim_verdict *v,
                                          const struct claim_part *part)
{
    for (size_t i = 0; v && i < v->part_count; i++)
        if (v->parts[i].part == part)
            return &v->parts[i];
    return NULL;
}

void counts_text(const struct verdicts *v, struct buf *out)
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

int claims_render(const struct claims_page *page, size_t format, struct buf *out, struct err *err)
{
    if (format == JSON)
        return claims_render_json(page, out, err);
    if (format == MARKDOWN)
        claims_render_markdown(page, out);
    else
        claims_render_text(page, out);
    return out->failed ? err_set(err, ERR_SYSTEM, "claims: out of memory") : 0;
}

/* ---- The list ---------------------------------------------------------------------- */

static int list_json(const struct claim_list *claims, struct buf *out, struct err *err)
{
    json_t *list = json_array();
    for (size_t i = 0; i < claims->count; i++) {
        const struct claim *c = claims->items[i];
        json_array_append_new(list, json_pack("{s:i, s:s, s:s, s:s}", "number", c->number, "name",
                                              c->name, "sentence", c->sentence, "where", c->where));
    }
    json_t *root = json_pack("{s:o}", "claims", list);
    json_add_text(out, root, JSON_INDENT(1));
    return out->failed ? err_set(err, ERR_SYSTEM, "claims: out of memory") : 0;
}

int claims_list_render(const struct claim_list *claims, size_t format, const struct style *style,
                       struct buf *out, struct err *err)
{
    if (format == JSON)
        return list_json(claims, out, err);
    if (format == MARKDOWN)
        buf_add(out, "| # | claim | sentence | section |\n|--:|---|---|---|\n");
    for (size_t i = 0; i < claims->count; i++) {
        const struct claim *c = claims->items[i];
        if (format == MARKDOWN) {
            buf_printf(out, "| %d | %s | %s | %s |\n", c->number, c->name, c->sentence, c->where);
            continue;
        }
        struct buf line = {0};
        buf_printf(out, "%2d  %s\n    ", c->number, c->name);
        buf_printf(&line, "%s (%s)", c->sentence, c->where);
        text_wrap(out, buf_text(&line), 4, 4, (size_t)style->width);
        buf_add(out, "\n");
        buf_release(&line);
    }
    return out->failed ? err_set(err, ERR_SYSTEM, "claims: out of memory") : 0;
}
