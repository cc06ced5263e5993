/* Pages on standard output, and into the files of -o. */
#ifndef CONTEND_CLI_SHOW_H
#define CONTEND_CLI_SHOW_H

#include "bench/base/opts.h"
#include "bench/judge/views/views.h"
#include "bench/page/formats.h"

#include <stdint.h>

/* The options --format (the member is a const char *, NULL without it) and --json (a bool). */
#define SHOW_FORMAT_OPT(type, member)                                                              \
    {                                                                                              \
        OPT_AT(type, member), .name = "format", .letter = 'f', .argument = "F", .help = "one of",  \
                              .choices = page_formats, .without = "text"                           \
    }
#define SHOW_JSON_OPT(type, member)                                                                \
    {                                                                                              \
        OPT_AT(type, member), .name = "json", .help = "--format json"                              \
    }

/* The option --also (the member is a struct opt_list). */
#define SHOW_ALSO_OPT(type, member)                                                                \
    {                                                                                              \
        OPT_AT(type, member), .name = "also", .argument = "FORMAT=FILE",                           \
                              .help = "write it into that file, too; may be given again"           \
    }

/* The option --output (the member is a const char *): see show_page_to(). */
#define SHOW_OUTPUT_OPT(type, member)                                                              \
    {                                                                                              \
        OPT_AT(type, member), .name = "output", .letter = 'o', .argument = "FILE",                 \
                              .help = "write to FILE; its ending says the format (.json .html "    \
                                      ".svg .md .tex ..)",                                         \
                              .without = "standard output"                                         \
    }

/* As the terminal is wide; for a pipe, where lines are searched, as long as they are. */
enum { SHOW_LINES = -1 };

/* --width of what is shown so. */
static inline int64_t show_lines(int64_t width)
{
    return width > 0 ? width : SHOW_LINES;
}

/*
 * Prints the page and releases it, also where it failed.  `format` NULL is text; `width` 0 is the
 * terminal's.  Returns 0 or -1.
 */
int show_page(struct page *p, const char *format, int64_t width, struct err *err);

/* The same into the file, where `path` is not NULL (bench/page/picture). */
int show_page_to(struct page *p, const char *format, int64_t width, const char *path,
                 struct err *err);

/*
 * What `contend report` makes of these results, shown as by show_page_to(); also by `run` at its
 * end.  `format` NULL: what the file's name says, or a picture's own, else text.
 */
int show_view(const char *const *paths, size_t count, const struct view_wishes *wishes,
              const char *format, int64_t width, const char *output, struct err *err);

/* show_page_to() after it was written into the files of --also; it is shown also where that failed.
 */
int show_page_and(struct page *p, const char *format, int64_t width, const char *path,
                  const struct opt_list *also, struct err *err);

#endif
