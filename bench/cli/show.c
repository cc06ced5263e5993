#include "bench/cli/show.h"

#include "bench/cli/cli.h"
#include "bench/cli/terminal.h"

int show_page(struct page *p, const char *format, int64_t width, struct err *err)
{
    const struct page_style style = {
        .width = width == SHOW_UNWRAPPED ? 0 : terminal_width(width),
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
