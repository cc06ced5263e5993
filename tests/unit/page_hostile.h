/* Texts that would end, change or obey a notation, and a page that has one in each of its places.
 */
#ifndef CONTEND_TESTS_PAGE_HOSTILE_H
#define CONTEND_TESTS_PAGE_HOSTILE_H

#include "bench/page/page.h"

#include <math.h>

/* The first is harmless: what all others must look like. */
static const char *const hostile[] = {
    "harmless",
    "a,b;c\td",
    "\"quoted\" 'too'",
    "=cmd|' /C calc'!A0",
    " =1+1",
    "@SUM(1)",
    "a;=1+1;@SUM(1)",
    "-2+3",
    "+1",
    "\t=1",
    "\xef\xbc\x9d"
    "1+1", /* a wide equals sign */
    "two\nlines",
    "two\r\nlines",
    "\nline",
    "<script>alert(1)</script>",
    "--> ]]> <![CDATA[",
    "&amp;&#x202e;",
    "\" onload=\"x",
    "\\end{tabular}\\input{/etc/passwd}",
    "50 % of $x^2_i$ {a} ~ # &",
    "# heading",
    "- item",
    "1. item",
    "===",
    "`code` ``two`` ```three```",
    "|bar|bar|",
    "[2cm] x",
    "* x",
    "**bold** _em_ ~~no~~",
    "[link](javascript:x) ![image](x)",
    "<!-- ",
    "</details>",
    "::error title=x::y",
    "%0A::warning::x",
    "a:b,c",
    "\x1b[2J\x07\x08",
    "\xc2\x9b"
    "31m\xc2\x90q", /* C1: CSI, DCS */
    "\xe2\x80\xae"
    "desrever", /* a right-to-left override */
    "\xe2\x81\xa6isolate\xe2\x80\x8f",
    "a\xe2\x80\xa8"
    "b",                        /* a line separator */
    "\xef\xbf\xbe\xef\xbf\xbf", /* noncharacters, which XML does not have */
    "\xef\xbb\xbf"
    "bom",
    "\xf3\xa0\x81\x81tag",
    "\x7f",
    "\xff\xfe \x80", /* no UTF-8 */
    "\xed\xa0\x80\xf4\x90\x80\x80",
    "\xe2\x80", /* cut short */
    "e\xcc\x81 \xe6\x97\xa5\xe6\x9c\xac",
};

enum { HOSTILE = sizeof hostile / sizeof *hostile };

/* One of each kind, with the text wherever one may stand. */
static inline void hostile_charts(struct page *p, const char *text)
{
    static const enum page_mark marks[] = {PAGE_AS_CHART, PAGE_FIT, PAGE_TICK, PAGE_RULE,
                                           PAGE_ARROW};
    for (enum page_chart_kind kind = PAGE_LINES; kind <= PAGE_LANES; kind++) {
        page_chart(p,
                   &(struct page_chart_form){.key = "chart",
                                             .title = text,
                                             .subtitle = text,
                                             .note = text,
                                             .kind = kind,
                                             .x = {.name = text, .unit = "ns", .scale = PAGE_LOG},
                                             .y = {.name = text},
                                             .is_searched = kind == PAGE_LINES});
        for (int panel = 0; panel < 2; panel++) {
            page_panel(p, text, NULL, NULL);
            for (size_t m = 0; m < sizeof marks / sizeof *marks; m++) {
                page_series(p, &(struct page_series_form){.name = text, .mark = marks[m]});
                for (int i = 1; i < 3; i++)
                    page_point(p, &(struct page_point){i, i, i - 0.5, i + 0.5, text, PAGE_ROUGH});
            }
        }
    }
}

static inline void hostile_page(struct page *p, const char *text)
{
    const struct page_column columns[] = {
        {.key = "name", .flags = PAGE_LABEL},
        {.key = "start_ns", .head = text, .group = text, .unit = "ns", .flags = PAGE_INTERVAL},
        {.key = "code", .group = text, .flags = PAGE_CODE},
        {.key = "why", .before = "> ", .flags = PAGE_BELOW},
        {0},
    };
    page_init(p, text);
    page_columns(p, 100); /* on paper, lines do not depend on how long the texts are */
    page_heading(p, 2, "%s", text);
    page_say(p, PAGE_SOURCE, "%s", text);
    page_say(p, PAGE_SENTENCE, "%s", text);
    page_say(p, PAGE_SENTENCE, "before %s behind", text);
    page_code(p, text);
    page_say_after(p, text, PAGE_SUMMARY, "%s", text);
    page_say(p, PAGE_NOTE, "%s", text);
    page_say(p, PAGE_WARNING, "%s", text);
    page_say(p, PAGE_LEGEND, "%s", text);
    page_command(p, text);
    page_verbatim(p, "several\nlines");
    page_fold(p, "%s", text);
    page_grid(p, &(struct page_grid_form){
                     .key = "grid", .title = text, .subtitle = text, .columns = columns});
    page_group(p, "%s", text);
    page_row(p);
    page_text(p, "%s", text);
    page_value(p, (struct page_value){38190, 37500, 38900, 0.98, 7}, NULL, false);
    page_text(p, "%s", text);
    page_text(p, "%s", text);
    page_row(p);
    page_toned(p, PAGE_BAD, "%s", text);
    page_missing(p, text);
    page_empty(p);
    page_line(p, "%s", text);
    page_line(p, "%s", text);
    page_row(p);
    page_text(p, "%s", text);
    page_status(p, text, text);
    page_unfold(p);
    page_verdict(p, &(struct page_verdict){text, text, text, PAGE_FAIL, text});
    page_verdict(p, &(struct page_verdict){text, text, text, PAGE_PASS, text});
    page_verdict(p, &(struct page_verdict){text, text, text, PAGE_SKIP, NULL});
    hostile_charts(p, text);
}

#endif
