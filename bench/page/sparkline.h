/* A series as one line of text: a bar of eight heights a point. */
#ifndef CONTEND_PAGE_SPARKLINE_H
#define CONTEND_PAGE_SPARKLINE_H

#include "bench/base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Adds at most `width` columns: the newest `width` values, oldest first.  The lowest bar is the
 * smallest value shown and the highest the largest, but at least `least_span` apart, so that
 * noise does not look like mountains; values are then drawn about the middle.  NAN leaves a blank.
 * `utf8`: Unicode's block elements; otherwise letters of rising ink, "_.-=+*#@".
 */
void sparkline(struct buf *out, const double *values, size_t count, size_t width, double least_span,
               bool utf8);

#endif
