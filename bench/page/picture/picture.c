#include "bench/page/picture/picture.h"

#include "bench/base/output.h"
#include "bench/base/suggest.h"
#include "bench/child/child.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

static const struct ending {
    const char *ending, *format;
    const char *drawn; /* what rsvg-convert calls it; NULL: it is the format's own */
} endings[] = {
    {".html", "html", NULL}, {".htm", "html", NULL},  {".svg", "svg", NULL},
    {".png", "svg", "png"},  {".pdf", "svg", "pdf"},  {".md", "markdown", NULL},
    {".csv", "csv", NULL},   {".tsv", "tsv", NULL},   {".tex", "latex", NULL},
    {".json", "json", NULL}, {".xml", "junit", NULL}, {".txt", "text", NULL},
};

/* NULL: it ends with none of them. */
static const struct ending *ending_of(const char *path)
{
    const char *dot = path ? strrchr(path, '.') : NULL;
    for (size_t i = 0; dot && i < sizeof endings / sizeof *endings; i++)
        if (!strcasecmp(dot, endings[i].ending))
            return &endings[i];
    return NULL;
}

/*
 * A file's name that ends with what no format is known by: "x.bogus", but not "-" nor "results",
 * nor "report-0.2", which is a version.
 */
static bool has_unknown_ending(const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL, *name = slash ? slash + 1 : path;
    const char *dot = name ? strrchr(name, '.') : NULL;
    bool is_ending = dot && dot > name && isalpha((unsigned char)dot[1]);
    return is_ending && !ending_of(path) && !output_is_stream(path);
}

static void refuse_ending(const char *path, struct err *err)
{
    struct buf known = {0};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        buf_printf(&known, "%s%s", i ? " " : "", endings[i].ending);
    err_set(err, ERR_USAGE, "%s: a name ends with what it holds, one of %s", path,
            buf_text(&known));
    buf_release(&known);
}

static const char *format_of(const char *format, const char *path, const char *otherwise,
                             struct err *err)
{
    const struct ending *e = ending_of(path);
    if (format && e && e->drawn && strcmp(format, e->format)) {
        err_set(err, ERR_USAGE, "--format %s: %s is a picture, drawn from svg", format, path);
        return NULL;
    }
    if (!format && has_unknown_ending(path)) {
        refuse_ending(path, err);
        return NULL;
    }
    return format ? format : e ? e->format : otherwise;
}

/* ---- Pictures of another kind ------------------------------------------------------------- */

enum { DRAWING_SECONDS = 60 };

static bool keep(void *out, const char *bytes, size_t length)
{
    buf_add_bytes(out, bytes, length);
    return !((struct buf *)out)->failed;
}

/* A file without a name that holds the text, read from its beginning; -1 with the error set. */
static int unnamed_file(const struct buf *text, struct err *err)
{
    int fd = memfd_create("picture", MFD_CLOEXEC);
    size_t done = 0;
    while (fd >= 0 && done < text->len) {
        ssize_t written = write(fd, text->data + done, text->len - done);
        if (written < 0 && errno != EINTR)
            break;
        done += written > 0 ? (size_t)written : 0;
    }
    if (fd >= 0 && done == text->len && lseek(fd, 0, SEEK_SET) == 0)
        return fd;
    err_set_sys(err, errno, "a picture");
    if (fd >= 0)
        close(fd);
    return -1;
}

/* Twice as many pixels as its size says, for screens and printers that have them. */
static int draw(const char *path, const char *kind, const struct buf *svg, struct buf *out,
                struct err *err)
{
    const char *const words_of[] = {
        "rsvg-convert", "-f", kind, "-z", !strcmp(kind, "png") ? "2" : "1", NULL};
    struct child_end end;
    char words[160];
    int in = unnamed_file(svg, err);
    if (in < 0)
        return -1;
    const struct child_request request = {
        .what = "rsvg-convert",
        .program = "rsvg-convert",
        .argv = (char *const *)(uintptr_t)words_of, /* execve() changes none of them */
        .in = in,
        .out = CHILD_PIPE};
    const struct child_watch watch = {
        .timeout_ns = DRAWING_SECONDS * UINT64_C(1000000000), .on_output = keep, .context = out};
    int failed = child_run(&request, &watch, &end, err);
    close(in);
    if (failed)
        return -1;
    if (end.start_errno)
        return err_set(
            err, ERR_UNAVAILABLE,
            "%s: %s is drawn by rsvg-convert (Debian: librsvg2-bin), which is not there; .svg "
            "needs nothing",
            path, kind);
    if (!child_is_fine(&end) || out->failed || !out->len)
        return err_set(err, ERR_UNAVAILABLE, "%s: rsvg-convert %s", path,
                       child_words(&end, words, sizeof words));
    return 0;
}

