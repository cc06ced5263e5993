/*
 * The n-th allocation is refused, for every n: a page says so, or what it wrote is whole.  For one
 * file of a program.
 */
#ifndef CONTEND_TESTS_PAGE_REFUSED_H
#define CONTEND_TESTS_PAGE_REFUSED_H

#include "bench/base/utf8.h"
#include "bench/page/formats.h"
#include "tests/test.h"
#include "tests/unit/refused_allocations.h"

/* Makes the page and writes it in that format. */
typedef int page_writer(const char *format, struct buf *out, struct err *err);

static void check_format(page_writer *write_page, const char *format)
{
    struct buf whole = {0}, out = {0};
    struct err err = {0};
    bool was_refused = true;
    CHECK_EQ(write_page(format, &whole, &err), 0);
    for (long n = 1; was_refused && n < 100000; n++) {
        err = (struct err){0};
        countdown = n;
        int failed = write_page(format, &out, &err);
        was_refused = countdown == 0;
        countdown = 0;
        if (failed)
            CHECK_MSG(err.code == ERR_SYSTEM, "%s, allocation %ld: %s", format, n, err.text);
        else if (!CHECK_MSG(!strcmp(buf_text(&out), buf_text(&whole)),
                            "%s: allocation %ld is missed:\n%s", format, n, buf_text(&out)))
            break;
        buf_release(&out);
    }
    buf_release(&out);
    buf_release(&whole);
}

/* In every format, but that one, which may be NULL. */
static void check_refusals(page_writer *write_page, const char *without)
{
    if (!can_refuse)
        SKIP("the sanitizer has the allocator");
    utf8_columns("\xc3\xa9"); /* loads the locale of widths */
    for (size_t f = 0; page_formats[f]; f++)
        if (!without || strcmp(page_formats[f], without) != 0)
            check_format(write_page, page_formats[f]);
}

#endif
