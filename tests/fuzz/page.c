/* Pages of any parts in any order: each format can be read by those it is made for. */
/* fuzz: rooms page */
#include "bench/page/page.h"

#include "tests/fuzz/lib/page_check.h"
#include "tests/fuzz/lib/target.h"

static const char *const units[] = {"ns", "bytes", "count", "ratio", "per_s", NULL};

static struct page_value made_value(struct input *in)
{
    struct page_value v = page_exactly(input_real(in));
    if (input_below(in, 2)) {
        double a = input_real(in), b = input_real(in);
        v.lo = v.center - (a < 0 ? -a : a);
        v.hi = v.center + (b < 0 ? -b : b);
        v.level = 0.95;
    }
    v.n = input_byte(in);
    return v;
}

static void add_cell(struct page *p, struct input *in)
{
    double values[8];
    size_t count = 0;
    switch (input_below(in, 14)) {
    case 0:
        page_empty(p);
        break;
    case 1:
        page_missing(p, input_text(in));
        break;
    case 2:
        page_value(p, made_value(in), input_word(in, units), input_below(in, 2));
        break;
    case 3:
        page_value(p, made_value(in), "ratio", false);
        break;
    case 4:
        page_number(p, input_real(in), input_word(in, units), 1 + (int)input_below(in, 17));
        break;
    case 5:
        page_count(p, input_whole(in));
        break;
    case 6:
        page_shown(p, made_value(in), "%s", input_text(in));
        break;
    case 7:
        page_status(p, input_text(in), input_text(in));
        break;
    case 8:
        for (; count < input_below(in, 9) && count < 8; count++)
            values[count] = input_real(in);
        page_trend(p, values, count, input_real(in));
        break;
    case 9:
        page_text(p, "%s", input_text(in));
        page_line(p, "%s", input_text(in));
        break;
    default:
        page_toned(p, (enum page_tone)input_below(in, PAGE_NOTED + 1), "%s", input_text(in));
    }
}

enum { COLUMNS_MAX = 5, ROWS_MAX = 6 };

static void add_grid(struct page *p, struct input *in)
{
    /* Machine names are ours, and each is there once; heads and groups may be a file's. */
    static const char *const keys[] = {"name", "makespan_ns", "ratio", "note", "verdict"};
    struct page_column columns[COLUMNS_MAX + 1] = {{0}};
    size_t count = 1 + input_below(in, COLUMNS_MAX);
    for (size_t i = 0; i < count; i++)
        columns[i] = (struct page_column){
            .key = keys[i],
            .head = input_below(in, 2) ? input_text(in) : NULL,
            .group = input_below(in, 4) == 0 ? input_text(in) : NULL,
            .unit = input_below(in, 3) == 0 ? input_word(in, units) : NULL,
            .before = input_below(in, 8) == 0 ? "> " : NULL,
            .align = (enum page_align)input_below(in, PAGE_RIGHT + 1),
            .flags = i ? (unsigned)input_byte(in) % (2 * PAGE_SUBJECT) : (unsigned)PAGE_LABEL,
            .width = (unsigned)input_below(in, 30),
            .to = i && input_below(in, 6) == 0 ? 1 + (unsigned)input_below(in, PAGE_ALL) : 0};
    struct page_grid_form form = {.key = "grid",
                                  .title = input_below(in, 2) ? input_text(in) : NULL,
                                  .subtitle = input_below(in, 4) == 0 ? input_text(in) : NULL,
                                  .columns = columns,
                                  .is_headless = input_below(in, 6) == 0,
                                  .margin = (unsigned)input_below(in, 8),
                                  .below = (unsigned)input_below(in, 12)};
    page_grid(p, &form);
    for (size_t rows = input_below(in, ROWS_MAX); rows > 0; rows--) {
        if (input_below(in, 6) == 0)
            page_group(p, "%s", input_text(in));
        page_row(p);
        for (size_t cells = input_below(in, count + 1); cells > 0; cells--)
            add_cell(p, in);
    }
}

static struct page_axis made_axis(struct input *in)
{
    return (struct page_axis){.name = input_text(in),
                              .unit = input_word(in, units),
                              .scale = (enum page_scale)input_below(in, PAGE_TAIL + 1),
                              .from = input_real(in),
                              .to = input_real(in),
                              .is_percent = input_below(in, 4) == 0};
}

static void add_chart(struct page *p, struct input *in)
{
    struct page_chart_form form = {.key = "chart",
                                   .title = input_text(in),
                                   .subtitle = input_below(in, 2) ? input_text(in) : NULL,
                                   .note = input_below(in, 2) ? input_text(in) : NULL,
                                   .kind = (enum page_chart_kind)input_below(in, PAGE_LANES + 1),
                                   .x = made_axis(in),
                                   .y = made_axis(in),
                                   .is_searched = input_below(in, 4) == 0};
    page_chart(p, &form);
    for (size_t series = input_below(in, 3); series > 0; series--) {
        page_series(
            p, &(struct page_series_form){.name = input_text(in),
                                          .mark = (enum page_mark)input_below(in, PAGE_ARROW + 1),
                                          .tint = (unsigned)input_below(in, 4)});
        for (size_t points = input_below(in, 5); points > 0; points--) {
            struct page_value v = made_value(in);
            page_point(p,
                       &(struct page_point){.x = input_real(in),
                                            .y = v.center,
                                            .lo = v.lo,
                                            .hi = v.hi,
                                            .label = input_below(in, 2) ? input_text(in) : NULL});
        }
    }
}

static void add_words(struct page *p, struct input *in)
{
    enum page_role role = (enum page_role)input_below(in, PAGE_SUMMARY + 1);
    if (input_below(in, 3))
        page_say(p, role, "%s", input_text(in));
    else
        page_say_after(p, input_text(in), role, "%s", input_text(in));
    if (input_below(in, 4) == 0)
        page_code(p, input_text(in));
}

static void add_part(struct page *p, struct input *in)
{
    switch (input_below(in, 11)) {
    case 0:
        page_heading(p, 1 + (unsigned)input_below(in, 4), "%s", input_text(in));
        break;
    case 1:
        page_command(p, input_text(in));
        break;
    case 2:
        page_verbatim(p, input_text(in));
        break;
    case 3:
        page_fold(p, "%s", input_text(in));
        page_unfold(p);
        break;
    case 4:
        page_gap(p);
        break;
    case 5:
        page_to(p, 1 + (unsigned)input_below(in, PAGE_ALL));
        break;
    case 6:
        page_indent(p, (unsigned)input_below(in, 10));
        break;
    case 7:
        page_verdict(p, &(struct page_verdict){input_text(in), input_text(in), input_text(in),
                                               (enum page_severity)input_below(in, PAGE_SKIP + 1),
                                               input_below(in, 2) ? input_text(in) : NULL});
        break;
    case 8:
        add_chart(p, in);
        break;
    case 9:
        add_words(p, in);
        break;
    default:
        add_grid(p, in);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in;
    struct page p;
    input_open(&in, data, size);
    struct page_style style = {
        .width = 20 + input_byte(&in), .colour = input_below(&in, 2), .utf8 = input_below(&in, 2)};
    page_init(&p, input_text(&in));
    while (!input_is_empty(&in))
        add_part(&p, &in);
    page_check(&p, &style);
    page_release(&p);
    input_close(&in);
    return 0;
}