/* How the name of a file ends that holds it. */
static const char *ending_for(const char *path, const char *format)
{
    const struct ending *e = ending_of(path);
    for (size_t i = 0; !e && i < sizeof endings / sizeof *endings; i++)
        if (!strcmp(endings[i].format, format))
            return endings[i].ending;
    return e ? e->ending : ".txt";
}

int picture_write(const struct page *p, const char *format, const struct page_style *style,
                  const char *path, struct err *err)
{
    const struct ending *e = ending_of(path);
    struct buf text = {0}, drawn = {0};
    int failed = page_write(p, format, style, &text, err);
    bool is_drawn = e && e->drawn;
    if (!failed && is_drawn)
        failed = draw(path, e->drawn, &text, &drawn, err);
    const struct buf *made = is_drawn ? &drawn : &text;
    if (!failed)
        failed = p->is_measured ? output_keep_text(path, made, ending_for(path, format), err)
                                : output_write_text(path, made, err);
    buf_release(&text);
    buf_release(&drawn);
    return failed ? -1 : 0;
}

int picture_write_named(const struct page *p, const char *path, const char *otherwise,
                        const struct page_style *style, struct err *err)
{
    const char *format = format_of(NULL, path, otherwise, err);
    return format ? picture_write(p, format, style, path, err) : -1;
}

bool picture_is_page(const char *path)
{
    const struct ending *e = output_is_stream(path) ? NULL : ending_of(path);
    return e && strcmp(e->format, "json") != 0;
}

int picture_refuse_result(const char *path, struct err *err)
{
    return path && picture_is_page(path)
               ? err_set(err, ERR_USAGE,
                         "-o: %s has the name of a page, and a result is JSON: name it .json, and "
                         "contend report makes the page of it",
                         path)
               : 0;
}

const char *picture_place(const char *format, const char *path, const char *otherwise,
                          struct err *err)
{
    format = format_of(format, path, otherwise, err);
    return format && path && output_check(path, err) ? NULL : format;
}

/* ---- Several ------------------------------------------------------------------------------ */

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
    struct buf words = {0};
    char format[40];
    size_t count = 0;
    while (page_formats[count])
        count++;
    snprintf(format, sizeof format, "%.*s", (int)strcspn(word, "="), word);
    suggest_words(&words, suggest(format, page_formats, count), page_formats, count);
    err_set(err, ERR_USAGE, "--also: \"%s\" is not of the form FORMAT=FILE%s", word,
            buf_text(&words));
    buf_release(&words);
    return NULL;
}

int picture_check_also(const struct opt_list *also, const char *written, const char *read,
                       struct err *err)
{
    const char *path, *other;
    for (size_t i = 0; i < also->count; i++) {
        if (!split_also(also->items[i], &path, err) || output_check(path, err) ||
            (read && output_keep(read, path, err)))
            return -1;
        if (written && !strcmp(path, written) && !output_is_stream(path))
            return err_set(err, ERR_USAGE, "--also: %s is what -o names", path);
        for (size_t j = 0; j < i; j++)
            if (split_also(also->items[j], &other, err) && !strcmp(path, other) &&
                !output_is_stream(path))
                return err_set(err, ERR_USAGE, "--also: %s is named twice", path);
    }
    return 0;
}

int picture_write_also(const struct page *p, const struct opt_list *also, struct err *err)
{
    const struct page_style style = {.width = 100, .utf8 = true};
    int failed = 0;
    for (size_t i = 0; i < also->count; i++) {
        struct err one = {0};
        const char *path, *format = split_also(also->items[i], &path, &one);
        if (!format || picture_write(p, format, &style, path, &one))
            failed = err_set(err, one.code, "%s", one.text);
    }
    return failed;
}
