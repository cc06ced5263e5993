/* A block a claim: what is claimed, what was seen, and the command that shows it. */
#include "bench/claims/judge/render.h"

#include <stdio.h>
#include <string.h>

enum { INDENT = 4, NAME_WIDTH = 22, EFFECT_WIDTH = 23, BOUNDS_WIDTH = 13, WIDTH_OF_COLUMNS = 84 };

static const char *mark(const struct claims_page *p, enum standing v)
{
    static const char *const colours[STANDINGS] = {"\033[32m", "\033[1;31m", "\033[33m", "\033[2m"};
    return p->style.colour ? colours[v] : "";
}

static const char *plain(const struct claims_page *p)
{
    return p->style.colour ? "\033[0m" : "";
}

static const char *bold(const struct claims_page *p)
{
    return p->style.colour ? "\033[1m" : "";
}

static size_t width_of(const struct claims_page *p)
{
    return p->style.width > 0 ? (size_t)p->style.width : 120;
}

static void add_wrapped(const struct claims_page *p, const char *text, size_t indent,
                        struct buf *out)
{
    buf_pad(out, indent);
    text_wrap(out, text, indent, indent, width_of(p));
    buf_add(out, "\n");
}

/* What was seen, against what is claimed: in columns where they fit. */
static void add_effect(const struct claims_page *p, const char *who, const struct part_verdict *v,
                       struct buf *out)
{
    char effect[80], bounds[40];
    struct buf line = {0};
    effect_text(v, effect, sizeof effect);
    bounds_text(v->part, bounds, sizeof bounds);
    if (width_of(p) >= WIDTH_OF_COLUMNS) {
        size_t column = INDENT + EFFECT_WIDTH + 1 + BOUNDS_WIDTH;
        buf_printf(out, "%*s%-*s %-*s", INDENT, "", EFFECT_WIDTH, effect, BOUNDS_WIDTH, bounds);
        buf_printf(&line, "%s%s", who, v->part->text);
        text_wrap(out, buf_text(&line), column, column, width_of(p));
        buf_add(out, "\n");
    } else {
        buf_printf(&line, "- %s%s: %s, claimed %s", who, v->part->text, effect, bounds);
        buf_pad(out, INDENT);
        text_wrap(out, buf_text(&line), INDENT, INDENT + 2, width_of(p));
        buf_add(out, "\n");
    }
    if (v->reason[0]) {
        buf_reset(&line);
        buf_printf(&line, "%s: %s", standing_name(v->verdict), v->reason);
        add_wrapped(p, buf_text(&line), INDENT + 2, out);
    }
    buf_release(&line);
}

/* Broken before options, so that what is copied still is one command. */
static void add_command(const struct claims_page *p, const char *text, struct buf *out)
{
    size_t width = width_of(p), column = INDENT + 2;
    buf_printf(out, "%*s$ ", INDENT, "");
    while (*text) {
        const char *next = strstr(text + 1, " -");
        size_t length = next ? (size_t)(next - text) : strlen(text);
        if (column + length + 2 > width && column > INDENT + 6) {
            buf_printf(out, " \\\n%*s", INDENT + 4, "");
            column = INDENT + 4;
            text += *text == ' ';
            length -= length > 0 && next ? 1 : 0;
            length = next ? (size_t)(next - text) : strlen(text);
        }
        buf_add_bytes(out, text, length);
        column += length;
        text += length;
    }
    buf_add(out, "\n");
}

/* Number, name and verdicts: in columns, or each on a line of its own where they do not fit. */
static void add_head(const struct claims_page *p, const struct claim_verdict *v,
                     const struct claim_verdict *other, struct buf *out)
{
    bool is_narrow = width_of(p) < WIDTH_OF_COLUMNS;
    buf_printf(out, "\n%s%2d  %-*s%s", bold(p), v->claim->number, is_narrow ? 0 : NAME_WIDTH,
               v->claim->name, plain(p));
    buf_printf(out, is_narrow ? "\n%*s%s%s%s" : "%*s%s%s%s", is_narrow ? INDENT : 2, "",
               mark(p, v->verdict), standing_name(v->verdict), plain(p));
    if (other)
        buf_printf(out, is_narrow ? "\n%*sCPython: %s%s%s" : "%*sCPython: %s%s%s",
                   is_narrow ? INDENT : 3, "", mark(p, other->verdict),
                   standing_name(other->verdict), plain(p));
    buf_add(out, "\n");
}

static void add_claim(const struct claims_page *p, size_t i, struct buf *out)
{
    const struct claim_verdict *v = &p->verdicts->items[i], *other = reference_of(p, i);
    struct buf text = {0};
    add_head(p, v, other, out);
    add_wrapped(p, v->claim->sentence, INDENT, out);
    for (size_t k = 0; k < v->part_count; k++) {
        const struct part_verdict *same = reference_part(other, v->parts[k].part);
        add_effect(p, "", &v->parts[k], out);
        if (same)
            add_effect(p, "CPython: ", same, out);
    }
    if (v->verdict == STANDING_REFUTED && v->claim->known) {
        buf_printf(&text, "known: %s", v->claim->known);
        add_wrapped(p, buf_text(&text), INDENT, out);
        buf_reset(&text);
    }
    if (v->part_count) {
        claim_part_command(v->parts[v->decisive].part, p->substitutions, p->plugins, &text);
        add_command(p, buf_text(&text), out);
    }
    buf_release(&text);
}

void claims_render_text(const struct claims_page *p, struct buf *out)
{
    struct buf line = {0};
    result_line(p->result, &line);
    add_wrapped(p, buf_text(&line), 0, out);
    if (p->reference) {
        buf_reset(&line);
        result_line(p->reference, &line);
        add_wrapped(p, buf_text(&line), 0, out);
    }
    for (size_t i = 0; i < p->verdicts->count; i++)
        add_claim(p, i, out);
    buf_reset(&line);
    counts_text(p->verdicts, &line);
    buf_add(out, "\n");
    add_wrapped(p, buf_text(&line), 0, out);
    if (p->reference_verdicts) {
        buf_reset(&line);
        buf_printf(&line, "%s, ", p->reference->runtime);
        counts_text(p->reference_verdicts, &line);
        add_wrapped(p, buf_text(&line), 0, out);
    } else if (p->reference_missing) {
        buf_reset(&line);
        buf_printf(&line, "CPython: %s: %s", standing_name(STANDING_NOT_TESTABLE),
                   p->reference_missing);
        add_wrapped(p, buf_text(&line), 0, out);
    }
    buf_release(&line);
}
