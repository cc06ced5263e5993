/*
 * Pages into files: what a file's name says of the format, and pictures that are no format of ours.
 * ".png" and ".pdf" are drawn from SVG by rsvg-convert, a program of somebody else's.
 */
#ifndef CONTEND_PAGE_PICTURE_PICTURE_H
#define CONTEND_PAGE_PICTURE_PICTURE_H

#include "bench/base/err.h"
#include "bench/base/opts.h"
#include "bench/page/formats.h"

/*
 * The format of a page that goes to that file (NULL: to nobody's), of static life: the one asked
 * for, else what the name ends with, else `otherwise`.  NULL with ERR_USAGE where the two
 * contradict each other, or nothing but an ending that is not known says it, or with ERR_INPUT
 * where that file cannot be written: asked before anything is measured.
 */
const char *picture_place(const char *format, const char *path, const char *otherwise,
                          struct err *err);

/*
 * Writes the page into the file, as `format` has it or drawn as its ending says.  Returns 0, or -1:
 * ERR_UNAVAILABLE without rsvg-convert where it is needed, ERR_SYSTEM; the file is then as it was.
 */
int picture_write(const struct page *p, const char *format, const struct page_style *style,
                  const char *path, struct err *err);

/* The same as what the file's name ends with, else as `otherwise`. */
int picture_write_named(const struct page *p, const char *path, const char *otherwise,
                        const struct page_style *style, struct err *err);

/*
 * ERR_USAGE where the name (NULL: there is none) ends with a page or picture: what measures writes
 * its result there, which is JSON, and nobody would look for it behind such a name.
 */
int picture_refuse_result(const char *path, struct err *err);

/* Whether the name ends with a page or picture, that is with a known format but JSON. */
bool picture_is_page(const char *path);

/*
 * The same into several, "markdown=summary.md" each.  Whether that could be done, and none of them
 * is `written`, which gets something else, or `read`, the file that is read (NULL: there is none):
 * ERR_USAGE, ERR_INPUT.
 */
int picture_check_also(const struct opt_list *also, const char *written, const char *read,
                       struct err *err);
int picture_write_also(const struct page *p, const struct opt_list *also, struct err *err);

#endif
