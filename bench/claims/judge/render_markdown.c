/* One table: a row a claim, its parts in the cells. */
#include "bench/claims/judge/render.h"

#include <stdio.h>

static void add_parts(const struct claim_verdict *v, struct buf *out)
{
    for (size_t k = 0; v && k < v->part_count; k++) {
        char effect[80], bounds[40];
        effect_text(&v->parts[k], effect, sizeof effect);
        bounds_text(v->parts[k].part, bounds, sizeof bounds);
        buf_printf(out, "%s%s: %s, claimed %s", k ? "<br>" : "", v->parts[k].part->text, effect,
                   bounds);
        if (v->parts[k].reason[0])
            buf_printf(out, " (%s: %s)", standing_name(v->parts[k].verdict), v->parts[k].reason);
    }
    if (v && v->verdict == STANDING_REFUTED && v->claim->known)
        buf_printf(out, "<br>known: %s", v->claim->known);
}

static void add_row(const struct claims_page *p, size_t i, struct buf *out)
{
    const struct claim_verdict *v = &p->verdicts->items[i], *other = reference_of(p, i);
    buf_printf(out, "| %d | `%s` | %s | %s%s%s | ", v->claim->number, v->claim->name,
               v->claim->sentence, v->verdict == STANDING_REFUTED ? "**" : "",
               standing_name(v->verdict), v->verdict == STANDING_REFUTED ? "**" : "");
    add_parts(v, out);
    if (p->reference_verdicts) {
        buf_printf(out, " | %s | ", other ? standing_name(other->verdict) : "");
        add_parts(other, out);
    }
    buf_add(out, " | `");
    if (v->part_count)
        claim_part_command(v->parts[v->decisive].part, p->substitutions, p->plugins, out);
    buf_add(out, "` |\n");
}

void claims_render_markdown(const struct claims_page *p, struct buf *out)
{
    bool has_reference = p->reference_verdicts != NULL;
    result_line(p->result, out);
    buf_add(out, "\n\n");
    if (p->reference) {
        result_line(p->reference, out);
        buf_add(out, "\n\n");
    }
    buf_printf(out, "| # | claim | sentence | verdict | effect |%s command |\n",
               has_reference ? " CPython | effect in CPython |" : "");
    buf_printf(out, "|--:|---|---|---|---|%s---|\n", has_reference ? "---|---|" : "");
    for (size_t i = 0; i < p->verdicts->count; i++)
        add_row(p, i, out);
    buf_add(out, "\n");
    counts_text(p->verdicts, out);
    buf_add(out, "\n");
    if (p->reference_verdicts) {
        buf_printf(out, "\n%s, ", p->reference->runtime);
        counts_text(p->reference_verdicts, out);
        buf_add(out, "\n");
    } else if (p->reference_missing) {
        buf_printf(out, "\nCPython: %s: %s\n", standing_name(STANDING_NOT_TESTABLE),
                   p->reference_missing);
    }
}
