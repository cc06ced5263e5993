#include "bench/cli/show.h"

#include "bench/base/output.h"
#include "bench/cli/cli.h"
#include "bench/cli/terminal.h"
#include "bench/page/picture/picture.h"

#include <string.h>

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

const char *show_format(const char *format, const char *path, const char *otherwise,
                        struct err *err)
{
    format = picture_format_of(format, path, otherwise, err);
    return format && path && output_check(path, err) ? NULL : format;
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
    format = show_format(format, output, wishes->plot ? "svg" : "text", err);
    if (!format)
        return -1;
    page_init(&p, "contend report");
    page_expect(&p, format);
    if (!view_page(&p, paths, count, wishes, err))
        return show_page_to(&p, format, width, output, err);
    page_release(&p);
    return -1;
}

/* "markdown=summary.md": the format, of static life, and the file behind it. */
static const char *split_also(const char *word, const char **path, struct err *err)
{
    const char *equals = strchr(word, '=');
    for (size_t i = 0; equals && equals[1] && page_formats[i]; i++)
        if (strlen(page_formats[i]) == (size_t)(equals - word) &&
            !strncmp(page_formats[i], word, (size_t)(equals - word))) {
            *path = equals + 1;
            return page_formats[i];
        }
    struct buf known = {0};
    for (size_t i = 0; page_formats[i]; i++)
        buf_printf(&known, "%s%s", i ? ", " : "", page_formats[i]);
    err_set(err, ERR_USAGE, "--also: \"%s\" is not of the form FORMAT=FILE (%s)", word,
            buf_text(&known));
    buf_release(&known);
    return NULL;
}

int show_also_check(const struct opt_list *also, struct err *err)
{
    const char *path;
    for (size_t i = 0; i < also->count; i++)
        if (!split_also(also->items[i], &path, err) || output_check(path, err))
            return -1;
    return 0;
}

int show_page_and(struct page *p, const char *format, int64_t width, const struct opt_list *also,
                  struct err *err)
{
    const struct page_style style = {.width = 100, .utf8 = true};
    int failed = 0;
    for (size_t i = 0; i < also->count && !failed; i++) {
        const char *path, *name = split_also(also->items[i], &path, err);
        failed = !name || picture_write(p, name, &style, path, err);
    }
    return show_page(p, format, width, failed ? NULL : err) || failed ? -1 : 0;
}
