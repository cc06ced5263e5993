#include "bench/cli/show.h"

#include "bench/base/output.h"
#include "bench/cli/cli.h"
#include "bench/page/picture/picture.h"

#include <unistd.h>

int show_take(struct show *s, const char *otherwise, const char *read, struct err *err)
{
    const char *written = s->output ? s->output : s->document;
    s->format = picture_place(s->is_json ? "json" : s->format, s->output, otherwise, err);
    return !s->format || (read && output_keep(read, s->output, err)) ||
                   picture_check_also(&s->also, written, read, err)
               ? -1
               : 0;
}

static int print_page(const struct page *p, const struct show *s, struct err *err)
{
    const struct page_style style = {
        .width = s->width == SHOW_LINES ? terminal_width(STDOUT_FILENO, 0)
                                        : terminal_text_width(s->width),
        .colour = terminal_has_colour(),
        .utf8 = terminal_is_utf8(),
    };
    struct buf out = {0};
    int failed = page_write(p, s->format ? s->format : page_formats[0], &style, &out, err) ||
                 cli_print(buf_text(&out), err);
    buf_release(&out);
    return failed;
}

/* A reader may have gone; the document is there all the same. */
static int tell_document(const char *document, struct err *err)
{
    const struct err cause = *err;
    *err = (struct err){0};
    return err_set(err, cause.code, "%s; what was measured is in %s", cause.text, document);
}

int show_page(struct page *p, const struct show *s, struct err *err)
{
    const struct page_style style = {.width = terminal_text_width(s->width), .utf8 = true};
    int failed = picture_write_also(p, &s->also, err);
    struct err *later = failed ? NULL : err;
    failed |=
        s->output ? picture_write(p, s->format, &style, s->output, later) : print_page(p, s, later);
    page_release(p);
    if (failed && later && s->document && !output_is_stream(s->document))
        tell_document(s->document, err);
    return failed ? -1 : 0;
}

int show_view(const struct opt_list *paths, const struct view_wishes *wishes, struct show *s,
              struct err *err)
{
    struct page p;
    return view_check(wishes, err) || output_keep_all(paths, s->output, err) ||
                   show_take(s, wishes->plot ? "svg" : "text", NULL, err) ||
                   view_page(&p, paths, wishes, s->format, err) || show_page(&p, s, err)
               ? -1
               : 0;
}
