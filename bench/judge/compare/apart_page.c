/* What moments of this machine differ by, as a page. */
#include "bench/base/json_make.h"
#include "bench/judge/compare/apart.h"

#include <math.h>
#include <stdio.h>

/* 1.23 % is said as 1.3 %. */
static double rounded_up(double sd)
{
    return ceil(1000 * sd) / 1000;
}

static double largest(const struct apart *a)
{
    double most = 0;
    for (size_t i = 0; i < a->count; i++)
        most = fmax(most, a->kinds[i].sd_most);
    return rounded_up(expm1(most));
}

static json_t *document_of(const struct apart *a, size_t moments)
{
    struct json_maker kinds = json_maker_list();
    for (size_t i = 0; i < a->count; i++)
        json_make_add(&kinds,
                      json_pack("{s:s, s:I, s:f, s:f}", "kind", a->kinds[i].group, "rows",
                                (json_int_t)a->kinds[i].rows, "sd_ratio", expm1(a->kinds[i].sd),
                                "sd_most_ratio", expm1(a->kinds[i].sd_most)));
    return json_pack("{s:s, s:I, s:f, s:o}", "schema", "contend.moments/1", "moments",
                     (json_int_t)moments, "moment_sd_ratio", largest(a), "kinds",
                     json_made(&kinds));
}

static void add_grid(struct page *p, const struct apart *a)
{
    static const struct page_column columns[] = {
        {.key = "kind", .width = 12},
        {.key = "rows", .align = PAGE_RIGHT, .width = 6, .gap = 1},
        {.key = "sd_ratio", .head = "sd", .align = PAGE_RIGHT, .width = 10, .gap = 1},
        {.key = "sd_most_ratio",
         .head = "at most (90 %)",
         .align = PAGE_RIGHT,
         .width = 16,
         .gap = 1},
        {0},
    };
    page_grid(p, &(struct page_grid_form){.key = "kinds", .columns = columns, .margin = 2});
    for (size_t i = 0; i < a->count; i++) {
        double sd = expm1(a->kinds[i].sd), most = expm1(a->kinds[i].sd_most);
        page_row(p);
        page_text(p, "%s", a->kinds[i].group);
        page_count(p, a->kinds[i].rows);
        page_shown(p, page_exactly(sd), "%.1f %%", 100 * sd);
        page_shown(p, page_exactly(most), "%.1f %%", 100 * rounded_up(most));
    }
}

void apart_page(struct page *p, const struct apart *a, size_t moments)
{
    char command[80];
    snprintf(command, sizeof command, "contend compare BASE HEAD --moment-sd %.1f%%",
             100 * largest(a));
    page_init(p, "contend doctor --moments");
    page_to(p, PAGE_READERS);
    page_say(p, PAGE_SENTENCE,
             "two of %zu moments of this machine differ by (standard deviation of the ratio)",
             moments);
    page_gap(p);
    page_to(p, PAGE_READERS | PAGE_DATA);
    add_grid(p, a);
    page_to(p, PAGE_READERS);
    page_gap(p);
    if (largest(a) <= 1) {
        page_say(p, PAGE_SENTENCE, "for all of them:  %s", command);
        page_code(p, command);
        page_say(p, PAGE_SENTENCE,
                 "Moments further apart differ by more: a longer --budget sees more of it.");
    } else {
        page_say(p, PAGE_SENTENCE,
                 "That is too much for stored results to be compared: contend doctor says what is "
                 "busy here.");
        page_code(p, "contend doctor");
    }
    page_document(p, document_of(a, moments), JSON_INDENT(1) | JSON_REAL_PRECISION(9));
}
