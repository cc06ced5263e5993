/* Pages on standard output. */
#ifndef CONTEND_CLI_SHOW_H
#define CONTEND_CLI_SHOW_H

#include "bench/core/opts.h"
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

enum { SHOW_UNWRAPPED = -1 }; /* lines as long as they are */

/*
 * Prints the page and releases it, also where it failed.  `format` NULL is text; `width` 0 is the
 * terminal's.  Returns 0 or -1.
 */
int show_page(struct page *p, const char *format, int64_t width, struct err *err);

#endif
