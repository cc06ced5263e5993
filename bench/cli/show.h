/* Pages on standard output. */
#ifndef CONTEND_CLI_SHOW_H
#define CONTEND_CLI_SHOW_H

#include "bench/core/opts.h"
#include "bench/page/formats.h"

#include <stdint.h>

/* The options --format (`to` is a const char **) and --json (a bool *). */
#define SHOW_FORMAT_OPT(out)                                                                       \
    {                                                                                              \
        "format", 'f', OPT_TEXT, out, "F", "one of", NULL, 0, 0, page_formats                      \
    }
#define SHOW_JSON_OPT(to)                                                                          \
    {                                                                                              \
        .name = "json", .kind = OPT_FLAG, .out = to, .help = "--format json"                       \
    }

enum { SHOW_UNWRAPPED = -1 }; /* lines as long as they are */

/*
 * Prints the page and releases it, also where it failed.  `format` NULL is text; `width` 0 is the
 * terminal's.  Returns 0 or -1.
 */
int show_page(struct page *p, const char *format, int64_t width, struct err *err);

#endif
