/*
 * Formats: a page in, bytes out.
 *
 * One file, bench/page/NAME.c, and one line in formats.def.  A format defines `page_format_NAME`
 * below; everything that shows something offers it from then on.
 */
#ifndef CONTEND_PAGE_FORMATS_H
#define CONTEND_PAGE_FORMATS_H

#include "bench/base/buf.h"
#include "bench/base/err.h"
#include "bench/page/page.h"

struct page_style {
    int width;   /* columns of the terminal; text is wrapped and stacked to fit; 0: no end */
    bool colour; /* tones in colour */
    bool utf8;   /* trends in block elements */
};

enum page_need { PAGE_NEEDS_NOTHING, PAGE_NEEDS_GRID, PAGE_NEEDS_VERDICT, PAGE_NEEDS_CHART };

struct page_format {
    const char *name;
    unsigned audience;   /* one of enum page_audience: other blocks and columns do not count */
    bool shows_own;      /* the command's own document goes before what the page has */
    enum page_need need; /* what a page must have for that audience, to be written so */
    void (*write)(const struct page *p, const struct page_style *style, struct buf *out);
};

/* Names in the order of formats.def, NULL-terminated: the choices of --format. */
extern const char *const page_formats[];

/* The page will be written in this format and no other: see page_is_for(). */
void page_expect(struct page *p, const char *format);

/*
 * Adds the page in that format.  0, or -1: ERR_SYSTEM when memory ran out, here or while the page
 * was put together; ERR_USAGE when there is no such format, or nothing in the page it could show.
 */
int page_write(const struct page *p, const char *name, const struct page_style *style,
               struct buf *out, struct err *err);

#endif
