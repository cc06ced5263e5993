/* What the formats share. */
#include "bench/report/render.h"

#include "bench/report/low.h"

#include <stdio.h>
#include <string.h>

void slot_text(const struct slot *s, char *out, size_t size)
{
    out[0] = '\0';
    switch (s->kind) {
    case SLOT_VALUE:
    case SLOT_RATIO:
        number_text(out, size, &s->number);
        return;
    case SLOT_ABSENT:
        snprintf(out, size, s->metric->is_reference ? "reference" : "-");
        return;
    case SLOT_STATUS:
        snprintf(out, size, "%s", cell_status_name(s->entry.cell->status));
        return;
    case SLOT_EMPTY:
        return;
    }
}

void text_wrap(struct buf *out, const char *text, size_t column, size_t indent, size_t width)
{
    bool is_first = true;
    while (*text) {
        size_t word = strcspn(text, " ");
        size_t need = word + !is_first;
        if (!is_first && column + need > width) {
            buf_add(out, "\n");
            buf_pad(out, indent);
            column = indent;
            is_first = true;
        }
        buf_printf(out, "%s%.*s", is_first ? "" : " ", (int)word, text);
        column += word + !is_first;
        is_first = false;
        text += word;
        text += strspn(text, " ");
    }
}

void legend_line(const struct tables *t, struct buf *out)
{
    bool has_tilde = false, has_rough = false, has_absent = false, has_peers = false;
    for (size_t i = 0; i < t->count; i++) {
        has_peers |= t->grids[i].has_peers;
        for (size_t s = 0; s < t->grids[i].row_count * t->grids[i].column_count; s++) {
            const struct slot *slot = &t->grids[i].slots[s];
            bool is_marked = slot->number.text[0] == '~';
            has_tilde |= is_marked && !slot->number.text[1];
            has_rough |= is_marked && slot->number.text[1];
            has_absent |= slot->kind == SLOT_ABSENT && !slot->metric->is_reference;
        }
    }
    if (has_tilde)
        buf_add(out, "~ no difference can be told");
    if (has_rough)
        buf_printf(out,
                   "%s~5 rough: fewer than %d samples, or the ends of its interval differ by a "
                   "factor of %d or more",
                   out->len ? "; " : "", NUMBER_SAMPLES, NUMBER_FACTOR);
    if (has_absent)
        buf_printf(out, "%s- could not be had", out->len ? "; " : "");
    if (has_peers)
        buf_printf(out, "%speers are executors made of somebody else's library",
                   out->len ? "; " : "");
}
