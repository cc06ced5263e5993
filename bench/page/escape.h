/*
 * Texts inside other notations: one function a notation, and whoever writes one goes through it.
 *
 * What would end or change the notation is written its way.  What acts rather than shows
 * (core/utf8.h: controls, direction marks, bytes that are no UTF-8) is named, "<U+202E>" or "<9B>",
 * so that a hostile name is seen for what it is.  Line feeds and tabs are blanks, but where the
 * notation has a form for them.  JSON's function is json_escape() of base/json.h.
 */
#ifndef CONTEND_PAGE_ESCAPE_H
#define CONTEND_PAGE_ESCAPE_H

#include "bench/base/buf.h"

/* A terminal, and the same line by line, each ended; and how many of its columns that takes. */
void escape_text(struct buf *out, const char *text);
void escape_lines(struct buf *out, const char *text);
size_t escape_text_columns(const char *text);

/* GitHub's Markdown, inside a paragraph or a table's cell. */
void escape_markdown(struct buf *out, const char *text);
/* The same between backticks: `text`, with as many as it takes.  A bar is one of the text, but
 * where it would end a table's cell. */
void escape_markdown_code(struct buf *out, const char *text, bool is_cell);

/*
 * A field of CSV (RFC 4180), quoted when it has to be; one that a spreadsheet would take for a
 * formula is quoted and gets an apostrophe in front, and so does a part of it behind a semicolon.
 * TSV: neither quotes nor lines within.
 */
void escape_csv(struct buf *out, const char *text);
void escape_tsv(struct buf *out, const char *text);

/* LaTeX's text mode; also behind a "%".  What pdflatex has no letter for is named, "U+6F22"; and
 * how many letters it is set in. */
void escape_latex(struct buf *out, const char *text);
size_t escape_latex_columns(const char *text);

/* Character data and attribute values of XML 1.0. */
void escape_xml(struct buf *out, const char *text);

/* A label's value of Prometheus and OpenMetrics. */
void escape_label(struct buf *out, const char *text);

/* A word of Go's benchmark format, which a blank of any kind would end; two texts are never one. */
void escape_benchfmt(struct buf *out, const char *text);

/* The message of a workflow command of GitHub; `is_property`: a property's value. */
void escape_github(struct buf *out, const char *text, bool is_property);

#endif
