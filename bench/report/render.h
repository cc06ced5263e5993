/*
 * Tables and what stands under them, in each format.  Everything goes into a buffer: the caller
 * prints it, and finds `failed` set when memory ran out.
 */
#ifndef CONTEND_REPORT_RENDER_H
#define CONTEND_REPORT_RENDER_H

#include "bench/core/buf.h"
#include "bench/report/notes.h"
#include "bench/report/result_line.h"
#include "bench/report/sentences.h"
#include "bench/report/table.h"

struct style {
    int width;   /* columns of the terminal; text is wrapped and stacked to fit */
    bool colour; /* headings and marks in bold and faint */
};

/* Everything a report says; sentences may be NULL. */
struct page {
    const struct tables *tables;
    const struct notes *notes;
    const struct sentences *sentences;
    struct style style;
};

void render_text(const struct page *p, struct buf *out);
void render_markdown(const struct page *p, struct buf *out);
/* Long form: one line a cell and metric. */
void render_csv(const struct page *p, struct buf *out);
void render_json(const struct page *p, struct buf *out);
/* Tabulars for the booktabs package. */
void render_latex(const struct page *p, struct buf *out);

/* Shared by the formats. */

/* "38.2 us", "1x", "~", "-", "skipped", "". */
void slot_text(const struct slot *s, char *out, size_t size);

/* Adds text, broken at blanks so that lines are at most `width` long; later lines are indented. */
void text_wrap(struct buf *out, const char *text, size_t column, size_t indent, size_t width);

/* What the marks in these tables mean, one text; nothing when there are none. */
void legend_line(const struct tables *t, struct buf *out);

#endif
