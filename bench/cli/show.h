/* Pages on standard output, and into the files of -o and --also. */
#ifndef CONTEND_CLI_SHOW_H
#define CONTEND_CLI_SHOW_H

#include "bench/base/opts.h"
#include "bench/cli/terminal.h"
#include "bench/judge/views/views.h"
#include "bench/page/formats.h"

#include <stdint.h>

/* How a page is to be shown. */
struct show {
    const char *format;   /* NULL: text */
    const char *output;   /* the file; NULL: standard output */
    const char *document; /* another one, which the command writes itself; NULL */
    int64_t width;        /* columns of text; 0: the terminal's, SHOW_LINES */
    bool is_json;         /* --format json */
    struct opt_list also;
};

/* The options that fill it in, each behind OPT_AT() of its member. */
#define SHOW_FORMAT                                                                                \
    .name = "format", .letter = 'f', .argument = "F", .help = "one of", .choices = page_formats,   \
    .without = "text"
#define SHOW_JSON .name = "json", .help = "--format json"
#define SHOW_ALSO                                                                                  \
    .name = "also", .argument = "FORMAT=FILE",                                                     \
    .help = "write it into that file, too; may be given again"
#define SHOW_OUTPUT                                                                                \
    .name = "output", .letter = 'o', .argument = "FILE",                                           \
    .help = "write to FILE; its ending says the format (.json .html .svg .md .tex ..)",            \
    .without = "standard output"
#define SHOW_WIDTH(otherwise)                                                                      \
    .name = "width", .argument = "N", .help = "columns of text output",                            \
    .without = "the terminal's, else " otherwise, .unit = "count", .min = WIDTH_LEAST,             \
    .max = WIDTH_MOST
#define SHOW_WIDTH_TEXT  SHOW_WIDTH("80")
#define SHOW_WIDTH_LINES SHOW_WIDTH("as long as lines are"), .absent = SHOW_LINES

/* As the terminal is wide; for a pipe, where lines are searched, as long as they are. */
enum { SHOW_LINES = -1 };

/*
 * Before anything is made: settles the format (`otherwise` where nothing says one), and whether the
 * files can be written, of which `read` (NULL: none) is none.  -1 with err.
 */
int show_take(struct show *s, const char *otherwise, const char *read, struct err *err);

/*
 * Shows the page and releases it, also where that failed.  It is shown also where one of the files
 * of --also could not be written.  Returns 0 or -1.
 */
int show_page(struct page *p, const struct show *s, struct err *err);

/* Shows what `contend report` makes of these results, and `run` at its end; 0 or -1. */
int show_view(const struct opt_list *paths, const struct view_wishes *wishes, struct show *s,
              struct err *err);

#endif
