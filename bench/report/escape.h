/* Texts inside other notations: what would end or change them there is written another way. */
#ifndef CONTEND_REPORT_ESCAPE_H
#define CONTEND_REPORT_ESCAPE_H

#include "bench/core/buf.h"

/* Character data and attribute values of XML 1.0; characters XML does not have become "?". */
void escape_xml(struct buf *out, const char *text);

/* Markdown inside a table's cell. */
void escape_markdown(struct buf *out, const char *text);

/* The message of a workflow command of GitHub; `is_property`: a property's value. */
void escape_github(struct buf *out, const char *text, bool is_property);

/* A field of CSV (RFC 4180): quoted when it has to be. */
void escape_csv(struct buf *out, const char *text);

#endif
