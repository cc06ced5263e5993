/* The format of docs/adding-a-format.md, as it is shown there. */
#include "tests/inside/logfmt.c"
#include "tests/test.h"
#include "tests/unit/page_hostile.h"

#include "bench/base/utf8.h"

static void build(struct page *p)
{
    static const struct page_column columns[] = {
        {.key = "executor"}, {.key = "startup_ns", .unit = "ns"}, {.key = "note"}, {0}};
    page_init(p, "contend test");
    page_say(p, PAGE_NOTE, "not for programs");
    page_grid(p, &(struct page_grid_form){.key = "cells", .columns = columns});
    page_row(p);
    page_text(p, "thread");
    page_value(p, (struct page_value){38190, 37500, 38900, 0.98, 7}, NULL, false);
    page_text(p, "a \"quoted\" \\ note\x1b[2J");
    page_row(p);
    page_text(p, "process");
    page_status(p, "skipped", "too many");
    page_row(p);
    page_text(p, "serial");
    page_missing(p, "no clock");
}

static void a_row_is_a_line_and_what_is_unknown_is_left_out(void)
{
    struct page p;
    struct buf out = {0};
    build(&p);
    page_format_logfmt.write(&p, &(struct page_style){0}, &out);
    CHECK_EQ(buf_text(&out), "executor=\"thread\" startup_ns=38190 "
                             "note=\"a \\\"quoted\\\" \\\\ note<U+001B>[2J\"\n"
                             "executor=\"process\" status=skipped reason=\"too many\"\n"
                             "executor=\"serial\"\n");
    buf_release(&out);
    page_release(&p);
}

/* Buggy result: who followed the page had a format whose keys acted on a terminal. */
static void nothing_acts(void)
{
    for (size_t i = 0; i < HOSTILE; i++) {
        struct page p;
        struct buf out = {0};
        size_t length;
        hostile_page(&p, hostile[i]);
        page_format_logfmt.write(&p, &(struct page_style){0}, &out);
        for (const char *at = buf_text(&out); *at; at += length) {
            uint32_t code = utf8_decode(at, &length);
            if (!CHECK_MSG(*at == '\n' || utf8_is_shown(code), "text %zu: U+%04X", i, code))
                break;
        }
        buf_release(&out);
        page_release(&p);
    }
}

static const struct test tests[] = {
    {"nothing_acts", nothing_acts},
    {"a_row_is_a_line_and_what_is_unknown_is_left_out",
     a_row_is_a_line_and_what_is_unknown_is_left_out},
    {0},
};
TEST_MAIN(tests)
