#include "bench/cli/show.h"

#include "bench/cli/cli.h"
#include "bench/cli/terminal.h"
#include "bench/page/picture/picture.h"

int show_page(struct page *p, const char *format, int64_t width, struct err *err)
{
    const struct page_style style = {
        .width = width == SHOW_LINES ? terminal_width_if_any() : terminal_width(width),
        .colour = terminal_has_colour(),
        .utf8 = terminal_is_utf8(),
    };
    struct buf out = {0};
    int failed = page_write(p, format ? format : page_formats[0], &style, &out, err) ||
                 cli_print(buf_text(&out), err);
    buf_release(&out);
    page_release(p);
    return failed ? -1 : 0;
}

int show_page_to(struct page *p, const char *format, int64_t width, const char *path,
                 struct err *err)
{
    const struct page_style style = {.width = width > 0 ? (int)width : terminal_width(0),
                                     .utf8 = true};
    if (!path)
        return show_page(p, format, width, err);
    int failed = picture_write(p, format, &style, path, err);
    page_release(p);
    return failed;
}

int show_view(const char *const *paths, size_t count, const struct view_wishes *wishes,
              const char *format, int64_t width, const char *output, struct err *err)
{
    struct page p;
    format = picture_place(format, output, wishes->plot ? "svg" : "text", err);
    if (!format)
        return -1;
    page_init(&p, "contend report");
    page_expect(&p, format);
    if (!view_page(&p, paths, count, wishes, err))
        return show_page_to(&p, format, width, output, err);
    page_release(&p);
    return -1;
}

int show_page_and(struct page *p, const char *format, int64_t width, const char *path,
                  const struct opt_list *also, struct err *err)
{
    int failed = picture_write_also(p, also, err);
    return show_page_to(p, format, width, path, failed ? NULL : err) || failed ? -1 : 0;
}
